"""A one-time link for a colleague without an account who saw something: it opens the form."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.audit import account as named
from monitor.store.accounts import Account, AccountError
from monitor.web.desk import Desk, desk
from monitor.web.guard import Inviter
from monitor.web.page import render
from monitor.web.people import show_link

router = APIRouter()


@router.get("/report/colleague")
def ask(request: Request, account: Inviter) -> Response:
    return _form(request, account)


@router.post("/report/colleague")
def make(
    request: Request,
    account: Inviter,
    email: Annotated[str, Form()] = "",
    school: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    ours = {each.id for each in room.schools_of(account)}
    if school not in ours:
        return _form(request, account, email, {"school": "Choose the school."})
    try:
        token = _link(room, account, email.strip().casefold(), school)
    except AccountError as error:
        return _form(request, account, email, {"email": str(error)})
    return show_link(request, account, email.strip().casefold(), token, password=False)


def _link(room: Desk, account: Account, email: str, school: str) -> str:
    """A new one for who had one before. Raises AccountError."""
    known = room.accounts.by_address(email)
    by = named(account.id)
    if known is None:
        return room.accounts.add(email, AccountRole.STAFF, [school], by=by)
    if known.disabled_at is not None or not known.schools <= account.schools:
        raise AccountError("This person cannot be given a link here. Ask an administrator.")
    if known.role not in NO_PASSWORD:
        raise AccountError("This person has an account, and can sign in with it.")
    return room.accounts.invite(email, by=by)


def _form(
    request: Request, account: Account, email: str = "", errors: dict[str, str] | None = None
) -> Response:
    schools = [(school.id, school.name) for school in desk(request).schools_of(account)]
    return render(
        request,
        "colleague",
        status=400 if errors else 200,
        account=account,
        email=email,
        schools=schools,
        errors=errors or {},
    )
