"""What needs this person now: what is undecided, theirs, overdue, and what we cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.counts import LONDON
from monitor.domain import IncidentState
from monitor.store.accounts import Account
from monitor.store.cases import Listed, Wanted
from monitor.web.checked import checked
from monitor.web.desk import Desk, desk
from monitor.web.guard import IncidentReader
from monitor.web.incidents import seen_at, within_reach
from monitor.web.page import render

router = APIRouter()
MOST = 10  # of each kind; the list shows the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Incidents that wait for one thing. `more` leads to all of them."""

    title: str
    none: str
    rows: list[Listed]
    total: int
    more: str


@router.get("/today")
def today(request: Request, account: IncidentReader) -> Response:
    room = desk(request)
    return render(
        request,
        "today",
        account=account,
        piles=list(_piles(room, account)),
        checked=checked(room, account),
        schools={school.id: school.name for school in room.schools_of(account)},
        places=seen_at,
    )


def _piles(room: Desk, account: Account) -> Iterator[Pile]:
    mine = within_reach(room, account)
    is_open = replace(mine, state=IncidentState.OPEN)
    day = room.clock().astimezone(LONDON).date()
    yield _pile(
        room,
        replace(is_open, due_before=day),
        title="Overdue",
        none="Nothing is overdue.",
        more="/incidents?state=open&due=overdue",
    )
    yield _pile(
        room,
        replace(is_open, undecided=True),
        title="Waiting for a decision",
        none="Everything is decided.",
        more="/incidents?state=open&decision=none",
    )
    yield _pile(
        room,
        replace(is_open, assigned=account.email),
        title="With you",
        none="Nothing is handed to you.",
        more="/incidents?state=open&with=me",
    )


def _pile(room: Desk, wanted: Wanted, *, title: str, none: str, more: str) -> Pile:
    rows = room.store.listed(wanted, limit=MOST, gravest=True)
    return Pile(title=title, none=none, rows=rows, total=room.store.count(wanted), more=more)
