"""By which rules and weights posts were judged, and from when on. It says nothing of any post."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select

from monitor.counts import LONDON, Judge
from monitor.store.coverage_tables import JudgeRow
from monitor.store.database import Database, insert_new


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

    def _latest(self) -> str | None:
        query = select(JudgeRow.model).order_by(col(JudgeRow.since).desc()).limit(1)
        with self.reading() as session:
            return session.exec(query).first()


def _judge(row: JudgeRow) -> Judge:
    return Judge(version=row.model, since=row.since.astimezone(LONDON).date())
