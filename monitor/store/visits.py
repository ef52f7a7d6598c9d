"""How far each source has been read, when it is due again, and how it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, case, tuple_
from sqlmodel import col, func, select

from monitor.health import CLOCK_SLACK, LATE, Actor, Grade, SourceHealth
from monitor.store.database import Database, one_writer, put
from monitor.store.logbook import NEVER_VISITED, Logbook
from monitor.store.rows import health_from_row
from monitor.store.tables import VisitRow

SourceKey = tuple[str, str]  # school, source
_DAY = timedelta(days=1)

# Made once: they are asked at every visit.
_THIS = (
    col(VisitRow.school) == bindparam("school"),
    col(VisitRow.source) == bindparam("source"),
)
_BEFORE = select(VisitRow.cursor, VisitRow.canaries_at).where(*_THIS)
_CANARIES_AT = select(VisitRow.canaries_at).where(*_THIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a visit must know of those before it: how far they read, and when they last asked
    canaries."""

    cursor: str | None = None
    canaries_at: datetime | None = None


class Visits(Database):
    def before(self, school: str, source: str) -> Before:
        with self.looking() as connection:
            row = connection.execute(_BEFORE, {"school": school, "source": source}).first()
        return Before(cursor=row[0], canaries_at=row[1]) if row else Before()

    def cursor(self, school: str, source: str) -> str | None:
        return self.before(school, source).cursor

    def save_cursor(self, school: str, source: str, cursor: str) -> None:
        row = {**NEVER_VISITED, "school": school, "source": source, "cursor": cursor}
        with self.changing() as connection:
            put(connection, VisitRow, row, ("cursor",))

    def resting(self, now: datetime) -> set[tuple[str, str]]:
        """School and source of those that are not due. After the clock was set back all are:
        or nobody would look until it has caught up."""
        query = select(VisitRow.school, VisitRow.source).where(
            col(VisitRow.next_visit_at) > now,
            col(VisitRow.visited_at).is_(None) | (col(VisitRow.visited_at) <= now + CLOCK_SLACK),
        )
        with self.reading() as session:
            return {(school, source) for school, source in session.exec(query)}

    @contextmanager
    def recording(self, school: str, source: str) -> Iterator[Logbook]:
        """One transaction in which is written down how a visit went, and what follows."""
        with self.changing() as connection:
            one_writer(connection, school)
            book = Logbook(connection, school, source)
            yield book
            book.close()

    def visited(self, school: str, source: str, now: datetime, every: timedelta) -> None:
        """A visit went well."""
        with self.recording(school, source) as book:
            book.went_well(now, every)

    def failed(
        self,
        school: str,
        source: str,
        now: datetime,
        error: str,
        *,
        again_in: timedelta,
        needs_a_person: bool,
        actor: Actor = Actor.NOBODY,
    ) -> None:
        """A visit went badly; *again_in* is the wait after a first failure, doubled by each
        further one up to a day."""
        with self.recording(school, source) as book:
            book.went_badly(
                now, error, again_in=again_in, needs_a_person=needs_a_person, actor=actor
            )

    def take_canaries(self, school: str, source: str, now: datetime) -> bool:
        """Whether its canaries may be asked today. Taken before they are asked, so that no
        other program and no restart spends the day's budget twice."""
        its = {"school": school, "source": source}
        with self.changing() as connection:
            one_writer(connection, school)
            if is_taken(connection.scalar(_CANARIES_AT, its), now):
                return False
            taken = {**NEVER_VISITED, **its, "canaries_at": now}
            put(connection, VisitRow, taken, ("canaries_at",))
            return True

    def health(self, keys: Iterable[SourceKey] | None = None) -> list[SourceHealth]:
        """Of all, or of those that *keys* name: by school, then by source."""
        query = select(VisitRow).order_by(VisitRow.school, VisitRow.source)
        if keys is not None:
            query = query.where(tuple_(col(VisitRow.school), col(VisitRow.source)).in_(keys))
        with self.reading() as session:
            return [health_from_row(row) for row in session.exec(query)]

    def grades(
        self, schools: Collection[str], now: datetime, at_best: Grade = Grade.WELL
    ) -> dict[SourceKey, Grade]:
        """How each source that was ever visited for these schools is, at a glance; no more
        than those that are *at_best* so."""
        grade = _grade(now)
        query = select(VisitRow.school, VisitRow.source, grade).where(
            col(VisitRow.school).in_(schools), grade <= at_best
        )
        with self.reading() as session:
            return {(school, source): Grade(n) for school, source, n in session.exec(query)}

    def last_read(self, schools: Collection[str]) -> dict[str, datetime]:
        """When each source was last read well for any of these schools, by its name."""
        at = col(VisitRow.last_success_at)
        query = (
            select(VisitRow.source, func.max(at))
            .where(col(VisitRow.school).in_(schools), at.is_not(None))
            .group_by(VisitRow.source)
        )
        with self.reading() as session:
            return {source: at for source, at in session.exec(query) if at is not None}

    def cursors(self, keys: Iterable[SourceKey]) -> dict[SourceKey, str | None]:
        """How far these have been read, as their kinds keep it."""
        this = tuple_(col(VisitRow.school), col(VisitRow.source)).in_(keys)
        query = select(VisitRow.school, VisitRow.source, VisitRow.cursor).where(this)
        with self.reading() as session:
            return {(school, source): cursor for school, source, cursor in session.exec(query)}


def is_taken(last: datetime | None, now: datetime) -> bool:
    """Whether the canaries of today are, where they were last asked at that time. A clock put
    back by a day does not take them again."""
    today = now.astimezone(UTC).date()
    return last is not None and today <= last.astimezone(UTC).date() <= today + _DAY


def _grade(now: datetime) -> ColumnElement[int]:
    """As monitor.health_words.state says it of one."""
    error, doubt = col(VisitRow.error) != "", col(VisitRow.canary) != ""
    return case(
        (error & col(VisitRow.needs_a_person), Grade.NEEDS_SOMEONE),
        (error, Grade.UNREADABLE),
        (doubt | (col(VisitRow.ailment) != ""), Grade.DOUBTFUL),
        (col(VisitRow.last_success_at).is_(None), Grade.UNREAD),
        (col(VisitRow.next_visit_at) < now - LATE, Grade.OVERDUE),
        else_=Grade.WELL,
    )
