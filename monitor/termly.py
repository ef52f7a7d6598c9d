"""A term is over: its report is published, and goes to the clerk of the governors once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from alerts.deliver import CannotWrite
from alerts.evidence.errors import EvidenceError, Never
from alerts.evidence.pdf import print_pdf
from alerts.governors import Report, as_html
from alerts.routing import term_reader
from alerts.telling import Telling
from alerts.term_news import Paper
from monitor.counts import LONDON, Period
from monitor.domain import Letter
from monitor.publishing import Part, parts
from monitor.reviewing import Reviewer

RECENT = timedelta(weeks=26)  # what ended before is no news; it can be had by monitor report
_TRIES = 3  # of a browser that fails; then the report goes without its PDF


def promise_term(reviewer: Reviewer, school: str, telling: Telling) -> None:
    """Publish what has ended lately, and promise its reader the report. Every step may be done
    again: what is published stays, and a report is promised once."""
    now, reader = reviewer.clock(), term_reader(telling.roster)
    if reader is None:
        return
    for part in _untold(reviewer, school):
        if _is_worth_a_mail(reviewer, school, part):
            due = telling.hours.next_morning(now)
            reviewer.store.promise_term(school, reader, part.period, due=due, now=now)


def _untold(reviewer: Reviewer, school: str) -> list[Part]:
    """The terms that ended lately, with their holidays, and of which nobody was promised a
    report; oldest first."""
    now = reviewer.clock()
    today = now.astimezone(LONDON).date()
    until = reviewer.store.promised_until(school)
    lately = parts(reviewer.terms[school], today - RECENT, today)
    ended = [part for part in lately if now - RECENT <= part.period.end <= now]
    return [part for part in ended if until is None or part.period.start >= until]


def _is_worth_a_mail(reviewer: Reviewer, school: str, part: Part) -> bool:
    """Unless nobody looked in it, and nothing was found: the program was not there yet."""
    period = part.period
    if reviewer.store.looked(school, period.start, period.end):
        reviewer.trend(school, [part])
        return True
    trend = reviewer.trend(school, [part])
    return trend is not None and trend.total != 0


def term_paper(reviewer: Reviewer, letter: Letter, term: Period, browser: Path | None) -> Paper:
    """What is published of *term*, with a PDF if there is a browser. Raises CannotWrite."""
    first, last = term.first_day, term.last_day
    report = reviewer.report(letter.school, first, last)
    return Paper(report=report, pdf=_pdf(report, browser, letter.attempts))


def _pdf(report: Report, browser: Path | None, attempts: int) -> bytes | None:
    if browser is None:
        return None
    try:
        return print_pdf(as_html(report), browser)
    except Never:
        return None
    except EvidenceError as error:
        if attempts < _TRIES:
            raise CannotWrite(str(error)) from error
        return None
