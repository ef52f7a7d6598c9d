"""What happens to an urgent alert that nobody answers, told as a story of one evening."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from alerts.escalation import next_alert
from alerts.roster import Roster
from alerts.telling import Telling
from monitor.answering import answer, escalate
from monitor.domain import (
    Act,
    Alert,
    AlertState,
    Assessment,
    Incident,
    Letter,
    Mention,
    Returned,
    Role,
    School,
    Severity,
    Unanswered,
    Urgency,
)
from monitor.pipeline import poll
from monitor.store.entry import Entry
from monitor.store.store import Store
from sources.contract import About, Page, Source
from sources.http import PoliteClient
from tests.casework import act
from tests.unit.test_decide import CHAIR, DSL, EVERYONE, HEAD, OFFICE, an_incident
from tests.unit.test_store import entry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday in term
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEPUTIES = {HEAD: "deputy@wexcombepark.example", CHAIR: "vice.chair@wexcombepark.example"}
WITH_DEPUTY = Telling(roster=Roster.of(EVERYONE, DEPUTIES))
ALONE = Telling.to(EVERYONE)
CRITICAL = an_incident(Severity.CRITICAL)
HIGH = an_incident(Severity.HIGH)


def waiting(**changes: object) -> Unanswered:
    first = Unanswered(
        alert="a", incident=CRITICAL, role=HEAD, sent_at=NOON, told=frozenset({HEAD})
    )
    return replace(first, **changes)  # type: ignore[arg-type]  # a test names real fields


def whom(
    one: Unanswered, after: timedelta, telling: Telling = WITH_DEPUTY
) -> tuple[Role, bool] | None:
    alert = next_alert(one, telling, NOON + after)
    return (alert.role, alert.deputy) if alert else None


def test_for_an_hour_a_critical_alert_is_the_heads() -> None:
    assert whom(waiting(), HOUR - timedelta(minutes=1)) is None


def test_after_an_hour_it_goes_to_the_deputy_and_after_another_to_the_chair() -> None:
    assert whom(waiting(), HOUR) == (HEAD, True)
    second = waiting(deputy=True, sent_at=NOON + HOUR)
    assert whom(second, 2 * HOUR - timedelta(minutes=1)) is None
    assert whom(second, 2 * HOUR) == (CHAIR, False)


def test_where_there_is_no_deputy_the_chair_hears_of_it() -> None:
    assert whom(waiting(), HOUR, ALONE) == (CHAIR, False)


def test_what_the_office_does_not_answer_goes_to_the_head() -> None:
    office = waiting(role=OFFICE, told=frozenset({OFFICE}))
    assert whom(office, HOUR) == (HEAD, False)


def test_who_was_told_before_is_passed_over() -> None:
    lead = waiting(role=DSL, told=frozenset({DSL, HEAD}))
    assert whom(lead, HOUR) == (CHAIR, False)


def test_after_the_chair_there_is_nobody_who_does_not_know() -> None:
    last = waiting(role=CHAIR, called_in=True, told=frozenset({HEAD, DSL, CHAIR}))
    assert whom(last, HOUR) is None


def test_a_concern_about_the_head_goes_to_the_vice_chair_and_the_lead_and_never_the_head() -> None:
    concern = waiting(
        incident=replace(CRITICAL, about_head=True), role=CHAIR, told=frozenset({CHAIR})
    )
    assert whom(concern, HOUR) == (CHAIR, True)
    assert whom(replace(concern, deputy=True), HOUR) == (DSL, False)
    head_is_lead = Telling.to(EVERYONE | {DSL: EVERYONE[HEAD]})
    assert whom(concern, HOUR, head_is_lead) is None


def test_a_head_who_is_named_as_vice_chair_does_not_hear_of_it() -> None:
    roster = Roster.of(EVERYONE, {CHAIR: EVERYONE[HEAD]})
    concern = waiting(
        incident=replace(CRITICAL, about_head=True), role=CHAIR, told=frozenset({CHAIR})
    )
    assert whom(concern, HOUR, Telling(roster=roster)) == (DSL, False)


def test_what_is_high_has_a_school_day_and_a_weekend_gives_nobody_away() -> None:
    friday_at_four = waiting(incident=HIGH, sent_at=NOON + 4 * HOUR)
    assert whom(friday_at_four, DAY) is None, "a Saturday"
    assert whom(friday_at_four, 3 * DAY - 5 * HOUR) is None, "Monday at seven"
    assert whom(friday_at_four, 3 * DAY + 4 * HOUR) == (HEAD, True), "Monday at four"


@pytest.mark.parametrize(
    ("sent", "overdue"),
    [
        ("2026-11-24T10:00", "2026-11-25T10:00"),  # a Tuesday in term
        ("2026-11-24T19:00", "2026-11-25T19:00"),  # the evening does not count
        ("2026-12-18T16:00", "2026-12-22T16:00"),  # holidays begin: four days, for it is grave
        ("2026-05-01T16:00", "2026-05-05T16:00"),  # a bank holiday gives nobody away, either
    ],
)
def test_hours_of_school_days_are_counted_and_no_others(sent: str, overdue: str) -> None:
    first, late = (datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (sent, overdue))
    high = waiting(incident=HIGH, sent_at=first)
    assert next_alert(high, WITH_DEPUTY, late - timedelta(minutes=1)) is None
    assert next_alert(high, WITH_DEPUTY, late) is not None


def test_who_is_called_in_during_the_holidays_is_not_written_to_at_night() -> None:
    high = waiting(incident=HIGH, sent_at=datetime(2026, 12, 18, 18, 30, tzinfo=UTC))
    alert = next_alert(high, WITH_DEPUTY, datetime(2026, 12, 22, 18, 30, tzinfo=UTC))
    assert alert is not None
    assert alert.due_at == datetime(2026, 12, 23, 9, tzinfo=UTC)


def test_a_deputy_who_is_on_duty_anyway_is_not_written_to_twice() -> None:
    roster = Roster.of(EVERYONE | {HEAD: DEPUTIES[HEAD]}, DEPUTIES)
    assert whom(waiting(), HOUR, Telling(roster=roster)) == (CHAIR, False)


# In the store

URGENT = frozenset({Urgency.NOW, Urgency.GATHERED})
TELLINGS = {"park": WITH_DEPUTY}


@pytest.fixture
def store(tmp_path: object) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path}/escalation.db")
    found.keep(entry())
    yield found
    found.close()


def leaves(store: Store, now: datetime) -> Letter:
    """The letter that is due now, as sent."""
    letter = store.claim_letter(due=now, until=now + HOUR, urgencies=URGENT, most=99)
    assert letter is not None
    store.sent(letter, now)
    return letter


NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def grown(found: Entry, incident: Incident, at: datetime) -> Entry:
    """Found at *at*, in *incident*, of which the head is told."""
    alert = replace(
        found.alerts[0],
        key=f"{incident.key}:head:{incident.severity}",
        incident=incident.key,
        severity=incident.severity,
        due_at=at,
    )
    return replace(found, incident=incident, alerts=(alert,), seen_at=at)


def test_an_unanswered_alert_is_passed_on_once_whoever_finds_it_first(store: Store) -> None:
    first = leaves(store, NOW)
    assert escalate(store, TELLINGS, NOW + HOUR) == 1
    assert escalate(store, TELLINGS, NOW + HOUR) == 0
    second = leaves(store, NOW + HOUR)
    assert (first.role, first.deputy) == (HEAD, False)
    assert (second.role, second.deputy) == (HEAD, True)
    assert escalate(store, TELLINGS, NOW + 2 * HOUR) == 1
    third = leaves(store, NOW + 2 * HOUR)
    assert (third.role, third.called_in) == (CHAIR, True)
    assert len({first.answer, second.answer, third.answer}) == 3
    assert escalate(store, TELLINGS, NOW + 3 * HOUR) == 1, "the safeguarding lead"
    leaves(store, NOW + 3 * HOUR)
    assert escalate(store, TELLINGS, NOW + 9 * HOUR) == 0, "everybody knows"


def test_a_letter_that_has_not_left_is_not_unanswered(store: Store) -> None:
    assert escalate(store, TELLINGS, NOW + DAY) == 0


def test_what_came_back_is_told_the_next_in_line_at_once_and_stays_to_be_seen(
    store: Store,
) -> None:
    first = leaves(store, NOW)
    store.write_message(first, b"To: head", "<alert-1@park.example>")
    store.came_back("<alert-2@park.example>", "not this one", NOW)
    assert store.returned() == []
    for _ in range(2):
        store.came_back("<alert-1@park.example>", "there is no such address", NOW)
    (returned,) = store.returned()
    store.told_of(returned)
    assert store.returned() == []
    ((letter, state, _, why),) = store.unsent()
    assert (letter.key, state, why) == (
        first.key,
        AlertState.FAILED,
        "there is no such address",
    )
    assert escalate(store, TELLINGS, NOW + timedelta(minutes=2)) == 1
    second = leaves(store, NOW + timedelta(minutes=2))
    assert (second.role, second.deputy) == (HEAD, True)
    assert escalate(store, TELLINGS, NOW + timedelta(minutes=3)) == 0


class Box(Source):
    """A mailbox in which a letter of ours came back."""

    kind: ClassVar[str] = "box"
    about: ClassVar[About] = About(finds="", cost="", limits="", terms="")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        came = (Returned(message_id="<alert-1@park.example>", status="5.1.1"),)
        yield Page(mentions=(), cursor="after it", returned=came)


def test_a_visit_that_finds_one_that_came_back_writes_down_why(store: Store) -> None:
    store.write_message(leaves(store, NOW), b"To: head", "<alert-1@park.example>")

    def never(_mention: Mention, _school: School) -> Assessment:
        raise AssertionError("it is no mention")

    park = School(id="park", name="Park School")
    with PoliteClient() as client:
        poll(park, Box(name="box"), client, never, WITH_DEPUTY, store, lambda: NOW)
    ((_, state, _, why),) = store.unsent()
    assert state is AlertState.RETURNED
    assert why == (
        "the mail was sent, and came back undelivered: there is no such address; correct it under "
        "[schools.contacts] (5.1.1)"
    )
    assert store.cursor("park", "box") == "after it"


def test_what_was_refused_for_good_is_told_the_next_in_line_at_once(store: Store) -> None:
    letter = store.claim_letter(due=NOW, until=NOW + HOUR, urgencies=URGENT, most=99)
    assert letter is not None
    store.give_up(letter, NOW, "refused")
    assert escalate(store, TELLINGS, NOW + timedelta(minutes=2)) == 1
    second = leaves(store, NOW + timedelta(minutes=2))
    assert (second.role, second.deputy) == (HEAD, True)


def test_who_follows_the_link_of_any_letter_about_it_is_the_last_to_be_called(
    store: Store,
) -> None:
    leaves(store, NOW)
    escalate(store, TELLINGS, NOW + HOUR)
    second = leaves(store, NOW + HOUR)
    assert answer(store, second.answer, NOW + HOUR)
    assert escalate(store, TELLINGS, NOW + 9 * HOUR) == 0
    (case,) = store.cases()
    assert [(e.act, e.role) for e in case.history] == [(Act.ACKNOWLEDGED, "head")]
    assert answer(store, second.answer, NOW + 2 * HOUR), "twice is once"
    assert len(store.cases()[0].history) == 1


def test_who_works_on_it_in_the_log_has_answered_too(store: Store) -> None:
    leaves(store, NOW)
    act(store, "2026-001", Act.NOTE, NOW + timedelta(minutes=5))
    assert escalate(store, TELLINGS, NOW + 9 * HOUR) == 0


def test_news_that_came_after_the_answer_wants_an_answer_of_its_own(store: Store) -> None:
    first = leaves(store, NOW)
    answer(store, first.answer, NOW + timedelta(minutes=1))
    again = entry("2")
    worse = Alert(
        key="worse",
        school="park",
        incident="park:forum:1",
        role=HEAD,
        severity=Severity.CRITICAL,
        urgency=Urgency.NOW,
        due_at=NOW,
    )
    assert again.incident is not None
    later = NOW + timedelta(minutes=30)
    store.keep(replace(again, alerts=(worse,), seen_at=later))
    second = leaves(store, later)
    assert escalate(store, TELLINGS, later + HOUR) == 1
    answer(store, second.answer, later + HOUR)
    assert escalate(store, TELLINGS, later + 9 * HOUR) == 0


def test_what_has_become_graver_calls_in_again_those_who_were_called_in_before(
    store: Store,
) -> None:
    answer(store, leaves(store, NOW).answer, NOW)
    monday = NOW + 3 * DAY
    third, high = entry("3"), replace(HIGH, key="park:forum:3", school="park", opened_at=monday)
    store.keep(grown(third, high, monday))
    leaves(store, monday)
    for days, who in ((1, (HEAD, True)), (2, (CHAIR, False))):
        assert escalate(store, TELLINGS, monday + days * DAY) == 1
        letter = leaves(store, monday + days * DAY)
        assert (letter.role, letter.deputy) == who
    answer(store, letter.answer, monday + 2 * DAY)
    later = monday + 2 * DAY + HOUR
    worse = replace(high, severity=Severity.CRITICAL)
    store.keep(grown(entry("4"), worse, later))
    leaves(store, later)
    for hours, who in ((1, (HEAD, True)), (2, (CHAIR, False))):
        assert escalate(store, TELLINGS, later + hours * HOUR) == 1
        letter = leaves(store, later + hours * HOUR)
        assert (letter.role, letter.deputy) == who


@pytest.mark.parametrize("link", ["", "no-such-link"])
def test_a_link_that_belongs_to_no_letter_answers_nothing(store: Store, link: str) -> None:
    leaves(store, NOW)
    assert not answer(store, link, NOW)
    assert store.cases()[0].history == ()
