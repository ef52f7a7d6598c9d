"""The record of what was checked: which source, when, for what, with which result."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select

from monitor.counts import LONDON
from monitor.coverage import SourceDay
from monitor.domain import AlertState
from monitor.health import Check
from monitor.store.coverage_tables import CheckedDayRow
from monitor.store.database import Database
from monitor.store.tables import AlertRow, CoverageRow, LetterRow, NoticeRow
from monitor.term_letter import LETTER as TERM


class Coverage(Database):
    def checks(self, school: str, start: datetime, end: datetime) -> list[Check]:
        """Every visit in [start, end), oldest first."""
        query = (
            select(CoverageRow)
            .where(CoverageRow.school == school, CoverageRow.at >= start, CoverageRow.at < end)
            .order_by(col(CoverageRow.at), col(CoverageRow.id))
            .execution_options(yield_per=1000)
        )
        with self.reading() as session:
            return [
                Check(
                    source=row.source,
                    at=row.at,
                    asked=tuple(json.loads(row.asked)),
                    new=row.new,
                    error=row.error,
                )
                for row in session.exec(query)
            ]

    def checked_days(self, school: str, first: date, last: date) -> list[SourceDay]:
        """The same in short: what each source was on each day, both days included."""
        query = select(CheckedDayRow).where(
            CheckedDayRow.school == school,
            CheckedDayRow.day >= first,
            CheckedDayRow.day <= last,
        )
        with self.reading() as session:
            return [
                SourceDay(source=row.source, day=row.day, visits=row.visits, read=row.read)
                for row in session.exec(query)
            ]

    def looked(self, school: str, start: datetime, end: datetime) -> bool:
        """Whether there was any visit in [start, end)."""
        query = select(CoverageRow.id).where(
            CoverageRow.school == school, CoverageRow.at >= start, CoverageRow.at < end
        )
        with self.reading() as session:
            return session.exec(query.limit(1)).first() is not None

    def forgettable_checks(self, before: datetime) -> int:
        with self.reading() as session:
            return session.exec(select(func.count()).where(_old(before))).one()

    def forget_checks(self, before: datetime) -> int:
        """Delete the record of visits before then, and of that time the mails that have left and
        tell of no incident: about sources, of a week, of the custody log."""
        with self.transaction() as session:
            done = session.execute(delete(CoverageRow).where(_old(before)))
            waiting = select(LetterRow.key).where(LetterRow.state == AlertState.WAITING)
            old = (col(NoticeRow.at) < before, col(NoticeRow.letter).not_in(waiting))
            days = col(CheckedDayRow.day) < before.astimezone(LONDON).date()
            session.execute(delete(CheckedDayRow).where(days))
            session.execute(delete(NoticeRow).where(*old))
            session.execute(
                delete(LetterRow).where(
                    col(LetterRow.state) != AlertState.WAITING,
                    col(LetterRow.due_at) < before,
                    ~col(LetterRow.key).startswith(f"{TERM}:"),  # or it would be sent again
                    col(LetterRow.key).not_in(select(NoticeRow.letter)),
                    col(LetterRow.key).not_in(select(AlertRow.letter)),
                )
            )
            return int(done.rowcount)  # type: ignore[attr-defined]  # a delete's result has it


def _old(before: datetime) -> ColumnElement[bool]:
    return col(CoverageRow.at) < before
