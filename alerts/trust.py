"""What a trust or a local authority reads of all its schools: counts and ages of what is open.

Made from what each school has published, and from nothing else, so it gives away nothing that
the schools' own reports do not. No ranks: schools stand by name, and funnel limits tell which
of them differ by more than chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from alerts.charts import Picture
from alerts.figures import WITHHELD, WITHHELD_MEANS, days
from alerts.funnel import Funnel, Point, funnel
from alerts.governors import PrintPdf, page, write_as
from alerts.spreadsheets import Table
from monitor.counts import Age, Division, Handling, Kind, Trend

NOT_PUBLISHED = "not published"

_MENTIONS = "Public mentions"
# What is told of each school, under which title, and what is counted.
_COLUMNS: Mapping[str, tuple[str, Callable[[Trend], int | None]]] = {
    _MENTIONS: ("Mentions", lambda t: t.total),
    "Lawful criticism": ("Mentions", lambda t: t.number(Kind.CRITICISM)),
    "Concerns": ("Mentions", lambda t: t.number(Kind.CONCERN)),
    "Incidents opened": ("Incidents", lambda t: _incidents(t)),
    "Still open": ("Incidents", lambda t: _row(t, Division.HANDLING, Handling.OPEN)),
    "Open for more than four weeks": (
        "Incidents",
        lambda t: 0 if _nothing_open(t) else _row(t, Division.AGES, Age.OLDER),
    ),
}
_FURTHER = tuple(_COLUMNS)[1:]


_LINES = (
    "Solid lines: 998 of 1,000 schools that do not differ lie between them by chance; dotted "
    "lines: 95 of 100. A school outside differs, and the numbers do not say why: it may simply be "
    "watched by more sources."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustReport:
    """`trends`: by the school's name, None where nothing of the period is published. `ids`:
    what the school is called in the configuration, by its name."""

    first: date
    last: date
    trends: Mapping[str, Trend | None]
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"What was said in public about {len(self.trends)} schools"

    @property
    def period(self) -> str:
        return days(self.first, self.last)

    @property
    def sentences(self) -> list[str]:
        if not any(self.trends.values()):
            return ["No school has published anything of this period yet."]
        return [
            *self._mentions(),
            *(f"{title}: {self._sum(title)}." for title in _FURTHER if self._known(title)),
            *(one.sentence for one in self.funnels),
        ]

    @property
    def funnels(self) -> list[Funnel]:
        made = (
            funnel("mentions", "raised a concern", self._points("Concerns", "Public mentions")),
            funnel("incidents", "were still open", self._points("Still open", "Incidents opened")),
        )
        return [one for one in made if one is not None]

    @property
    def pictures(self) -> list[Picture]:
        return [one.picture() for one in self.funnels]

    @property
    def tables(self) -> list[Table]:
        return [self._table(title, of) for title, (of, _) in _COLUMNS.items()]

    def _table(self, title: str, of: str) -> Table:
        known = self._known(title)
        rows = tuple((name, self._shown(name, known)) for name in sorted(self.trends))
        return Table(title=title, what="School", of=of, rows=rows)

    @property
    def grid(self) -> list[tuple[str, list[int | str]]]:
        """The same tables side by side: of each school its numbers, in the tables' order."""
        columns = [dict(table.rows) for table in self.tables]
        return [(name, [column[name] for column in columns]) for name in sorted(self.trends)]

    @property
    def limits(self) -> list[str]:
        return [
            "Each number is what the school itself has published of its term, counted once when "
            "the term and its holidays were over. What a school withholds is in no sum here.",
            *([_LINES] if self.funnels else ()),
            "There is no order of schools here, for with small numbers an order is mostly chance.",
            "Trends of one school, with what could not be seen there, are in its own report.",
        ]

    def _mentions(self) -> list[str]:
        """How many there are, and of how many schools that cannot be said."""
        known = self._known(_MENTIONS)
        missing = sum(trend is None for trend in self.trends.values())
        withheld = len(self.trends) - len(known) - missing
        has = "has" if missing == 1 else "have"
        said = [
            f"{sum(known.values()):,} public mentions of {_schools(len(known))} were found",
            *([f"of {_schools(withheld)} fewer than five"] if withheld else ()),
            *([f"{_schools(missing)} {has} published nothing yet"] if missing else ()),
        ]
        return [f"{'; '.join(said)}."]

    def _known(self, title: str) -> dict[str, int]:
        """The numbers that are shown, by school."""
        _, read = _COLUMNS[title]
        found = ((name, trend and read(trend)) for name, trend in self.trends.items())
        return {name: number for name, number in found if isinstance(number, int)}

    def _sum(self, title: str) -> str:
        known = self._known(title)
        total = f"{sum(known.values()):,}"
        if len(known) == len(self.trends):
            return f"{total} in all"
        return f"{total} in the {_schools(len(known))} that can show a number"

    def _shown(self, name: str, known: Mapping[str, int]) -> int | str:
        return NOT_PUBLISHED if self.trends[name] is None else known.get(name, WITHHELD)

    def _points(self, part: str, whole: str) -> list[Point]:
        parts, wholes = self._known(part), self._known(whole)
        both = sorted(parts.keys() & wholes.keys())
        return [Point(name=name, part=parts[name], whole=wholes[name]) for name in both]


def write_trust(report: TrustReport, out: Path, *, print_pdf: PrintPdf) -> None:
    """As the suffix of *out* says. Raises CannotWrite, and whatever *print_pdf* raises."""
    lines = [report.title, report.period, *report.sentences, WITHHELD_MEANS, *report.limits]
    write_as(out, lambda: as_html(report), lines, report.tables, print_pdf)


def as_html(report: TrustReport) -> str:
    return page("trust.html", report=report, withheld_means=WITHHELD_MEANS)


def _incidents(trend: Trend) -> int | None:
    return 0 if trend.total == 0 else trend.incidents


def _row(trend: Trend, division: Division, row: str) -> int | None:
    """Nothing was divided where there is nothing of it."""
    if _incidents(trend) == 0:
        return 0
    return trend.tables.get(division, {}).get(row)


def _nothing_open(trend: Trend) -> bool:
    return _row(trend, Division.HANDLING, Handling.OPEN) == 0


def _schools(number: int) -> str:
    return "1 school" if number == 1 else f"{number} schools"
