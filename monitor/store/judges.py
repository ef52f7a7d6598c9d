"""By which rules and weights posts were judged, and from when on; and what was thought of the
posts of the last days, so that it can be thought over again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.counts import LONDON, Judge
from monitor.domain import Sighting
from monitor.store.coverage_tables import JudgeRow
from monitor.store.database import Database, insert_new
from monitor.store.rows import sighting_from_row
from monitor.store.tables import IncidentRow, MentionRow

_AT_ONCE = 200  # posts held at a time


class Judges(Database):
    def judging_by(self, model: str, now: datetime) -> None:
        """From now on, unless that is known."""
        if self._latest() == model:
            return
        with self.transaction() as session:
            insert_new(session, JudgeRow(since=now, model=model))

    def judges(self, start: datetime, end: datetime) -> list[Judge]:
        """Those that judged anything in [start, end), oldest first."""
        query = select(JudgeRow).where(JudgeRow.since < end).order_by(col(JudgeRow.since))
        with self.reading() as session:
            known = list(session.exec(query))
        before = sum(row.since <= start for row in known)  # all but the last of them were gone
        return [_judge(row) for row in known[max(0, before - 1) :]]

    def judged(self, school: str, since: datetime) -> Iterator[tuple[Sighting, str]]:
        """Each post first seen from *since* on, oldest first, as it then was; with the number of
        its incident, or nothing."""
        query = (
            select(MentionRow.source, MentionRow.external_id)
            .where(MentionRow.school == school, MentionRow.first_seen_at >= since)
            .order_by(col(MentionRow.first_seen_at), col(MentionRow.external_id))
        )
        with self.reading() as session:
            keys = list(session.exec(query))
        for at in range(0, len(keys), _AT_ONCE):
            with self.reading() as session:
                some = [_judged(session, school, key) for key in keys[at : at + _AT_ONCE]]
            yield from (one for one in some if one is not None)

    def _latest(self) -> str | None:
        query = select(JudgeRow.model).order_by(col(JudgeRow.since).desc()).limit(1)
        with self.reading() as session:
            return session.exec(query).first()


def _judged(session: Session, school: str, key: tuple[str, str]) -> tuple[Sighting, str] | None:
    """None if it was forgotten in the meantime."""
    row = session.get(MentionRow, (school, *key))
    if row is None:
        return None
    incident = session.get(IncidentRow, row.incident) if row.incident else None
    return sighting_from_row(row), incident.number if incident else ""


def _judge(row: JudgeRow) -> Judge:
    return Judge(version=row.model, since=row.since.astimezone(LONDON).date())
