"""The lists that somebody wants to see again, saved for their own account."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from monitor.domain import storable
from monitor.store.accounts import Account
from monitor.web.desk import desk
from monitor.web.guard import IncidentReader
from monitor.web.incidents import Asked
from monitor.web.page import render

router = APIRouter()
LONGEST = 60  # characters of a name


@router.post("/views")
def save(
    request: Request,
    account: IncidentReader,
    name: Annotated[str, Form()] = "",
    filters: Annotated[str, Form()] = "",
) -> Response:
    name, asked = storable(name).strip()[:LONGEST], read(filters)
    if not name:
        return _no(request, account, "Give the list a name, so that you find it again.")
    if not desk(request).store.save_view(account.id, name, asked.query):
        return _no(request, account, "You have as many lists as can be kept. Take one off first.")
    return RedirectResponse(asked.address(), status_code=303)


@router.post("/views/forgotten")
def forget(
    request: Request, account: IncidentReader, name: Annotated[str, Form()] = ""
) -> Response:
    desk(request).store.forget_view(account.id, name)
    return RedirectResponse("/incidents", status_code=303)


def read(filters: str) -> Asked:
    """What is no filter of ours is left out."""
    try:
        return Asked.model_validate(dict(parse_qsl(filters)) | {"page": 1})
    except ValidationError:
        return Asked()


def _no(request: Request, account: Account, say: str) -> Response:
    return render(
        request, "error", status=400, account=account, title="The list is not saved", say=say
    )
