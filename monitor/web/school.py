"""What the configuration says of the school, and what it leaves out; and what the school's own
decisions have taught."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from monitor.domain import School
from monitor.lessons import LessonAct
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.guard import SchoolReader
from monitor.web.lessons import Row, rows
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()
DONE: Mapping[str, str] = {
    LessonAct.TAKEN_BACK: "It is taken back, and counts no more from the next post on.",
    LessonAct.PUT_BACK: "It counts again from the next post on.",
}


@router.get("/school")
def school(request: Request, account: SchoolReader, school: str = "", done: str = "") -> Response:
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
        taught=_taught(room, account, chosen),
        done=DONE.get(done, ""),
    )


def _taught(room: Desk, account: Account, school: School) -> list[Row] | None:
    """None for whoever may read nothing that was written."""
    if not may(account, Action.TEACH, school):
        return None
    return rows(room, account, room.store.lessons(school.id))
