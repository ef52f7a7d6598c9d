"""How a visit went, the record that it was made, and who must hear of it: one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Connection, bindparam, insert
from sqlmodel import Session, col, or_, select, update

from monitor.counts import LONDON
from monitor.health import (
    CANARIES,
    MOST_FINDS,
    Actor,
    Ailing,
    News,
    Notice,
    SourceHealth,
    quiet_after,
    usual_gap,
    watched_since,
)
from monitor.store.coverage_tables import CheckedDayRow
from monitor.store.database import insert_missing, put
from monitor.store.notices import heard_of, promise, unheard
from monitor.store.rows import health_from_row, health_to_row
from monitor.store.tables import CoverageRow, VisitRow

_MOST_ASKED = 100  # searches kept of one visit
_MOST_WORDS = 400  # characters of one search, or of an error

# Made once: they are asked at every visit.
NEVER_VISITED = VisitRow(school="", source="").model_dump()
_LOOKED_AFTER = tuple(NEVER_VISITED.keys() - {"school", "source", "cursor", "canaries_at"})
_ROW = select(VisitRow.__table__).where(  # type: ignore[attr-defined]  # every table has one
    col(VisitRow.school) == bindparam("school"), col(VisitRow.source) == bindparam("source")
)
_RECORD = insert(CoverageRow)
_AGAIN = (
    update(CheckedDayRow)
    .where(
        col(CheckedDayRow.school) == bindparam("its_school"),
        col(CheckedDayRow.source) == bindparam("its_source"),
        col(CheckedDayRow.day) == bindparam("its_day"),
    )
    .values(
        visits=col(CheckedDayRow.visits) + 1,
        read=or_(col(CheckedDayRow.read), bindparam("well", type_=Boolean)),
    )
)
_FINDS = (
    select(CoverageRow.at)
    .where(
        col(CoverageRow.school) == bindparam("school"),
        col(CoverageRow.source) == bindparam("source"),
        col(CoverageRow.new) > 0,
    )
    .order_by(col(CoverageRow.at).desc())
    .limit(MOST_FINDS)
)


class Logbook:
    """The health row of one source for one school, open for writing; `close` writes it down."""

    def __init__(self, connection: Connection, school: str, source: str) -> None:
        self._connection = connection
        self._key = {"school": school, "source": source}
        row = connection.execute(_ROW, self._key).first()
        self._visited_at = row.visited_at if row else None
        self._health = health_from_row(row) if row else SourceHealth(school=school, source=source)

    def went_well(
        self,
        now: datetime,
        every: timedelta,
        *,
        new: int = 0,
        asked: Sequence[str] = (),
        silence: timedelta | None = None,
    ) -> None:
        """*silence*: how long a school lets it be quiet, where it does not want us to learn."""
        before, self._visited_at = self._health, now
        self._health = replace(
            before,
            watched_since=watched_since(before, now, every),
            last_success_at=now,
            next_visit_at=now + every,
            failing_since=None,
            failures=0,
            successes=before.successes + 1,
            error="",
            needs_a_person=False,
            actor=Actor.NOBODY,
        )
        if self._cover(now, new=new, asked=asked) or new:
            self._learn()
        if silence is not None:
            self._health = replace(self._health, quiet_after=silence)

    def went_badly(
        self,
        now: datetime,
        error: str,
        *,
        again_in: timedelta,
        needs_a_person: bool,
        actor: Actor,
        new: int = 0,
        asked: Sequence[str] = (),
    ) -> None:
        before, self._visited_at = self._health, now
        wait = min(again_in * 2 ** min(before.failures, 10), max(again_in, timedelta(days=1)))
        self._health = replace(
            before,
            next_visit_at=now + wait,
            failing_since=before.failing_since or now,
            failures=before.failures + 1,
            successes=0,
            error=error,
            needs_a_person=needs_a_person,
            actor=actor,
        )
        self._cover(now, new=new, asked=asked, error=error)

    def canaries(self, now: datetime, trouble: str) -> None:
        """What today's canaries say is wrong; nothing if they were answered as they must be."""
        before = self._health
        self._health = replace(
            before,
            canary=trouble,
            canary_failures=min(before.canary_failures + 1, CANARIES) if trouble else 0,
            canary_failing_since=(before.canary_failing_since or now) if trouble else None,
        )

    def health(self) -> SourceHealth:
        return self._health

    def settle(self, ailing: Ailing | None, notices: Iterable[Notice]) -> None:
        """What is wrong from now on, and who must hear of it."""
        if ailing != self._health.ailing:
            self._health = replace(self._health, ailing=ailing, told_times=0, told_at=None)
        for notice in notices:
            self._tell(notice)

    def close(self) -> None:
        health = health_to_row(self._health)
        row = {**NEVER_VISITED, **health, "visited_at": self._visited_at}
        put(self._connection, VisitRow, row, _LOOKED_AFTER)

    def _tell(self, notice: Notice) -> None:
        """Seldom, so it may cost a session."""
        with Session(self._connection) as session, session.begin():
            if not _is_news(session, notice):
                return
            promise(session, notice)
        if notice.news is not News.MENDED:
            told = self._health.told_times + 1
            self._health = replace(self._health, told_times=told, told_at=notice.at)

    def _learn(self) -> None:
        """From the visits that are remembered and brought something new."""
        finds = self._connection.scalars(_FINDS, self._key).all()
        self._health = replace(
            self._health, usual_gap=usual_gap(finds), quiet_after=quiet_after(finds)
        )

    def _cover(self, now: datetime, *, new: int, asked: Sequence[str], error: str = "") -> bool:
        """Whether it is the first visit of the day."""
        kept = [words[:_MOST_WORDS] for words in asked[:_MOST_ASKED]]
        visit = {
            **self._key,
            "at": now,
            "asked": json.dumps(kept, ensure_ascii=False),
            "new": new,
            "error": error[:_MOST_WORDS],
        }
        self._connection.execute(_RECORD, visit)
        return self._note_day(now, read=not error)

    def _note_day(self, now: datetime, *, read: bool) -> bool:
        day, its = now.astimezone(LONDON).date(), self._key
        again = {"its_school": its["school"], "its_source": its["source"], "its_day": day}
        if self._connection.execute(_AGAIN, {**again, "well": read}).rowcount:
            return False
        first = {**its, "day": day, "visits": 1, "read": read}
        return insert_missing(self._connection, CheckedDayRow, first) == 1


def _is_news(session: Session, notice: Notice) -> bool:
    """Nobody is reminded of what they are still to hear, nor told of the end of a trouble of
    which they never heard."""
    if notice.news is News.REMINDER:
        return not unheard(session, notice)
    return notice.news is News.TROUBLE or heard_of(session, notice)
