"""What decisions teach, in a real database: kept with the decision, used, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from monitor.audit import Act as Audited
from monitor.audit import Trace
from monitor.domain import (
    ABOUT_SCHOOL,
    Act,
    Assessment,
    Event,
    Incident,
    Mention,
    Reason,
    Severity,
)
from monitor.lessons import Lesson, LessonAct, LessonDeed, Sense
from monitor.store.cases import Wanted
from monitor.store.database import Database, StoreError
from monitor.store.entry import Entry
from monitor.store.store import Store
from monitor.teaching import taught_by_case, work_and_learn
from tests import migrations
from tests.oakmarsh import NOW, OAKMARSH, post

GARDEN = "the kids cried at Oakmarsh Garden Centre"
WHO = "office@oakmarsh.example"
JUDGED = Assessment(about_school=True, relevance=0.7, model="test")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def an_incident(
    store: Store, words: str, url: str = "https://forum.example/t/1", *, about_head: bool = False
) -> str:
    """Its number."""
    mention = post(words, url)
    keep(store, mention, JUDGED, about_head=about_head, key=mention.external_id)
    number = store.number_of("oakmarsh", mention.source, mention.external_id)
    assert number
    return number


def keep(
    store: Store, mention: Mention, judged: Assessment, *, about_head: bool = False, key: str = ""
) -> None:
    incident = Incident(
        key=key,
        school="oakmarsh",
        opened_at=NOW,
        categories=frozenset(),
        severity=Severity.NONE,
        about_head=about_head,
    )
    entry = Entry(
        school="oakmarsh",
        mention=mention,
        place=mention.url,
        story="",
        assessment=judged,
        seen_at=NOW,
        incident=incident if key else None,
    )
    assert store.keep(entry)


def decide(store: Store, number: str, what: str = "not_us", hours: int = 0) -> None:
    event = Event(
        act=Act.DECIDED,
        at=NOW + timedelta(hours=hours),
        by=WHO,
        role="office",
        value=what,
        reason="It is the garden centre.",
    )
    work_and_learn(store, {"oakmarsh": OAKMARSH}, {}, number, event)


def said(lessons: list[Lesson]) -> list[str]:
    return [str(lesson) for lesson in lessons]


def turn(store: Store, lesson: Lesson, act: LessonAct) -> bool:
    trace = Trace(
        act=Audited.LESSON_TAKEN_BACK, subject=f"lesson {lesson.id}", actor="account 1", at=NOW
    )
    deed = LessonDeed(act=act, at=NOW, by=WHO, role="office")
    return store.turn(lesson.id, deed, trace)


def test_a_lesson_says_by_whom_when_and_from_what_it_was_learnt(store: Store) -> None:
    number = an_incident(store, GARDEN)
    decide(store, number)
    (lesson,) = store.lessons("oakmarsh")
    assert str(lesson) == "“Oakmarsh” with “Garden Centre” after it is not us"
    assert lesson.deeds == (
        LessonDeed(act=LessonAct.LEARNT, at=NOW, by=WHO, role="office", incident=number),
    )
    assert (
        said(store.lessons_in_force("oakmarsh")) == said(store.lessons_of(number)) == [str(lesson)]
    )
    assert store.lessons("another") == store.lessons_in_force("another") == []


def test_a_form_sent_twice_teaches_once_and_an_agreeing_decision_is_added(store: Store) -> None:
    one, two = an_incident(store, GARDEN), an_incident(store, f"again, {GARDEN}")
    decide(store, one)
    decide(store, one)
    decide(store, two, hours=1)
    (lesson,) = store.lessons("oakmarsh")
    assert lesson.incidents == (one, two)


def test_what_is_broad_is_learnt_from_the_second_decision_in_the_log(store: Store) -> None:
    one = an_incident(store, "teachers of Oakmarsh, there in Ketterley", "https://a.example/1")
    two = an_incident(store, "the Oakmarsh kids, we live in Ketterley", "https://b.example/2")
    decide(store, one)
    assert store.lessons("oakmarsh") == []
    case = store.case(one)
    assert case is not None
    almost = taught_by_case(store, {"oakmarsh": OAKMARSH}, case).almost
    assert "Ketterley" in {clue.words for clue in almost}
    decide(store, two, hours=1)
    (lesson,) = store.lessons("oakmarsh")
    assert str(lesson) == "“Ketterley” in a post says that it is not about us"
    assert [(d.act.value, d.incident) for d in lesson.deeds] == [("noted", one), ("learnt", two)]
    assert said(store.lessons_of(one)) == [str(lesson)]


def test_a_change_of_mind_overturns_what_was_learnt_and_can_be_changed_again(store: Store) -> None:
    number = an_incident(store, GARDEN)
    for hours, (what, in_force) in enumerate(
        (("not_us", True), ("incident", False), ("not_us", True), ("criticism", False))
    ):
        decide(store, number, what, hours)
        assert bool(store.lessons_in_force("oakmarsh")) is in_force
    (lesson,) = store.lessons("oakmarsh")
    assert [deed.act.value for deed in lesson.deeds] == ["learnt", "overturned"] * 2


def test_what_a_person_took_back_only_a_person_puts_back(store: Store) -> None:
    one, two = an_incident(store, GARDEN), an_incident(store, f"again, {GARDEN}")
    decide(store, one)
    (lesson,) = store.lessons("oakmarsh")
    for _ in "ab":  # said twice, it is done once
        assert turn(store, lesson, LessonAct.TAKEN_BACK)
    decide(store, two, hours=1)
    assert store.lessons_in_force("oakmarsh") == []
    assert turn(store, lesson, LessonAct.PUT_BACK)
    (lesson,) = store.lessons("oakmarsh")
    assert [deed.act.value for deed in lesson.deeds] == ["learnt", "taken_back", "put_back"]
    assert lesson.in_force
    assert not turn(store, replace(lesson, id=99), LessonAct.TAKEN_BACK)
    found, _ = store.deeds_of([1], 10, 0)
    assert [each.subject for each in found] == [f"lesson {lesson.id}"] * 2


def test_it_is_counted_how_often_a_lesson_helped(store: Store) -> None:
    decide(store, an_incident(store, GARDEN))
    (lesson,) = store.lessons("oakmarsh")
    reason = Reason(category=ABOUT_SCHOOL, start=0, end=3, text="the", rule=lesson.rule)
    judged = replace(JUDGED, about_school=False, because=(reason,))
    keep(store, post("the first"), judged)
    keep(store, post("the second"), judged)
    keep(store, post("the third"), JUDGED)
    (lesson,) = store.lessons("oakmarsh")
    assert (lesson.used, lesson.used_at) == (2, NOW)


def test_what_one_may_not_know_of_is_not_named(store: Store) -> None:
    one, two = an_incident(store, GARDEN), an_incident(store, "Oakmarsh", about_head=True)
    office, lead = Wanted(schools=("oakmarsh",)), Wanted(schools=("oakmarsh",), about_head=True)
    assert store.numbers_within(office, [one, two]) == {one}
    assert store.numbers_within(lead, [one, two]) == {one, two}
    assert store.numbers_within(Wanted(schools=("another",)), [one, two]) == set()


def test_the_history_of_a_lesson_is_only_added_to(store: Store) -> None:
    decide(store, an_incident(store, GARDEN))
    for statement in (
        "UPDATE lesson_deed SET who = 'nobody'",
        "DELETE FROM lesson_deed",
        "INSERT INTO lesson_deed (lesson, position, act, at, who, role, incident) "
        "VALUES (1, 9, 'learnt', '2026-05-03', 'x', 'x', '')",
    ):
        with pytest.raises(StoreError), store.transaction() as session:
            session.execute(text(statement))
    assert len(store.lessons("oakmarsh")[0].deeds) == 1


def test_a_lesson_outlives_the_incident_that_taught_it(store: Store) -> None:
    number = an_incident(store, GARDEN)
    decide(store, number)
    store.forget_case(number, NOW)
    assert [lesson.sense for lesson in store.lessons("oakmarsh")] == [Sense.NOT_US]


def test_a_database_from_before_gets_the_tables(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.begin() as connection:
        for statement in (
            "DROP TABLE lesson_deed",
            "DROP TABLE lesson",
            *(
                ["DROP FUNCTION lesson_deed_is_only_added_to"]
                if database_url.startswith("postgresql")
                else []
            ),
        ):
            connection.execute(text(statement))
    migrations.run(database, "0024_lessons")
    store = Store(database_url)
    decide(store, an_incident(store, GARDEN))
    assert len(store.lessons_in_force("oakmarsh")) == 1
    assert inspect(database.engine).get_indexes("lesson_deed")
    store.close()
    database.close()
