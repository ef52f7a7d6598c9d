"""The governors' numbers as small tables: the same in the page, the CSV and the spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from alerts.spreadsheets import Table
from monitor.counts import Division, Fate, SourceGroup, Trend
from monitor.counts import Table as Counts
from monitor.coverage import Coverage, days_by_group
from monitor.words import (
    AGES,
    ASKED,
    CATEGORIES,
    FATES,
    GROUPS,
    HANDLINGS,
    KINDS,
    OUTCOMES,
    SENTIMENTS,
    SEVERITIES,
    SPEEDS,
    THEMES,
    day,
)

WITHHELD = "withheld"
WITHHELD_MEANS = (
    "“Withheld” means fewer than five, or a number from which a reader could work out "
    "another that is fewer than five. It protects the people behind small numbers."
)

HATCHED_MEANS = (
    "Hatched: withheld. Grey: holidays. Dashed: the rules of judging changed. No bar: nothing was "
    "found, or nothing was checked. The same numbers stand in the tables below."
)

# What to do about it, which stands there for staff, is no name of a kind.
CONCERNS = {category: words.partition(":")[0] for category, words in CATEGORIES.items()}

_ALL = (("All rows", WITHHELD),)
Names = Iterable[tuple[str, str]]
Shown = Callable[[int], int]  # a number as it is shown: itself, or rounded

# Which numbers, under which title, what its rows are, what is counted, and what rows are called.
DIVISIONS: Mapping[Division, tuple[str, str, str, Names]] = {
    Division.KINDS: ("What they were", "Kind", "Mentions", KINDS.items()),
    Division.SENTIMENTS: (
        "How they sound",
        "Toward the school",
        "Mentions",
        SENTIMENTS.items(),
    ),
    Division.CATEGORIES: (
        "What raised concern",
        "Kind of concern",
        "Mentions",
        CONCERNS.items(),
    ),
    Division.SEVERITIES: (
        "How serious the concerns were",
        "Severity",
        "Mentions",
        SEVERITIES.items(),
    ),
    Division.THEMES: (
        "What was criticised",
        "Theme",
        "Mentions",
        THEMES.items(),
    ),
    Division.HANDLING: ("What became of the incidents", "State", "Incidents", HANDLINGS.items()),
    Division.SPEED: ("How soon they were closed", "Closed", "Incidents", SPEEDS.items()),
    Division.OUTCOMES: (
        "What those closed turned out to be",
        "Decision",
        "Incidents",
        OUTCOMES.items(),
    ),
    Division.AGES: ("How long the others have been open", "Open for", "Incidents", AGES.items()),
    Division.ASKED: ("Whether removal was asked", "Request", "Incidents", ASKED.items()),
    Division.REMOVALS: ("What came of asking", "Asked, and what became of it", "Incidents", ()),
    Division.GROUPS: ("Where they were found", "Place", "Mentions", GROUPS.items()),
    Division.WEEKS: ("When they were found", "Week beginning", "Mentions", ()),
}


# Whose rows are divided further.
DIVIDES: Mapping[Division, Division] = {
    Division.CATEGORIES: Division.KINDS,
    Division.SEVERITIES: Division.KINDS,
    Division.THEMES: Division.KINDS,
    Division.HANDLING: Division.KINDS,
    Division.ASKED: Division.KINDS,
    Division.SPEED: Division.HANDLING,
    Division.OUTCOMES: Division.HANDLING,
    Division.AGES: Division.HANDLING,
    Division.REMOVALS: Division.ASKED,
}


def exactly(number: int) -> int:
    return number


def rounded_to(base: int) -> Shown:
    """To the nearest multiple of *base*, half upwards."""
    return lambda number: (number + base // 2) // base * base


def tables_of(trend: Trend, shown: Shown = exactly) -> list[Table]:
    """The numbers, or the word that says why there is none."""
    return [table_of(trend, division, shown) for division in DIVISIONS if division in trend.tables]


def table_of(trend: Trend, division: Division, shown: Shown = exactly) -> Table:
    """A table that is withheld as a whole has one row that says so."""
    title, what, of, names = DIVISIONS[division]
    rows = tuple(
        (name, WITHHELD if count is None else shown(count))
        for name, count in _named(trend.tables[division], names)
    )
    return Table(title=title, what=what, rows=rows or _ALL, of=of)


def is_withheld(table: Table) -> bool:
    """As a whole."""
    return table.rows == _ALL


def tables_of_checks(coverage: Coverage, groups: Mapping[str, SourceGroup]) -> list[Table]:
    """Days only: how much was found where would give away what is withheld elsewhere. Weeks
    only where a day was missed: else a sentence says it all."""
    if not coverage.sources:
        return []
    by_group = days_by_group(coverage, groups)
    places = tuple((name, by_group[g]) for g, name in GROUPS.items() if g in by_group)
    found = [Table(title="What was checked", what="Place", rows=places, of="Days")]
    if coverage.unchecked:
        weeks = tuple((short(monday), number) for monday, number in coverage.weeks.items())
        found.append(
            Table(title="When it was checked", what="Week beginning", rows=weeks, of="Days")
        )
    return found


def short(one: date) -> str:
    return f"{one.day} {one:%b %Y}"


def days(first: date, last: date) -> str:
    return f"{day(first)} to {day(last)}"


def _named(counts: Counts, names: Names) -> list[tuple[str, int | None]]:
    """In the order of *names*; without any, in the rows' own."""
    known = list(names) or [(row, _name(row)) for row in counts]
    return [(name, counts[row]) for row, name in known if row in counts]


def _name(row: str) -> str:
    """Of a week, by its Monday; or of a site and what came of asking it."""
    site, colon, fate = row.rpartition(": ")
    return f"{site}: {FATES[Fate(fate)]}" if colon else short(date.fromisoformat(row))
