"""The one-time link with which a person sets their password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.store.accounts import AccountError
from monitor.web.desk import desk
from monitor.web.guard import public
from monitor.web.page import render

router = APIRouter()
_OPEN = public("the token in the address is the key")


@router.get("/invite/{token}", dependencies=_OPEN)
def ask(request: Request, token: str) -> Response:
    return _form(request, token)


@router.post("/invite/{token}", dependencies=_OPEN)
def set_password(request: Request, token: str, password: Annotated[str, Form()] = "") -> Response:
    try:
        desk(request).accounts.set_password(token, password)
    except AccountError as error:
        return _form(request, token, error=str(error))
    return RedirectResponse("/sign-in?set=1", status_code=303)


def _form(request: Request, token: str, error: str = "") -> Response:
    invited = desk(request).accounts.invited(token)
    if invited is None:
        return render(
            request,
            "error",
            status=404,
            title="This link no longer works",
            say="It was used, or is older than a day. Ask whoever gave it to you for a new one.",
        )
    return render(
        request, "invite", status=400 if error else 200, email=invited.email, error=error
    )
