"""How a visit went, the record that it was made, and who must hear of it: one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Boolean, bindparam, insert
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
from monitor.store.database import insert_new
from monitor.store.notices import heard_of, promise, unheard
from monitor.store.rows import health_from_row, visit_row
from monitor.store.tables import CoverageRow

_MOST_ASKED = 100  # searches kept of one visit
_MOST_WORDS = 400  # characters of one search, or of an error

# Made once: they are asked at every visit.
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


class Logbook:
    """The health row of one source for one school, open for writing."""

    def __init__(self, session: Session, school: str, source: str) -> None:
        self._session, self._key = session, (school, source)
        self._row = visit_row(session, school, source)

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
        row = self._row
        row.watched_since = watched_since(health_from_row(row), now, every)
        row.visited_at = row.last_success_at = now
        row.next_visit_at = now + every
        row.failing_since, row.failures = None, 0
        row.successes += 1
        row.error, row.needs_a_person, row.actor = "", False, Actor.NOBODY
        if self._cover(now, new=new, asked=asked) or new:
            self._learn()
        if silence is not None:
            row.quiet_after_s = _seconds(silence)

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
        row = self._row
        wait = min(again_in * 2 ** min(row.failures, 10), max(again_in, timedelta(days=1)))
        row.visited_at, row.next_visit_at = now, now + wait
        row.failing_since = row.failing_since or now
        row.failures += 1
        row.successes = 0
        row.error, row.needs_a_person, row.actor = error, needs_a_person, actor
        self._cover(now, new=new, asked=asked, error=error)

    def canaries(self, now: datetime, trouble: str) -> None:
        """What today's canaries say is wrong; nothing if they were answered as they must be."""
        row = self._row
        row.canary = trouble
        row.canary_failures = min(row.canary_failures + 1, CANARIES) if trouble else 0
        row.canary_failing_since = (row.canary_failing_since or now) if trouble else None

    def health(self) -> SourceHealth:
        return health_from_row(self._row)

    def settle(self, ailing: Ailing | None, notices: Iterable[Notice]) -> None:
        """What is wrong from now on, and who must hear of it."""
        row = self._row
        if ailing != self.health().ailing:
            row.told_times, row.told_at = 0, None
        row.ailment = ailing.ailment if ailing else ""
        row.ailing_since = ailing.since if ailing else None
        for notice in notices:
            if self._is_news(notice):
                promise(self._session, notice)
                if notice.news is not News.MENDED:
                    row.told_times, row.told_at = row.told_times + 1, notice.at

    def _is_news(self, notice: Notice) -> bool:
        """Nobody is reminded of what they are still to hear, nor told of the end of a trouble
        of which they never heard."""
        if notice.news is News.REMINDER:
            return not unheard(self._session, notice)
        return notice.news is News.TROUBLE or heard_of(self._session, notice)

    def _learn(self) -> None:
        """From the visits that are remembered and brought something new."""
        row = self._row
        query = (
            select(CoverageRow.at)
            .where(
                CoverageRow.school == row.school,
                CoverageRow.source == row.source,
                CoverageRow.new > 0,
            )
            .order_by(col(CoverageRow.at).desc())
            .limit(MOST_FINDS)
        )
        finds = self._session.exec(query).all()
        row.usual_gap_s = _seconds(usual_gap(finds))
        row.quiet_after_s = _seconds(quiet_after(finds))

    def _cover(self, now: datetime, *, new: int, asked: Sequence[str], error: str = "") -> bool:
        """Whether it is the first visit of the day."""
        kept = [words[:_MOST_WORDS] for words in asked[:_MOST_ASKED]]
        self._session.add(self._row)
        self._session.flush()
        visit = {
            "school": self._key[0],
            "source": self._key[1],
            "at": now,
            "asked": json.dumps(kept, ensure_ascii=False),
            "new": new,
            "error": error[:_MOST_WORDS],
        }
        self._session.connection().execute(_RECORD, visit)
        return self._note_day(now, read=not error)

    def _note_day(self, now: datetime, *, read: bool) -> bool:
        school, source, day = (*self._key, now.astimezone(LONDON).date())
        again = {"its_school": school, "its_source": source, "its_day": day, "well": read}
        if self._session.connection().execute(_AGAIN, again).rowcount:
            return False
        first = CheckedDayRow(school=school, source=source, day=day, visits=1, read=read)
        return insert_new(self._session, first)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())
