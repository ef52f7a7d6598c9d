"""What follows from a decision for judging, and how often a lesson was used: written down as part
of somebody else's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, func, select, update

from monitor.domain import Event, Reason
from monitor.lessons import Clue, Decided, Learnt, LessonAct, LessonDeed, Sense, id_in
from monitor.store.lesson_tables import LessonDeedRow, LessonRow


def learn(session: Session, school: str, number: str, learnt: Learnt, event: Event) -> None:
    """As part of this transaction: the decision's own."""

    def deed(act: LessonAct) -> LessonDeed:
        return LessonDeed(act=act, at=event.at, by=event.by, role=event.role, incident=number)

    for clue in learnt.new:
        row = _row_of(session, school, learnt.sense, clue)
        if row.id is None or not row.in_force:
            if (first := learnt.first.get(clue)) is not None:
                add_deed(session, row, _noted(first))
            add_deed(session, row, deed(LessonAct.LEARNT))
    for lessons, act in (
        (learnt.agreed, LessonAct.AGREED),
        (learnt.overturned, LessonAct.OVERTURNED),
    ):
        for lesson in lessons:
            row = session.get_one(LessonRow, lesson.id)
            if row.in_force:  # nobody took it back in the meantime
                add_deed(session, row, deed(act))


def _noted(first: Decided) -> LessonDeed:
    return LessonDeed(
        act=LessonAct.NOTED, at=first.at, by=first.by, role=first.role, incident=first.number
    )


def lessons_behind(reasons: Iterable[Reason]) -> set[int]:
    return {id_ for reason in reasons if (id_ := id_in(reason.rule)) is not None}


def note_used(session: Session, school: str, used: Counter[int], at: datetime) -> None:
    for id_, often in sorted(used.items()):
        this = (col(LessonRow.id) == id_, col(LessonRow.school) == school)
        more = {"used": col(LessonRow.used) + often, "used_at": at}
        session.execute(update(LessonRow).where(*this).values(**more))


def _row_of(session: Session, school: str, sense: Sense, clue: Clue) -> LessonRow:
    kind, key = clue.key
    query = select(LessonRow).where(
        LessonRow.school == school,
        LessonRow.sense == sense,
        LessonRow.kind == kind,
        LessonRow.key == key,
    )
    return session.exec(query).first() or LessonRow(
        school=school,
        sense=sense,
        kind=kind,
        key=key,
        words=clue.words,
        name=clue.name,
        in_force=False,
    )


def add_deed(session: Session, row: LessonRow, deed: LessonDeed) -> None:
    row.in_force = deed.act not in (LessonAct.OVERTURNED, LessonAct.TAKEN_BACK)
    session.add(row)
    session.flush()
    mine = select(func.count()).where(LessonDeedRow.lesson == row.id)
    session.add(
        LessonDeedRow(
            lesson=row.id or 0,
            position=session.exec(mine).one() + 1,
            act=deed.act,
            at=deed.at,
            who=deed.by,
            role=deed.role,
            incident=deed.incident,
        )
    )
    session.flush()
