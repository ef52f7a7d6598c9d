"""A file of term dates, as offices keep it in a spreadsheet: what, first day, last day."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from monitor.terms import Break, Term, Terms

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_LONGEST = timedelta(days=200)


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
    return _together(read)


def _line(read: _Read, cells: list[str]) -> None:
    what, dates = cells[0].casefold() if cells else "", [_date(cell) for cell in cells[1:] if cell]
    known = [day for day in dates if day is not None]
    if not known:
        return
    if None in dates:
        raise ValueError("a date is written as 02/09/2026, day first, or as 2026-09-02")
    first, last = known[0], known[-1]
    if not timedelta(0) <= last - first <= _LONGEST:
        raise ValueError("the last day lies before the first, or more than half a year after it")
    if re.search(r"half[- ]?term", what):
        read.rests.append(Break(start=first, end=last))
    elif re.search(r"inset|training", what):
        read.inset |= set(_days(first, last))
    elif re.search(r"clos|holiday", what):
        read.closed |= set(_days(first, last))
    elif "term" in what:
        read.terms.append((cells[0], first, last))
    else:
        raise ValueError("begin the line with a term, Half-term, INSET or Closed")


def _date(cell: str) -> date | None:
    found = _DATE.fullmatch(cell)
    if found is None:
        return None
    parts = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
    try:
        return date(*map(int, parts))
    except ValueError:
        raise ValueError(f"there is no day {cell}") from None


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _together(read: _Read) -> Terms:
    own = []
    for name, start, end in read.terms:
        rest = next((r for r in read.rests if start <= r.start and r.end <= end), None)
        own.append(Term(name=name, start=start, end=end, half_term=rest))
    return Terms(own=tuple(own), inset=frozenset(read.inset), closed=frozenset(read.closed))
