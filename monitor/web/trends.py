"""The governors' page: a term in counts, and no case in particular."""

from __future__ import annotations

from datetime import date, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.charts import Picture
from alerts.figures import HATCHED_MEANS, WITHHELD_MEANS
from monitor.counts import LONDON, Division
from monitor.domain import School
from monitor.store.accounts import Account
from monitor.terms import Term
from monitor.web.desk import Desk, desk
from monitor.web.guard import TrendReader
from monitor.web.page import render
from monitor.web.policy import Action, may

router = APIRouter()

MOST_TERMS = 4
_NEAR = timedelta(weeks=5)
# A drawing brings its own styles, and nothing else of ours may; it is no page, either.
_STYLED = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


@router.get("/trends")
def trends(request: Request, account: TrendReader, school: str = "", term: str = "") -> Response:
    room = desk(request)
    chosen, terms, asked = _asked(room, account, school, term)
    return render(
        request,
        "trends",
        account=account,
        report=room.reviewer.report(chosen.id, asked.start, asked.start),
        schools=room.schools_of(account),
        terms=terms,
        term=asked,
        withheld_means=WITHHELD_MEANS,
        hatched_means=HATCHED_MEANS,
    )


@router.get("/trends/picture")
def picture(
    request: Request, account: TrendReader, of: Division, school: str = "", term: str = ""
) -> Response:
    """One of the report's pictures, as its PDF has it."""
    room = desk(request)
    chosen, _, asked = _asked(room, account, school, term)
    found = room.reviewer.report(chosen.id, asked.start, asked.start).pictures.get(of)
    if found is None:
        raise HTTPException(404)
    return drawing(found)


def drawing(picture: Picture) -> Response:
    return Response(picture.svg, media_type="image/svg+xml", headers=_STYLED)


def _asked(
    room: Desk, account: Account, school: str, term: str
) -> tuple[School, tuple[Term, ...], Term]:
    """The school and the term that are meant, among the terms that can be chosen."""
    chosen = _school(room, account, school)
    terms = room.reviewer.terms[chosen.id].latest(today(room), MOST_TERMS)
    return chosen, terms, named(terms, term) or terms[0]


def named(terms: tuple[Term, ...], wanted: str) -> Term | None:
    """The one that begins on that day, or within some weeks of it: schools differ in that."""
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        return None
    nearest = min(terms, key=lambda one: abs(one.start - day))
    return nearest if abs(nearest.start - day) <= _NEAR else None


def _school(room: Desk, account: Account, wanted: str) -> School:
    mine = [s for s in room.schools_of(account) if may(account, Action.READ_TRENDS, s)]
    found = next((school for school in mine if wanted in ("", school.id)), None)
    if found is None:
        raise HTTPException(404)
    return found


def today(room: Desk) -> date:
    return room.clock().astimezone(LONDON).date()
