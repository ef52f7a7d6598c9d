"""Governors' reports: what can be worked out of them, and what a year of many schools costs."""

from __future__ import annotations

import os
import random
import resource
import sys
import time
from datetime import date

from alerts.governors import Report, as_html
from monitor.counts import SourceGroup
from monitor.coverage import cover
from monitor.domain import School
from monitor.trends import summarise
from tests.bench.table import Figure, Section
from tests.disclosure import Reader
from tests.random_terms import AUTUMN, some_incidents, some_reports, some_school

SCHOOLS = int(os.environ.get("BENCH_REPORTS", "60"))  # of whom all terms of a year are reported
DATA_SETS = 10_000
GROUPS = {"forum": SourceGroup.FORUMS}


def reports(schools: int = SCHOOLS) -> Section:
    """A page with its pictures for each school and each of three terms."""
    dice, took, memory = random.Random(1), [], []
    for number in range(schools * 3):
        found = some_school(dice) * dice.choice((1, 1, 10))
        begun = time.perf_counter()
        trend = summarise(found, AUTUMN, GROUPS, handled=some_incidents(dice, found))
        as_html(
            Report(
                school=School(id="w", name="Wexcombe Park Primary School"),
                name="Autumn term 2026",
                trend=trend,
                coverage=cover([], AUTUMN.first_day, date(2027, 1, 3)),
                groups=GROUPS,
            )
        )
        took.append(time.perf_counter() - begun)
        if number in (schools, schools * 3 - 1):
            memory.append(_memory())
    return Section(
        title=f"Governors' reports of a year, {schools} schools",
        figures=(
            Figure(what="reports", unit="", values=(float(len(took)),)),
            Figure(what="each", unit="s", values=tuple(sorted(took)), decimals=2),
            Figure(what="slowest", unit="s", values=(max(took),), decimals=2),
            Figure(what="memory after a third, and at the end", unit="MB", values=tuple(memory)),
        ),
        note="BENCH_REPORTS=600 make bench takes six hundred schools",
    )


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
