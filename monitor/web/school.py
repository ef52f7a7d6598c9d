"""What the configuration says of the school, and what it leaves out. Nothing is changed here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.web.desk import desk
from monitor.web.guard import SchoolReader
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()


@router.get("/school")
def school(request: Request, account: SchoolReader, school: str = "") -> Response:
    room = desk(request)
    schools = room.schools_of(account)
    chosen = next((each for each in schools if school in ("", each.id)), None)
    if chosen is None or not may(account, Action.READ_SCHOOL, chosen):
        raise HTTPException(404)
    return render(
        request,
        "school",
        account=account,
        profile=room.profile(chosen.id),
        chosen=chosen.id,
        schools=schools,
    )
