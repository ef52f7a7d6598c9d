"""What a school writes about whom to tell: addresses of roles, deputies, absences, routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alerts.channels.email_settings import is_address
from alerts.roster import Absence, Roster
from alerts.routing import Matter, Routes
from monitor.domain import Role


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _address(value: str) -> str:
    if not is_address(value) or "." not in value.rpartition("@")[2]:
        raise ValueError("write one e-mail address, for example office@school.example")
    return value


Address = Annotated[str, AfterValidator(_address)]


class _Addresses(Section):
    def by_role(self) -> dict[Role, str]:
        return {role: found for role in Role if (found := getattr(self, role.value)) is not None}


class Contacts(_Addresses):
    """Roles, not people: one person may hold two."""

    head: Address | None = Field(None, description="is told of everything serious")
    chair_of_governors: Address | None = Field(
        None, description="is told instead of the head when the concern is about the head"
    )
    dsl: Address | None = Field(None, description="is also told when a child may be at risk")
    office: Address | None = Field(None, description="works the incident log")
    data_protection_officer: Address | None = Field(
        None, description="is also told where personal details are shown; else only the head is"
    )
    clerk: Address | None = Field(
        None, description="is sent the governors' report of each term; else the chair is"
    )


class Deputies(_Addresses):
    """Who stands in for a role: while its holder is away, and where they do not answer."""

    head: Address | None = Field(None, description="for the head")
    chair_of_governors: Address | None = Field(None, description="for the chair of governors")
    dsl: Address | None = Field(None, description="for the designated safeguarding lead")
    office: Address | None = Field(None, description="for the office")
    data_protection_officer: Address | None = Field(
        None, description="for the data protection officer"
    )
    clerk: Address | None = Field(None, description="for the clerk to the governors")


class AbsenceSettings(Section):
    """[[schools.absences]]: whose mail goes to the deputy, from day to day."""

    role: Role = Field(description="head, chair_of_governors, dsl, office, ...")
    first: date = Field(description="the first day away")
    last: date = Field(description="the last day away")

    def absence(self) -> Absence:
        return Absence(role=self.role, first=self.first, last=self.last)


def _may_know(role: Role) -> Role:
    if role is Role.CLERK:
        raise ValueError(
            "the clerk is sent the report of each term, and told of no incident; name another role"
        )
    return role


Told = tuple[Annotated[Role, AfterValidator(_may_know)], ...]


class RouteSettings(Section):
    """[schools.routes]: where a school tells others than the table in alerts/routing.py says.

    That a concern about the head goes to the chair and never to the head cannot be changed.
    """

    child_safety: Told | None = Field(None, description="besides the safeguarding lead")
    danger: Told | None = Field(None, description="threats, hate, extremism")
    data_breach: Told | None = Field(None, description="personal details of anybody")
    impersonation: Told | None = Field(None, description="somebody pretends to be the school")
    anything_else: Told | None = Field(None, description="what else is flagged")
    unread: Told | None = Field(None, description="what could not be judged")

    def changes(self) -> Routes:
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {Matter(name): roles for name, roles in found.items() if roles is not None}


def roster(
    contacts: Contacts, deputies: Deputies, absences: Sequence[AbsenceSettings], today: date
) -> Roster:
    """Who is on duty today."""
    away = [one.absence() for one in absences]
    return Roster.of(contacts.by_role(), deputies.by_role(), away, today)


def contradictions(deputies: Deputies, absences: Sequence[AbsenceSettings]) -> list[str]:
    """What is wrong with the absences, in words."""
    backwards = [f"the absence of {a.role} ends before it begins" for a in absences if _ends(a)]
    named = deputies.by_role()
    alone = sorted({a.role for a in absences} - named.keys())
    return backwards + [
        f"{role} is away and has no deputy; add {role} under [schools.deputies]" for role in alone
    ]


def _ends(absence: AbsenceSettings) -> bool:
    return absence.last < absence.first
