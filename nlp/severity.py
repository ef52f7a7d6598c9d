"""How bad: a table of what each category weighs, raised by floors, lowered by ceilings.

Doubt goes up; only a person lowers a floor (labels: decisions 4 and 7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.domain import Category, Severity

_USUAL: Mapping[Category, Severity] = {
    Category.THREAT: Severity.HIGH,
    Category.DEFAMATION: Severity.HIGH,
    Category.IDENTIFYING: Severity.MEDIUM,
    Category.HATE: Severity.HIGH,
    Category.ABUSE: Severity.MEDIUM,
    Category.SEXUAL: Severity.HIGH,
    Category.SELF_HARM: Severity.CRITICAL,
    Category.EXTREMISM: Severity.HIGH,
    Category.IMPERSONATION: Severity.HIGH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What the rules saw, as far as it matters for severity."""

    specific: bool = False  # a person, place or time beside a threat
    weapon: bool = False
    adult_to_child: bool = False
    adult_charged: bool = False  # violence or abuse of a child alleged against an adult
    image: bool = False
    encouraged: bool = False  # somebody is told to harm themselves
    private_details: frozenset[str] = frozenset()
    joke: bool = False  # sport, games, idiom, stage
    warm: bool = False  # praise
    grave_complaint: bool = False
    gravity: float = 0.0  # how grave the words sound as a whole, in log-odds


def severity_of(categories: Collection[Category], signs: Signs, *, criticism: bool) -> Severity:
    """For a text about the school."""
    if not categories:
        if criticism:
            return Severity.MEDIUM if signs.grave_complaint else Severity.LOW
        return Severity.NONE
    worst = max((_of_category(c, signs) for c in categories), key=lambda s: s.rank)
    worst = _as_it_sounds(worst, signs.gravity)
    floor = _floor(categories, signs)
    if signs.joke and floor is Severity.NONE:
        worst = min(worst, Severity.LOW, key=lambda s: s.rank)
    return max(worst, floor, key=lambda s: s.rank)


def _as_it_sounds(severity: Severity, gravity: float) -> Severity:
    """The words as a whole may move a flag one step, up sooner than down."""
    if severity is Severity.MEDIUM and gravity > 0.0:
        return Severity.HIGH
    if severity is Severity.HIGH and gravity < -0.5:
        return Severity.MEDIUM
    return severity


def _of_category(category: Category, signs: Signs) -> Severity:
    if category is Category.IDENTIFYING:
        return _of_identifying(signs)
    return _USUAL[category]


def _of_identifying(signs: Signs) -> Severity:
    if signs.private_details & {"home_address", "phone", "email", "postcode", "birthday"}:
        return Severity.HIGH if not signs.warm else Severity.MEDIUM
    return Severity.LOW if signs.warm else Severity.MEDIUM


def _floor(categories: Collection[Category], signs: Signs) -> Severity:
    """What must not be missed, whatever the tone."""
    critical = (
        Category.THREAT in categories and signs.specific and signs.weapon and not signs.joke
    ) or (Category.SEXUAL in categories and (signs.image or signs.adult_to_child))
    if critical:
        return Severity.CRITICAL
    if Category.SELF_HARM in categories and not signs.joke:
        return Severity.CRITICAL if not signs.encouraged else Severity.HIGH
    if Category.THREAT in categories and signs.specific and not signs.joke:
        return Severity.HIGH
    if Category.DEFAMATION in categories and signs.adult_charged:
        return Severity.HIGH
    if "home_address" in signs.private_details and Category.IDENTIFYING in categories:
        return Severity.HIGH if not signs.warm else Severity.MEDIUM
    return Severity.NONE
