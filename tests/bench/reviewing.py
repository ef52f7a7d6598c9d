"""Governors' reports: what can be worked out of them, and what a year of many schools costs."""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from alerts.evidence.launcher import find_browser
from alerts.evidence.pdf import print_pdf
from alerts.governors import as_html
from alerts.trust import as_html as trust_as_html
from monitor.counts import SourceGroup
from monitor.reviewing import Reviewer
from monitor.store.store import Store
from monitor.terms import Terms
from tests.bench.table import Figure, Section
from tests.bench.year import MENTIONS, SOURCES, some_schools, write
from tests.disclosure import Reader
from tests.random_terms import AUTUMN, some_reports, some_school

SCHOOLS = int(os.environ.get("BENCH_REPORTS", "600"))
PRINTED = 10  # reports, as PDF
DATA_SETS = 10_000
KINDS = (SourceGroup.NEWS, SourceGroup.FORUMS, SourceGroup.SOCIAL, SourceGroup.SEARCH)
GROUPS = {f"source {n}": KINDS[n % len(KINDS)] for n in range(SOURCES)}
_AFTER = AUTUMN.end + timedelta(days=1)
# The maker writes the visits of two months; this makes a year of them.
_EARLIER = (
    "INSERT INTO checked_day (school, day, source, visits, read) "
    "SELECT school, date(day, '-{} day'), source, visits, read FROM checked_day "
    "WHERE day > '2026-09-21'"
)


def reports(schools: int = SCHOOLS) -> Section:
    """Each school's autumn, counted, published and drawn, beside the summer and last autumn."""
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'monitor.db'}")
        try:
            return _reports(store, schools)
        finally:
            store.close()


def _reports(store: Store, count: int) -> Section:
    schools = some_schools(count)
    write(store, schools)
    with store.engine.begin() as connection:
        for days in range(60, 366, 60):
            connection.execute(text(_EARLIER.format(days)))
    reviewer = Reviewer(
        store=store,
        schools=schools,
        groups=GROUPS,
        terms=dict.fromkeys(schools, Terms()),
        clock=lambda: _AFTER,
    )
    first, memory = _seconds(schools, reviewer)
    again, further = _seconds(schools, reviewer)
    printed = [_printed(reviewer, school) for school in islice(schools, PRINTED)]
    begun = time.perf_counter()
    trust_as_html(reviewer.together(AUTUMN.first_day, date(2026, 12, 18)))
    together = time.perf_counter() - begun
    figures = [
        Figure(what="the first, with the start of the charts", unit="s", values=(first[0],)),
        Figure(what="each other, counted and drawn", unit="s", values=tuple(first[1:])),
        Figure(what="each again, as it was published", unit="s", values=tuple(again)),
        Figure(what="each as PDF", unit="s", values=tuple(printed)),
        Figure(what="all schools in one", unit="s", values=(together,)),
    ]
    return Section(
        title=f"Governors' reports of {count} schools' year",
        figures=(
            *(replace(one, decimals=2) for one in figures),
            Figure(
                what="memory after a tenth, and at the end",
                unit="MB",
                values=(memory[0], further[-1]),
            ),
        ),
        note=f"{count * MENTIONS:,} mentions. Goal: each under 2 s on 2 cores, memory flat. "
        "BENCH_REPORTS=60 make bench takes sixty schools.",
    )


def _seconds(schools: Iterable[str], reviewer: Reviewer) -> tuple[list[float], list[float]]:
    """Of each report, and the memory after every tenth of the schools."""
    took, memory, tenth = list[float](), list[float](), max(1, len(reviewer.schools) // 10)
    for number, school in enumerate(schools, start=1):
        begun = time.perf_counter()
        as_html(reviewer.report(school, AUTUMN.first_day, AUTUMN.first_day))
        took.append(time.perf_counter() - begun)
        if number % tenth == 0:
            memory.append(_memory())
            _say(f"{number} reports, the slowest in {max(took):.2f} s, {memory[-1]:.0f} MB")
    return took, memory


def _printed(reviewer: Reviewer, school: str) -> float:
    begun = time.perf_counter()
    report = reviewer.report(school, AUTUMN.first_day, AUTUMN.first_day)
    print_pdf(as_html(report), find_browser())
    return time.perf_counter() - begun


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"  {what}\n")


def disclosure(data_sets: int = DATA_SETS) -> Section:
    """Small schools with two or three reports each, and what a reader can work out of them."""
    dice, secrets, derived = random.Random(7), 0, 0
    for _ in range(data_sets):
        reader = Reader(some_reports(dice, some_school(dice)))
        derived += len(reader.derived())
        secrets += len(reader.secrets)
    return Section(
        title="What can be worked out of governors' reports, by linear programming",
        figures=(
            Figure(what="schools with overlapping reports", unit="", values=(float(data_sets),)),
            Figure(what="numbers withheld", unit="", values=(float(secrets),)),
            Figure(what="worked out", unit="", values=(float(derived),)),
        ),
    )


def _memory() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
