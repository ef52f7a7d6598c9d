"""Term dates: which days are school days, and which term a day belongs to. Pure.

A school names its own terms; where it has not, those customary in England and Wales are
assumed, which are right to within a few days (`customary`). Scotland and Northern Ireland
keep other terms: a school there names its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")  # the clock on the school's wall

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_MONDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 4, 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Days without school in the middle of a term; both days included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        _in_order(self.start, self.end, "the half-term")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """From its first school day to its last, both included."""

    name: str  # "Autumn term 2026"
    start: date
    end: date
    half_term: Break | None = None

    def __post_init__(self) -> None:
        _in_order(self.start, self.end, self.name)
        rest = self.half_term
        if rest is not None and not (self.start <= rest.start and rest.end <= self.end):
            raise ValueError(f"the half-term of {self.name} does not lie within it")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A school's calendar. `own`: its own terms, in any order. `inset`: days within a term on
    which staff work and pupils stay at home. `closed`: days on which nobody comes, such as a
    local holiday.

    A customary term gives way to any of the school's own that overlaps it, so that dates
    entered for one term do not leave the rest of the year without school.
    """

    own: tuple[Term, ...] = ()
    inset: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for one, following in pairwise(sorted(self.own, key=lambda term: term.start)):
            if following.start <= one.end:
                raise ValueError(
                    f"{one.name} and {following.name} overlap: the one must end before the "
                    "other begins"
                )

    def is_school_day(self, day: date) -> bool:
        """Whether pupils come."""
        return self.is_working_day(day) and day not in self.inset

    def is_working_day(self, day: date) -> bool:
        """Whether staff come: on school days and on INSET days."""
        if day in self.inset:
            return True
        term = self.term_of(day)
        at_rest = term is None or (term.half_term is not None and day in term.half_term)
        return not (at_rest or is_weekend(day) or day in self.closed or is_bank_holiday(day))

    def term_of(self, day: date) -> Term | None:
        """None in the holidays; a half-term belongs to its term."""
        return next((term for term in self.terms(day, day) if day in term), None)

    def terms(self, first: date, last: date) -> tuple[Term, ...]:
        """Those of which at least one day lies within both days, oldest first."""
        years = range(_academic_year(first), _academic_year(last) + 1)
        assumed = (t for year in years for t in customary(year) if not self._names(t))
        within = (t for t in (*self.own, *assumed) if t.start <= last and t.end >= first)
        return tuple(sorted(within, key=lambda term: term.start))

    def latest(self, day: date, count: int) -> tuple[Term, ...]:
        """The term that runs on *day*, or ran last, and those before it; newest first."""
        begun = (t for t in self.terms(day - count * 26 * _WEEK, day) if t.start <= day)
        return tuple(reversed(tuple(begun)))[:count]

    def _names(self, assumed: Term) -> bool:
        return any(t.start <= assumed.end and t.end >= assumed.start for t in self.own)


@lru_cache(maxsize=64)
def customary(year: int) -> tuple[Term, ...]:
    """The three terms of the school year that begins in September *year*, as most councils in
    England and Wales set them (190 days for pupils; each council and academy sets its own):

    autumn  from 1 September, or the Monday after where it is a Friday or at a weekend, to the
            last Friday up to 22 December; half-term is the week of October's last Monday
    spring  from the Monday after two whole weeks, to the Friday before two weeks at Easter,
            those that begin nearest to 2 April; half-term is the week of the Monday from 12 to
            18 February
    summer  from the Monday after Easter's two weeks to 22 July, or the Friday before it;
            half-term is the week of the bank holiday at the end of May
    """
    christmas = _last(_FRIDAY, date(year, 12, 22))
    spring, easter = christmas + 17 * _DAY, _easter_break(year + 1)
    ends = date(year + 1, 7, 22)
    return (
        _term("Autumn", _autumn_begins(year), christmas, _last(_MONDAY, date(year, 10, 31))),
        _term("Spring", spring, easter - 3 * _DAY, _last(_MONDAY, date(year + 1, 2, 18))),
        _term(
            "Summer",
            easter + 2 * _WEEK,
            _last(_FRIDAY, ends) if is_weekend(ends) else ends,
            _last(_MONDAY, date(year + 1, 5, 31)),
        ),
    )


def _term(season: str, start: date, end: date, rest: date) -> Term:
    """Without the bank holidays at either end."""
    while is_bank_holiday(start):
        start += _DAY
    while is_bank_holiday(end):
        end -= _DAY
    half_term = Break(start=rest, end=rest + 4 * _DAY)
    return Term(name=f"{season} term {start.year}", start=start, end=end, half_term=half_term)


def _autumn_begins(year: int) -> date:
    first = date(year, 9, 1)
    late_in_the_week = first.weekday() >= _FRIDAY
    return _last(_MONDAY, first + _WEEK - _DAY) if late_in_the_week else first


def _easter_break(year: int) -> date:
    """The Monday with which it begins: the week of Good Friday, the one before, or the one
    after, whichever is nearest to the beginning of April."""
    good_friday_week = easter(year) - 6 * _DAY
    mondays = (good_friday_week + n * _WEEK for n in (-1, 0, 1))
    return min(mondays, key=lambda monday: abs(monday - date(year, 4, 2)))


def is_weekend(day: date) -> bool:
    return day.weekday() in (_SATURDAY, _SUNDAY)


def is_bank_holiday(day: date) -> bool:
    """In England and Wales. A single one, as for a coronation, a school names as closed."""
    return day in _bank_holidays(day.year)


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    """Banking and Financial Dealings Act 1971, Schedule 1, and by custom; at a weekend, the
    next working day instead."""
    sunday = easter(year)
    by_week = (_last(_MONDAY, date(year, 5, 7)), _last(_MONDAY, date(year, 5, 31)))
    moving = {sunday - 2 * _DAY, sunday + _DAY, *by_week, _last(_MONDAY, date(year, 8, 31))}
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        moving.add(next(d for d in _days_from(day) if not is_weekend(d) and d not in moving))
    return frozenset(moving)


def easter(year: int) -> date:
    """Easter Sunday, by Oudin's formula of 1940."""
    golden, century = year % 19, year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    full = moon - (moon // 28) * (1 - (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + full + 2 - century + century // 4) % 7
    month = 3 + (full - weekday + 40) // 44
    return date(year, month, full - weekday + 28 - 31 * (month // 4))


def _last(weekday: int, day: date) -> date:
    """The last such weekday up to *day*."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _DAY


def _academic_year(day: date) -> int:
    """The year in which its September lies."""
    return day.year if day.month >= 9 else day.year - 1


def _in_order(start: date, end: date, what: str) -> None:
    if end < start:
        raise ValueError(f"{what} ends ({end}) before it begins ({start})")
