"""The governors' report: one page of plain sentences first, then the numbers as small tables.

It is made from counts alone, so there is nothing in it to hide; what a Trend withholds
is withheld here in words.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from alerts.charts import Picture
from alerts.figures import (
    DIVIDES,
    DIVISIONS,
    WITHHELD_MEANS,
    Shown,
    days,
    exactly,
    is_withheld,
    rounded_to,
    tables_of,
    tables_of_checks,
)
from alerts.findings import Earlier, findings
from alerts.illustrations import pictures_of
from alerts.limits import changed, definitions, judged, unseen
from alerts.spreadsheets import Table, as_csv, as_xlsx
from monitor.counts import Division, Judge, Scores, SourceGroup, Trend
from monitor.coverage import Coverage
from monitor.coverage import sentences as what_was_checked
from monitor.domain import School
from monitor.failure import Explained

PrintPdf = Callable[[str], bytes]

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class CannotWrite(Explained, ValueError):
    """The report could not be written; the message says why and what to do next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the governors' report on one school is made from.

    `trend` is None where nothing of the period is published yet; `instead` then says so.
    `groups`: the kind of place of each source. `holidays`: first and last day of each.
    `judges`: by what its posts were judged, oldest first. `scores`: how well that is done.
    `round_to`: 1 for numbers as they are.
    """

    school: School
    name: str  # "Autumn term 2026"
    trend: Trend | None
    coverage: Coverage
    groups: Mapping[str, SourceGroup] = field(default_factory=dict)
    earlier: tuple[Earlier, ...] = ()
    holidays: tuple[tuple[date, date], ...] = ()
    judges: tuple[Judge, ...] = ()
    scores: Scores | None = None
    round_to: int = 1
    instead: str = ""

    @property
    def shown(self) -> Shown:
        return exactly if self.round_to == 1 else rounded_to(self.round_to)

    @property
    def title(self) -> str:
        return f"What was said in public about {self.school.name}"

    @property
    def period(self) -> str:
        if self.trend:
            return days(self.trend.period.first_day, self.trend.period.last_day)
        return days(self.coverage.start, self.coverage.end)

    @property
    def changes(self) -> tuple[date, ...]:
        """Days on which the rules by which posts are judged changed."""
        return tuple(dict.fromkeys(judge.since for judge in self.judges[1:]))

    @property
    def sentences(self) -> list[str]:
        """What the numbers say, for people who read nothing else."""
        said = findings(self.trend, self.earlier, self.shown) if self.trend else [self.instead]
        return [*said, *what_was_checked(self.coverage)]

    @property
    def tables(self) -> list[Table]:
        counted = tables_of(self.trend, self.shown) if self.trend else []
        return [*counted, *tables_of_checks(self.coverage, self.groups)]

    @property
    def to_be_read(self) -> list[Table]:
        """Those of which anything is shown."""
        return [table for table in self.tables if not is_withheld(table)]

    @property
    def withheld(self) -> str:
        """Which tables are not shown, in a sentence; nothing where all are."""
        tables = self.trend.tables if self.trend else {}
        hidden = [division for division in DIVISIONS if tables.get(division) == {}]
        if not hidden:
            return ""
        if len(hidden) == len(tables):
            return "No table of these mentions can be shown: each holds too small numbers."
        first = (d for d in hidden if DIVIDES.get(d) not in hidden)  # they stand for the others
        titles = "; ".join(f"“{DIVISIONS[division][0]}”" for division in first)
        return f"Not shown, because the numbers in them are too small: {titles}."

    @property
    def limits(self) -> list[str]:
        """What could not be seen, and how the rest was come by."""
        return [
            *unseen(self.coverage, self.groups),
            *definitions(self.round_to),
            *judged(self.judges, self.scores),
            *changed(self.changes, [one.called for one in self.earlier if not one.judged_alike]),
        ]

    @property
    def pictures(self) -> dict[Division, Picture]:
        if self.trend is None:
            return {}
        return pictures_of(self.trend, self.shown, self.holidays, self.changes)


def write(report: Report, out: Path, *, print_pdf: PrintPdf | None = None) -> None:
    """Write the report as the suffix of *out* says: .html, .pdf, .csv or .xlsx.

    *print_pdf* turns HTML into PDF; only a PDF needs it. The file is there whole or not at all.
    Raises CannotWrite, and whatever *print_pdf* raises.
    """
    write_as(out, lambda: as_html(report), _lines(report), report.tables, print_pdf)


def write_as(
    out: Path,
    html: Callable[[], str],
    lines: Iterable[str],
    tables: Iterable[Table],
    print_pdf: PrintPdf | None,
) -> None:
    """*lines* stand above the numbers in a spreadsheet. Raises as `write` does."""
    kind = out.suffix.lower()
    if kind == ".html":
        made = html().encode()
    elif kind == ".pdf":
        made = _as_pdf(html(), print_pdf)
    elif kind == ".csv":
        made = as_csv(lines, tables)
    elif kind == ".xlsx":
        made = as_xlsx(lines, tables)
    else:
        raise CannotWrite(f"{out.name} should end in .html, .pdf, .csv or .xlsx.")
    put(out, made)


def as_html(report: Report) -> str:
    return page(
        "governors.html",
        report=report,
        tables=report.to_be_read,
        pictures=_pictures_by_table(report),
        withheld_means=WITHHELD_MEANS,
    )


def page(template: str, **values: object) -> str:
    return _PAGES.get_template(template).render(**values)


def _pictures_by_table(report: Report) -> dict[str, Picture]:
    return {DIVISIONS[division][0]: picture for division, picture in report.pictures.items()}


def _lines(report: Report) -> list[str]:
    """What stands above the numbers in a spreadsheet."""
    return [
        report.title,
        f"{report.name}: {report.period}",
        *report.sentences,
        WITHHELD_MEANS,
        *report.limits,
    ]


def _as_pdf(page: str, print_pdf: PrintPdf | None) -> bytes:
    if print_pdf is None:
        raise CannotWrite("A PDF needs the browser. Choose a name ending in .html instead.")
    return print_pdf(page)


def put(out: Path, made: bytes) -> None:
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
