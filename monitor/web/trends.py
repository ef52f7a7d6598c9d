"""The governors' page: a term in counts, and no case in particular."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.figures import WITHHELD_MEANS
from monitor.counts import LONDON
from monitor.domain import School
from monitor.store.accounts import Account
from monitor.web.desk import Desk, desk
from monitor.web.guard import TrendReader
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()

MOST_TERMS = 4


@router.get("/trends")
def trends(request: Request, account: TrendReader, school: str = "", term: str = "") -> Response:
    room = desk(request)
    chosen = _school(room, account, school)
    terms = room.reviewer.terms[chosen.id].latest(_today(room), MOST_TERMS)
    asked = next((each for each in terms if str(each.start) == term), terms[0])
    report = room.reviewer.report(chosen.id, asked.start, asked.start)
    return render(
        request,
        "trends",
        account=account,
        report=report,
        schools=room.schools_of(account),
        terms=terms,
        term=asked,
        withheld_means=WITHHELD_MEANS,
    )


def _school(room: Desk, account: Account, wanted: str) -> School:
    mine = [s for s in room.schools_of(account) if may(account, Action.READ_TRENDS, s)]
    found = next((school for school in mine if wanted in ("", school.id)), None)
    if found is None:
        raise HTTPException(404)
    return found


def _today(room: Desk) -> date:
    return room.clock().astimezone(LONDON).date()
