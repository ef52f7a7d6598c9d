"""The terms a trend can be asked for. Pure.

Only whole terms and the present one so far: whoever could choose any two days could
subtract one answer from another and find what each withholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# Customary in England and Wales; a school's own dates are not asked for yet.
_BEGIN = ((1, "Spring"), (4, "Summer"), (9, "Autumn"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    id: str  # "2026-autumn"
    name: str  # "Autumn term 2026"
    start: date
    end: date


def recent_terms(today: date, count: int = 4) -> list[Term]:
    """Newest first; the first one ends today."""
    terms: list[Term] = []
    day = today
    while len(terms) < count:
        terms.append(_term_until(day))
        day = terms[-1].start - timedelta(days=1)
    return terms


def _term_until(day: date) -> Term:
    month, season = max(begun for begun in _BEGIN if begun[0] <= day.month)
    return Term(
        id=f"{day.year}-{season.lower()}",
        name=f"{season} term {day.year}",
        start=date(day.year, month, 1),
        end=day,
    )
