"""What was published stays as it was, and no two reports can be subtracted from each other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.counts import Counted, Division, Period, Trend
from monitor.domain import Sentiment, Severity
from monitor.publishing import RESTS, parts, to_be_counted, together
from monitor.store.store import Store
from monitor.terms import Terms
from monitor.trends import summarise
from tests.disclosure import Reader
from tests.random_terms import AUTUMN, some_reports, some_school

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield found
    found.close()


def test_the_parts_of_a_year_follow_each_other_without_a_gap() -> None:
    year = parts(Terms(), date(2025, 9, 1), date(2026, 8, 31))
    assert [p.term.name for p in year] == [
        "Autumn term 2025",
        "Spring term 2026",
        "Summer term 2026",
    ]
    for one, following in pairwise(year):
        assert one.period.end == following.period.start


def test_a_day_in_the_holidays_belongs_to_the_term_before() -> None:
    (part,) = parts(Terms(), date(2026, 12, 26), date(2026, 12, 26))
    assert part.term.name == "Autumn term 2026"


def test_of_a_running_term_there_is_what_there_is_so_far_this_moment_included() -> None:
    (so_far,) = to_be_counted([AUTUMN], [], NOON)
    assert so_far == Period(start=AUTUMN.start, end=NOON + INSTANT)


def test_the_rest_of_a_term_is_counted_apart_from_what_was_shown() -> None:
    so_far = Period(start=AUTUMN.start, end=NOON)
    after = AUTUMN.end + timedelta(days=1)
    assert to_be_counted([AUTUMN], [so_far], after) == [Period(start=NOON, end=AUTUMN.end)]
    assert to_be_counted([AUTUMN], [so_far, Period(start=NOON, end=AUTUMN.end)], after) == []


def test_a_running_term_is_not_cut_into_small_parts() -> None:
    so_far = Period(start=AUTUMN.start, end=NOON - timedelta(days=27))
    assert to_be_counted([AUTUMN], [so_far], NOON) == []
    assert to_be_counted([AUTUMN], [so_far], NOON + RESTS) != []


def test_what_is_still_to_come_is_not_counted() -> None:
    assert to_be_counted([AUTUMN], [], AUTUMN.start - timedelta(days=1)) == []


def test_a_part_with_a_few_mentions_is_set_apart() -> None:
    big = Trend(
        period=Period(start=AUTUMN.start, end=NOON), total=8, tables={Division.KINDS: {"a": 8}}
    )
    few = Trend(period=Period(start=NOON, end=AUTUMN.end), total=None)
    whole = together([big, few], AUTUMN)
    assert (whole.total, whole.tables, whole.apart) == (8, big.tables, (few.period,))
    assert together([few], few.period).total is None


def test_a_row_that_one_part_withholds_is_withheld_in_the_sum() -> None:
    def table(count: int | None) -> dict[Division, dict[str, int | None]]:
        return {Division.KINDS: {"a": count, "b": 6}}

    halves = [Trend(period=AUTUMN, total=20, tables=table(n)) for n in (14, None)]
    assert together(halves, AUTUMN).tables == {Division.KINDS: {"a": None, "b": 12}}


def counting(found: Sequence[Counted]) -> Callable[[Period], Trend]:
    return lambda period: summarise(found, period)


def mention(at: datetime) -> Counted:
    return Counted(
        first_seen_at=at,
        source="forum",
        categories=frozenset(),
        severity=Severity.NONE,
        sentiment=Sentiment.NEUTRAL,
        criticism=False,
        in_log=False,
    )


def test_what_was_published_is_shown_again_as_it_was(store: Store) -> None:
    found = [mention(NOON)] * 6
    first = store.publish("park", [AUTUMN], counting(found), lambda: NOON)
    again = store.publish("park", [AUTUMN], counting(found * 2), lambda: NOON + RESTS / 2)
    assert again == first == store.published("park", [AUTUMN])
    assert first[0].total == 6
    assert store.published("otherby", [AUTUMN]) == []


def test_the_store_keeps_a_trend_whole(store: Store) -> None:
    made = summarise([mention(NOON)] * 6, AUTUMN)
    (kept,) = store.publish("park", [AUTUMN], lambda _: made, lambda: AUTUMN.end)
    assert kept == made


# Nobody can work out what is withheld.


def test_no_withheld_number_can_be_worked_out_from_all_reports_together() -> None:
    """Here some hundred schools; ten thousand in make bench."""
    dice, secrets = random.Random(2026), 0
    for _ in range(120):
        reader = Reader(some_reports(dice, some_school(dice)))
        assert reader.derived() == []
        secrets += len(reader.secrets)
    assert secrets > 300, "there must be something to work out"


def test_the_reader_works_out_what_a_careless_report_gives_away() -> None:
    table = {"a": 20, "b": None, "c": 0}
    careless = Trend(period=AUTUMN, total=23, tables={Division.SENTIMENTS: table})
    assert Reader([careless]).derived() == [((AUTUMN, "sentiments", "b"),)]


def test_the_reader_subtracts_one_report_from_another() -> None:
    """Why a term that was shown so far is not shown again with a day more."""
    so_far = Period(start=AUTUMN.start, end=NOON)
    rows = [
        {"a": 20, "b": None, "c": None, "d": 9},
        {"a": 21, "b": 7, "c": None, "d": 9},
    ]
    reports = [
        Trend(period=so_far, total=36, tables={Division.SENTIMENTS: rows[0]}),
        Trend(period=AUTUMN, total=40, tables={Division.SENTIMENTS: rows[1]}),
        Trend(period=Period(start=NOON, end=AUTUMN.end), total=None),
    ]
    assert Reader(reports).derived()
