"""Which pictures stand in the governors' report, and the finding that is each one's title."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from alerts.charts import Picture, by_row, by_week
from alerts.figures import WITHHELD, Shown, table_of
from alerts.most import leading, quoted
from monitor.counts import Division, Trend

_ROWS = {
    Division.SENTIMENTS: "How mentions sound",
    Division.CATEGORIES: "What raised concern",
    Division.THEMES: "What was criticised",
}


def pictures_of(
    trend: Trend,
    shown: Shown,
    holidays: Sequence[tuple[date, date]],
    changes: Sequence[date],
) -> dict[Division, Picture]:
    """Of weeks first, then of what has any number that is shown."""
    found = dict(_weeks(trend, shown, holidays, changes))
    for division, what in _ROWS.items():
        if any(trend.tables.get(division, {}).values()):
            found[division] = _rows(trend, division, what, shown)
    return found


def _weeks(
    trend: Trend, shown: Shown, holidays: Sequence[tuple[date, date]], changes: Sequence[date]
) -> Iterator[tuple[Division, Picture]]:
    weeks = trend.tables.get(Division.WEEKS)
    if not weeks:
        return
    counts = {row: None if count is None else shown(count) for row, count in weeks.items()}
    yield (
        Division.WEEKS,
        by_week(
            counts,
            title=_busiest(trend, shown),
            holidays=holidays,
            changes=changes,
            is_least=trend.parts == 1,
        ),
    )


def _rows(trend: Trend, division: Division, what: str, shown: Shown) -> Picture:
    rows = table_of(trend, division, shown).rows
    counts = {name: n if isinstance(n, int) else None for name, n in rows}
    is_least = trend.parts == 1
    return by_row(counts, title=_most(what, counts, is_least=is_least), is_least=is_least)


def _busiest(trend: Trend, shown: Shown) -> str:
    table = table_of(trend, Division.WEEKS, shown)
    counts = {name: n for name, n in table.rows if isinstance(n, int) and n}
    if not counts:
        return "Mentions by week: each week is withheld."
    names, number = leading(counts)
    had = f"had the most mentions: {number}."
    if WITHHELD in dict(table.rows).values():
        which = f"the week of {names[0]}" if len(names) == 1 else f"{len(names)}"
        return f"Of the weeks that can be shown, {which} {had}"
    which = f"The week of {names[0]}" if len(names) == 1 else f"{len(names)} weeks"
    return f"{which} {had}"


def _most(what: str, counts: Mapping[str, int | None], *, is_least: bool) -> str:
    shown = {name: n for name, n in counts.items() if n}
    if not shown:
        return f"{what}: withheld."
    names, number = leading(shown)
    surely = is_least or None not in counts.values()
    said = "most often" if surely else "of what can be shown, most often"
    return f"{what}: {said} {quoted(names)} ({number})."
