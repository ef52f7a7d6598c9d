"""The places we read: how each is, in words, and what was checked. No content, so also for
the technician."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.counts import LONDON
from monitor.coverage import CheckedDay, cover_days
from monitor.domain import School
from monitor.health_words import WHO, expected, state, who, wrong
from monitor.web.desk import Desk, desk
from monitor.web.guard import SourceReader
from monitor.web.incidents import checked
from monitor.web.page import render

router = APIRouter()
_DAYS = 14  # of the record; `monitor coverage` prints all of it


@router.get("/sources")
def sources(request: Request, account: SourceReader) -> Response:
    room = desk(request)
    health = [one for one in room.store.health() if one.school in account.schools]
    schools = room.schools_of(account)
    return render(
        request,
        "sources",
        account=account,
        health=sorted(health, key=lambda one: (not wrong(one), one.school, one.source)),
        now=room.clock(),
        words={"state": state, "wrong": wrong, "who": lambda one: WHO[who(one)]},
        expected=expected,
        schools={school.id: school.name for school in schools},
        records=[(school.name, _record(room, school)) for school in schools],
        checked=checked(health, account),
    )


def _record(room: Desk, school: School) -> tuple[CheckedDay, ...]:
    """The last days, newest first."""
    today = room.clock().astimezone(LONDON).date()
    first = today - timedelta(days=_DAYS - 1)
    found = cover_days(room.store.checked_days(school.id, first, today), first, today)
    return tuple(reversed(found.days))
