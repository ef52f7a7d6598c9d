"""The weekly summary: promised once for each week, and put together when it leaves."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from monitor.domain import AlertState, Incident, IncidentState, Role, Sentiment, Urgency
from monitor.store.cases import Cases, Wanted
from monitor.store.counting import Counting
from monitor.store.coverage import Coverage
from monitor.store.database import insert_new
from monitor.store.tables import EventRow, LetterRow
from monitor.store.visits import Visits
from monitor.week import LETTER, Week, letter_key, span_in

WEEK = timedelta(days=7)
_EARLIER = 8  # weeks, from which we learn what is usual
_MOST = 1000

# Which incidents each role may know of, as in the dashboard. A week names none of the others,
# and counts none of them.
_ABOUT_HEAD = frozenset({Role.DSL, Role.CHAIR_OF_GOVERNORS})
_CHILD_SAFETY = frozenset({Role.DSL, Role.HEAD})


class Weeks(Visits, Coverage, Cases, Counting):
    def promise_week(self, school: str, role: Role, end: datetime, now: datetime) -> bool:
        """Promise the summary of the days up to *end*, which is when it leaves: from where the
        one before ended. False if it was promised before."""
        with self.reading() as session:
            start = _last_end(session, school, role) or end - WEEK
        if start >= end:
            return False
        with self.transaction() as session:
            letter = LetterRow(
                key=letter_key(school, role, start, end),
                school=school,
                role=role,
                urgency=Urgency.DIGEST,
                state=AlertState.WAITING,
                promised_at=now,
                due_at=end,
            )
            return insert_new(session, letter)

    def week_in(self, letter_key: str, school: str, role: Role) -> Week | None:
        """What such a letter tells; None of any other letter."""
        span = span_in(letter_key)
        return self._week(school, role, *span) if span else None

    def _week(self, school: str, role: Role, start: datetime, end: datetime) -> Week:
        checks = self.checks(school, start, end)
        last = {check.source: check for check in checks}
        counted = self.counted(school, start, end)
        known = self._known(school, role)
        fresh = [one for one in known if start <= one.opened_at < end]
        still = [one for one in known if one.state is IncidentState.OPEN and one.opened_at < end]
        return Week(
            start=start,
            end=end,
            looked=sum(not check.error for check in checks),
            places=len(last),
            unseen=tuple(sorted(name for name, check in last.items() if check.error)),
            posts=len(counted),
            usual=self._usual(school, start, end - start),
            criticism=sum(one.criticism and not one.in_log for one in counted),
            praise=Counter(
                one.source
                for one in counted
                if one.sentiment is Sentiment.POSITIVE and not one.in_log and not one.criticism
            ),
            incidents=tuple(sorted(fresh, key=lambda one: (-one.severity.rank, one.number))),
            open=len(still),
            unanswered=self._untouched([one.key for one in still]),
        )

    def _known(self, school: str, role: Role) -> list[Incident]:
        wanted = Wanted(
            schools=(school,), about_head=role in _ABOUT_HEAD, child_safety=role in _CHILD_SAFETY
        )
        return [one.incident for one in self.listed(wanted, limit=_MOST)]

    def _usual(self, school: str, start: datetime, length: timedelta) -> float | None:
        """Posts in as long a time, on average of the weeks in which we looked; None of few."""
        earlier = start - _EARLIER * WEEK
        weeks = {(start - check.at) // WEEK for check in self.checks(school, earlier, start)}
        if len(weeks) < _EARLIER // 2:
            return None
        found = len(self.counted(school, earlier, start))
        return found / len(weeks) * (length / WEEK)

    def _untouched(self, incidents: list[str]) -> int:
        query = select(EventRow.incident).where(col(EventRow.incident).in_(incidents)).distinct()
        with self.reading() as session:
            return len(incidents) - len(session.exec(query).all())


def _last_end(session: Session, school: str, role: Role) -> datetime | None:
    """When the latest week ended that was promised to this role."""
    mine = f"{LETTER}:{school}:{role}:"
    query = select(LetterRow.key).where(
        LetterRow.school == school, col(LetterRow.key).startswith(mine, autoescape=True)
    )
    spans = (span_in(key) for key in session.exec(query))
    return max((span[1] for span in spans if span), default=None)
