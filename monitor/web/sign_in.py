"""Signing in with e-mail address and password: the first step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.store.accounts import AccountError
from monitor.web.desk import desk
from monitor.web.door import give_key, ours, to
from monitor.web.guard import public, token_of
from monitor.web.page import render

router = APIRouter()
_OPEN = public("this is the door")


@router.get("/sign-in", dependencies=_OPEN)
def ask(request: Request, next: str = "", set: str = "") -> Response:  # noqa: A002 - the words in the address
    return show(request, ours(next), password_set=bool(set))


def show(
    request: Request,
    wanted: str,
    *,
    errors: Mapping[str, str] = MappingProxyType({}),
    email: str = "",
    password_set: bool = False,
) -> Response:
    return render(
        request,
        "sign_in",
        status=403 if errors else 200,
        wanted=wanted,
        email=email,
        errors=errors,
        password_set=password_set,
        party=desk(request).party,
        elsewhere=[each.provider for each in desk(request).elsewhere.values()],
    )


@router.post("/sign-in", dependencies=_OPEN)
def enter(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    wanted: Annotated[str, Form()] = "",
) -> Response:
    accounts = desk(request).accounts
    try:
        token = accounts.sign_in(email, password)
    except AccountError as error:
        return show(request, ours(wanted), errors={"email": str(error)}, email=email)
    accounts.sign_out(token_of(request))
    if accounts.halfway(token):
        return give_key(request, to("/second-step", ours(wanted)), token)
    return give_key(request, RedirectResponse(ours(wanted) or "/", status_code=303), token)
