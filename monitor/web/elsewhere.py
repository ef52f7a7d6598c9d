"""Signing in with an account at Microsoft or Google: there, and back again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from monitor.elsewhere import Elsewhere
from monitor.openid import NotBelieved, Return
from monitor.store.accounts import AccountError
from monitor.store.identities import BACK_WITHIN
from monitor.web import account as own
from monitor.web import sign_in as door
from monitor.web.desk import desk
from monitor.web.door import give_key, give_ticket, ours, ticket_of, to
from monitor.web.guard import Oneself, public, token_of
from monitor.web.page import render

router = APIRouter()
_OPEN = public("this is the door")


@router.post("/sign-in/with/{kind}", dependencies=_OPEN)
def go(request: Request, kind: str, wanted: Annotated[str, Form()] = "") -> Response:
    """A page that leads on: a form of ours may not be sent on to another site (form-action)."""
    there = _known(request, kind)
    try:
        address, question = there.begin()
    except NotBelieved as error:
        return _refused(request, ours(wanted), error)
    accounts = desk(request).accounts
    ticket = accounts.begin_elsewhere(there.provider.kind, question, ours(wanted))
    page = render(request, "elsewhere", name=there.provider.name, address=address)
    return give_ticket(request, page, ticket, BACK_WITHIN)


@router.get("/sign-in/with/{kind}/back", dependencies=_OPEN)
def come_back(
    request: Request, kind: str, code: str = "", state: str = "", error: str = ""
) -> Response:
    there, accounts, wanted = _known(request, kind), desk(request).accounts, ""
    try:
        question, wanted = accounts.finish_elsewhere(there.provider.kind, ticket_of(request))
        came = Return(code=code, state=state, error=error)
        token = accounts.enter_as(there.person(question, came))
    except (NotBelieved, AccountError) as refusal:
        return _refused(request, wanted, refusal)
    accounts.sign_out(token_of(request))
    if accounts.halfway(token):
        return give_key(request, to("/second-step", wanted), token)
    return give_key(request, RedirectResponse(wanted or "/", status_code=303), token)


@router.post("/account/elsewhere/{which}/untie")
def untie(
    request: Request, account: Oneself, which: int, proof: Annotated[str, Form()] = ""
) -> Response:
    try:
        desk(request).accounts.untie(token_of(request), which, proof)
    except AccountError as error:
        return own.show(request, account, {f"untie-{which}": str(error)})
    return RedirectResponse("/account?done=untied", status_code=303)


def _known(request: Request, kind: str) -> Elsewhere:
    there = desk(request).elsewhere.get(kind)
    if there is None:
        raise HTTPException(404)
    return there


def _refused(request: Request, wanted: str, why: Exception) -> Response:
    return door.show(request, wanted, errors={"elsewhere": str(why)})
