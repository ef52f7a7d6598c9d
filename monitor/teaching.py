"""A decision is written down, and what it teaches of other posts with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from monitor.domain import Act, Case, Decision, Event, Incident, School
from monitor.lessons import NOTHING, Decided, Learnt, Lesson, sense_of
from monitor.store.store import Store
from monitor.working import Tellings, work
from nlp.learning import taught_by


class Remembers(Protocol):
    """What a decision is held against."""

    def decided(self, school: str) -> list[Decided]: ...
    def lessons(self, school: str) -> list[Lesson]: ...


def work_and_learn(
    store: Store,
    schools: Mapping[str, School],
    tellings: Tellings,
    number: str,
    event: Event,
    seen: int | None = None,
) -> Incident:
    """As monitor.working.work. What is learnt is thought out before that, so that nobody waits
    for it to write."""
    learnt = NOTHING
    if event.act is Act.DECIDED and (case := store.case(number)) is not None:
        learnt = _learnt(store, schools, case, Decision(event.value), event)
    return work(store, number, event, tellings, seen=seen, learnt=learnt)


def taught_by_case(store: Remembers, schools: Mapping[str, School], case: Case) -> Learnt:
    """What the decision on an incident would teach now: why it has taught nothing, say."""
    decided = [event for event in case.history if event.act is Act.DECIDED]
    decision = case.incident.standing.decision
    if decision is None or not decided:
        return NOTHING
    return _learnt(store, schools, case, decision, decided[-1])


def _learnt(
    store: Remembers, schools: Mapping[str, School], case: Case, decision: Decision, event: Event
) -> Learnt:
    school = schools.get(case.incident.school)
    if school is None:
        return NOTHING
    decided = Decided(
        number=case.incident.number,
        sense=sense_of(decision),
        at=event.at,
        by=event.by,
        role=event.role,
        sightings=case.sightings,
    )
    return taught_by(decided, school, store.decided(school.id), store.lessons(school.id))
