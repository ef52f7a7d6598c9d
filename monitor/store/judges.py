"""By which rules and weights posts were judged, and from when on. It says nothing of any post."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from monitor.store.coverage_tables import JudgeRow
from monitor.store.database import Database, insert_new


class Judges(Database):
    def judging_by(self, model: str, now: datetime) -> None:
        """From now on, unless that is known."""
        if self._latest() == model:
            return
        with self.transaction() as session:
            insert_new(session, JudgeRow(since=now, model=model))

    def changes(self, start: datetime, end: datetime) -> list[datetime]:
        """When others came into use in [start, end), oldest first; the first ever is no change."""
        query = select(JudgeRow.since).order_by(col(JudgeRow.since))
        with self.reading() as session:
            known = list(session.exec(query))
        return [at for at in known[1:] if start <= at < end]

    def _latest(self) -> str | None:
        query = select(JudgeRow.model).order_by(col(JudgeRow.since).desc()).limit(1)
        with self.reading() as session:
            return session.exec(query).first()
