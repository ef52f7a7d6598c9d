"""What a school's decisions have taught: learnt in the transaction of the decision, used in
judging from the next post on, and taken back by a person. Nothing is ever deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from monitor.audit import Trace
from monitor.domain import Act, Decision
from monitor.lessons import (
    Clue,
    ClueKind,
    Decided,
    Lesson,
    LessonAct,
    LessonDeed,
    Sense,
    sense_of,
)
from monitor.store.audit import note
from monitor.store.cases import Wanted, among
from monitor.store.database import Database, one_writer
from monitor.store.learning import add_deed
from monitor.store.lesson_tables import LessonDeedRow, LessonRow
from monitor.store.sightings import sightings_of
from monitor.store.tables import EventRow, IncidentRow

REMEMBERED = 200  # decided incidents that a new decision is held against, the latest ones


_IN_FORCE = (  # put together once: it is asked for each post that is judged
    columns(*LessonRow.__table__.columns)  # type: ignore[attr-defined]  # SQLModel makes it
    .where(col(LessonRow.school) == bindparam("school"), col(LessonRow.in_force).is_(True))
    .order_by(col(LessonRow.id))
)


class Lessons(Database):
    def lessons(self, school: str) -> list[Lesson]:
        """All of them, with their histories; the newest first."""
        with self.reading() as session:
            query = select(LessonRow).where(LessonRow.school == school)
            return _lessons(session, session.exec(query.order_by(col(LessonRow.id).desc())).all())

    def lessons_in_force(self, school: str) -> list[Lesson]:
        """Those that count in judging, without their histories: asked for each post."""
        with self.reading() as session:
            rows = session.execute(_IN_FORCE, {"school": school}).all()
        return [_lesson(row, ()) for row in rows]

    def lessons_of(self, number: str) -> list[Lesson]:
        """Those that had anything to do with the incident of this number, the oldest first."""
        mine = select(LessonDeedRow.lesson).where(LessonDeedRow.incident == number)
        query = select(LessonRow).where(col(LessonRow.id).in_(mine)).order_by(col(LessonRow.id))
        with self.reading() as session:
            return _lessons(session, session.exec(query).all())

    def named_lessons(self, ids: Collection[int]) -> dict[int, Lesson]:
        """Those with these ids, as far as there are such."""
        if not ids:
            return {}  # as for nearly every incident
        with self.reading() as session:
            rows = session.exec(select(LessonRow).where(col(LessonRow.id).in_(ids))).all()
            return {lesson.id: lesson for lesson in _lessons(session, rows)}

    def numbers_within(self, wanted: Wanted, numbers: Collection[str]) -> set[str]:
        """Which of these incidents somebody may know of who may know of *wanted*."""
        with self.reading() as session:
            theirs = select(IncidentRow.number).where(*among(session, wanted))
            return set(session.exec(theirs.where(col(IncidentRow.number).in_(numbers))))

    def decided(self, school: str) -> list[Decided]:
        """The last decision on each of the incidents that were decided lately."""
        query = (
            select(EventRow, IncidentRow.key, IncidentRow.number)
            .join(IncidentRow, col(IncidentRow.key) == col(EventRow.incident))
            .where(
                IncidentRow.school == school,
                EventRow.act == Act.DECIDED,
                EventRow.value == IncidentRow.decision,
            )
            .order_by(col(EventRow.at).desc(), col(EventRow.position).desc())
            .limit(2 * REMEMBERED)
        )
        with self.reading() as session:
            found: dict[str, tuple[str, EventRow]] = {}
            for event, key, number in session.exec(query):
                found.setdefault(key, (number, event))
            keys = list(found)[:REMEMBERED]
            posts = sightings_of(session, keys)
            return [
                Decided(
                    number=found[key][0],
                    sense=sense_of(Decision(found[key][1].value)),
                    at=found[key][1].at,
                    by=found[key][1].who,
                    role=found[key][1].role,
                    sightings=tuple(posts.get(key, ())),
                )
                for key in keys
            ]

    def turn(self, id_: int, deed: LessonDeed, trace: Trace) -> bool:
        """A person takes a lesson back, or puts it back; audited. Said twice, it is done once.
        False where there is no such lesson."""
        with self.transaction() as session:
            row = session.get(LessonRow, id_)
            if row is None:
                return False
            one_writer(session, row.school)
            session.refresh(row)
            if row.in_force is not (deed.act is LessonAct.PUT_BACK):
                add_deed(session, row, deed)
                note(session, trace)
            return True


def _lessons(session: Session, rows: Sequence[LessonRow]) -> list[Lesson]:
    deeds: dict[int, list[LessonDeed]] = defaultdict(list)
    ids = [row.id for row in rows]
    query = select(LessonDeedRow).where(col(LessonDeedRow.lesson).in_(ids))
    for each in session.exec(query.order_by(col(LessonDeedRow.position))):
        deeds[each.lesson].append(_deed(each))
    return [_lesson(row, tuple(deeds[row.id or 0])) for row in rows]


def _deed(row: LessonDeedRow) -> LessonDeed:
    return LessonDeed(
        act=LessonAct(row.act), at=row.at, by=row.who, role=row.role, incident=row.incident
    )


def _lesson(row: LessonRow | Row[Any], deeds: tuple[LessonDeed, ...]) -> Lesson:
    return Lesson(
        id=row.id or 0,
        school=row.school,
        sense=Sense(row.sense),
        clue=Clue(kind=ClueKind(row.kind), words=row.words, name=row.name),
        deeds=deeds,
        used=row.used,
        used_at=row.used_at,
    )
