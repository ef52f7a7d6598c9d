"""How far each source has been read, when it is due again, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, select

from monitor.domain import SourceHealth
from monitor.store.database import Database
from monitor.store.tables import VisitRow


class Visits(Database):
    def cursor(self, school: str, source: str) -> str | None:
        with self.reading() as session:
            row = session.get(VisitRow, (school, source))
            return row.cursor if row else None

    def save_cursor(self, school: str, source: str, cursor: str) -> None:
        with self.transaction() as session:
            row = _row(session, school, source)
            row.cursor = cursor
            session.add(row)

    def due(self, school: str, source: str, now: datetime) -> bool:
        with self.reading() as session:
            row = session.get(VisitRow, (school, source))
            return row is None or row.next_visit_at is None or row.next_visit_at <= now

    def visited(self, school: str, source: str, now: datetime, every: timedelta) -> None:
        """A visit went well."""
        with self.transaction() as session:
            row = _row(session, school, source)
            row.last_success_at, row.next_visit_at = now, now + every
            row.failing_since, row.failures = None, 0
            row.error, row.needs_a_person = "", False
            session.add(row)

    def failed(
        self,
        school: str,
        source: str,
        now: datetime,
        error: str,
        *,
        again_in: timedelta,
        needs_a_person: bool,
    ) -> None:
        """A visit went badly; *again_in* is the wait after a first failure, doubled by each
        further one up to a day."""
        with self.transaction() as session:
            row = _row(session, school, source)
            wait = min(again_in * 2 ** min(row.failures, 10), max(again_in, timedelta(days=1)))
            row.next_visit_at = now + wait
            row.failing_since = row.failing_since or now
            row.failures += 1
            row.error, row.needs_a_person = error, needs_a_person
            session.add(row)

    def health(self) -> list[SourceHealth]:
        with self.reading() as session:
            rows = session.exec(select(VisitRow).order_by(VisitRow.school, VisitRow.source))
            return [
                SourceHealth(
                    source=row.source,
                    school=row.school,
                    last_success_at=row.last_success_at,
                    next_visit_at=row.next_visit_at,
                    error=row.error,
                    failing_since=row.failing_since,
                    needs_a_person=row.needs_a_person,
                )
                for row in rows
            ]


def _row(session: Session, school: str, source: str) -> VisitRow:
    return session.get(VisitRow, (school, source), with_for_update=True) or VisitRow(
        school=school, source=source
    )
