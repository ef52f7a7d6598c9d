"""The incident log, read back, and the mentions counted without their words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.domain import Assessment, Case, Counted, EvidenceState, IncidentState
from monitor.store.database import Database
from monitor.store.rows import (
    evidence_from_row,
    incident_from_row,
    sighting_from_row,
    told_from_row,
)
from monitor.store.tables import AlertRow, CaptureRow, IncidentRow, LetterRow, MentionRow
from monitor.wire import assessment_from_json

_AT_ONCE = 500  # keys in one query; SQLite allows 32,766


class Cases(Database):
    def cases(
        self,
        school: str | None = None,
        state: IncidentState | None = None,
        since: datetime | None = None,
    ) -> list[Case]:
        """Newest first."""
        query = select(IncidentRow)
        if school is not None:
            query = query.where(IncidentRow.school == school)
        if state is not None:
            query = query.where(IncidentRow.state == state)
        if since is not None:
            query = query.where(IncidentRow.opened_at >= since)
        with self.reading() as session:
            rows = session.exec(
                query.order_by(col(IncidentRow.opened_at).desc(), col(IncidentRow.number).desc())
            ).all()
            return cases_of(session, rows)

    def case(self, number: str) -> Case | None:
        with self.reading() as session:
            rows = session.exec(select(IncidentRow).where(IncidentRow.number == number)).all()
            return next(iter(cases_of(session, rows)), None)

    def assessments(self) -> list[Assessment]:
        """What was thought of every mention that is still remembered."""
        with self.reading() as session:
            rows = session.exec(select(MentionRow.assessment))
            return [assessment_from_json(json.loads(row)) for row in rows]

    def counted(self, school: str, start: datetime, end: datetime) -> list[Counted]:
        """Mentions about the school first seen in [start, end), without their words."""
        query = select(MentionRow).where(
            MentionRow.school == school,
            col(MentionRow.about_school).is_(True),
            MentionRow.first_seen_at >= start,
            MentionRow.first_seen_at < end,
        )
        with self.reading() as session:
            return [_counted(row) for row in session.exec(query.order_by(*_OLDEST_FIRST))]


_OLDEST_FIRST = (
    col(MentionRow.first_seen_at),
    col(MentionRow.source),
    col(MentionRow.external_id),
)


def _counted(row: MentionRow) -> Counted:
    assessment = assessment_from_json(json.loads(row.assessment))
    return Counted(
        first_seen_at=row.first_seen_at,
        source=row.source,
        categories=assessment.categories,
        severity=assessment.severity,
        sentiment=assessment.sentiment,
        criticism=assessment.criticism,
    )


def cases_of(session: Session, rows: Iterable[IncidentRow]) -> list[Case]:
    """A fixed number of queries for each 500 incidents, however many mentions they have."""
    rows = list(rows)
    found: list[Case] = []
    for first in range(0, len(rows), _AT_ONCE):
        found += _some_cases(session, rows[first : first + _AT_ONCE])
    return found


def _some_cases(session: Session, rows: list[IncidentRow]) -> list[Case]:
    keys = [row.key for row in rows]
    mentions: dict[str | None, list[MentionRow]] = defaultdict(list)
    for mention in session.exec(
        select(MentionRow).where(col(MentionRow.incident).in_(keys)).order_by(*_OLDEST_FIRST)
    ):
        mentions[mention.incident].append(mention)
    captures: dict[str | None, list[CaptureRow]] = defaultdict(list)
    for capture in session.exec(
        select(CaptureRow).where(
            col(CaptureRow.incident).in_(keys), CaptureRow.state != EvidenceState.WANTED
        )
    ):
        captures[capture.incident].append(capture)
    letters: dict[str, list[LetterRow]] = defaultdict(list)
    for incident, letter in session.exec(
        select(AlertRow.incident, LetterRow)
        .join(LetterRow)
        .where(col(AlertRow.incident).in_(keys))
        .order_by(col(AlertRow.key))
    ):
        letters[incident].append(letter)
    return [
        Case(
            incident=incident_from_row(row),
            sightings=tuple(map(sighting_from_row, mentions[row.key])),
            evidence=tuple(map(evidence_from_row, sorted(captures[row.key], key=lambda c: c.id))),
            told=tuple(map(told_from_row, letters[row.key])),
        )
        for row in rows
    ]
