"""The log: every incident this person may see, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from monitor.domain import IncidentState, School
from monitor.health import SourceHealth
from monitor.health_words import wrong
from monitor.store.accounts import Account
from monitor.store.cases import Listed, Wanted
from monitor.web.desk import Log, desk
from monitor.web.display import place
from monitor.web.guard import IncidentReader
from monitor.web.page import render
from monitor.web.policy import reach

router = APIRouter()
PER_PAGE = 50
_STATES = {state.value: state for state in IncidentState}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at lately, and what could not be."""

    places: int
    last: datetime | None
    failing: tuple[SourceHealth, ...]
    doubtful: tuple[tuple[str, str], ...] = ()  # the source, and what is wrong with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of the list, counted from 1; `total` is of the whole list."""

    number: int
    total: int
    rows: list[Listed]

    @property
    def first(self) -> int:
        return (self.number - 1) * PER_PAGE + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@router.get("/incidents")
def incidents(
    request: Request,
    account: IncidentReader,
    state: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    room = desk(request)
    schools = room.schools_of(account)
    return render(
        request,
        "incidents",
        account=account,
        page=_page(room.store, _wanted(account, schools, _STATES.get(state)), page),
        state=state if state in _STATES else "",
        schools={school.id: school.name for school in schools},
        checked=checked(room.store.health(), account),
        places=_places,
    )


def checked(health: Iterable[SourceHealth], account: Account) -> Checked:
    of_ours = [one for one in health if one.school in account.schools]
    read = [one.last_success_at for one in of_ours if one.last_success_at]
    return Checked(
        places=len({one.source for one in of_ours if one.last_success_at}),
        last=max(read, default=None),
        failing=tuple(one for one in of_ours if one.error),
        doubtful=tuple((o.source, wrong(o)) for o in of_ours if wrong(o) and not o.error),
    )


def _wanted(account: Account, schools: list[School], state: IncidentState | None) -> Wanted:
    within = reach(account.role)
    return Wanted(
        schools=tuple(school.id for school in schools),
        state=state,
        about_head=within.about_head,
        child_safety=within.child_safety,
    )


def _page(store: Log, wanted: Wanted, number: int) -> Page:
    """Beyond the last page there is the last page: the log may have become shorter."""
    total = store.count(wanted)
    number = min(number, max(1, ceil(total / PER_PAGE)))
    rows = store.listed(wanted, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return Page(number=number, total=total, rows=rows)


def _places(listed: Listed) -> list[str]:
    """The sites it was seen on, or the source where an address names none."""
    return sorted({place(url) or source for source, url in listed.seen})
