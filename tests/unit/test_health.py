"""When a source counts as blind, and when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.health import (
    FEWEST_FINDS,
    LEAST_SILENCE,
    Actor,
    Ailing,
    Ailment,
    SourceHealth,
    diagnose,
    quiet_after,
    usual_gap,
    watched_since,
)
from monitor.health_words import WHO, about, expected, lines, overdue, state, who, wrong

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

WELL = SourceHealth(
    source="Paper",
    school="wexcombe",
    last_success_at=NOW,
    last_find_at=NOW - DAY,
    next_visit_at=NOW + HOUR,
    watched_since=NOW - 100 * DAY,
    successes=9,
    usual_gap=DAY,
    quiet_after=LEAST_SILENCE,
)


def failing(since: timedelta, times: int, *, needs: bool = False) -> SourceHealth:
    return replace(
        WELL,
        error="The site did not answer. We will try again.",
        failing_since=NOW - since,
        failures=times,
        successes=0,
        needs_a_person=needs,
        actor=Actor.KEY_HOLDER if needs else Actor.NOBODY,
    )


def quiet_for(days: float) -> SourceHealth:
    return replace(WELL, last_find_at=NOW - days * DAY)


def test_what_works_ails_nothing() -> None:
    assert diagnose(WELL, NOW) is None
    assert state(WELL, NOW) == "Works"
    assert wrong(WELL) == ""


def test_a_failure_that_needs_a_person_counts_at_once() -> None:
    refused = failing(timedelta(0), 1, needs=True)
    assert diagnose(refused, NOW) == Ailing(ailment=Ailment.BROKEN, since=NOW)


@pytest.mark.parametrize(
    ("since", "times", "broken"),
    [
        (23 * HOUR, 8, False),
        (24 * HOUR, 8, True),
        (30 * HOUR, 2, False),  # a laptop that slept, and has no network yet
        (3 * DAY, 3, True),
    ],
)
def test_a_failure_that_passes_counts_after_a_day_and_several_tries(
    since: timedelta, times: int, broken: bool
) -> None:
    assert (diagnose(failing(since, times), NOW) is not None) is broken


def test_what_was_broken_is_mended_by_two_good_visits_and_not_by_one() -> None:
    ailing = Ailing(ailment=Ailment.BROKEN, since=NOW - DAY)
    once = replace(WELL, ailing=ailing, successes=1)
    assert diagnose(once, NOW) == ailing
    assert state(once, NOW) == "Nearly mended"
    assert diagnose(replace(once, successes=2), NOW) is None


def test_a_site_that_falters_keeps_its_one_trouble() -> None:
    ailing = Ailing(ailment=Ailment.BROKEN, since=NOW - DAY)
    again = replace(failing(timedelta(0), 1), ailing=ailing)
    assert diagnose(again, NOW) == ailing


def test_the_usual_gap_is_the_median_and_needs_several_finds() -> None:
    days = [0, 1, 2, 3, 4, 40]
    finds = [NOW + day * DAY for day in days]
    assert usual_gap(finds) == DAY
    assert usual_gap(reversed(finds)) == DAY
    assert usual_gap(finds[: FEWEST_FINDS - 1]) is None


def every(*gaps: timedelta) -> list[datetime]:
    """Finds with these gaps between them."""
    return [NOW + sum(gaps[:n], timedelta(0)) for n in range(len(gaps) + 1)]


def test_silence_is_never_less_than_a_week_and_nobody_can_tell_of_few_finds() -> None:
    assert quiet_after(every(*[6 * HOUR] * 9)) == LEAST_SILENCE
    assert quiet_after(every(DAY, DAY)) is None


def test_a_source_with_a_rhythm_of_its_own_is_quiet_after_several_times_that() -> None:
    assert quiet_after(every(*[10 * DAY] * 9)) == 46 * DAY


def test_a_story_that_was_everywhere_for_a_day_makes_no_rhythm() -> None:
    window = quiet_after(every(60 * DAY, *[HOUR] * 12, 60 * DAY))
    assert window is not None
    assert window > 30 * DAY


def test_where_finds_come_by_chance_hardly_any_gap_is_called_quiet() -> None:
    """Three times the median would call one in eight so."""
    chance = Random(1)
    gaps = [timedelta(days=chance.expovariate(1 / 5)) for _ in range(3000)]
    windows = (quiet_after(every(*gaps[n : n + 20])) for n in range(len(gaps) - 20))
    quiet = sum(gap > (most or gap) for gap, most in zip(gaps[20:], windows, strict=True))
    assert quiet < 0.03 * len(gaps)


def test_a_source_that_fell_silent_is_still_noticed() -> None:
    quiet = quiet_after(every(*[timedelta(days=5)] * 20))
    assert quiet is not None
    assert quiet < 30 * DAY


@given(
    st.lists(
        st.datetimes(
            min_value=datetime(2000, 1, 1),
            max_value=datetime(2100, 1, 1),
            timezones=st.just(UTC),
        ),
        max_size=30,
    )
)
def test_whatever_was_found_when_no_window_is_under_a_week(finds: list[datetime]) -> None:
    window = quiet_after(finds)
    assert window is None or window >= LEAST_SILENCE


def test_a_source_that_is_quiet_for_longer_than_expected_is_told_since_its_last_find() -> None:
    assert diagnose(quiet_for(7), NOW) is None
    quiet = quiet_for(7.1)
    assert diagnose(quiet, NOW) == Ailing(ailment=Ailment.QUIET, since=NOW - 7.1 * DAY)


def test_time_in_which_nobody_looked_is_no_silence() -> None:
    """After the summer holidays, with the computer off, nothing is quiet yet."""
    back = replace(quiet_for(42), watched_since=NOW - HOUR)
    assert diagnose(back, NOW) is None


def test_where_nobody_knows_what_is_usual_silence_means_nothing() -> None:
    assert diagnose(replace(quiet_for(900), quiet_after=None), NOW) is None
    assert diagnose(replace(WELL, last_find_at=None), NOW) is None


def test_a_clock_set_back_makes_no_silence() -> None:
    assert diagnose(replace(WELL, last_find_at=NOW + DAY, watched_since=NOW + DAY), NOW) is None


def test_a_long_break_starts_the_watch_anew_and_a_missed_visit_does_not() -> None:
    every = timedelta(hours=6)
    assert watched_since(WELL, NOW + 12 * HOUR, every) == WELL.watched_since
    assert watched_since(WELL, NOW + 30 * HOUR, every) == NOW + 30 * HOUR
    assert watched_since(WELL, NOW - DAY, every) == NOW - DAY, "the clock was set back"
    assert watched_since(WELL, NOW + 30 * HOUR, 7 * DAY) == WELL.watched_since
    assert watched_since(SourceHealth(source="s", school="w"), NOW, every) == NOW


def test_a_canary_counts_on_its_second_day() -> None:
    silent = replace(WELL, canary="It finds nothing.", canary_failing_since=NOW, canary_failures=1)
    assert diagnose(silent, NOW) is None
    assert state(silent, NOW) == "In doubt"
    second = replace(silent, canary_failures=2)
    assert diagnose(second, NOW) == Ailing(ailment=Ailment.UNPROVEN, since=NOW)


def test_what_cannot_be_read_goes_before_what_is_quiet() -> None:
    both = replace(failing(timedelta(0), 1, needs=True), last_find_at=NOW - 90 * DAY)
    found = diagnose(both, NOW)
    assert found is not None
    assert found.ailment is Ailment.BROKEN


def test_the_health_row_is_said_in_words() -> None:
    said = " ".join(lines(WELL, NOW))
    assert said == (
        "Works. Last read: Fri 20 Nov 2026, 12:00. Last find: Thu 19 Nov 2026, 12:00. "
        "Next visit: Fri 20 Nov 2026, 13:00. As a rule something new comes every 24 hours. "
        "The office is told after 7 days without anything new."
    )


def test_what_is_wrong_comes_with_since_when_and_who_must_act() -> None:
    said = list(lines(failing(HOUR, 1, needs=True), NOW))
    assert said[0] == "Needs someone."
    assert "did not answer" in said[1]
    assert said[1].endswith("Since Fri 20 Nov 2026, 11:00.")
    assert WHO[Actor.KEY_HOLDER] in said[2]


def test_a_trouble_that_should_have_passed_needs_somebody() -> None:
    passing = failing(HOUR, 1)
    assert who(passing) is Actor.NOBODY
    lasting = replace(passing, ailing=Ailing(ailment=Ailment.BROKEN, since=NOW))
    assert who(lasting) is Actor.TECHNICIAN


def test_a_visit_that_is_long_due_is_said() -> None:
    assert not overdue(WELL, NOW + 2 * HOUR)
    assert state(WELL, NOW + 3 * HOUR) == "Overdue"


def test_what_is_not_known_yet_is_said_so() -> None:
    new = SourceHealth(source="s", school="w")
    assert state(new, NOW) == "Not read yet"
    assert "not known yet" in expected(new)


@pytest.mark.parametrize(
    ("span", "words"),
    [(timedelta(minutes=20), "1 hour"), (47 * HOUR, "47 hours"), (49 * HOUR, "2 days")],
)
def test_lengths_of_time_are_said_as_people_say_them(span: timedelta, words: str) -> None:
    assert about(span) == words
