"""Everything that happened to an incident, in one order. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain import (
    Act,
    AlertState,
    Case,
    Decision,
    Event,
    Progress,
    Severity,
    Shows,
    Veracity,
)
from monitor.lessons import Lesson, LessonAct
from monitor.words import DECISIONS, PROGRESS, ROLES, SEVERITIES, VERACITIES, day


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`by` is empty where no person did it; `words` are a person's own."""

    at: datetime
    what: str
    by: str = ""
    words: str = ""


def timeline(case: Case, lessons: Sequence[Lesson] = ()) -> list[Moment]:
    """Newest first; of one time, what was written down last comes first. *lessons*: those that
    had anything to do with it."""
    number = case.incident.number
    found = [*_machine(case), *(_of_event(event) for event in case.history)]
    found += (moment for lesson in lessons for moment in _of_lesson(lesson, number))
    return sorted(found, key=lambda each: each.at)[::-1]


def _machine(case: Case) -> Iterator[Moment]:
    for sighting in case.sightings:
        source = sighting.mention.source
        yield Moment(at=sighting.first_seen_at, what=f"First seen through {source}")
        for revision in sighting.revisions:
            yield Moment(at=revision.seen_at, what=f"Found changed, through {source}")
    for evidence in case.evidence:
        supplied = evidence.shows is Shows.SUPPLIED
        what = "A picture or mail was handed in" if supplied else "Evidence was captured"
        yield Moment(at=evidence.captured_at, what=what)
    for told in case.told:
        if told.state is AlertState.SENT and told.sent_at is not None:
            yield Moment(at=told.sent_at, what=f"Sent by {told.channel}: {ROLES[told.role]}")


def _of_event(event: Event) -> Moment:
    return Moment(
        at=event.at, what=_done(event), by=f"{event.by} ({event.role})", words=event.reason
    )


def _of_lesson(lesson: Lesson, number: str) -> Iterator[Moment]:
    """What it did to the lesson, and what a person did to it by hand."""
    for deed in lesson.deeds:
        if deed.incident in (number, ""):
            what = f"{_LESSONS[deed.act]}: {lesson}"
            yield Moment(at=deed.at, what=what, by=f"{deed.by} ({deed.role})")


_LESSONS = {
    LessonAct.NOTED: "With a later one, this taught the monitor",
    LessonAct.LEARNT: "The monitor learnt from this",
    LessonAct.AGREED: "This agrees with what the monitor had learnt",
    LessonAct.OVERTURNED: "This overturned what the monitor had learnt",
    LessonAct.TAKEN_BACK: "Took back what the monitor had learnt",
    LessonAct.PUT_BACK: "Put back what the monitor had learnt",
}


def _done(event: Event) -> str:
    value = event.value
    match event.act:
        case Act.DECIDED:
            return f"Decided: {DECISIONS[Decision(value)][0]}"
        case Act.SEVERITY:
            return f"Severity: {SEVERITIES[Severity(value)]}"
        case Act.VERACITY:
            return f"What was said is: {VERACITIES[Veracity(value)]}"
        case Act.ASSIGNED:
            return f"Handed to {value}" if value else "Handed to nobody in particular"
        case Act.DUE:
            by = value and day(date.fromisoformat(value))
            return f"To be done by {by}" if by else "No longer due on a day"
        case Act.STEP:
            progress, _, title = value.partition(": ")
            return f"{title}: {PROGRESS[Progress(progress)].lower()}"
        case Act.REVEALED:
            return f"Looked who author {value} is"
        case _:
            return _PLAIN[event.act]


_PLAIN = {
    Act.CLOSED: "Closed",
    Act.REOPENED: "Opened again",
    Act.NOTE: "Note",
    Act.ACKNOWLEDGED: "Read",
    Act.CAPTURE: "Asked for the pages to be captured again",
    Act.BARRED: "Said that a picture may be indecent: none is shown or kept any more",
}
