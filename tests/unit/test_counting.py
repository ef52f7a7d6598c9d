"""What is counted is what the log has: mentions with the themes of criticism, incidents with what
was done about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from alerts.playbook import load_playbook
from alerts.steps import site_asked, steps
from monitor.counts import OTHER_SITE, Handled, Judge, Outcome, Theme
from monitor.domain import Act, Assessment, Category, Incident, Mention, Sentiment, Severity
from monitor.store.entry import Entry
from monitor.store.recheck_tables import RecheckRow
from monitor.store.store import Store
from monitor.store.tables import CaptureRow
from nlp.themes import themes_of
from tests.casework import act, close

NOON = datetime(2026, 9, 9, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    found = Store(database_url)
    yield found
    found.close()


def keep(store: Store, id_: str, text: str, *, concern: bool = False) -> None:
    kinds = frozenset({Category.ABUSE} if concern else ())
    incident = Incident(
        key=f"key {id_}", school="park", opened_at=NOON, categories=kinds, severity=Severity.HIGH
    )
    entry = Entry(
        school="park",
        mention=Mention(source="forum", external_id=id_, url="https://f.example/", text=text),
        place=id_,
        story="",
        assessment=Assessment(
            about_school=True,
            relevance=1,
            model="m",
            categories=kinds,
            severity=Severity.HIGH if concern else Severity.NONE,
            sentiment=Sentiment.NEGATIVE,
            criticism=not concern,
        ),
        seen_at=NOON,
        incident=incident if concern else None,
    )
    assert store.keep(entry)


def seen(store: Store, incident: str, at: datetime, found: str) -> None:
    """A page of the incident was looked at again."""
    with store.transaction() as session:
        page = CaptureRow(
            id=f"ev-{at:%d%H}",
            school="park",
            incident=incident,
            source="forum",
            external_id="x",
            url="https://f.example/",
            mode="full",
            state="sealed",
            due_at=NOON,
        )
        session.add(page)
        session.flush()
        session.add(RecheckRow(capture=page.id, at=at, found=found))


def the_one(store: Store) -> Handled:
    (found,) = store.handled("park", NOON, NOON + DAY, site_asked)
    return found


def test_criticism_has_its_themes_and_nothing_else_has(store: Store) -> None:
    keep(store, "1", "The parking is a nightmare and the dinners are cold")
    keep(store, "2", "Parking! They are vile", concern=True)
    criticism, concern = store.counted("park", NOON, NOON + DAY, themes_of)
    assert criticism.themes == {Theme.TRANSPORT, Theme.FOOD}
    assert concern.themes == frozenset()


def test_an_incident_tells_when_it_was_decided_asked_about_and_gone(store: Store) -> None:
    keep(store, "1", "vile", concern=True)
    seen(store, "key 1", NOON + HOUR, "gone")  # before anybody asked: not on request
    act(store, "2026-001", Act.DECIDED, NOON + 2 * HOUR, "incident")
    act(store, "2026-001", Act.STEP, NOON + 3 * HOUR, "not_needed: Report it to TikTok")
    act(store, "2026-001", Act.STEP, NOON + 4 * HOUR, "done: Keep the evidence")
    act(store, "2026-001", Act.STEP, NOON + 5 * HOUR, "sent: Report it to Facebook")
    act(store, "2026-001", Act.STEP, NOON + 9 * HOUR, "sent: Ask whoever runs the site")
    seen(store, "key 1", NOON + 20 * HOUR, "unchanged")
    seen(store, "key 1", NOON + 30 * HOUR, "gone")
    close(store, "2026-001", NOON + 2 * DAY)
    assert the_one(store) == Handled(
        opened_at=NOON,
        decided_at=NOON + 2 * HOUR,
        closed_at=NOON + 2 * DAY,
        asked_at=NOON + 5 * HOUR,
        gone_at=NOON + 30 * HOUR,
        site="Facebook",
        outcome=Outcome.INCIDENT,
    )


def test_an_incident_of_which_nothing_was_asked_has_no_site(store: Store) -> None:
    keep(store, "1", "vile", concern=True)
    seen(store, "key 1", NOON + HOUR, "gone")
    assert the_one(store) == Handled(opened_at=NOON)


def test_the_steps_that_ask_a_site_are_known_by_the_titles_that_pages_show() -> None:
    shown = steps(
        load_playbook(),
        categories=frozenset({Category.ABUSE}),
        severity=Severity.HIGH,
        url="https://www.facebook.com/x",
    )
    assert {site_asked(step.title) for step in shown} == {"", "Facebook", OTHER_SITE}


def test_a_site_that_a_school_added_under_somebodys_name_is_another_site() -> None:
    assert site_asked("Report it to Quillfeather's blog") == OTHER_SITE


def test_a_report_can_say_when_the_rules_changed(store: Store) -> None:
    for days, model in ((0, "a"), (1, "a"), (5, "b"), (9, "b"), (12, "a")):
        store.judging_by(model, NOON + days * DAY)
    begun = NOON.date()
    a, b, again = (
        Judge(version=model, since=begun + days * DAY)
        for days, model in ((0, "a"), (5, "b"), (12, "a"))
    )
    assert store.judges(NOON - DAY, NOON + 99 * DAY) == [a, b, again]
    assert store.judges(NOON + 6 * DAY, NOON + 12 * DAY) == [b]
    assert store.judges(NOON + 12 * DAY, NOON + 13 * DAY) == [again]
    assert store.judges(NOON - 9 * DAY, NOON) == []
