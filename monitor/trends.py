"""Mentions counted for governors, so that no small number can be worked out. Pure.

A reader who knows the total of a table and how we withhold must still not be able to
tell any withheld number. So in a table with a count of 1 to 4, every count from 1 up to
the smallest of the large ones is withheld alike. Whoever swaps two of the withheld
counts gets the very same publication; and since a large one is always among them, each
could be either. Where no count is large, or none would be left to show, the
whole table is withheld, its rows included. Tables share nothing but the total, so none
gives away another; only the categories can give away the number of concerns, so they
are withheld with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from monitor.domain import Category, Counted, Sentiment, Severity, Trend

FEWEST_SHOWN = 5
LONDON = ZoneInfo("Europe/London")

K = TypeVar("K", bound=Hashable)


def summarise(counted: Iterable[Counted], start: date, end: date) -> Trend:
    """Count what was first seen from *start* to *end*, both days included, UK time.

    Raises ValueError when the period ends before it begins.
    """
    if end < start:
        raise ValueError(f"the period ends ({end}) before it begins ({start})")
    found = [one for one in counted if start <= _day(one) <= end]
    concerns = _yes(found, [bool(one.categories) for one in found])
    sources = [one.source for one in found]
    labels = [c for one in found for c in one.categories]
    return Trend(
        start=start,
        end=end,
        total=_shown(len(found)),
        concerns=concerns,
        criticism=_yes(found, [one.criticism for one in found]),
        weeks=_table(_weeks(start, end), [_monday(_day(one)) for one in found], found),
        sources=_table(sorted(set(sources)), sources, found),
        categories={} if concerns is None else _table(Category, labels, found),
        severities=_table(Severity, [one.severity for one in found], found),
        sentiments=_table(Sentiment, [one.sentiment for one in found], found),
    )


def withhold(counts: Mapping[K, int]) -> dict[K, int | None]:
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


def _table(
    rows: Iterable[K], values: Sequence[K], found: Sequence[Counted]
) -> dict[K, int | None]:
    if _shown(len(found)) is None:
        return {}
    tally = Counter(values)
    return withhold({row: tally[row] for row in rows})


def _yes(found: Sequence[Counted], answers: Sequence[bool]) -> int | None:
    return _table((True, False), answers, found).get(True)


def _shown(total: int) -> int | None:
    return None if 0 < total < FEWEST_SHOWN else total


def _day(one: Counted) -> date:
    return one.first_seen_at.astimezone(LONDON).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(start: date, end: date) -> list[date]:
    first = _monday(start)
    return [first + timedelta(weeks=n) for n in range((end - first).days // 7 + 1)]
