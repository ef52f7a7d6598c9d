"""Counts for governors: right where they are shown, and nowhere to be worked out from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Category, Counted, Sentiment, Severity, Trend
from monitor.trends import FEWEST_SHOWN, summarise, withhold

START, END = date(2026, 9, 1), date(2026, 9, 30)


def counted(**changes: object) -> Counted:
    plain = Counted(
        first_seen_at=datetime(2026, 9, 9, 12, tzinfo=UTC),
        source="web search",
        categories=frozenset(),
        severity=Severity.NONE,
        sentiment=Sentiment.NEUTRAL,
        criticism=False,
    )
    return replace(plain, **changes)


many_counted = st.lists(
    st.builds(
        Counted,
        first_seen_at=st.integers(0, 29).map(
            lambda day: datetime(2026, 9, 1, 12, tzinfo=UTC) + timedelta(days=day)
        ),
        source=st.sampled_from(["forum", "local paper", "web search"]),
        categories=st.frozensets(st.sampled_from(list(Category)[:4]), max_size=2),
        severity=st.sampled_from(Severity),
        sentiment=st.sampled_from(Sentiment),
        criticism=st.booleans(),
    ),
    max_size=70,
)


def test_large_numbers_are_counted_as_they_are() -> None:
    threat = counted(categories=frozenset({Category.THREAT}), severity=Severity.HIGH)
    trend = summarise([counted()] * 7 + [threat] * 6, START, END)
    assert (trend.total, trend.concerns, trend.criticism) == (13, 6, 0)
    assert trend.categories[Category.THREAT] == 6
    assert trend.categories[Category.HATE] == 0
    assert trend.severities[Severity.NONE] == 7
    assert trend.weeks[date(2026, 9, 7)] == 13
    assert trend.sources == {"web search": 13}


def test_a_period_with_nothing_in_it_says_so() -> None:
    trend = summarise([], START, END)
    assert (trend.total, trend.concerns, trend.criticism) == (0, 0, 0)
    assert set(trend.severities.values()) == {0}


def test_a_total_below_five_withholds_everything() -> None:
    trend = summarise([counted()] * 4, START, END)
    assert trend.total is trend.concerns is trend.criticism is None
    assert not any((trend.weeks, trend.sources, trend.categories, trend.severities))


def test_a_small_number_takes_the_next_larger_one_with_it() -> None:
    assert withhold({"a": 3, "b": 9, "c": 30, "d": 0}) == {"a": None, "b": None, "c": 30, "d": 0}


def test_numbers_equal_to_the_one_withheld_are_withheld_too() -> None:
    assert withhold({"a": 5, "b": 4, "c": 5, "d": 8}) == {"a": None, "b": None, "c": None, "d": 8}


def test_categories_that_would_tell_the_number_of_concerns_are_withheld() -> None:
    threat = counted(categories=frozenset({Category.THREAT}))
    trend = summarise([threat] * 5 + [counted()] * 3, START, END)
    assert trend.concerns is None
    assert trend.categories == {}


def test_days_are_those_of_the_united_kingdom() -> None:
    late_in_august = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)  # 00:30 on 1 September
    assert summarise([counted(first_seen_at=late_in_august)] * 5, START, END).total == 5
    late_in_september = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)  # 00:30 on 1 October
    assert summarise([counted(first_seen_at=late_in_september)] * 5, START, END).total == 0


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ends .* before it begins"):
        summarise([], END, START)


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_no_withheld_number_follows_from_the_total_and_the_method(cells: int) -> None:
    """Every table of up to four cells, read by someone who knows the total and our rule."""
    readings: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for table in product(range(11 if cells < 4 else 10), repeat=cells):
        total = sum(table)
        if total >= FEWEST_SHOWN:
            shown = withhold(dict(enumerate(table)))
            readings[total, tuple(shown.items())].append(table)
    for (_, shown), tables in readings.items():
        for cell in range(cells):
            if dict(shown).get(cell) is None:
                assert len({table[cell] for table in tables}) > 1, (shown, tables)


def _others(trend: Trend, found: list[Counted]) -> list[tuple[list[Counted], str]]:
    """The same period with two withheld rows swapped, for each table and pair."""

    def swap(value: object, one: object, other: object) -> object:
        return {one: other, other: one}.get(value, value)

    made = []
    for name, rows in (
        ("sources", "source"),
        ("severities", "severity"),
        ("sentiments", "sentiment"),
    ):
        withheld = [row for row, count in getattr(trend, name).items() if count is None]
        for a, b in combinations(withheld, 2):
            made.append(
                ([replace(c, **{rows: swap(getattr(c, rows), a, b)}) for c in found], name)
            )
    withheld = [row for row, count in trend.categories.items() if count is None]
    for a, b in combinations(withheld, 2):
        swapped = [
            replace(c, categories=frozenset(swap(x, a, b) for x in c.categories)) for c in found
        ]
        made.append((swapped, "categories"))
    return made


@given(many_counted)
@settings(max_examples=300, deadline=None)
def test_another_period_with_other_numbers_would_read_the_same(found: list[Counted]) -> None:
    trend = summarise(found, START, END)
    for other, _ in _others(trend, found):
        assert summarise(other, START, END) == trend
    for table in (trend.weeks, trend.sources, trend.categories, trend.severities):
        assert list(table.values()).count(None) != 1


@given(many_counted)
@settings(max_examples=300, deadline=None)
def test_no_number_from_one_to_four_is_ever_shown(found: list[Counted]) -> None:
    trend = summarise(found, START, END)
    shown = [trend.total, trend.concerns, trend.criticism]
    for table in (
        trend.weeks,
        trend.sources,
        trend.categories,
        trend.severities,
        trend.sentiments,
    ):
        shown += table.values()
    assert not {1, 2, 3, 4} & {count for count in shown if count is not None}


def _divided(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (number,)
        return
    for first in range(number + 1):
        for rest in _divided(number - first, parts - 1):
            yield (first, *rest)


def test_several_categories_on_one_mention_give_nothing_away() -> None:
    """All periods of five to eight mentions with any of three categories."""
    three = [Category.THREAT, Category.ABUSE, Category.HATE]
    kinds = [frozenset(kind) for n in range(4) for kind in combinations(three, n)]
    mentions = [counted(categories=kind) for kind in kinds]
    readings: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    for total, numbers in ((n, d) for n in range(5, 9) for d in _divided(n, len(kinds))):
        found = [one for one, n in zip(mentions, numbers, strict=True) for _ in range(n)]
        trend = summarise(found, START, END)
        of_each = [
            sum(n for kind, n in zip(kinds, numbers, strict=True) if category in kind)
            for category in three
        ]
        published = repr((total, trend.concerns, trend.categories))
        readings[published].add((total - numbers[0], *of_each))
    for published, truths in readings.items():
        for values in map(set, zip(*truths, strict=True)):
            assert not values & {1, 2, 3, 4} or len(values) > 1, published
