"""The places we read: when last, and what is wrong. No content, so also for the technician."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from monitor.web.desk import desk
from monitor.web.guard import SourceReader
from monitor.web.incidents import checked
from monitor.web.page import render

router = APIRouter()


@router.get("/sources")
def sources(request: Request, account: SourceReader) -> Response:
    room = desk(request)
    health = [one for one in room.store.health() if one.school in account.schools]
    return render(
        request,
        "sources",
        account=account,
        health=sorted(health, key=lambda one: (not one.error, one.school, one.source)),
        schools={school.id: school.name for school in room.schools_of(account)},
        checked=checked(health, account),
    )
