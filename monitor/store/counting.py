"""Mentions and incidents read for counting: when and what kind, and not a word of them."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from monitor.counts import Counted, Handled, Outcome
from monitor.domain import Category, Decision, Sentiment, Severity
from monitor.store.database import Database
from monitor.store.tables import AlertRow, IncidentRow, LetterRow, MentionRow
from monitor.wire import AssessmentJson

_STREAMED = 1000  # rows held at a time
_NO_CONCERN = (Decision.CRITICISM, Decision.NO_CONCERN)


class Counting(Database):
    def counted(self, school: str, start: datetime, end: datetime) -> list[Counted]:
        """Mentions about the school first seen in [start, end); not those that a person found to
        be about another."""
        query = (
            select(
                col(MentionRow.first_seen_at),
                col(MentionRow.published_at),
                col(MentionRow.source),
                col(MentionRow.assessment),
                col(IncidentRow.decision),
            )
            .join_from(MentionRow, IncidentRow, isouter=True)
            .where(
                col(MentionRow.school) == school,
                col(MentionRow.about_school).is_(True),
                col(MentionRow.first_seen_at) >= start,
                col(MentionRow.first_seen_at) < end,
                func.coalesce(IncidentRow.decision, "") != Decision.NOT_US,
            )
            .order_by(
                col(MentionRow.first_seen_at), col(MentionRow.source), col(MentionRow.external_id)
            )
            .execution_options(yield_per=_STREAMED)
        )
        with self.reading() as session:
            return [_counted(*row) for row in session.execute(query)]

    def handled(self, school: str, start: datetime, end: datetime) -> list[Handled]:
        """Incidents opened in [start, end), with what was done."""
        told = (
            select(col(AlertRow.incident), func.min(col(LetterRow.sent_at)).label("at"))
            .join_from(AlertRow, LetterRow)
            .group_by(col(AlertRow.incident))
            .subquery()
        )
        opened = col(IncidentRow.opened_at)
        query = (
            select(opened, told.c.at, col(IncidentRow.closed_at), col(IncidentRow.decision))
            .join_from(IncidentRow, told, told.c.incident == col(IncidentRow.key), isouter=True)
            .where(col(IncidentRow.school) == school, opened >= start, opened < end)
            .order_by(opened, col(IncidentRow.key))
        )
        with self.reading() as session:
            return [_handled(*row) for row in session.execute(query)]


def _counted(
    seen: datetime, published: datetime | None, source: str, assessment: str, decision: str | None
) -> Counted:
    judged: AssessmentJson = json.loads(assessment)
    in_log = decision is not None
    return Counted(
        first_seen_at=seen,
        source=source,
        categories=frozenset(map(Category, judged["categories"])),
        severity=Severity(judged["severity"]),
        sentiment=Sentiment(judged["sentiment"]),
        criticism=judged["criticism"] or decision == Decision.CRITICISM,
        in_log=in_log and decision not in _NO_CONCERN,
        waited=seen - published if published and published <= seen else None,
    )


def _handled(
    opened: datetime, told: datetime | None, closed: datetime | None, decision: str
) -> Handled:
    return Handled(
        opened_at=opened,
        told_at=told,
        closed_at=closed,
        outcome=Outcome(decision) if decision else Outcome.UNSAID,
    )
