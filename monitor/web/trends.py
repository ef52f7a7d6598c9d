"""The governors' page: a term in counts, and no case in particular."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.governors import WITHHELD_MEANS, days, sentences, tables
from monitor.counts import LONDON, Period, Trend
from monitor.coverage import Coverage, cover
from monitor.domain import School
from monitor.publishing import parts
from monitor.store.accounts import Account
from monitor.terms import Term
from monitor.web.desk import Desk, desk
from monitor.web.guard import TrendReader
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()

MOST_TERMS = 4
NOT_YET = (
    "Nothing of this term is published yet. It is counted once, when the term and its holidays "
    "are over, so that nobody can subtract one report from another. The school can publish what "
    "there is so far with monitor report."
)


@router.get("/trends")
def trends(request: Request, account: TrendReader, school: str = "", term: str = "") -> Response:
    room = desk(request)
    chosen = _school(room, account, school)
    terms = room.terms[chosen.id].latest(_today(room), MOST_TERMS)
    asked = next((each for each in terms if str(each.start) == term), terms[0])
    trend = room.trends(chosen.id, asked.start, asked.start)
    period = trend.period if trend else _so_far(room, chosen, asked)
    coverage = _coverage(room, chosen, period)
    return render(
        request,
        "trends",
        account=account,
        school=chosen,
        schools=room.schools_of(account),
        terms=terms,
        term=asked,
        period=days(period),
        sentences=_sentences(trend, coverage),
        tables=tables(trend, coverage),
        withheld_means=WITHHELD_MEANS,
    )


def _sentences(trend: Trend | None, coverage: Coverage) -> list[str]:
    return sentences(trend, coverage) if trend else [NOT_YET, *sentences(None, coverage)]


def _school(room: Desk, account: Account, wanted: str) -> School:
    mine = [s for s in room.schools_of(account) if may(account, Action.READ_TRENDS, s)]
    found = next((school for school in mine if wanted in ("", school.id)), None)
    if found is None:
        raise HTTPException(404)
    return found


def _so_far(room: Desk, school: School, term: Term) -> Period:
    (part,) = parts(room.terms[school.id], term.start, term.start)
    return Period(start=part.period.start, end=min(part.period.end, room.clock()))


def _coverage(room: Desk, school: School, period: Period) -> Coverage:
    checks = room.store.checks(school.id, period.start, period.end)
    return cover(checks, period.first_day, period.last_day)


def _today(room: Desk) -> date:
    return room.clock().astimezone(LONDON).date()
