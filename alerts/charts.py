"""Pictures of the governors' numbers, for black-and-white printers: the same one in page, PDF and
mail. What is withheld is hatched, up to what it could be at most. Where nobody can say how much
that is (it is not `least`), weeks are hatched to the top and rows have no bar. Each picture has a
title that says the finding, and its numbers stand in a table beside it, so nobody needs it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Counts = Mapping[str, int | None]

INK, FAINT = "#1b1f24", "#6b7280"
_WIDTH = 7.0  # inches: an A4 page between its margins
_EDGE = 0.06  # inches
_SIZE, _POINTS = 8, 72  # the size of labels; points to an inch


class Drawing(Hashable, Protocol):
    """What a picture is drawn from; equal ones look the same."""

    def draw(self) -> Figure: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`alt`: what it shows, for those who do not see it. It is drawn when it is looked at.
    `hatched`: whether anything in it is withheld."""

    title: str
    alt: str
    drawing: Drawing
    hatched: bool = False

    @property
    def svg(self) -> bytes:
        return _drawn(self.drawing)

    @property
    def address(self) -> str:
        """To be put into a page that loads nothing from anywhere."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg).decode()}"


def by_week(
    counts: Counts,
    *,
    title: str,
    holidays: Sequence[tuple[date, date]] = (),
    changes: Sequence[date] = (),
    is_least: bool = True,
) -> Picture:
    """*counts* by Monday, as 2026-09-07. *holidays* are shaded, *changes* of the rules marked.
    *is_least*: what is withheld is less than all that is shown."""
    drawing = _Weeks(
        counts=tuple(counts.items()),
        holidays=tuple(holidays),
        changes=tuple(changes),
        is_least=is_least,
    )
    return Picture(
        title=title,
        alt=_in_words(title, _by_day(counts)) + _marks(drawing),
        drawing=drawing,
        hatched=None in counts.values(),
    )


def _marks(weeks: _Weeks) -> str:
    """What is shaded or marked, for those who do not see it."""
    monday, last = (date.fromisoformat(weeks.counts[end][0]) for end in (0, -1))
    rests = [
        f"{_day(first)} to {_day(end)}"
        for first, end in weeks.holidays
        if end >= monday and first < last + timedelta(days=7)
    ]
    said = f" Holidays: {'; '.join(rests)}." if rests else ""
    if weeks.changes:
        said += f" The rules of judging changed on {'; '.join(map(_day, weeks.changes))}."
    return said


def _day(one: date) -> str:
    return f"{one.day} {one:%B}"


def by_row(counts: Counts, *, title: str, is_least: bool = True) -> Picture:
    """A bar for each row, the first at the top."""
    drawing = _Rows(counts=tuple(counts.items()), is_least=is_least)
    return Picture(title=title, alt=_in_words(title, counts), drawing=drawing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weeks:
    counts: tuple[tuple[str, int | None], ...]
    holidays: tuple[tuple[date, date], ...]
    changes: tuple[date, ...]
    is_least: bool

    def draw(self) -> Figure:
        most = max((count or 0 for _, count in self.counts), default=0)
        figure, axes = blank(height=2.3, left=0.15 + _widest([f"{most:,}"]), bottom=0.25)
        mondays = [date.fromisoformat(monday) for monday, _ in self.counts]
        _shade(axes, mondays, self.holidays)
        for day in self.changes:
            for color, width, style in (("white", 3, "-"), (FAINT, 1.4, "--")):
                axes.axvline(_place(mondays, day), color=color, lw=width, ls=style, zorder=3)
        _bars(axes, [count for _, count in self.counts], is_least=self.is_least)
        step = max(1, len(mondays) // 8)
        axes.set_xticks(
            range(0, len(mondays), step),
            [f"{m.day} {m:%b}" for m in mondays[::step]],
            fontsize=_SIZE,
        )
        return figure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    counts: tuple[tuple[str, int | None], ...]
    is_least: bool

    def draw(self) -> Figure:
        counts = dict(self.counts)
        hatched = _least(list(counts.values())) if self.is_least else 0
        height = 0.2 + 0.24 * len(counts)
        figure, axes = blank(height=height, left=0.1 + _widest(counts), bottom=_EDGE)
        for place, count in enumerate(counts.values()):
            _bar(axes, place, count, most=_most(counts), hatched=hatched)
        axes.set_yticks(range(len(counts)), list(counts), fontsize=_SIZE)
        axes.invert_yaxis()
        axes.set_xticks([])
        axes.set_xlim(0, _most(counts) * 1.12)
        for side in ("bottom", "left"):
            axes.spines[side].set_visible(False)
        return figure


_pen = Lock()  # the library's settings are the whole program's


@lru_cache(maxsize=500)  # of some 15 kB each: what was published is drawn the same for good
def _drawn(drawing: Drawing) -> bytes:
    with _pen:
        return _svg(drawing.draw())


def blank(*, height: float, left: float, bottom: float) -> tuple[Figure, Axes]:
    """*left*, *bottom*: inches beside the drawing, for its labels. To let the library work them
    out takes as long as all the rest."""
    from matplotlib.figure import Figure  # a second, which no other command should pay

    figure = Figure(figsize=(_WIDTH, height))
    wide, high = _WIDTH - left - _EDGE, height - bottom - _EDGE
    axes = figure.add_axes((left / _WIDTH, bottom / height, wide / _WIDTH, high / height))
    axes.tick_params(length=0, colors=INK, labelsize=_SIZE)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _widest(labels: Iterable[str]) -> float:
    """In inches, as they are drawn."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=_SIZE)
    sizes = (text_to_path.get_text_width_height_descent(label, font, False) for label in labels)
    return max((width for width, *_ in sizes), default=0) / _POINTS


def _bars(axes: Axes, counts: Sequence[int | None], *, is_least: bool) -> None:
    most = max((count or 0 for count in counts), default=0) or 1
    hatched = _least(counts) if is_least else most * 1.05
    for place, count in enumerate(counts):
        if count is None:
            axes.bar(place, hatched, width=0.8, fill=False, hatch="////", edgecolor=FAINT, lw=0)
        else:
            axes.bar(place, count, width=0.8, color=INK)
    axes.set_ylim(0, most * 1.05)
    axes.locator_params(axis="y", integer=True, nbins=4)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlim(-0.6, len(counts) - 0.4)


def _bar(axes: Axes, place: int, count: int | None, *, most: int, hatched: int) -> None:
    if count is None:
        axes.barh(place, hatched, height=0.6, fill=False, hatch="////", edgecolor=FAINT, lw=0)
        axes.text(hatched + most * 0.01, place, "withheld", va="center", fontsize=_SIZE, color=INK)
    else:
        axes.barh(place, count, height=0.6, color=INK)
        axes.text(count + most * 0.01, place, f"{count:,}", va="center", fontsize=_SIZE, color=INK)


def _most(counts: Counts) -> int:
    return max((count or 0 for count in counts.values()), default=0) or 1


def _least(counts: Sequence[int | None]) -> int:
    """What is withheld is smaller than all that is shown, in numbers that are no sum."""
    return min((count for count in counts if count), default=1)


def _shade(axes: Axes, mondays: Sequence[date], holidays: Sequence[tuple[date, date]]) -> None:
    for first, last in holidays:
        start, end = _place(mondays, first), _place(mondays, last) + 1 / 7
        if end > -0.5 and start < len(mondays) - 0.5:
            axes.axvspan(start, end, color="#e5e7eb", lw=0, zorder=0)


def _place(mondays: Sequence[date], day: date) -> float:
    """Where a day stands among bars that are a week wide and centred on whole numbers."""
    return (day - mondays[0]).days / 7 - 0.5


def _by_day(counts: Counts) -> Counts:
    days = {row: date.fromisoformat(row) for row in counts}
    return {_day(days[row]): count for row, count in counts.items()}


def _in_words(title: str, counts: Counts) -> str:
    shown = "; ".join(
        f"{row}: {'withheld' if count is None else f'{count:,}'}"
        for row, count in counts.items()
        if count != 0
    )
    return f"Bar chart. {title} {shown}."


def _svg(figure: Figure) -> bytes:
    from matplotlib import rc_context

    made = BytesIO()
    with rc_context({"svg.hashsalt": "reputation", "hatch.linewidth": 0.6}):
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    return made.getvalue()
