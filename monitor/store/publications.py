"""What was published of each part of a school's time: counted once and for good."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from monitor.counts import Division, Period, Table, Trend, Wait
from monitor.domain import AlertState, Role, Urgency
from monitor.publishing import to_be_counted
from monitor.store.database import Database, insert_new, one_writer
from monitor.store.tables import LetterRow, PublicationRow
from monitor.term_letter import LETTER, letter_key, period_in


class Publications(Database):
    def promised_until(self, school: str) -> datetime | None:
        """The end of the latest term of which the report was promised to anybody."""
        with self.reading() as session:
            return _promised_until(session, school)

    def promise_term(
        self, school: str, role: Role, term: Period, *, due: datetime, now: datetime
    ) -> bool:
        """Promise *role* the report of *term*. False if one was promised that holds a part of
        it: so nobody is sent a term twice, not even where its dates were corrected since."""
        with self.transaction() as session:
            one_writer(session, school)
            until = _promised_until(session, school)
            if until is not None and term.start < until:
                return False
            letter = LetterRow(
                key=letter_key(school, term),
                school=school,
                role=role,
                urgency=Urgency.DIGEST,
                state=AlertState.WAITING,
                promised_at=now,
                due_at=due,
            )
            return insert_new(session, letter)

    def published(self, school: str, parts: Iterable[Period]) -> list[Trend]:
        """What was published of *parts*, oldest first; each as it was then."""
        with self.reading() as session:
            return _published(session, school, parts)

    def published_of_all(self, parts: Mapping[str, Sequence[Period]]) -> dict[str, list[Trend]]:
        """The same of many schools at once, each with parts of its own."""
        every = [part for own in parts.values() for part in own]
        if not every:
            return {}
        found: dict[str, list[Trend]] = {school: [] for school in parts}
        query = _those(every).where(col(PublicationRow.school).in_(parts))
        with self.reading() as session:
            for row in session.exec(query):
                found[row.school].append(_trend(row))
        return {school: _among(trends, parts[school]) for school, trends in found.items()}

    def publish(
        self,
        school: str,
        parts: Iterable[Period],
        count: Callable[[Period], Trend],
        clock: Callable[[], datetime],
    ) -> list[Trend]:
        """The same, after what was still missing of it has been counted: all in one transaction,
        so that two who ask at once are shown the same numbers. The time is taken when nobody
        else can write: what is entered later is first seen later."""
        parts = list(parts)
        with self.transaction() as session:
            one_writer(session, school)
            now = clock()
            known = [trend.period for trend in _published(session, school, parts)]
            for period in to_be_counted(parts, known, now):
                session.add(_row(school, count(period), now))
            session.flush()
            return _published(session, school, parts)


def _promised_until(session: Session, school: str) -> datetime | None:
    mine = f"{LETTER}:{school}:"
    query = select(LetterRow.key).where(
        LetterRow.school == school, col(LetterRow.key).startswith(mine, autoescape=True)
    )
    terms = (period_in(key) for key in session.exec(query))
    return max((term.end for term in terms if term), default=None)


def _published(session: Session, school: str, parts: Iterable[Period]) -> list[Trend]:
    parts = list(parts)
    if not parts:
        return []
    query = _those(parts).where(PublicationRow.school == school)
    return _among(map(_trend, session.exec(query)), parts)


def _those(parts: Sequence[Period]) -> SelectOfScalar[PublicationRow]:
    """What was published between the first and the last of *parts*."""
    within = (
        PublicationRow.start_at < max(part.end for part in parts),
        PublicationRow.end_at > min(part.start for part in parts),
    )
    return select(PublicationRow).where(*within).order_by(col(PublicationRow.start_at))


def _among(trends: Iterable[Trend], parts: Sequence[Period]) -> list[Trend]:
    return [trend for trend in trends if any(trend.period.meets(part) for part in parts)]


def _row(school: str, trend: Trend, now: datetime) -> PublicationRow:
    numbers = {
        "total": trend.total,
        "incidents": trend.incidents,
        "waits": {wait.value: span.total_seconds() for wait, span in trend.waits.items()},
        "tables": {division.value: dict(table) for division, table in trend.tables.items()},
    }
    return PublicationRow(
        school=school,
        start_at=trend.period.start,
        end_at=trend.period.end,
        published_at=now,
        numbers=json.dumps(numbers),
    )


def _trend(row: PublicationRow) -> Trend:
    numbers = json.loads(row.numbers)
    tables: dict[str, Table] = numbers["tables"]
    waits: dict[str, float] = numbers["waits"]
    return Trend(
        period=Period(start=row.start_at, end=row.end_at),
        total=numbers["total"],
        incidents=numbers["incidents"],
        waits={w: timedelta(seconds=waits[w]) for w in Wait if w in waits},
        tables={d: tables[d] for d in Division if d in tables},
    )
