"""The governors' page: a term in counts, and no case in particular."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.governors import WITHHELD_MEANS, period, sentences, tables
from monitor.coverage import Coverage, cover
from monitor.domain import School, Trend
from monitor.store.accounts import Account
from monitor.trends import LONDON, summarise
from monitor.web.desk import Desk, desk
from monitor.web.guard import TrendReader
from monitor.web.page import render
from monitor.web.policy import Action, may
from monitor.web.terms import Term, recent_terms

router = APIRouter()


@router.get("/trends")
def trends(request: Request, account: TrendReader, school: str = "", term: str = "") -> Response:
    room = desk(request)
    chosen = _school(room, account, school)
    terms = recent_terms(room.clock().astimezone(LONDON).date())
    asked = next((each for each in terms if each.id == term), terms[0])
    trend, coverage = _trend(room, chosen, asked), _coverage(room, chosen, asked)
    return render(
        request,
        "trends",
        account=account,
        school=chosen,
        schools=room.schools_of(account),
        terms=terms,
        term=asked,
        period=period(trend),
        sentences=sentences(trend, coverage),
        tables=tables(trend, coverage),
        withheld_means=WITHHELD_MEANS,
    )


def _school(room: Desk, account: Account, wanted: str) -> School:
    mine = [s for s in room.schools_of(account) if may(account, Action.READ_TRENDS, s)]
    found = next((school for school in mine if wanted in ("", school.id)), None)
    if found is None:
        raise HTTPException(404)
    return found


def _trend(room: Desk, school: School, term: Term) -> Trend:
    return summarise(room.store.counted(school.id, *_span(term)), term.start, term.end)


def _coverage(room: Desk, school: School, term: Term) -> Coverage:
    return cover(room.store.checks(school.id, *_span(term)), term.start, term.end)


def _span(term: Term) -> tuple[datetime, datetime]:
    return _midnight(term.start), _midnight(term.end + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
