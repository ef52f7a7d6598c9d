"""Tries to work out what reports withhold, by linear programming over all that they say.

The unknowns are the true counts: of each stretch of time that no report cuts, for each row of
each division. What a report shows is an equation; what it withholds is at least one. A reader
knows how divisions hang together, and which rows there are. A withheld number is safe if two
different values of it agree with everything.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from monitor.counts import Asked, Division, Handling, Kind, Period, Trend

Cell = tuple[Period, str, str]  # a stretch of time, a division, a row
Sum = tuple[Cell, ...]

TOTAL, INCIDENTS = "total", "incidents"
_CONCERNS = (Division.KINDS.value, Kind.CONCERN.value)
_CLOSED = (Division.HANDLING.value, Handling.CLOSED.value)
PARENT = {
    Division.CATEGORIES: _CONCERNS,
    Division.SEVERITIES: _CONCERNS,
    Division.THEMES: (Division.KINDS.value, Kind.CRITICISM.value),
    Division.HANDLING: (INCIDENTS, ""),
    Division.SPEED: _CLOSED,
    Division.OUTCOMES: _CLOSED,
    Division.AGES: (Division.HANDLING.value, Handling.OPEN.value),
    Division.ASKED: (INCIDENTS, ""),
    Division.REMOVALS: (Division.ASKED.value, Asked.ASKED.value),
}
SEVERAL = {Division.CATEGORIES, Division.THEMES}  # one mention can stand in several rows
_ENOUGH = 0.5  # counts are whole numbers, and the corners of such systems are, too


@dataclass
class Reader:
    """Someone who keeps every report on one school."""

    reports: Sequence[Trend]
    stretches: list[Period] = field(init=False)
    cells: dict[Cell, int] = field(init=False, default_factory=dict)
    equal: list[tuple[list[tuple[int, float]], float]] = field(init=False, default_factory=list)
    most: list[tuple[list[tuple[int, float]], float]] = field(init=False, default_factory=list)
    secrets: list[Sum] = field(init=False, default_factory=list)
    system: tuple[object, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        ends = {moment for r in self.reports for p in _all(r) for moment in (p.start, p.end)}
        self.stretches = [Period(start=a, end=b) for a, b in pairwise(sorted(ends))]
        for report in self.reports:
            self._read(report)
        for stretch in self.stretches:
            self._knows_how_divisions_hang_together(stretch)

    def _read(self, report: Trend) -> None:
        counted = [s for s in self.stretches if s.meets(report.period)]
        for small in report.apart:
            self._small([s for s in counted if s.meets(small)])
        self._read_numbers(
            report, [s for s in counted if not any(s.meets(small) for small in report.apart)]
        )

    def _read_numbers(self, report: Trend, counted: list[Period]) -> None:
        if report.total is None and not report.apart:
            self._small(counted)
            return
        if report.total is not None:
            self._shown([(s, TOTAL, "") for s in counted], report.total)
        cells = [(s, INCIDENTS, "") for s in counted]
        if report.incidents is not None:
            self._shown(cells, report.incidents)
        elif cells:
            self.secrets.append(tuple(cells))
        for division, table in report.tables.items():
            for row, number in table.items():
                cells = [(s, division.value, row) for s in counted]
                if number is not None:
                    self._shown(cells, number)
                else:
                    self._withheld(cells)

    def _small(self, stretches: Iterable[Period]) -> None:
        cells = [(s, TOTAL, "") for s in stretches]
        self._withheld(cells)
        self.most.append(([(self._at(cell), 1.0) for cell in cells], 4.0))

    def _shown(self, cells: Sequence[Cell], number: int) -> None:
        self.equal.append(([(self._at(cell), 1.0) for cell in cells], float(number)))

    def _withheld(self, cells: Sequence[Cell]) -> None:
        self.most.append(([(self._at(cell), -1.0) for cell in cells], -1.0))
        self.secrets.append(tuple(cells))

    def _knows_how_divisions_hang_together(self, stretch: Period) -> None:
        rows: dict[str, list[str]] = {}
        for when, division, row in list(self.cells):
            if when == stretch and division not in (TOTAL, INCIDENTS):
                rows.setdefault(division, []).append(row)
        opened = self._at((stretch, INCIDENTS, ""))  # each begins with a concern
        concerns = self._at((stretch, *_CONCERNS))
        self.most.append(([(opened, 1.0), (concerns, -1.0)], 0.0))
        for division, names in rows.items():
            above = self._at((stretch, *PARENT.get(Division(division), (TOTAL, ""))))
            parts = [self._at((stretch, division, name)) for name in names]
            if Division(division) not in SEVERAL:
                self.equal.append(([*((p, 1.0) for p in parts), (above, -1.0)], 0.0))
            for part in parts:
                self.most.append(([(part, 1.0), (above, -1.0)], 0.0))

    def _at(self, cell: Cell) -> int:
        return self.cells.setdefault(cell, len(self.cells))

    def derived(self, seed: int = 0) -> list[Sum]:
        """The withheld numbers that can be worked out. Raises AssertionError if the reports
        contradict each other, for then the numbers are wrong."""
        dice, open_questions = random.Random(seed), list(self.secrets)
        for _ in range(2):
            wish = [dice.choice((-1.0, 1.0)) for _ in open_questions]
            low = self._solve(open_questions, wish)
            high = self._solve(open_questions, [-w for w in wish])
            open_questions = [
                secret
                for secret in open_questions
                if abs(self._value(secret, low) - self._value(secret, high)) < _ENOUGH
            ]
        return [secret for secret in open_questions if not self._may_vary(secret)]

    def _may_vary(self, secret: Sum) -> bool:
        low, high = self._solve([secret], [1.0]), self._solve([secret], [-1.0])
        return self._value(secret, high) - self._value(secret, low) >= _ENOUGH

    def _value(self, secret: Sum, found: np.ndarray) -> float:
        return float(sum(found[self._at(cell)] for cell in secret))

    def _solve(self, secrets: Sequence[Sum], wish: Sequence[float]) -> np.ndarray:
        cost = np.zeros(len(self.cells))
        for secret, weight in zip(secrets, wish, strict=True):
            for cell in secret:
                cost[self._at(cell)] += weight
        if not self.system:
            self.system = (*self._matrix(self.most), *self._matrix(self.equal))
        done = linprog(cost, *self.system, bounds=(0, 1_000), method="highs")
        assert done.status == 0, f"the reports contradict each other: {done.message}"
        return done.x

    def _matrix(
        self, lines: Sequence[tuple[list[tuple[int, float]], float]]
    ) -> tuple[csr_matrix | None, np.ndarray | None]:
        if not lines:
            return None, None
        entries = [(n, at, w) for n, (terms, _) in enumerate(lines) for at, w in terms]
        rows, columns, weights = zip(*entries, strict=True)
        shape = (len(lines), len(self.cells))
        return csr_matrix((weights, (rows, columns)), shape), np.array([b for _, b in lines])


def _all(report: Trend) -> Iterator[Period]:
    yield report.period
    yield from report.apart
