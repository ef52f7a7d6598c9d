"""What to ask a search engine about a school."""

from __future__ import annotations

from monitor.domain import School


def queries(school: School) -> tuple[str, ...]:
    """The exact name; every other name with the town, since nicknames are shared by many."""
    town = f" {school.town}" if school.town else ""
    return (f'"{school.name}"', *(f'"{alias}"{town}' for alias in school.aliases))
