"""Who wrote a post: shown to whoever says why, and written down. Elsewhere people read "author
A1", so that a school looks at posts and not at persons."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.audit import account as named
from monitor.custody import Deed, Handling
from monitor.domain import Act, Case, Event
from monitor.store.accounts import Account
from monitor.web.deciding import LONGEST
from monitor.web.desk import Desk, desk
from monitor.web.guard import IncidentWorker
from monitor.web.incident import authors, case_for
from monitor.web.page import render

router = APIRouter()
_A_YEAR = timedelta(days=365)


@router.get("/incidents/{number}/authors/{alias}")
def ask(request: Request, account: IncidentWorker, number: str, alias: str) -> Response:
    case = case_for(desk(request), account, number)
    return _page(request, account, case, alias)


@router.post("/incidents/{number}/authors/{alias}")
def reveal(
    request: Request,
    account: IncidentWorker,
    number: str,
    alias: str,
    reason: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    case = case_for(room, account, number)
    handle = _handle(case, alias)
    errors = _mistakes(reason, again=again, looks=_looks(room, case, handle))
    if errors:
        return _page(request, account, case, alias, reason=reason, errors=errors)
    event = Event(
        act=Act.REVEALED,
        at=room.clock(),
        by=account.email,
        role=account.role,
        value=alias,
        reason=reason,
    )
    if not room.store.reveal(number, handle, event, _deed(account, event, number)):
        raise HTTPException(404)
    return _page(request, account, case, alias, shown=handle)


def _mistakes(reason: str, *, again: str, looks: int) -> dict[str, str]:
    found = {}
    if not reason.strip():
        found["reason"] = "Enter the reason: it stays in the history beside your name."
    if len(reason) > LONGEST:
        found["reason"] = f"Use at most {LONGEST:,} characters."
    if looks and again != "yes":
        found["again"] = "Tick that this is not to watch a person."
    return found


def _page(
    request: Request,
    account: Account,
    case: Case,
    alias: str,
    *,
    reason: str = "",
    errors: dict[str, str] | None = None,
    shown: str = "",
) -> Response:
    handle = _handle(case, alias)
    return render(
        request,
        "author",
        status=400 if errors else 200,
        account=account,
        number=case.incident.number,
        alias=alias,
        looks=0 if shown else _looks(desk(request), case, handle),
        reason=reason,
        errors=errors or {},
        shown=shown,
    )


def _handle(case: Case, alias: str) -> str:
    """Raises 404."""
    found = next((handle for handle, name in authors(case).items() if name == alias), None)
    if found is None:
        raise HTTPException(404)
    return found


def _looks(room: Desk, case: Case, handle: str) -> int:
    """How often the school has looked who this is, in the last year."""
    return room.store.looks(case.incident.school, handle, room.clock() - _A_YEAR)


def _deed(account: Account, event: Event, number: str) -> Deed:
    return Deed(
        act=Handling.REVEALED,
        subject=number,
        at=event.at,
        actor=named(account.id),
        outcome=f"author {event.value}",
    )
