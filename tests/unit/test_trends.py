"""Counts for governors: right where they are shown, and nowhere to be worked out from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.counts import (
    Age,
    Asked,
    Counted,
    Division,
    Fate,
    Handled,
    Handling,
    Kind,
    Outcome,
    Period,
    SourceGroup,
    Speed,
    Theme,
    Trend,
    Wait,
)
from monitor.domain import Category, Sentiment, Severity
from monitor.trends import FEWEST_SHOWN, summarise, withhold

SEPTEMBER = Period(
    start=datetime(2026, 8, 31, 23, tzinfo=UTC), end=datetime(2026, 9, 30, 23, tzinfo=UTC)
)
GROUPS = {"forum": SourceGroup.FORUMS, "local paper": SourceGroup.NEWS}


def counted(**changes: object) -> Counted:
    plain = Counted(
        first_seen_at=datetime(2026, 9, 9, 12, tzinfo=UTC),
        source="web search",
        categories=frozenset(),
        severity=Severity.NONE,
        sentiment=Sentiment.NEUTRAL,
        criticism=False,
        in_log=False,
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
        in_log=st.booleans(),
        themes=st.frozensets(st.sampled_from(list(Theme)[:4]), max_size=2),
    ),
    max_size=70,
)


def september(found: list[Counted]) -> Trend:
    return summarise(found, SEPTEMBER, GROUPS)


def test_a_kind_of_nearly_all_concerns_would_tell_how_few_are_of_no_such_kind() -> None:
    hateful = counted(categories=frozenset({Category.HATE}), in_log=True)
    trend = september([hateful] * 9 + [counted(in_log=True)] * 3)
    assert trend.number(Kind.CONCERN) == 12
    assert trend.tables[Division.CATEGORIES] == {}


def test_large_numbers_are_counted_as_they_are() -> None:
    threat = counted(categories=frozenset({Category.THREAT}), severity=Severity.HIGH, in_log=True)
    trend = september([counted()] * 7 + [threat] * 6)
    assert trend.total == 13
    assert [trend.number(kind) for kind in Kind] == [6, 0, 7]
    assert trend.tables[Division.CATEGORIES][Category.THREAT] == 6
    assert trend.tables[Division.CATEGORIES][Category.HATE] == 0
    assert trend.tables[Division.SEVERITIES][Severity.HIGH] == 6
    assert trend.tables[Division.WEEKS]["2026-09-07"] == 13
    assert trend.tables[Division.GROUPS][SourceGroup.OTHER] == 13


def test_every_mention_of_the_log_is_a_concern_and_nothing_else_is() -> None:
    unread = counted(in_log=True, criticism=True)
    complaint = counted(criticism=True)
    trend = september([unread] * 5 + [complaint] * 6 + [counted()] * 7)
    assert [trend.number(kind) for kind in Kind] == [5, 6, 7]
    assert set(trend.tables[Division.CATEGORIES].values()) == {0}


def test_a_period_with_nothing_in_it_says_so() -> None:
    assert september([]) == Trend(period=SEPTEMBER, total=0)
    assert september([]).number(Kind.CONCERN) == 0


def test_a_total_below_five_withholds_everything() -> None:
    assert september([counted()] * 4) == Trend(period=SEPTEMBER, total=None, incidents=None)


def test_a_small_number_takes_the_next_larger_one_with_it() -> None:
    assert withhold({"a": 3, "b": 9, "c": 30, "d": 0}) == {"a": None, "b": None, "c": 30, "d": 0}


def test_numbers_equal_to_the_one_withheld_are_withheld_too() -> None:
    assert withhold({"a": 5, "b": 4, "c": 5, "d": 8}) == {"a": None, "b": None, "c": None, "d": 8}


def test_what_a_withheld_number_is_divided_into_is_withheld_with_it() -> None:
    threat = counted(categories=frozenset({Category.THREAT}), in_log=True)
    trend = september([threat] * 5 + [counted()] * 3 + [counted(criticism=True)] * 9)
    assert trend.number(Kind.CONCERN) is None
    assert trend.tables[Division.CATEGORIES] == trend.tables[Division.SEVERITIES] == {}


def handled(**changes: object) -> Handled:
    plain = Handled(opened_at=datetime(2026, 9, 9, 12, tzinfo=UTC), outcome=Outcome.INCIDENT)
    return replace(plain, **changes)


def test_incidents_are_divided_by_what_became_of_them() -> None:
    found = [counted(in_log=True)] * 20 + [counted()] * 9
    friday, tuesday, october = (datetime(2026, 9, day, 12, tzinfo=UTC) for day in (11, 15, 17))
    opened = [
        *[handled(told_at=friday, closed_at=tuesday)] * 6,
        *[handled(told_at=friday, closed_at=october, outcome=Outcome.NOT_US)] * 5,
        *[handled()] * 8,
    ]
    trend = summarise(found, SEPTEMBER, handled=opened)
    assert trend.incidents == 19
    assert trend.tables[Division.HANDLING] == {Handling.CLOSED: 11, Handling.OPEN: 8}
    assert trend.tables[Division.SPEED] == {Speed.IN_TIME: 6, Speed.LATER: 5}
    assert trend.tables[Division.OUTCOMES][Outcome.NOT_US] == 5
    assert trend.tables[Division.AGES] == {Age.WEEK: 0, Age.MONTH: 8, Age.OLDER: 0}
    assert trend.waits == {Wait.TOLD: timedelta(days=2), Wait.CLOSED: timedelta(days=7)}


def test_incidents_are_withheld_with_the_concerns_that_they_come_from() -> None:
    found = [counted(in_log=True)] * 20 + [counted()] * 3
    trend = summarise(found, SEPTEMBER, handled=[handled()] * 19)
    assert trend.incidents is None
    assert trend.tables[Division.HANDLING] == {}
    assert trend.waits == {}


def test_criticism_is_divided_by_theme_and_a_small_theme_is_withheld() -> None:
    of = {Theme.FOOD: 9, Theme.UNIFORM: 3}
    found = [
        counted(criticism=True, themes=frozenset({t})) for t, n in of.items() for _ in range(n)
    ]
    table = september([*found, *[counted(criticism=True)] * 9]).tables[Division.THEMES]
    assert (table[Theme.FOOD], table[Theme.UNIFORM], table[Theme.SEND]) == (None, None, 0)
    found += [counted(criticism=True, themes=frozenset({Theme.MONEY}))] * 30
    table = september([*found, *[counted(criticism=True)] * 9]).tables[Division.THEMES]
    assert (table[Theme.MONEY], table[Theme.FOOD], table[Theme.UNIFORM]) == (30, None, None)


def asked(n: int, site: str, days: int | None) -> list[Handled]:
    then = datetime(2026, 9, 11, 12, tzinfo=UTC)
    gone = then + timedelta(days=days) if days is not None else None
    return [handled(told_at=then, asked_at=then, gone_at=gone, site=site)] * n


def test_removals_are_told_by_site_and_by_what_came_of_asking() -> None:
    found = [counted(in_log=True)] * 40 + [counted()] * 9
    opened = [*asked(8, "Facebook", 2), *asked(6, "TikTok", None), *[handled()] * 7]
    trend = summarise(found, SEPTEMBER, handled=opened)
    assert trend.tables[Division.ASKED] == {Asked.ASKED: 14, Asked.NOT_ASKED: 7}
    assert trend.tables[Division.REMOVALS] == {
        f"Facebook: {Fate.GONE}": 8,
        f"TikTok: {Fate.NOT_SEEN_GONE}": 6,
    }
    assert trend.waits[Wait.REMOVED] == timedelta(days=2)


def test_how_long_removal_took_is_withheld_with_what_was_removed() -> None:
    found = [counted(in_log=True)] * 40 + [counted()] * 9
    opened = [*asked(8, "Facebook", 2), *asked(3, "TikTok", None), *[handled()] * 7]
    trend = summarise(found, SEPTEMBER, handled=opened)
    assert trend.tables[Division.REMOVALS] == {}
    assert Wait.REMOVED not in trend.waits


def test_days_are_those_of_the_united_kingdom() -> None:
    sunday_night = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)  # 00:30 on Monday
    trend = september([counted(first_seen_at=sunday_night)] * 5)
    assert trend.tables[Division.WEEKS]["2026-09-07"] == 5


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match=r"ends .* before it begins"):
        Period(start=SEPTEMBER.end, end=SEPTEMBER.start)


@pytest.mark.parametrize("cells", [1, 2, 3, 4])
def test_no_withheld_number_follows_from_the_total_and_the_method(cells: int) -> None:
    """Every table of up to four cells, read by someone who knows the total and our rule."""
    readings: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for table in product(range(11 if cells < 4 else 10), repeat=cells):
        total = sum(table)
        if total >= FEWEST_SHOWN:
            shown = withhold({str(n): count for n, count in enumerate(table)})
            readings[total, tuple(shown.items())].append(table)
    for (_, shown), tables in readings.items():
        for cell in range(cells):
            if dict(shown).get(str(cell)) is None:
                assert len({table[cell] for table in tables}) > 1, (shown, tables)


def _swapped(value: object, one: object, other: object) -> object:
    return {one: other, other: one}.get(value, value)


def _others(trend: Trend, found: list[Counted]) -> Iterator[list[Counted]]:
    """The same period with two withheld rows swapped, for each table and pair."""
    for division, part in (
        (Division.SENTIMENTS, "sentiment"),
        (Division.SEVERITIES, "severity"),
    ):
        concerns_only = division is Division.SEVERITIES
        for a, b in _pairs(trend, division):
            yield [
                c
                if concerns_only and not c.in_log
                else replace(c, **{part: _swapped(getattr(c, part), a, b)})
                for c in found
            ]
    for a, b in _pairs(trend, Division.CATEGORIES):
        yield [
            replace(c, categories=frozenset(_swapped(x, a, b) for x in c.categories))
            for c in found
        ]


def _pairs(trend: Trend, division: Division) -> Iterator[tuple[str, str]]:
    table = trend.tables.get(division, {})
    return combinations([row for row, count in table.items() if count is None], 2)


@given(many_counted)
@settings(max_examples=200, deadline=None)
def test_another_period_with_other_numbers_would_read_the_same(found: list[Counted]) -> None:
    trend = september(found)
    for other in _others(trend, found):
        assert september(other) == trend
    for table in trend.tables.values():
        assert list(table.values()).count(None) != 1


@given(many_counted)
@settings(max_examples=200, deadline=None)
def test_no_number_from_one_to_four_is_ever_shown(found: list[Counted]) -> None:
    trend = september(found)
    shown = [trend.total, *(count for table in trend.tables.values() for count in table.values())]
    assert not {1, 2, 3, 4} & {count for count in shown if count is not None}


@given(many_counted)
@settings(max_examples=200, deadline=None)
def test_what_is_shown_is_what_there_is(found: list[Counted]) -> None:
    trend = september(found)
    assert trend.total in (None, len(found))
    if trend.number(Kind.CONCERN) is not None:
        assert trend.number(Kind.CONCERN) == sum(one.in_log for one in found)
    for division in (Division.KINDS, Division.WEEKS, Division.GROUPS, Division.SENTIMENTS):
        counts = list(trend.tables.get(division, {}).values())
        if counts and None not in counts:
            assert sum(counts) == trend.total


def _divided(number: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (number,)
        return
    for first in range(number + 1):
        for rest in _divided(number - first, parts - 1):
            yield (first, *rest)


def test_several_categories_on_one_mention_give_nothing_away() -> None:
    """All periods of five to seven mentions of the log with any of three categories."""
    three = [Category.THREAT, Category.ABUSE, Category.HATE]
    kinds = [frozenset(kind) for n in range(4) for kind in combinations(three, n)]
    mentions = [counted(categories=kind, in_log=True) for kind in kinds]
    readings: dict[str, set[tuple[int, ...]]] = defaultdict(set)
    for total, numbers in ((n, d) for n in range(5, 8) for d in _divided(n, len(kinds))):
        found = [one for one, n in zip(mentions, numbers, strict=True) for _ in range(n)]
        trend = september(found)
        of_each = [
            sum(n for kind, n in zip(kinds, numbers, strict=True) if category in kind)
            for category in three
        ]
        published = repr((total, trend.tables[Division.CATEGORIES]))
        readings[published].add((numbers[0], *of_each))
    for published, truths in readings.items():
        for values in map(set, zip(*truths, strict=True)):
            assert not values & {1, 2, 3, 4} or len(values) > 1, published
