"""Figures, and how they are shown: each line as soon as it was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

_WHAT, _MEDIAN, _SPAN, _RUNS = 64, 10, 22, 5  # characters of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One quantity as it was in each of several runs; `decimals` is how it is written."""

    what: str
    unit: str
    values: tuple[float, ...]
    decimals: int = 0

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"{self.what}: nothing was measured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Ours first, then what stands beside it; `figures` may still have to be measured, one by
    one. `note` says what a reader has to know."""

    title: str
    figures: Iterable[Figure] = ()
    note: str = ""


def show(sections: Iterable[Section]) -> None:
    """To standard output."""
    _say(_line("", "median", "lowest to highest", "runs", "unit"))
    for section in sections:
        _say(f"\n{section.title}")
        for figure in section.figures:
            _say(_written(figure))
        if section.note:
            _say(f"  ({section.note})")


def _say(line: str) -> None:
    print(line, flush=True)


def _line(what: str, middle: str, span: str, runs: str, unit: str) -> str:
    return f"{what:<{_WHAT}}{middle:>{_MEDIAN}}{span:>{_SPAN}}{runs:>{_RUNS}}  {unit}".rstrip()


def _written(figure: Figure) -> str:
    def said(value: float) -> str:
        return f"{value:,.{figure.decimals}f}"

    values = figure.values
    span = f"{said(min(values))} to {said(max(values))}"
    return _line(f"  {figure.what}", said(median(values)), span, str(len(values)), figure.unit)
