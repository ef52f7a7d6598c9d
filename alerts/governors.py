"""The governors' report: one page of plain sentences first, then the numbers as small tables.

It is made from counts alone, so there is nothing in it to hide; what a Trend withholds
is withheld here in words.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.spreadsheets import Table, as_csv, as_xlsx
from monitor.counts import Division, Kind, Period, SourceGroup, Trend
from monitor.counts import Table as Counts
from monitor.coverage import Coverage
from monitor.coverage import sentences as what_was_checked
from monitor.domain import Category, School, Sentiment, Severity
from monitor.words import CATEGORIES, GROUPS, KINDS, SENTIMENTS, SEVERITIES

WITHHELD = "withheld"
WITHHELD_MEANS = (
    "“Withheld” means fewer than five, or a number from which a reader could work out "
    "another that is fewer than five. It protects the people behind small numbers."
)

Words = (
    Mapping[Kind, str]
    | Mapping[SourceGroup, str]
    | Mapping[Category, str]
    | Mapping[Severity, str]
    | Mapping[Sentiment, str]
)
PrintPdf = Callable[[str], bytes]

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class CannotWrite(ValueError):
    """The report could not be written; the message says why and what to do next."""


def write(
    trend: Trend,
    school: School,
    out: Path,
    *,
    coverage: Coverage | None = None,
    print_pdf: PrintPdf | None = None,
) -> None:
    """Write the report as the suffix of *out* says: .html, .pdf, .csv or .xlsx.

    *coverage* is the proof that it was looked for. *print_pdf* turns HTML into PDF; only a
    PDF needs it. The file is there whole or not at all. Raises CannotWrite, and whatever
    *print_pdf* raises.
    """
    kind = out.suffix.lower()
    lines, numbers = _first_lines(trend, school, coverage), tables(trend, coverage)
    if kind == ".html":
        made = as_html(trend, school, coverage).encode()
    elif kind == ".pdf":
        made = _as_pdf(as_html(trend, school, coverage), print_pdf)
    elif kind == ".csv":
        made = as_csv(lines, numbers)
    elif kind == ".xlsx":
        made = as_xlsx(lines, numbers)
    else:
        raise CannotWrite(f"{out.name} should end in .html, .pdf, .csv or .xlsx.")
    _put(out, made)


def as_html(trend: Trend, school: School, coverage: Coverage | None = None) -> str:
    return _PAGES.get_template("governors.html").render(
        school=school.name,
        period=period(trend),
        sentences=sentences(trend, coverage),
        tables=tables(trend, coverage),
        withheld_means=WITHHELD_MEANS,
    )


def sentences(trend: Trend | None, coverage: Coverage | None = None) -> list[str]:
    """What the numbers say, for people who read nothing else."""
    said = _what_was_said(trend) if trend else []
    return said + (what_was_checked(coverage) if coverage else [])


def _what_was_said(trend: Trend) -> list[str]:
    return [*_of_the_whole(trend), *map(_apart, trend.apart if trend.total is not None else ())]


def _of_the_whole(trend: Trend) -> list[str]:
    if trend.total is None:
        return [
            "Fewer than five public mentions of the school were found in this period: too few "
            "to say more without pointing at someone."
        ]
    if trend.total == 0:
        return ["No public mention of the school was found in this period."]
    return [
        f"{trend.total} public mentions of the school were found in this period.",
        _how_they_sound(trend),
        _concerns(trend),
        _criticism(trend),
    ]


def _apart(period: Period) -> str:
    return (
        f"From {days(period)} fewer than five were found. They are in no number here, because "
        "they would point at someone."
    )


def tables(trend: Trend | None, coverage: Coverage | None = None) -> list[Table]:
    """The numbers, or the word that says why there is none."""
    counted = _tables_of_what_was_said(trend) if trend else []
    return counted + (_tables_of_checks(coverage) if coverage else [])


def _tables_of_checks(coverage: Coverage) -> list[Table]:
    """Days only: how much was found where would give away what is withheld elsewhere."""
    if not coverage.sources:
        return []
    weeks = tuple((_short(monday), days) for monday, days in coverage.weeks.items())
    sources = tuple(coverage.sources.items())
    return [
        Table(title="What was checked", what="Source", rows=sources, of="Days"),
        Table(title="When it was checked", what="Week beginning", rows=weeks, of="Days"),
    ]


def _tables_of_what_was_said(trend: Trend) -> list[Table]:
    return [
        _table(title, what, _named(trend.tables[division], names))
        for division, title, what, names in _DIVISIONS
        if division in trend.tables
    ]


_DIVISIONS: tuple[tuple[Division, str, str, Words | None], ...] = (
    (Division.KINDS, "What they were", "Kind", KINDS),
    (Division.SENTIMENTS, "How they sound", "Toward the school", SENTIMENTS),
    (
        Division.CATEGORIES,
        "What raised concern",
        "Kind of concern",
        CATEGORIES,
    ),
    (Division.SEVERITIES, "How serious the concerns were", "Severity", SEVERITIES),
    (Division.GROUPS, "Where they were found", "Place", GROUPS),
    (Division.WEEKS, "When they were found", "Week beginning", None),
)


def period(trend: Trend) -> str:
    return days(trend.period)


def days(period: Period) -> str:
    ends = (period.first_day, period.last_day)
    return " to ".join(f"{day.day} {day:%B %Y}" for day in ends)


def _how_they_sound(trend: Trend) -> str:
    table = trend.tables[Division.SENTIMENTS]
    shown = {s: n for s in SENTIMENTS if (n := table.get(s))}
    if not shown:
        return "How they sound is withheld, because some of the numbers are small."
    most = max(shown, key=lambda sentiment: shown[sentiment])
    if shown[most] == trend.total:
        return f"All of them are {_TONE[most]}."
    if shown[most] * 2 > (trend.total or 0):
        return f"Most of them, {shown[most]}, are {_TONE[most]}."
    said = [f"{shown[s]} {_TONE[s]}" for s in SENTIMENTS if s in shown]
    return f"Of these, {_list(said)}."


_TONE = {
    Sentiment.POSITIVE: "positive toward the school",
    Sentiment.NEUTRAL: "neutral",
    Sentiment.MIXED: "mixed",
    Sentiment.NEGATIVE: "negative toward the school",
}


def _concerns(trend: Trend) -> str:
    number = trend.number(Kind.CONCERN)
    if number is None:
        return "How many raised a concern is withheld, because one of the numbers is small."
    if number == 0:
        return "None of them raised a concern about safety, privacy or the law."
    said = f"{number} of them raised a concern and went into the incident log"
    table = trend.tables[Division.CATEGORIES]
    shown = {c: n for c in CATEGORIES if (n := table.get(c))}
    if not shown:
        return f"{said}."
    most = max(shown, key=lambda category: shown[category])
    return f"{said}; the most frequent that can be shown is “{CATEGORIES[most]}” ({shown[most]})."


def _criticism(trend: Trend) -> str:
    number = trend.number(Kind.CRITICISM)
    if number is None:
        return "How many were lawful criticism is withheld, because one of the numbers is small."
    if number == 0:
        return "None of them was lawful criticism of the school."
    return (
        f"{number} were lawful criticism of the school. People are free to criticise: "
        "this is counted, not treated as an incident, and belongs to the complaints procedure."
    )


def _list(parts: list[str]) -> str:
    if len(parts) == 1:
        return f"{parts[0]}"
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _short(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _named(counts: Counts, words: Words | None) -> Counts:
    """In the order of *words*; without any, the rows are Mondays."""
    if words is None:
        return {_short(date.fromisoformat(row)): count for row, count in counts.items()}
    return {name: counts[row] for row, name in words.items() if row in counts}


def _table(title: str, what: str, counts: Counts) -> Table:
    """A table that is withheld as a whole has one row that says so."""
    rows = tuple((name, WITHHELD if count is None else count) for name, count in counts.items())
    return Table(title=title, what=what, rows=rows or (("All rows", WITHHELD),))


def _first_lines(trend: Trend, school: School, coverage: Coverage | None) -> list[str]:
    return [
        f"What was said in public about {school.name}",
        period(trend),
        *sentences(trend, coverage),
        WITHHELD_MEANS,
    ]


def _as_pdf(page: str, print_pdf: PrintPdf | None) -> bytes:
    if print_pdf is None:
        raise CannotWrite("A PDF needs the browser. Choose a name ending in .html instead.")
    return print_pdf(page)


def _put(out: Path, made: bytes) -> None:
    unfinished = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        with unfinished.open("xb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise CannotWrite(
            f"{out} could not be written ({error.strerror}). Please choose another place."
        ) from error
