"""A file of term dates, as offices keep it in a spreadsheet: what, first day, last day."""

from __future__ import annotations

import csv
import io
import re
from calendar import month_name
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from monitor.terms import Break, Term, Terms

_DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?:[a-z]+,? )?(?P<day_>\d{1,2})(?:st|nd|rd|th)?"
    r"(?: (?P<name>[a-z]+),? |[/.-](?P<month_>\d{1,2})[/.-])"
    r"(?P<year_>\d{2}|\d{4})",
    re.IGNORECASE,
)
_MONTHS = {name[:3].casefold(): number for number, name in enumerate(month_name) if name}
_LONGEST = timedelta(days=200)
_NOT_A_DATE = "a date is written as 02/09/2026, day first, as 2 September 2026, or as 2026-09-02"


class BadTermDates(ValueError):
    """The file cannot be used; the message says which line, and what to write."""


@dataclass(slots=True)
class _Read:
    terms: list[tuple[str, date, date]] = field(default_factory=list)
    rests: list[Break] = field(default_factory=list)
    inset: set[date] = field(default_factory=set)
    closed: set[date] = field(default_factory=set)


def read_file(path: Path) -> Terms:
    """Raises BadTermDates."""
    try:
        return read_terms(path.read_text(encoding="utf-8"))
    except OSError:
        raise BadTermDates(f"{path} cannot be read; check its name and permissions") from None
    except UnicodeDecodeError:
        raise BadTermDates(f"{path} is not plain text; save it as CSV in UTF-8") from None


def read_terms(text: str) -> Terms:
    """Lines such as `Autumn term 2026,02/09/2026,18/12/2026`, `Half-term,26/10/2026,30/10/2026`,
    `INSET,01/09/2026` and `Closed,...`; a line without a date is a heading. Dates are written
    as in Britain, day first, or as 2026-09-02. Raises BadTermDates."""
    read, lines = _Read(), csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        for cells in lines:
            _line(read, [cell.strip() for cell in cells])
    except ValueError as error:
        raise BadTermDates(f"line {lines.line_num}: {error}") from None
    except csv.Error:
        where = f"line {lines.line_num}, or one above it"
        raise BadTermDates(f"{where}: a quotation mark opens and never closes") from None
    if not read.terms:
        raise BadTermDates('it names no term; write a line such as "Autumn term,02/09/2026,...')
    try:
        return _together(read)
    except ValueError as error:
        raise BadTermDates(str(error)) from None


def _line(read: _Read, cells: list[str]) -> None:
    what, written = cells[0].casefold() if cells else "", [cell for cell in cells[1:] if cell]
    if not any(character.isdigit() for cell in written for character in cell):
        return  # a heading, or nothing
    dates = [_date(cell) for cell in written]
    first, last = dates[0], dates[-1]
    if not timedelta(0) <= last - first <= _LONGEST:
        raise ValueError("the last day lies before the first, or more than half a year after it")
    if re.search(r"half[- ]?term", what):
        read.rests.append(Break(start=first, end=last))
    elif re.search(r"inset|training", what):
        read.inset |= set(_days(first, last))
    elif re.search(r"clos|holiday", what):
        read.closed |= set(_days(first, last))
    elif "term" in what:
        if len(dates) < 2:
            raise ValueError("a term has a first and a last day")
        read.terms.append((cells[0], first, last))
    else:
        raise ValueError("begin the line with a term, Half-term, INSET or Closed")


def _date(cell: str) -> date:
    found = _DATE.fullmatch(cell)
    if found is None:
        raise ValueError(_NOT_A_DATE)
    year, day = (int(found[part] or found[f"{part}_"]) for part in ("year", "day"))
    try:
        return date(year if year > 99 else 2000 + year, _month(found), day)
    except ValueError:
        raise ValueError(f"there is no day {cell}") from None


def _month(found: re.Match[str]) -> int:
    """Nought, which is no month, for a name that is none."""
    if found["name"]:
        return _MONTHS.get(found["name"][:3].casefold(), 0)
    return int(found["month"] or found["month_"])


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _together(read: _Read) -> Terms:
    """Raises ValueError."""
    own = []
    for name, start, end in read.terms:
        rest = next((r for r in read.rests if start <= r.start and r.end <= end), None)
        known = name if any(c.isdigit() for c in name) else f"{name} {start.year}"
        own.append(Term(name=known, start=start, end=end, half_term=rest))
    for rest in read.rests:
        if rest not in [term.half_term for term in own]:
            raise ValueError(
                f"the half-term that begins on {rest.start:%d/%m/%Y} lies within none of the "
                "terms, or beside another in the same term"
            )
    return Terms(own=tuple(own), inset=frozenset(read.inset), closed=frozenset(read.closed))
