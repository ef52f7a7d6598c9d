"""The places we read: how each is, in words, what it may use and costs, and what was checked. No
content, so also for the technician."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from monitor.counts import LONDON
from monitor.coverage import CheckedDay, cover_days
from monitor.domain import School
from monitor.health import Grade, SourceHealth
from monitor.health_words import WHO, expected, state, who, wrong
from monitor.store.visits import SourceKey
from monitor.trying import Trial
from monitor.visitor import Visit
from monitor.web.checked import checked
from monitor.web.desk import Desk, desk
from monitor.web.guard import SourceReader, SourceTester
from monitor.web.page import render
from monitor.web.policy import Action, may
from sources.contract import About, Budget

router = APIRouter()
PER_PAGE = 50
_DAYS = 14  # of the record; `monitor coverage` prints all of it
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One source for one school, as the page shows it. `again_at`: until then it may not be
    tested once more."""

    visit: Visit
    health: SourceHealth
    plan: str
    budget: Budget | None
    trial: Trial | None
    again_at: datetime | None

    @property
    def id(self) -> str:
        return _id(self.visit)

    @property
    def about(self) -> About:
        return self.visit.source.about


@router.get("/sources")
def sources(
    request: Request,
    account: SourceReader,
    school: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    tested: str = "",
) -> Response:
    room = desk(request)
    ours = {one.id: one for one in room.schools_of(account)}
    chosen = [ours[school]] if school in ours else list(ours.values())
    visits, grades = _worst_first(room, chosen)
    pages = max(1, ceil(len(visits) / PER_PAGE))
    first = (min(page, pages) - 1) * PER_PAGE
    places = _places(room, visits[first : first + PER_PAGE])
    only = chosen[0] if len(chosen) == 1 else None
    return render(
        request,
        "sources",
        account=account,
        places=places,
        total=len(visits),
        first=first + 1,
        page=min(page, pages),
        pages=pages,
        asked=school if school in ours else "",
        gone=_no_longer_asked(room, only, visits, grades) if only else [],
        now=room.clock(),
        words={"state": state, "wrong": wrong, "who": lambda one: WHO[who(one)]},
        expected=expected,
        schools={one.id: one.name for one in ours.values()},
        record=_record(room, only) if only else (),
        checked=checked(room, account),
        may_test=may(account, Action.TEST_SOURCES),
        tested=next((one for one in places if one.trial and one.id == tested), None),
    )


@router.post("/sources/test")
def try_now(
    request: Request,
    account: SourceTester,
    place: Annotated[str, Form()] = "",
    asked: Annotated[str, Form()] = "",
    page: Annotated[str, Form()] = "",
) -> Response:
    room = desk(request)
    visits = room.asked([school.id for school in room.schools_of(account)])
    visit = next((one for one in visits if _id(one) == place), None)
    if visit is None:
        raise HTTPException(404)
    if refused := room.trials.run(visit):
        return render(
            request, "error", status=429, account=account, title="It was not tested", say=refused
        )
    back = urlencode({"school": asked, "page": page or "1", "tested": place})
    return RedirectResponse(f"/sources?{back}", status_code=303)


def _worst_first(
    room: Desk, schools: Sequence[School]
) -> tuple[list[Visit], Mapping[SourceKey, Grade]]:
    """What the configuration asks for these schools; and how each is that was ever visited."""
    ids = [school.id for school in schools]
    grades = room.store.grades(ids, room.clock())

    def order(visit: Visit) -> tuple[Grade, str, str]:
        return grades.get(visit.key, Grade.UNREAD), visit.school.name, visit.source.name

    return sorted(room.asked(ids), key=order), grades


def _places(room: Desk, visits: Sequence[Visit]) -> list[Place]:
    keys = [visit.key for visit in visits]
    health = {(one.school, one.source): one for one in room.store.health(keys)}
    cursors = room.store.cursors(keys)
    return [
        Place(
            visit=visit,
            health=health.get(visit.key) or SourceHealth(school=visit.key[0], source=visit.key[1]),
            plan=_plan(visit),
            budget=_budget(visit, cursors.get(visit.key)),
            trial=room.trials.last(visit),
            again_at=room.trials.again_at(visit.source.name),
        )
        for visit in visits
    ]


def _plan(visit: Visit) -> str:
    """Nothing, where its kind cannot say: what is wrong then stands in its health."""
    try:
        return visit.source.plan(visit.school)
    except Exception as error:  # noqa: BLE001 - a kind may be a stranger's
        log.info("%s has no plan (%s)", visit.source.name, type(error).__name__)
        return ""


def _budget(visit: Visit, cursor: str | None) -> Budget | None:
    try:
        return visit.source.budget(cursor)
    except Exception as error:  # noqa: BLE001 - as above
        log.info("%s has no budget (%s)", visit.source.name, type(error).__name__)
        return None


def _id(visit: Visit) -> str:
    """What its place on the page is called; a name of a source may hold anything."""
    return "s-" + sha256("\n".join(visit.key).encode()).hexdigest()[:12]


def _no_longer_asked(
    room: Desk, school: School, visits: Sequence[Visit], grades: Mapping[SourceKey, Grade]
) -> list[SourceHealth]:
    """What was read once and has left the configuration."""
    known = {visit.key for visit in visits}
    gone = [key for key in grades if key not in known and key[0] == school.id]
    return room.store.health(gone) if gone else []


def _record(room: Desk, school: School) -> tuple[CheckedDay, ...]:
    """The last days, newest first."""
    today = room.clock().astimezone(LONDON).date()
    first = today - timedelta(days=_DAYS - 1)
    found = cover_days(room.store.checked_days(school.id, first, today), first, today)
    return tuple(reversed(found.days))
