"""What decisions have taught, on the pages of school and incident; and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from monitor.audit import Act, Trace
from monitor.audit import account as named
from monitor.domain import Case, Decision
from monitor.lessons import TAUGHT, Learnt, Lesson, LessonAct, LessonDeed, in_words
from monitor.store.accounts import Account
from monitor.store.learning import lessons_behind
from monitor.teaching import taught_by_case
from monitor.web.desk import Desk, desk
from monitor.web.guard import Teacher
from monitor.web.incidents import within_reach
from monitor.web.policy import Action, may

router = APIRouter()
_TURNS = {
    "take_back": (LessonAct.TAKEN_BACK, Act.LESSON_TAKEN_BACK),
    "use_again": (LessonAct.PUT_BACK, Act.LESSON_USED_AGAIN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A lesson as a page shows it. `by`: the decisions it came from, as far as this person may
    know of their incidents; `others`: how many more there are. `last`: what became of it."""

    lesson: Lesson
    by: tuple[LessonDeed, ...]
    others: int
    last: LessonDeed | None


def rows(room: Desk, account: Account, lessons: Sequence[Lesson]) -> list[Row]:
    numbers = {number for lesson in lessons for number in lesson.incidents}
    known = room.store.numbers_within(within_reach(room, account), numbers)
    return [_row(lesson, known) for lesson in lessons]


def _row(lesson: Lesson, known: set[str]) -> Row:
    taught = [deed for deed in lesson.deeds if deed.act in TAUGHT]
    by = tuple(deed for deed in taught if deed.incident in known)
    last = lesson.deeds[-1] if lesson.deeds else None
    return Row(lesson=lesson, by=by, others=len(taught) - len(by), last=last)


def behind(room: Desk, case: Case) -> dict[str, Lesson]:
    """The lessons that helped to judge its posts, by the name of their rule."""
    ids = {id_ for each in case.editions for id_ in lessons_behind(each.assessment.because)}
    return {lesson.rule: lesson for lesson in room.store.named_lessons(ids).values()}


def why_nothing(room: Desk, case: Case) -> list[str]:
    """In sentences, why the decision on an incident has taught nothing; none where nobody asks."""
    decision = case.incident.standing.decision
    return (
        list(_said(taught_by_case(room.store, room.schools, case), decision)) if decision else []
    )


def _said(learnt: Learnt, decision: Decision) -> list[str]:
    known = ". ".join(map(str, (*learnt.agreed, *learnt.refused)))
    wanted = ". ".join(in_words(clue, learnt.sense) for clue in learnt.almost)
    if learnt.refused:
        return [f"Nothing new. This was taken back before, and stays so: {known}."]
    if learnt.agreed:
        return [f"Nothing new. It agrees with what other decisions have taught: {known}."]
    if learnt.new or (decision is not Decision.NOT_US and not wanted):
        return []
    if wanted:
        return [
            f"Nothing yet. A second decision like it, about another post, would teach: {wanted}."
        ]
    return [_BEYOND_DOUBT if learnt.sure else _NOTHING_STANDS_OUT]


_BEYOND_DOUBT = (
    "Nothing. The post names the school beyond doubt, and that is never unlearnt. If it was "
    "somebody else all the same, let them be added under homonyms in config.toml."
)
_NOTHING_STANDS_OUT = (
    "Nothing. Nothing stands out in it by which others like it could be told; or you decided "
    "otherwise of a post that has the same."
)


@router.post("/school/lessons/{lesson}")
def turn(
    request: Request,
    account: Teacher,
    lesson: int,
    turn: Annotated[str, Form()] = "",
    incident: Annotated[str, Form()] = "",
) -> Response:
    """Takes it back, or uses it again; and back to the page of the school, or of *incident*."""
    room = desk(request)
    found = room.store.named_lessons([lesson]).get(lesson)
    school = room.schools.get(found.school) if found else None
    if school is None or turn not in _TURNS or not may(account, Action.TEACH, school):
        raise HTTPException(404)
    act, audited = _TURNS[turn]
    now = room.clock()
    room.store.turn(
        lesson,
        LessonDeed(act=act, at=now, by=account.email, role=account.role),
        Trace(act=audited, subject=f"lesson {lesson}", actor=named(account.id), at=now),
    )
    if incident:
        return RedirectResponse(f"/incidents/{incident}?{urlencode({'done': act})}#learnt", 303)
    query = urlencode({"school": school.id, "done": act})
    return RedirectResponse(f"/school?{query}#lessons", 303)
