"""Which numbers a report may hold, when others were published before. Pure.

Whoever could ask for any two days could subtract one report from another. So a school's time
is cut into parts that never overlap, its terms each with the holidays after it, and each part
is counted once and for good: the store remembers what was published of it. Every report is put
together from whole parts (`together`), so it says nothing that the parts do not say by
themselves; and of each part nothing can be worked out (monitor/trends.py).

Of the term that is still running, what there is so far can be published. The rest of the term
is then a part of its own, and is counted at the end or after four weeks, whichever is later
asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from monitor.counts import LONDON, Division, Period, Table, Trend, Wait
from monitor.terms import Term, Terms

RESTS = timedelta(weeks=4)  # a term cut into many small parts would show nothing at all
_A_YEAR = timedelta(days=366)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A term with the holidays after it: midnight to midnight by the clock on the wall."""

    term: Term
    period: Period


def parts(terms: Terms, first: date, last: date) -> list[Part]:
    """Those of which at least one day lies within both days, oldest first. They leave no gap."""
    around = terms.terms(first - _A_YEAR, last + _A_YEAR)
    every = (
        Part(term=one, period=Period(start=_midnight(one.start), end=_midnight(following.start)))
        for one, following in pairwise(around)
    )
    return [p for p in every if p.period.first_day <= last and first <= p.period.last_day]


def meant(terms: Terms, first: date, last: date) -> list[Part]:
    """The parts whose term has a day among these. So the first days of September bring no summer
    term along where a school begins a little later; and holidays alone mean the term before."""
    every = parts(terms, first, last)
    return [p for p in every if p.term.start <= last and first <= p.term.end] or every


def to_be_counted(
    parts: Iterable[Period], published: Sequence[Period], now: datetime
) -> list[Period]:
    """What of *parts* has not been published, and may be now; oldest first. What was first seen
    at this very moment is among it."""
    until = now + _INSTANT
    return [
        gap
        for part in parts
        for gap in _gaps(part, published, until)
        if gap.end < until or not _lately_published(gap, published)
    ]


def _gaps(part: Period, published: Sequence[Period], until: datetime) -> Iterator[Period]:
    begin, end = part.start, min(part.end, until)
    for done in sorted(published, key=lambda p: p.start):
        if done.start < end and begin < done.end:
            if begin < done.start:
                yield Period(start=begin, end=done.start)
            begin = done.end
    if begin < end:
        yield Period(start=begin, end=end)


def _lately_published(gap: Period, published: Sequence[Period]) -> bool:
    return any(done.end == gap.start and gap.end - gap.start < RESTS for done in published)


def together(trends: Sequence[Trend], period: Period) -> Trend:
    """Several parts as one, from what each of them shows. Parts with a few mentions only are
    set apart."""
    small = [trend.period for trend in trends if trend.total is None]
    shown = [trend for trend in trends if trend.total is not None]
    counted = [trend for trend in shown if trend.total]
    if not shown and small:
        return Trend(period=period, total=None, incidents=None, apart=tuple(small))
    return Trend(
        period=period,
        total=sum(trend.total or 0 for trend in shown),
        incidents=_sum_of_row([trend.incidents for trend in shown]),
        tables={d: _sum(tables) for d in Division if (tables := _of(shown, d))},
        waits=_waits_of(counted),
        apart=(*small, *(p for trend in shown for p in trend.apart)),
        parts=sum(trend.parts for trend in counted),
    )


def _waits_of(trends: Sequence[Trend]) -> Mapping[Wait, timedelta]:
    """There is no middle of two middles."""
    return trends[0].waits if len(trends) == 1 else {}


def _of(trends: Sequence[Trend], division: Division) -> list[Table]:
    return [trend.tables[division] for trend in trends if division in trend.tables]


def _sum(tables: Sequence[Table]) -> Table:
    """Row by row; a row is withheld if any part withholds it, all if one withholds its all."""
    if not all(tables):
        return {}
    rows = dict.fromkeys(row for table in tables for row in table)
    return {row: _sum_of_row([table.get(row, 0) for table in tables]) for row in rows}


def _sum_of_row(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LONDON)
