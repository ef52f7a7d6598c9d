"""When one more telling of what people know is news: it is spreading."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide import decide
from alerts.spreading import decide_spread, is_spread
from alerts.telling import Telling
from alerts.when import GATHER
from monitor.domain import Category, Incident, Role, Severity, Urgency
from tests.unit.test_decide import DSL, EVERYONE, HEAD, NOON, OFFICE, THREAT, an_incident

TELLING, DAY = Telling.to(EVERYONE), timedelta(days=1)


def keys(
    *, earlier: int = 0, lately: int, incident: Incident = THREAT, days: int = 0
) -> list[str]:
    """*lately*: tellings within the last day, the one at hand included."""
    older = replace(incident, opened_at=NOON - days * DAY)
    alerts = decide_spread(older, older, lambda _: (earlier, lately - 1), TELLING, NOON)
    return [alert.key.removeprefix(f"{incident.key}:") for alert in alerts]


def test_a_few_copies_of_a_post_are_no_news_and_five_within_a_day_are() -> None:
    assert keys(lately=4) == []
    assert keys(lately=5) == ["head:spreads:5"]


@pytest.mark.parametrize(
    ("lately", "level"), [(19, 5), (20, 20), (79, 20), (80, 80), (10_000, 5 * 4**5)]
)
def test_it_is_told_again_when_four_times_as_many_tell_it(lately: int, level: int) -> None:
    """The key of an alert is its identity: an equal one is not promised twice."""
    assert keys(lately=lately) == [f"head:spreads:{level}"]


def test_what_is_told_as_often_as_every_day_is_not_spreading() -> None:
    assert keys(earlier=18, lately=7, days=4) == [], "six on each of three days, and seven today"
    assert keys(earlier=18, lately=20, days=4) == ["head:spreads:20"]


def test_the_first_post_of_an_incident_and_what_is_low_are_not_spoken_of() -> None:
    def never(_: Incident) -> tuple[int, int]:
        raise AssertionError("nobody need count")

    assert decide_spread(THREAT, None, never, TELLING, NOON) == []
    low = an_incident(Severity.LOW, Category.THREAT)
    assert decide_spread(low, low, never, TELLING, NOON) == []


def test_who_knows_of_an_incident_hears_that_it_spreads_and_nobody_else() -> None:
    for incident, people in (
        (an_incident(Severity.HIGH, Category.IMPERSONATION), [OFFICE]),
        (an_incident(Severity.CRITICAL, Category.THREAT, child_safety=True), [DSL, HEAD]),
        (
            an_incident(Severity.HIGH, Category.DEFAMATION, about_head=True),
            [Role.CHAIR_OF_GOVERNORS],
        ),
    ):
        known = [alert.role for alert in decide(incident, None, TELLING, NOON)]
        spread = decide_spread(incident, incident, lambda _: (0, 9), TELLING, NOON)
        assert [alert.role for alert in spread] == known == people


@pytest.mark.parametrize(
    ("severity", "urgency", "waits"),
    [
        (Severity.CRITICAL, Urgency.GATHERED, GATHER),
        (Severity.HIGH, Urgency.GATHERED, GATHER),
        (Severity.MEDIUM, Urgency.DIGEST, timedelta(days=2, hours=19)),  # Monday at seven
    ],
)
def test_it_is_gathered_with_what_else_comes_and_medium_waits_for_the_digest(
    severity: Severity, urgency: Urgency, waits: timedelta
) -> None:
    incident = an_incident(severity, Category.THREAT)
    (alert,) = decide_spread(incident, incident, lambda _: (0, 9), TELLING, NOON)
    assert (alert.urgency, alert.due_at - NOON) == (urgency, waits)


def test_at_night_what_is_high_waits_for_the_morning() -> None:
    (alert,) = decide_spread(THREAT, THREAT, lambda _: (0, 9), TELLING, NOON + DAY / 2)
    assert alert.due_at == NOON + DAY - timedelta(hours=3), "nine on a Saturday"


def test_a_letter_that_tells_of_spread_is_known_by_its_key() -> None:
    assert is_spread("wexcombe:forum:17:head:spreads:80")
    assert not is_spread("wexcombe:forum:17:head:high:threat")
    assert not is_spread("digest:wexcombe:head:2026-11-23")
