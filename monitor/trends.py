"""Mentions counted for governors, so that no small number can be worked out. Pure.

The counts are a tree. The total is divided by week, by place, by tone and by kind; a number
of a kind is divided further only where it is itself shown, and so are incidents. Each division
is withheld for itself (`withhold`), so that a reader who knows its total and how we withhold
still cannot tell any withheld number: in a table with a count of 1 to 4, every count from 1 up
to the smallest of the large ones is withheld alike. Whoever swaps two of the withheld counts
gets the very same publication; and since a large one is always among them, each could be
either. Where no count is large, or none would be left to show, the whole table is withheld, its
rows included. Divisions of the same number share nothing but that number, so none gives away
another. Nor does another report: see monitor/publishing.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from monitor.counts import (
    LONDON,
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
    Table,
    Theme,
    Trend,
    Wait,
)
from monitor.domain import Category, Sentiment, Severity
from monitor.terms import Terms

FEWEST_SHOWN = 5
IN_TIME = 5  # school days
_FIVE_SCHOOL_DAYS_AT_MOST = timedelta(weeks=9)  # the summer holidays, and a week on each side

Groups = Mapping[str, SourceGroup]


def summarise(
    counted: Iterable[Counted],
    period: Period,
    groups: Groups | None = None,
    *,
    handled: Iterable[Handled] = (),
    terms: Terms | None = None,
) -> Trend:
    """Count what was first seen, and opened, within *period*. *groups*: the kind of place of each
    source. *terms* tell how many school days an incident took."""
    found = [one for one in counted if one.first_seen_at in period]
    if len(found) < FEWEST_SHOWN:
        return Trend(period=period, total=None if found else 0, incidents=None if found else 0)
    divisions = dict(_divisions_of_all(found, period, groups or {}))
    opened = [one for one in handled if one.opened_at in period]
    incidents = _number_of_incidents(divisions, opened)
    divisions |= _within(incidents, _divisions_of_incidents(opened, period, terms or Terms()))
    return Trend(
        period=period,
        total=len(found),
        incidents=incidents,
        tables=divisions,
        waits=dict(_waits(found, opened if incidents else (), divisions)),
    )


def _number_of_incidents(
    divisions: Mapping[Division, Table], opened: Sequence[Handled]
) -> int | None:
    """Withheld with the number of concerns, from which they come."""
    if divisions[Division.KINDS].get(Kind.CONCERN) is None:
        return None
    return None if 0 < len(opened) < FEWEST_SHOWN else len(opened)


def _divisions_of_incidents(
    opened: Sequence[Handled], period: Period, terms: Terms
) -> Iterator[tuple[Division, Table]]:
    closed = [one for one in opened if one.closed_at]
    still_open = [one for one in opened if not one.closed_at]
    handling = _table(
        Handling, [Handling.CLOSED if one.closed_at else Handling.OPEN for one in opened]
    )
    yield Division.HANDLING, handling
    yield from _within(handling.get(Handling.CLOSED), _divisions_of_closed(closed, terms))
    ages = [_age(one, period) for one in still_open]
    yield from _within(handling.get(Handling.OPEN), iter([(Division.AGES, _table(Age, ages))]))
    yield from _divisions_by_asking(opened)


def _divisions_of_closed(
    closed: Sequence[Handled], terms: Terms
) -> Iterator[tuple[Division, Table]]:
    yield Division.SPEED, _table(Speed, [_speed(one, terms) for one in closed])
    yield Division.OUTCOMES, _table(Outcome, [one.outcome for one in closed])


def _divisions_by_asking(opened: Sequence[Handled]) -> Iterator[tuple[Division, Table]]:
    """A site and what came of asking it are one row: tables of each would add up to the other."""
    asked = [one for one in opened if one.asked_at]
    done = _table(Asked, [Asked.ASKED if one.asked_at else Asked.NOT_ASKED for one in opened])
    yield Division.ASKED, done
    fates = [_fate(one) for one in asked]
    removals = _table(sorted(set(fates)), fates)
    yield from _within(done.get(Asked.ASKED), iter([(Division.REMOVALS, removals)]))


def _fate(one: Handled) -> str:
    return f"{one.site}: {Fate.GONE if one.gone_at else Fate.NOT_SEEN_GONE}"


def _speed(one: Handled, terms: Terms) -> Speed:
    first, last = _date(one.opened_at), _date(one.closed_at or one.opened_at)
    if last - first > _FIVE_SCHOOL_DAYS_AT_MOST:
        return Speed.LATER
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return Speed.IN_TIME if sum(map(terms.is_school_day, days)) <= IN_TIME else Speed.LATER


def _age(one: Handled, period: Period) -> Age:
    age = period.end - one.opened_at
    if age <= timedelta(weeks=1):
        return Age.WEEK
    return Age.MONTH if age <= timedelta(weeks=4) else Age.OLDER


# Coarse on purpose: a median to the minute would be the time of one case.
STEPS = tuple(
    timedelta(hours=hours) for hours in (1, 6, 24, 48, 7 * 24, 14 * 24, 28 * 24, 91 * 24)
)


def _waits(
    found: Sequence[Counted], opened: Sequence[Handled], divisions: Mapping[Division, Table]
) -> Iterator[tuple[Wait, timedelta]]:
    """Each only where what it is the middle of is shown."""
    closed = divisions.get(Division.HANDLING, {}).get(Handling.CLOSED)
    decided = divisions.get(Division.OUTCOMES, {}).get(Outcome.UNSAID) is not None
    removed = _is_shown(divisions.get(Division.REMOVALS, {}))
    for wait, spans in (
        (Wait.FOUND, [one.waited for one in found]),
        (Wait.TOLD, [_between(one.opened_at, one.told_at) for one in opened]),
        (Wait.DECIDED, [_decided(one) for one in opened if one.closed_at and decided]),
        (Wait.CLOSED, [_between(one.told_at, one.closed_at) for one in opened if closed]),
        (Wait.REMOVED, [_between(one.asked_at, one.gone_at) for one in opened if removed]),
    ):
        known = sorted(span for span in spans if span is not None)
        middle = known[len(known) // 2] if len(known) >= FEWEST_SHOWN else None
        if middle is not None and middle <= STEPS[-1]:
            yield wait, next(step for step in STEPS if middle <= step)


def _decided(one: Handled) -> timedelta | None:
    return _between(one.told_at, one.decided_at)


def _is_shown(table: Table) -> bool:
    return bool(table) and None not in table.values()


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start and end else None


def _divisions_of_all(
    found: Sequence[Counted], period: Period, groups: Groups
) -> Iterator[tuple[Division, Table]]:
    kinds = _table(Kind, [one.kind for one in found])
    yield Division.KINDS, kinds
    yield Division.WEEKS, _table(_weeks(period), [_monday(_day(one)) for one in found])
    places = [_group(one, groups) for one in found]
    looked_at = {*groups.values(), *places}  # a place where nobody looked has no nought
    yield Division.GROUPS, _table([g for g in SourceGroup if g in looked_at], places)
    yield Division.SENTIMENTS, _table(Sentiment, [one.sentiment for one in found])
    concerns = [one for one in found if one.kind is Kind.CONCERN]
    yield from _within(kinds.get(Kind.CONCERN), _divisions_of_concerns(concerns))
    criticism = [one.themes for one in found if one.kind is Kind.CRITICISM]
    yield from _within(
        kinds.get(Kind.CRITICISM), iter([(Division.THEMES, _labels(Theme, criticism))])
    )


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
    return _date(one.first_seen_at)


def _date(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _monday(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def _weeks(period: Period) -> list[str]:
    """The Mondays of its weeks, as 2026-09-07."""
    days = (period.last_day - period.first_day).days + period.first_day.weekday()
    return [_monday(period.first_day + timedelta(weeks=n)) for n in range(days // 7 + 1)]
