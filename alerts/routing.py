"""Who is told of what: one table, to be read aloud to governors. Pure.

A school may tell others than the table says, row by row (`Routes`), but for two things: a
concern about the head goes to the chair of governors and never to the head, and a child at
risk is always told to the safeguarding lead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from alerts.roster import Roster
from monitor.domain import Category, Incident, Role, Severity


class Matter(StrEnum):
    """What an incident is a matter of; one can be several."""

    ABOUT_HEAD = "about_head"
    CHILD_SAFETY = "child_safety"
    DANGER = "danger"
    DATA_BREACH = "data_breach"
    IMPERSONATION = "impersonation"
    ANYTHING_ELSE = "anything_else"
    UNREAD = "unread"


Routes = Mapping[Matter, tuple[Role, ...]]
NO_CHANGES: Routes = MappingProxyType({})

_DANGEROUS = frozenset({Category.THREAT, Category.HATE, Category.EXTREMISM})
_LIGHT = frozenset({Category.IMPERSONATION})  # the office sees to it with the site's own form


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: where `applies`, these roles are told."""

    matter: Matter
    says: str  # as a governor reads it
    applies: Callable[[Incident], bool]
    tell: tuple[Role, ...]


def unread(incident: Incident) -> bool:
    """Could not be judged, so that somebody has to read it."""
    return incident.severity is Severity.NONE and not incident.categories


def _danger(incident: Incident) -> bool:
    return bool(incident.categories & _DANGEROUS)


def _breach(incident: Incident) -> bool:
    return Category.IDENTIFYING in incident.categories


def _impersonation(incident: Incident) -> bool:
    return Category.IMPERSONATION in incident.categories


def _anything_else(incident: Incident) -> bool:
    if unread(incident):
        return False
    only_light = bool(incident.categories) and incident.categories <= _LIGHT
    return not only_light or incident.severity is Severity.CRITICAL


def _nobody_yet(incident: Incident) -> bool:
    return unread(incident) and not incident.child_safety


def _unless_about_head(applies: Callable[[Incident], bool]) -> Callable[[Incident], bool]:
    return lambda incident: not incident.about_head and applies(incident)


# Every row that applies adds its roles. Praise, lawful criticism and what is not about the
# school open no incident, so that they come before no row: they are counted, and nobody is
# mailed. The order is also who comes first when one person holds two roles: they get one mail.
TABLE: tuple[Row, ...] = (
    Row(
        matter=Matter.ABOUT_HEAD,
        says="A concern about the head goes to the chair of governors, and never to the head.",
        applies=lambda incident: incident.about_head,
        tell=(Role.CHAIR_OF_GOVERNORS,),
    ),
    Row(
        matter=Matter.CHILD_SAFETY,
        says="A child at risk is told to the designated safeguarding lead.",
        applies=lambda incident: incident.child_safety,
        tell=(Role.DSL,),
    ),
    Row(
        matter=Matter.DANGER,
        says="A threat, hate or extremism goes to the head, with when to ring the police.",
        applies=_unless_about_head(_danger),
        tell=(Role.HEAD,),
    ),
    Row(
        matter=Matter.DATA_BREACH,
        says="Personal details of pupils, families or staff go to the head and to the data "
        "protection officer.",
        applies=_unless_about_head(_breach),
        tell=(Role.HEAD, Role.DATA_PROTECTION_OFFICER),
    ),
    Row(
        matter=Matter.IMPERSONATION,
        says="Somebody who pretends to be the school is for the office, with the site's own form; "
        "the head hears of it, too, where it is critical.",
        applies=_unless_about_head(_impersonation),
        tell=(Role.OFFICE,),
    ),
    Row(
        matter=Matter.ANYTHING_ELSE,
        says="Everything else that is flagged goes to the head, and so does a child at risk.",
        applies=_unless_about_head(_anything_else),
        tell=(Role.HEAD,),
    ),
    Row(
        matter=Matter.UNREAD,
        says="What could not be judged goes to the office, to be read.",
        applies=_unless_about_head(_nobody_yet),
        tell=(Role.OFFICE,),
    ),
)

# What no school can change: see above.
FIXED: Routes = MappingProxyType(
    {Matter.ABOUT_HEAD: (Role.CHAIR_OF_GOVERNORS,), Matter.CHILD_SAFETY: (Role.DSL,)}
)


def audience(incident: Incident, roster: Roster, routes: Routes = NO_CHANGES) -> list[Role]:
    """The roles to be told of *incident*, one for each person; never empty for what anybody is
    told of at all. A role that nobody may read for stays, so that the fault is seen."""
    return _one_each(_wanted(incident, routes), roster, concerns_head=incident.about_head)


def weekly_readers(roster: Roster) -> list[Role]:
    """Who gets the weekly summary, one for each person; nobody where nobody has an address."""
    return [r for r in _one_each((Role.HEAD, Role.OFFICE), roster) if roster.address(r)]


def term_reader(roster: Roster) -> Role | None:
    """Who is sent the report of a term: the clerk to the governors, or who stands in; None
    where nobody has an address."""
    role = roster.standing(Role.CLERK)
    return role if roster.address(role) else None


def _one_each(
    wanted: Iterable[Role], roster: Roster, *, concerns_head: bool = False
) -> list[Role]:
    first: dict[str, Role] = {}
    for each in wanted:
        role = roster.standing(each, concerns_head=concerns_head)
        first.setdefault(roster.person(role) or role, role)
    return list(first.values())


def _wanted(incident: Incident, routes: Routes) -> Iterator[Role]:
    for row in TABLE:
        if row.applies(incident):
            told = dict.fromkeys((*FIXED.get(row.matter, ()), *routes.get(row.matter, row.tell)))
            yield from (r for r in told if not (incident.about_head and r is Role.HEAD))
