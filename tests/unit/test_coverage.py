"""Proof of regular checks: what it says, and what it must not give away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from alerts.governors import Report, as_html
from monitor.counts import Period, SourceGroup, Trend
from monitor.coverage import Coverage, cover, cover_days, lines, sentences
from monitor.domain import School
from monitor.health import Actor, Check
from monitor.store.store import Store
from tests import migrations

FIRST, LAST = date(2026, 3, 23), date(2026, 4, 5)
NOON = datetime(2026, 3, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def checks(*days: int, source: str = "Paper", error: str = "") -> list[Check]:
    return [Check(source=source, at=NOON + day * DAY, new=7, error=error) for day in days]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def test_the_proof_says_on_how_many_days_and_on_which_not() -> None:
    done = [*checks(0, 1, 2, 6, 7, 8, 9, 11, 12, 13), *checks(0, source="Forum")]
    assert sentences(cover(done, FIRST, LAST)) == [
        "The school checked 2 sources on 10 of the 14 days of this period.",
        "Days on which nothing was checked: 26 to 28 March 2026; 2 April 2026.",
    ]


def test_a_source_that_was_never_read_is_not_counted_as_checked_and_is_said() -> None:
    done = [*checks(*range(14)), *checks(0, 1, source="Forum", error="The site refused us.")]
    assert sentences(cover(done, FIRST, LAST)) == [
        "The school checked 1 source on each of the 14 days of this period.",
        "1 source could not be read on any day of it.",
    ]


def test_without_a_record_nothing_is_claimed() -> None:
    assert sentences(cover([], FIRST, LAST)) == [
        "There is no record that anything was checked in this period."
    ]


def test_a_day_is_a_day_by_the_clock_on_the_wall() -> None:
    late = Check(source="Paper", at=datetime(2026, 4, 1, 23, 30, tzinfo=UTC))  # 2 April, summer
    (read,) = (one.day for one in cover([late], FIRST, LAST).days if one.read)
    assert read == date(2026, 4, 2)


def test_many_single_days_are_counted_and_not_listed() -> None:
    (_, gaps) = sentences(cover(checks(*range(0, 14, 2)), FIRST, LAST))
    assert gaps == "Days on which nothing was checked: 7 single days and longer stretches."


def test_a_period_that_ends_first_is_refused() -> None:
    with pytest.raises(ValueError, match="ends"):
        cover([], LAST, FIRST)


def test_the_governors_report_proves_the_checks_and_gives_no_number_of_finds_away() -> None:
    def report(found: list[Check]) -> Report:
        return Report(
            school=School(id="w", name="Wexcombe Park"),
            name="Spring term 2026",
            trend=Trend(period=Period(start=NOON, end=NOON + 14 * DAY), total=0),
            coverage=cover(found, FIRST, LAST),
            groups={"Paper": SourceGroup.NEWS},
        )

    proved = report(checks(0, 1, 2))
    assert proved.sentences[1].startswith("The school checked 1 source on 3 of")
    shown = {table.title: table.rows for table in proved.tables}
    assert shown["What was checked"] == (("Newspapers and blogs", 3),)
    assert shown["When it was checked"] == (("23 Mar 2026", 3), ("30 Mar 2026", 0))
    fewer = report([Check(source=c.source, at=c.at) for c in checks(0, 1, 2)])
    assert as_html(proved) == as_html(fewer)


def test_the_record_is_a_line_for_each_visit() -> None:
    asked = Check(source="Web search", at=NOON, new=2, asked=('"Wexcombe Park"',))
    broken = Check(source="Paper", at=NOON, error="The site did not answer.")
    assert list(lines([asked, broken])) == [
        'Mon 23 Mar 2026, 12:00  Web search  answered, 2 new  searched: "Wexcombe Park"',
        "Mon 23 Mar 2026, 12:00  Paper  The site did not answer.",
    ]


def test_what_was_asked_is_kept_within_bounds(store: Store) -> None:
    with store.recording("park", "web") as book:
        book.went_well(NOON, DAY, new=1, asked=["x" * 9000, *map(str, range(500))])
    (check,) = store.checks("park", NOON, NOON + DAY)
    assert len(check.asked) == 100
    assert max(map(len, check.asked)) == 400


def test_the_record_is_of_one_school_and_forgotten_in_time(store: Store) -> None:
    for school in ("park", "hill"):
        for day in range(3):
            with store.recording(school, "web") as book:
                book.went_well(NOON + day * DAY, DAY)
    assert len(store.checks("park", NOON, NOON + 9 * DAY)) == 3
    assert store.forgettable_checks(NOON + DAY) == 2
    assert store.forget_checks(NOON + DAY) == 2
    assert [check.at for check in store.checks("park", NOON, NOON + 9 * DAY)] == [
        NOON + DAY,
        NOON + 2 * DAY,
    ]


def visited(store: Store) -> None:
    """By two sources on some days, also at night and when the clocks change; some fail."""
    dice = random.Random(3)
    for _ in range(60):
        at = datetime(2026, 3, 25, tzinfo=UTC) + timedelta(hours=dice.uniform(0, 200))
        with store.recording("park", dice.choice(("Paper", "Forum"))) as book:
            if dice.random() < 0.4:
                book.went_badly(at, "x", again_in=DAY, needs_a_person=False, actor=Actor.NOBODY)
            else:
                book.went_well(at, DAY)


def in_short_and_at_length(store: Store) -> tuple[Coverage, Coverage]:
    every = store.checks("park", NOON - 9 * DAY, NOON + 99 * DAY)
    in_short = cover_days(store.checked_days("park", FIRST, LAST), FIRST, LAST)
    return in_short, cover(every, FIRST, LAST)


def test_the_days_in_short_say_what_the_whole_record_says(store: Store) -> None:
    visited(store)
    in_short, at_length = in_short_and_at_length(store)
    assert in_short == at_length
    assert sum(day.visits for day in in_short.days) == 60
    assert store.checked_days("hill", FIRST, LAST) == []


def test_visits_of_before_there_were_days_in_short_are_counted_when_the_program_is_renewed(
    store: Store,
) -> None:
    visited(store)
    with store.transaction() as session:
        session.execute(text("DROP TABLE checked_day"))
    migrations.run(store, "0013_checked_days")
    in_short, at_length = in_short_and_at_length(store)
    assert in_short == at_length
    assert sum(day.visits for day in in_short.days) == 60
