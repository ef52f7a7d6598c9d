"""Which sources were checked, and on which days: proof of regular checks. Pure.

It never says what was found, nor how much: a number of finds would give away counts that the
governors' report withholds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from monitor.counts import LONDON, SourceGroup
from monitor.health import Check
from monitor.words import day, many, when

_MOST_RUNS = 6  # stretches of days named in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """One source on one day: how often it was visited, and whether it could be read at all."""

    source: str
    day: date
    visits: int
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDay:
    """One day: the sources that were read at least once, those that never could be."""

    day: date
    read: frozenset[str]
    failed: frozenset[str]
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A period, both days included, with every day in it."""

    start: date
    end: date
    days: tuple[CheckedDay, ...]

    @property
    def sources(self) -> Mapping[str, int]:
        """On how many days each source was read; none is left out."""
        names = sorted(frozenset[str]().union(*(d.read | d.failed for d in self.days)))
        return {name: sum(name in d.read for d in self.days) for name in names}

    @property
    def weeks(self) -> Mapping[date, int]:
        """On how many days of each week (from its Monday) anything was read."""
        found: dict[date, int] = defaultdict(int)
        for one in self.days:
            found[one.day - timedelta(days=one.day.weekday())] += bool(one.read)
        return found

    @property
    def unchecked(self) -> list[date]:
        return [one.day for one in self.days if not one.read]


def cover(checks: Iterable[Check], start: date, end: date) -> Coverage:
    """What was checked from *start* to *end*, UK time. Raises ValueError if it ends first."""
    return cover_days(
        (
            SourceDay(
                source=check.source,
                day=check.at.astimezone(LONDON).date(),
                visits=1,
                read=not check.error,
            )
            for check in checks
        ),
        start,
        end,
    )


def cover_days(found: Iterable[SourceDay], start: date, end: date) -> Coverage:
    """The same, where days were counted before."""
    if end < start:
        raise ValueError(f"the period ends ({end}) before it begins ({start})")
    by_day: dict[date, list[SourceDay]] = defaultdict(list)
    for one in found:
        by_day[one.day].append(one)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return Coverage(start=start, end=end, days=tuple(_day(day, by_day[day]) for day in days))


def _day(day: date, found: list[SourceDay]) -> CheckedDay:
    read = frozenset(one.source for one in found if one.read)
    tried = frozenset(one.source for one in found)
    visits = sum(one.visits for one in found)
    return CheckedDay(day=day, read=read, failed=tried - read, visits=visits)


def days_by_group(
    coverage: Coverage, groups: Mapping[str, SourceGroup]
) -> Mapping[SourceGroup, int]:
    """On how many days any source of a group was read. A source's own name could be a person's,
    so governors are told of groups."""
    found = {groups.get(name, SourceGroup.OTHER) for name in coverage.sources}
    return {
        group: sum(
            any(groups.get(name, SourceGroup.OTHER) is group for name in day.read)
            for day in coverage.days
        )
        for group in SourceGroup
        if group in found
    }


def sentences(coverage: Coverage) -> list[str]:
    """The proof in words, and what it does not cover."""
    read = [name for name, days in coverage.sources.items() if days]
    if not read:
        return ["There is no record that anything was checked in this period."]
    every = len(coverage.days)
    done = every - len(coverage.unchecked)
    when = f"on each of the {every} days" if done == every else f"on {done} of the {every} days"
    said = [f"The school checked {many(len(read), 'source')} {when} of this period."]
    if coverage.unchecked:
        said.append(f"Days on which nothing was checked: {_runs(coverage.unchecked)}.")
    if never := [name for name, days in coverage.sources.items() if not days]:
        said.append(f"{many(len(never), 'source')} could not be read on any day of it.")
    return said


def _runs(days: list[date]) -> str:
    """Days in a row as "3 to 9 August 2026"; many stretches are counted and not named."""
    runs = [[days[0]]]
    for one, following in pairwise(days):
        if following - one == timedelta(days=1):
            runs[-1].append(following)
        else:
            runs.append([following])
    if len(runs) > _MOST_RUNS:
        return f"{len(days)} single days and longer stretches"
    return "; ".join(_run(run[0], run[-1]) for run in runs)


def _run(first: date, last: date) -> str:
    end = day(last)
    if first == last:
        return end
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {first:%B}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day}{month}{year} to {end}"


def lines(checks: Iterable[Check]) -> Iterator[str]:
    """The record itself, a line for each visit; no words of any post."""
    for check in checks:
        result = f"answered, {check.new} new" if not check.error else check.error
        asked = f"  searched: {'; '.join(check.asked)}" if check.asked else ""
        yield f"{when(check.at)}  {check.source}  {result}{asked}"
