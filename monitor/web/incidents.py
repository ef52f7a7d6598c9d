"""The log: every incident this person may see, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.domain import Case, IncidentState, SourceHealth
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.display import place
from monitor.web.guard import IncidentReader
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()
_STATES = {state.value: state for state in IncidentState}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was looked at lately, and what could not be."""

    places: int
    last: datetime | None
    failing: tuple[SourceHealth, ...]


@router.get("/incidents")
def incidents(request: Request, account: IncidentReader, state: str = "") -> Response:
    room = desk(request)
    schools = room.schools_of(account)
    return render(
        request,
        "incidents",
        account=account,
        cases=_cases(room, account, _STATES.get(state)),
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
    )


def _cases(room: Desk, account: Account, state: IncidentState | None) -> list[Case]:
    found = [
        case
        for school in room.schools_of(account)
        for case in room.store.cases(school=school.id, state=state)
        if may(account, Action.READ_INCIDENTS, case)
    ]
    return sorted(found, key=lambda case: case.incident.opened_at, reverse=True)


def _places(case: Case) -> list[str]:
    """The sites it was seen on, or the source where an address names none."""
    return sorted({place(s.mention.url) or s.mention.source for s in case.sightings})
