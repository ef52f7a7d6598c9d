"""One person's account: where they are signed in, what was done, and what may be done about it."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from monitor.account_role import NO_PASSWORD
from monitor.audit import account as named
from monitor.store.accounts import Account, AccountError
from monitor.web.audit import in_words
from monitor.web.desk import Desk, desk
from monitor.web.guard import PeopleManager, PeopleReader
from monitor.web.page import render
from monitor.web.people import show_link
from monitor.web.policy import Action, may

router = APIRouter()
_MOST = 20  # deeds; the audit shows the rest
_DONE = {
    "disabled": "The account is disabled. Whoever was signed in with it is out.",
    "reset": "The second step is reset. They set it up anew at the next sign-in.",
    "ended": "The session is ended.",
    "cut": "The tie is cut. Whoever was signed in with the account is out.",
    "changed": "It is changed. They were told by mail, and sign in again.",
}


@router.get("/people/{id_}")
def person(request: Request, account: PeopleReader, id_: int, done: str = "") -> Response:
    return _show(request, account, _known(request, account, id_), done=_DONE.get(done, ""))


@router.post("/people/{id_}/link")
def new_link(request: Request, account: PeopleManager, id_: int) -> Response:
    other = in_charge(request, account, id_)
    try:
        token = desk(request).accounts.invite(other.email, by=named(account.id))
    except AccountError as error:
        return _show(request, account, other, wrong=str(error))
    password = other.role not in NO_PASSWORD
    return show_link(request, account, other.email, token, password=password)


@router.post("/people/{id_}/disable")
def disable(request: Request, account: PeopleManager, id_: int) -> Response:
    return _to_another(request, account, id_, desk(request).accounts.disable, "disabled")


@router.post("/people/{id_}/second-step")
def reset(request: Request, account: PeopleManager, id_: int) -> Response:
    return _to_another(request, account, id_, desk(request).accounts.reset_second_step, "reset")


@router.post("/people/{id_}/sessions/{handle}")
def end(request: Request, account: PeopleManager, id_: int, handle: str) -> Response:
    other = in_charge(request, account, id_)
    desk(request).accounts.end_session(other, handle, by=named(account.id))
    return back(other, "ended")


@router.post("/people/{id_}/ties/{tie}")
def cut(request: Request, account: PeopleManager, id_: int, tie: int) -> Response:
    other = in_charge(request, account, id_)
    if other.id == account.id:
        return _show(request, account, other, wrong=NOT_ONESELF)
    desk(request).accounts.cut_tie(other, tie, by=named(account.id))
    return back(other, "cut")


class _Deed(Protocol):
    def __call__(self, email: str, *, by: str) -> None: ...


def _to_another(request: Request, account: Account, id_: int, deed: _Deed, done: str) -> Response:
    """What an administrator does to somebody's account, and never to their own."""
    other = in_charge(request, account, id_)
    if other.id == account.id:
        return _show(request, account, other, wrong=NOT_ONESELF)
    try:
        deed(other.email, by=named(account.id))
    except AccountError as error:
        return _show(request, account, other, wrong=str(error))
    return back(other, done)


NOT_ONESELF = "Somebody else must do this to your own account."


def _known(request: Request, account: Account, id_: int) -> Account:
    """Raises the same 404 for nobody and for somebody at another school."""
    found = desk(request).accounts.known([id_]).get(id_)
    if found is None or not may(account, Action.READ_PEOPLE, found):
        raise HTTPException(404)
    return found


def in_charge(request: Request, account: Account, id_: int) -> Account:
    found = _known(request, account, id_)
    if not may(account, Action.MANAGE_PEOPLE, found):
        raise HTTPException(404)
    return found


def back(other: Account, done: str) -> Response:
    return RedirectResponse(f"/people/{other.id}?done={done}", status_code=303)


def _show(
    request: Request, account: Account, other: Account, *, done: str = "", wrong: str = ""
) -> Response:
    room = desk(request)
    deeds, _ = room.store.deeds_of([other.id], _MOST, 0)
    return render(
        request,
        "person",
        status=400 if wrong else 200,
        account=account,
        person=other,
        schools=_names(room, other),
        passkeys=room.accounts.passkeys(other),
        identities=room.accounts.identities(other),
        sessions=room.accounts.sessions([other]),
        deeds=in_words(room, account, deeds),
        may_manage=may(account, Action.MANAGE_PEOPLE, other) and other.disabled_at is None,
        done=done,
        wrong=wrong,
    )


def _names(room: Desk, other: Account) -> list[str]:
    return [school.name for school in room.schools_of(other)]
