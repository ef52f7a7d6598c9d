"""Which schools of a trust differ by more than chance: funnel limits, and no league table.

A small school's share swings widely by chance alone, so a list ordered by it would shame
whoever is small. Limits that narrow with size tell chance from more (Spiegelhalter 2005,
Statistics in Medicine 24:1185). Pure, but for the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from textwrap import shorten
from typing import TYPE_CHECKING

from alerts.charts import FAINT, INK, Picture, blank

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST_SCHOOLS = 5  # fewer have no usual share that one could differ from
_LONGEST_NAME = 40  # characters, in the picture
NEARLY_SURE, USUAL = 3.09, 1.96  # standard deviations: 99.8% and 95% of schools lie within


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A school: *part* of *whole* is what is compared."""

    name: str
    part: int
    whole: int

    @property
    def share(self) -> float:
        return self.part / self.whole


@dataclass(frozen=True, kw_only=True)  # no slots: what is worked out of all is kept
class Funnel:
    """Of `whole`, as "mentions", how many `did`, as "raised a concern"."""

    whole: str
    did: str
    points: tuple[Point, ...]

    @cached_property
    def usual(self) -> float:
        """The share of all together."""
        return sum(p.part for p in self.points) / sum(p.whole for p in self.points)

    def within(self, whole: int, deviations: float = NEARLY_SURE) -> tuple[float, float]:
        """Between which shares a school of that size lies by chance."""
        spread = deviations * sqrt(self.usual * (1 - self.usual) / whole)
        return max(0.0, self.usual - spread), min(1.0, self.usual + spread)

    @cached_property
    def higher(self) -> list[Point]:
        return [p for p in self.points if p.share > self.within(p.whole)[1]]

    @cached_property
    def lower(self) -> list[Point]:
        return [p for p in self.points if p.share < self.within(p.whole)[0]]

    @property
    def sentence(self) -> str:
        about = f"Of all {self.whole}, {_per_cent(self.usual)} {self.did}."
        if not (self.higher or self.lower):
            return f"{about} No school differs from that by more than chance allows."
        said = [
            f"{which} than chance allows: {_named(points)}."
            for which, points in (("Higher", self.higher), ("Lower", self.lower))
            if points
        ]
        return " ".join((about, *said, "That is a reason to ask, and no verdict."))

    def picture(self) -> Picture:
        title = f"{self.whole.capitalize()} that {self.did}, by how many {self.whole} there are"
        rows = "; ".join(f"{p.name}: {p.part:,} of {p.whole:,}" for p in self.points)
        alt = f"Funnel plot. {self.sentence} {rows}."
        return Picture(title=title, alt=alt, drawing=_Drawing(funnel=self))


def funnel(whole: str, did: str, points: Sequence[Point]) -> Funnel | None:
    """None of too few schools, or where there is nothing to compare."""
    known = tuple(point for point in points if point.whole)
    if len(known) < FEWEST_SCHOOLS or not sum(point.part for point in known):
        return None
    return Funnel(whole=whole, did=did, points=known)


def _per_cent(share: float) -> str:
    return f"{round(100 * share)}%"


def _named(points: Sequence[Point]) -> str:
    return ", ".join(f"{p.name} ({_per_cent(p.share)} of {p.whole:,})" for p in points)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    funnel: Funnel

    def draw(self) -> Figure:
        figure, axes = blank(height=2.4, left=0.5, bottom=0.4)
        most = max(point.whole for point in self.funnel.points)
        sizes = [most * 1.05 * n / 100 for n in range(1, 101)]
        for deviations, style in ((NEARLY_SURE, "-"), (USUAL, ":")):
            for end in (0, 1):
                shares = [100 * self.funnel.within(int(n) or 1, deviations)[end] for n in sizes]
                axes.plot(sizes, shares, ls=style, color=FAINT, lw=1)
        axes.axhline(100 * self.funnel.usual, color=FAINT, lw=1)
        standing_out = {*self.funnel.higher, *self.funnel.lower}
        for point in self.funnel.points:
            outside = point in standing_out
            axes.plot(point.whole, 100 * point.share, "D" if outside else "o", color=INK, ms=5)
            if outside:
                self._name(axes, point, most)
        axes.set_xlim(0, most * 1.05)
        axes.set_ylim(0, max(100 * p.share for p in self.funnel.points) * 1.25)
        axes.yaxis.set_major_formatter("{x:.0f}%")
        axes.set_xlabel(f"Number of {self.funnel.whole}", fontsize=8, color=INK)
        return figure

    def _name(self, axes: Axes, point: Point, most: int) -> None:
        """On the side where there is more room, and away from the lines."""
        left, high = point.whole < most / 2, point in self.funnel.higher
        axes.annotate(
            shorten(point.name, _LONGEST_NAME, placeholder=" ..."),
            (point.whole, 100 * point.share),
            (6 if left else -6, 5 if high else -5),
            textcoords="offset points",
            ha="left" if left else "right",
            va="bottom" if high else "top",
            fontsize=8,
        )
