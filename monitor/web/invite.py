"""The one-time link with which a person sets their password, or comes in to report."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from monitor.account_role import NO_PASSWORD
from monitor.store.accounts import AccountError
from monitor.web.desk import desk
from monitor.web.door import give_key
from monitor.web.guard import public, token_of
from monitor.web.page import render

router = APIRouter()
_OPEN = public("the token in the address is the key")


@router.get("/invite/{token}", dependencies=_OPEN)
def ask(request: Request, token: str) -> Response:
    return _form(request, token)


@router.post("/invite/{token}", dependencies=_OPEN)
def set_password(request: Request, token: str, password: Annotated[str, Form()] = "") -> Response:
    accounts = desk(request).accounts
    invited = accounts.invited(token)
    if invited is not None and invited.role in NO_PASSWORD:
        return _enter(request, token)
    try:
        accounts.set_password(token, password)
    except AccountError as error:
        return _form(request, token, error=str(error))
    return RedirectResponse("/sign-in?set=1", status_code=303)


def _enter(request: Request, token: str) -> Response:
    """Only when asked to: programs that check mails for viruses follow every link in them."""
    accounts = desk(request).accounts
    try:
        inside = accounts.enter_by_link(token)
    except AccountError:
        return _form(request, token)
    accounts.sign_out(token_of(request))
    return give_key(request, RedirectResponse("/report", status_code=303), inside)


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
    if invited.role in NO_PASSWORD:
        return render(request, "invite_colleague", email=invited.email)
    return render(
        request, "invite", status=400 if error else 200, email=invited.email, error=error
    )
