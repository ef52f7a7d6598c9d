"""For whoever has several schools, as a trust has: what each has published, and no incident."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from alerts.figures import WITHHELD_MEANS
from alerts.trust import TrustReport
from monitor.store.accounts import Account
from monitor.terms import Term
from monitor.web.desk import Desk, desk
from monitor.web.guard import SchoolsComparer
from monitor.web.page import render
from monitor.web.trends import MOST_TERMS, drawing, named, today

router = APIRouter()


@router.get("/trust")
def trust(request: Request, account: SchoolsComparer, term: str = "") -> Response:
    room = desk(request)
    terms = _terms(room, account)
    asked, report = _asked(room, account, terms, term)
    return render(
        request,
        "trust",
        account=account,
        report=report,
        terms=terms,
        term=asked,
        withheld_means=WITHHELD_MEANS,
    )


@router.get("/trust/picture")
def picture(request: Request, account: SchoolsComparer, of: int, term: str = "") -> Response:
    """One of the report's pictures, as its PDF has it."""
    room = desk(request)
    _, report = _asked(room, account, _terms(room, account), term)
    if not 0 <= of < len(report.pictures):
        raise HTTPException(404)
    return drawing(report.pictures[of])


def _terms(room: Desk, account: Account) -> tuple[Term, ...]:
    """Those that can be chosen, by the calendar of the first school."""
    first = next(iter(room.schools_of(account)), None)
    if first is None:
        raise HTTPException(404)
    return room.reviewer.terms[first.id].latest(today(room), MOST_TERMS)


def _asked(
    room: Desk, account: Account, terms: tuple[Term, ...], term: str
) -> tuple[Term, TrustReport]:
    """The term that is meant; unless one is named, the latest of which anything is published."""
    wanted = named(terms, term)
    reports = [(one, _report(room, account, one)) for one in ([wanted] if wanted else terms)]
    return next((told for told in reports if any(told[1].trends.values())), reports[0])


def _report(room: Desk, account: Account, term: Term) -> TrustReport:
    schools = [school.id for school in room.schools_of(account)]
    return room.reviewer.together(term.start, term.end, schools)
