"""Figures, and how they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

WIDTH = 110  # characters, where nobody looks on a terminal


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
    """Ours first, then what stands beside it. `note` says what a reader has to know."""

    title: str
    figures: tuple[Figure, ...] = ()
    note: str = ""


def show(sections: Sequence[Section]) -> None:
    """To standard output: a table, with the notes under it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    table = Table("", "median", "lowest to highest", "runs", "unit")
    for column in table.columns[1:4]:
        column.justify = "right"
    for section in sections:
        table.add_section()
        table.add_row(section.title, style="bold")
        for figure in section.figures:
            table.add_row(*_cells(figure))
    console.print(table)
    for section in sections:
        if section.note:
            console.print(f"{section.title}: {section.note}", markup=False, highlight=False)


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    def written(value: float) -> str:
        return f"{value:,.{figure.decimals}f}"

    values = figure.values
    span = f"{written(min(values))} to {written(max(values))}"
    return f"  {figure.what}", written(median(values)), span, str(len(values)), figure.unit
