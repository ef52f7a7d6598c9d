"""What people do to an incident is written down for good, with all that follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from alerts.telling import Telling
from monitor.domain import (
    Act,
    Assessment,
    CaptureMode,
    Category,
    Decision,
    Event,
    Incident,
    IncidentState,
    Mention,
    Role,
    Severity,
    Veracity,
)
from monitor.incidents import after, group
from monitor.store.entry import Entry
from monitor.store.store import Store
from monitor.wire import case_to_json
from monitor.working import NoSuchIncident, Overtaken, work
from tests.casework import act, close

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
CONTACTS = {"park": Telling.to({Role.HEAD: "head@park.example"})}
OPENED = Incident(
    key="park:forum:1",
    school="park",
    opened_at=NOW,
    categories=frozenset({Category.THREAT}),
    severity=Severity.HIGH,
    judged=Severity.HIGH,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    store.keep(an_entry())
    yield store
    store.close()


def an_entry(id_: str = "1") -> Entry:
    return Entry(
        school="park",
        mention=Mention(source="forum", external_id=id_, url="https://f.example/", text="words"),
        place="",
        story="",
        assessment=Assessment(about_school=True, relevance=0.9, model="m"),
        seen_at=NOW,
        incident=replace(OPENED, key=f"park:forum:{id_}"),
    )


def event(what: Act, value: str = "", reason: str = "because", **changes: object) -> Event:
    made = Event(act=what, at=NOW, by="o@park.example", role="office", value=value, reason=reason)
    return replace(made, **changes)  # type: ignore[arg-type]  # the tests name the fields


@pytest.mark.parametrize("what", [each for each in Act if each.needs_a_reason])
def test_every_decision_needs_a_reason(what: Act) -> None:
    value = {
        Act.DECIDED: "no_concern",
        Act.SEVERITY: "low",
        Act.VERACITY: "true",
        Act.REVEALED: "A1",
    }.get(what, "")
    with pytest.raises(ValueError, match="Enter the reason"):
        event(what, value, " \n")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        (Act.DECIDED, ""),
        (Act.DECIDED, "libel"),
        (Act.SEVERITY, "worst"),
        (Act.VERACITY, "perhaps"),
        (Act.DUE, "next week"),
        (Act.NOTE, "a value"),
        (Act.ASSIGNED, "o" * 201),
    ],
)
def test_no_other_answers_than_those_that_are_offered(what: Act, value: str) -> None:
    with pytest.raises(ValueError, match="answers that are offered"):
        event(what, value)


def test_nobody_works_without_a_name() -> None:
    with pytest.raises(ValueError, match="name and the role"):
        event(Act.NOTE, by="")


@pytest.mark.parametrize("decision", Decision)
def test_what_is_no_incident_is_closed_and_what_is_one_is_open(decision: Decision) -> None:
    for before in (OPENED, after(OPENED, event(Act.CLOSED))):
        now = after(before, event(Act.DECIDED, decision))
        assert now.standing.decision is decision
        assert (now.state is IncidentState.OPEN) == (decision is Decision.INCIDENT)
        assert (now.standing.closed_at is None) == (now.state is IncidentState.OPEN)


def test_the_day_of_closing_is_the_first_and_reopening_takes_it_off() -> None:
    closed = after(OPENED, event(Act.CLOSED))
    later = after(closed, event(Act.CLOSED, at=NOW + timedelta(days=1)))
    assert later.standing.closed_at == NOW
    assert after(later, event(Act.REOPENED)).standing.closed_at is None


def test_what_stands_is_what_was_said_last() -> None:
    said = [
        event(Act.VERACITY, "true"),
        event(Act.VERACITY, "disputed"),
        event(Act.ASSIGNED, "h@park.example"),
        event(Act.DUE, "2026-12-01"),
        event(Act.NOTE),
        event(Act.ACKNOWLEDGED),
        event(Act.ACKNOWLEDGED, at=NOW + timedelta(days=1)),
    ]
    now = OPENED
    for each in said:
        now = after(now, each)
    assert now.standing.veracity is Veracity.DISPUTED
    assert now.standing.assigned == "h@park.example"
    assert now.standing.due == date(2026, 12, 1)
    assert now.standing.acknowledged_at == NOW
    assert after(now, event(Act.DUE)).standing.due is None


def seen_again(incident: Incident, severity: Severity, *also: Category) -> Incident:
    mention = Mention(source="x", external_id="2", url="https://x.example/", text="words")
    assessment = Assessment(
        about_school=True,
        relevance=1,
        model="m",
        categories=frozenset({Category.THREAT, *also}),
        severity=severity,
    )
    grown = group(mention, assessment, "park", incident, CaptureMode.FULL, NOW)
    assert grown is not None
    return grown


def test_what_a_person_lowered_is_raised_only_by_something_new() -> None:
    lowered = after(OPENED, event(Act.SEVERITY, "low"))
    assert seen_again(lowered, Severity.HIGH).severity is Severity.LOW
    assert seen_again(lowered, Severity.CRITICAL).severity is Severity.CRITICAL
    assert seen_again(lowered, Severity.HIGH, Category.HATE).severity is Severity.HIGH


def test_what_a_person_raised_stays_there() -> None:
    raised = after(OPENED, event(Act.SEVERITY, "critical"))
    assert seen_again(raised, Severity.HIGH).severity is Severity.CRITICAL


def letters(store: Store) -> int:
    return len(store.unsent())


def test_a_severity_that_was_lowered_and_is_raised_again_is_told_again(store: Store) -> None:
    def to(severity: Severity) -> int:
        work(store, "2026-001", event(Act.SEVERITY, severity, f"it is {severity}"), CONTACTS)
        return letters(store)

    assert to(Severity.CRITICAL) == 1, "worse than it was"
    claimed = store.claim_letter(
        due=NOW,
        until=NOW,
        most=99,
        urgencies=frozenset({"now"}),  # type: ignore[arg-type]  # equal to Urgency.NOW
    )
    assert claimed is not None
    store.sent(claimed, NOW)
    assert to(Severity.NONE) == 0, "better: nobody is told"
    assert to(Severity.CRITICAL) == 1, "told again"
    assert to(Severity.CRITICAL) == 1, "said twice"


def test_the_log_tells_who_did_what_and_why_in_the_order_in_which_it_was_done(
    store: Store,
) -> None:
    act(store, "2026-001", Act.DECIDED, NOW, "incident", "A threat against a teacher.")
    act(store, "2026-001", Act.DUE, NOW, "2026-12-01", "")
    case = store.case("2026-001")
    assert case is not None
    line = case_to_json(case)
    assert line["history"] == [
        {
            "act": "decided",
            "value": "incident",
            "reason": "A threat against a teacher.",
            "by": "o@park.example",
            "role": "office",
            "at": "2026-11-20T14:05:00Z",
        },
        {
            "act": "due",
            "value": "2026-12-01",
            "reason": "",
            "by": "o@park.example",
            "role": "office",
            "at": "2026-11-20T14:05:00Z",
        },
    ]
    assert (line["decision"], line["due"], line["closed_at"]) == ("incident", "2026-12-01", None)


def test_the_row_stands_where_the_history_leads(store: Store) -> None:
    said = [
        *(event(Act.DECIDED, d) for d in Decision),
        *(event(Act.SEVERITY, s) for s in Severity),
        event(Act.CLOSED),
        event(Act.REOPENED),
        event(Act.ASSIGNED, "h@park.example"),
        event(Act.ACKNOWLEDGED),
    ]
    expected = replace(OPENED, number="2026-001")
    for one, other in product(said, said[::3]):
        for each in (one, other):
            work(store, "2026-001", each, CONTACTS)
            expected = after(expected, each) if not _repeated(each, expected) else expected
    case = store.case("2026-001")
    assert case is not None
    replayed = replace(OPENED, number="2026-001")
    for each in case.history:
        replayed = after(replayed, each)
    assert case.incident == replayed == expected


def _repeated(each: Event, incident: Incident) -> bool:
    return each.act is Act.ACKNOWLEDGED and incident.standing.acknowledged_at is not None


def test_a_form_sent_twice_is_one_decision(store: Store) -> None:
    for _ in range(2):
        work(store, "2026-001", event(Act.DECIDED, "not_us"), CONTACTS, seen=0)
    case = store.case("2026-001")
    assert case is not None
    assert len(case.history) == 1


def test_who_decides_on_what_somebody_else_changed_is_asked_to_look_again(store: Store) -> None:
    work(store, "2026-001", event(Act.DECIDED, "incident"), CONTACTS, seen=0)
    with pytest.raises(Overtaken, match="in the meantime"):
        work(store, "2026-001", event(Act.DECIDED, "not_us"), CONTACTS, seen=0)
    case = store.case("2026-001")
    assert case is not None
    assert case.incident.standing.decision is Decision.INCIDENT


def test_what_is_not_there_cannot_be_worked_on(store: Store) -> None:
    with pytest.raises(NoSuchIncident):
        close(store, "2026-999", NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'nothing happened'",
        "UPDATE event SET who = 'somebody else'",
        "DELETE FROM event",
        "DELETE FROM event WHERE position = 2",
        "INSERT INTO event VALUES ('park:forum:1', 9, 'note', '', 'x', 'w', 'r', '2026-01-01')",
        "INSERT INTO event VALUES ('park:forum:1', 1, 'note', '', 'x', 'w', 'r', '2026-01-01')",
    ],
)
def test_the_database_itself_refuses_to_change_history(store: Store, statement: str) -> None:
    for reason in ("first", "second"):
        act(store, "2026-001", Act.NOTE, NOW, reason=reason)
    with (
        pytest.raises(DBAPIError, match=r"history is|UNIQUE|duplicate"),
        store.engine.begin() as c,
    ):
        c.execute(text(statement))
    case = store.case("2026-001")
    assert case is not None
    assert [each.reason for each in case.history] == ["first", "second"]


def test_not_even_by_replacing_or_emptying_it(store: Store) -> None:
    act(store, "2026-001", Act.NOTE, NOW)
    sqlite = store.engine.dialect.name == "sqlite"
    statement = "REPLACE INTO event SELECT * FROM event" if sqlite else "TRUNCATE event"
    with pytest.raises(DBAPIError, match="history is"), store.engine.begin() as connection:
        connection.execute(text(statement))


def test_when_its_time_is_over_an_incident_is_forgotten_with_its_history(store: Store) -> None:
    store.keep(an_entry("2"))
    for number in ("2026-001", "2026-002"):
        close(store, number, NOW)
    assert store.forgettable_cases(NOW + timedelta(days=1)) == ["2026-001", "2026-002"]
    store.forget_case("2026-001", NOW)
    with store.engine.connect() as connection:
        left = connection.execute(text("SELECT incident FROM event")).scalars().all()
    assert left == ["park:forum:2"]
