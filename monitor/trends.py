"""Mentions counted for governors, so that no small number can be worked out. Pure.

The counts are a tree. The total is divided by week, by place, by tone and by kind; a number
of a kind is divided further only where it is itself shown. Each division is withheld for
itself (`withhold`), so that a reader who knows its total and how we withhold still cannot
tell any withheld number: in a table with a count of 1 to 4, every count from 1 up to the
smallest of the large ones is withheld alike. Whoever swaps two of the withheld counts gets
the very same publication; and since a large one is always among them, each could be either.
Where no count is large, or none would be left to show, the whole table is withheld, its rows
included. Divisions of the same number share nothing but that number, so none gives away
another. Nor does another report: see monitor/publishing.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from monitor.counts import (
    LONDON,
    Counted,
    Division,
    Kind,
    Period,
    SourceGroup,
    Table,
    Trend,
)
from monitor.domain import Category, Sentiment, Severity

FEWEST_SHOWN = 5

Groups = Mapping[str, SourceGroup]


def summarise(counted: Iterable[Counted], period: Period, groups: Groups | None = None) -> Trend:
    """Count what was first seen within *period*. *groups*: the kind of place of each source."""
    found = [one for one in counted if one.first_seen_at in period]
    if not found or len(found) < FEWEST_SHOWN:
        return Trend(period=period, total=None if found else 0)
    return Trend(
        period=period,
        total=len(found),
        tables=dict(_divisions_of_all(found, period, groups or {})),
    )


def _divisions_of_all(
    found: Sequence[Counted], period: Period, groups: Groups
) -> Iterator[tuple[Division, Table]]:
    kinds = _table(Kind, [one.kind for one in found])
    yield Division.KINDS, kinds
    yield Division.WEEKS, _table(_weeks(period), [_monday(_day(one)) for one in found])
    yield Division.GROUPS, _table(SourceGroup, [_group(one, groups) for one in found])
    yield Division.SENTIMENTS, _table(Sentiment, [one.sentiment for one in found])
    concerns = [one for one in found if one.kind is Kind.CONCERN]
    yield from _within(kinds.get(Kind.CONCERN), _divisions_of_concerns(concerns))


def _divisions_of_concerns(concerns: Sequence[Counted]) -> Iterator[tuple[Division, Table]]:
    yield Division.CATEGORIES, _labels(Category, [one.categories for one in concerns])
    yield Division.SEVERITIES, _table(Severity, [one.severity for one in concerns])


def _within(
    number: int | None, divisions: Iterator[tuple[Division, Table]]
) -> Iterator[tuple[Division, Table]]:
    """Withheld as a whole with the number that they divide; left out where it is nothing."""
    if number == 0:
        return
    for division, table in divisions:
        yield division, {} if number is None else table


def withhold(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The counts that may be shown, None for the others; {} where too little would be left."""
    if not any(0 < count < FEWEST_SHOWN for count in counts.values()):
        return dict(counts)
    large = [count for count in counts.values() if count >= FEWEST_SHOWN]
    if not large:
        return {}
    limit = min(large)
    if all(0 < count <= limit for count in counts.values()):
        return {}  # or its rows would tell that one of them is large
    return {key: None if 0 < count <= limit else count for key, count in counts.items()}


def _table(rows: Iterable[str], values: Iterable[str]) -> Table:
    tally = Counter(values)
    return withhold({str(row): tally[row] for row in rows})


def _labels(rows: Iterable[str], values: Sequence[Iterable[str]]) -> Table:
    """Where one can have several labels, or none. Those without a label have no row: it would
    exclude the others, and so tell more. And a row of nearly all tells how few are not in it."""
    table = _table(rows, [label for labels in values for label in labels])
    nearly_all = range(len(values) - FEWEST_SHOWN + 1, len(values))
    return {} if any(count in nearly_all for count in table.values()) else table


def _group(one: Counted, groups: Groups) -> SourceGroup:
    return groups.get(one.source, SourceGroup.OTHER)


def _day(one: Counted) -> date:
    return one.first_seen_at.astimezone(LONDON).date()


def _monday(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def _weeks(period: Period) -> list[str]:
    """The Mondays of its weeks, as 2026-09-07."""
    days = (period.last_day - period.first_day).days + period.first_day.weekday()
    return [_monday(period.first_day + timedelta(weeks=n)) for n in range(days // 7 + 1)]
