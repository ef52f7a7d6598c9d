"""Proof of regular checks: one dated page for the policy and for inspectors. It says that the
school looked, and never what it found."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from alerts.figures import days, short
from alerts.governors import CannotWrite, PrintPdf, page, put
from alerts.spreadsheets import Table
from monitor.coverage import Coverage, sentences
from monitor.domain import School
from monitor.words import day


def write_checks(
    coverage: Coverage, school: School, out: Path, *, made: date, print_pdf: PrintPdf
) -> None:
    """As .html or .pdf. *made*: today. Raises CannotWrite, and whatever *print_pdf* raises."""
    html = as_html(coverage, school, made)
    kinds = {".html": html.encode, ".pdf": lambda: print_pdf(html)}
    if out.suffix.lower() not in kinds:
        raise CannotWrite(f"{out.name} should end in .html or .pdf.")
    put(out, kinds[out.suffix.lower()]())


def as_html(coverage: Coverage, school: School, made: date) -> str:
    return page(
        "checks.html",
        school=school.name,
        period=days(coverage.start, coverage.end),
        made=day(made),
        sentences=sentences(coverage),
        tables=_tables(coverage),
    )


def _tables(coverage: Coverage) -> list[Table]:
    if not coverage.sources:
        return []
    weeks = tuple((short(monday), number) for monday, number in coverage.weeks.items())
    sources = tuple(coverage.sources.items())
    return [
        Table(title="What was checked", what="Source", rows=sources, of="Days"),
        Table(title="When it was checked", what="Week beginning", rows=weeks, of="Days"),
    ]
