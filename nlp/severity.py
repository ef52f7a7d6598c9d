"""How bad: what the reader heard, held between a floor and a ceiling.

Doubt goes up; only a person lowers a floor (labels: decisions 4 and 7).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from monitor.domain import Category, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the rules saw, as far as it sets a floor."""

    specific: bool = False  # a person, place or time beside a threat
    weapon: bool = False
    adult_to_child: bool = False
    adult_charged: bool = False  # violence or abuse of a child alleged against an adult
    image: bool = False
    first_person: bool = False  # somebody speaks of harming themselves
    home_address: bool = False

    @property
    def of_danger(self) -> bool:
        """Somebody, not only somebody's address, may be in danger."""
        danger = (self.specific, self.weapon, self.adult_to_child, self.adult_charged)
        return any((*danger, self.image, self.first_person))


# What is flagged at all is worth a line in the trends, and what carries no flag is at most a
# grave complaint for the digest: nobody is woken by criticism.
_LEAST_FLAGGED, _MOST_UNFLAGGED = Severity.LOW, Severity.MEDIUM


def severity_of(categories: Collection[Category], heard: Severity, signs: Signs) -> Severity:
    """For a text about the school. *heard*: how grave it sounds as a whole."""
    if not categories:
        return min(heard, _MOST_UNFLAGGED, key=lambda s: s.rank)
    return max(heard, _LEAST_FLAGGED, _floor(categories, signs), key=lambda s: s.rank)


def _floor(categories: Collection[Category], signs: Signs) -> Severity:
    """What must not be missed, whatever the tone."""
    floors = [
        (Category.SEXUAL, signs.image or signs.adult_to_child, Severity.HIGH),
        (Category.SELF_HARM, signs.first_person, Severity.HIGH),
        (Category.THREAT, signs.specific or signs.weapon, Severity.HIGH),
        (Category.DEFAMATION, signs.adult_charged, Severity.HIGH),
        (Category.IDENTIFYING, signs.home_address, Severity.MEDIUM),
    ]
    held = [floor for category, seen, floor in floors if seen and category in categories]
    return max(held, key=lambda s: s.rank, default=Severity.NONE)
