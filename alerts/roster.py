"""Who answers to which role today. Roles are not people: one person may hold two. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from monitor.domain import Role

_NOBODY: Mapping[Role, str] = MappingProxyType({})

# Who stands in, first to last, for a role without an address or with a conflict.
STAND_INS: Mapping[Role, tuple[Role, ...]] = MappingProxyType(
    {
        Role.CHAIR_OF_GOVERNORS: (Role.DSL, Role.OFFICE),
        Role.DSL: (Role.HEAD, Role.CHAIR_OF_GOVERNORS),
        Role.HEAD: (Role.OFFICE, Role.DSL, Role.CHAIR_OF_GOVERNORS),
        Role.OFFICE: (Role.HEAD, Role.DSL, Role.CHAIR_OF_GOVERNORS),
        Role.DATA_PROTECTION_OFFICER: (Role.HEAD, Role.OFFICE, Role.DSL, Role.CHAIR_OF_GOVERNORS),
        Role.CLERK: (Role.CHAIR_OF_GOVERNORS, Role.OFFICE, Role.HEAD),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody is away; both days included."""

    role: Role
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is on duty on one day, by e-mail address.

    `on_duty`: a deputy's address where the holder is away. `deputies`: who answers where the
    holder does not. `heads`: every address at which the head in person reads, whoever is on
    duty: a concern about the head goes to none of them.
    """

    on_duty: Mapping[Role, str]
    deputies: Mapping[Role, str] = field(default_factory=dict)
    heads: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        holders: Mapping[Role, str],
        deputies: Mapping[Role, str] = _NOBODY,
        absences: Iterable[Absence] = (),
        today: date | None = None,
    ) -> Roster:
        """As it stands *today*. Who is away and has no deputy stays on duty: better a mail that
        waits in a box than one that nobody gets."""
        away = {a.role for a in absences if today is not None and a.first <= today <= a.last}
        instead = {role: deputies[role] for role in away if deputies.get(role)}
        head = same(holders.get(Role.HEAD))
        return cls(
            on_duty={**holders, **instead},
            deputies=deputies,
            heads=frozenset({head} if head else ()),
        )

    def address(self, role: Role, *, deputy: bool = False) -> str:
        """Where *role*, or its deputy, is written to today; empty where nobody is."""
        return (self.deputies if deputy else self.on_duty).get(role, "").strip()

    def person(self, role: Role, *, deputy: bool = False) -> str:
        """The same for two roles that one person holds; empty where nobody does."""
        return same(self.address(role, deputy=deputy))

    def may_read(self, role: Role, *, concerns_head: bool, deputy: bool = False) -> bool:
        """False where a mail to *role* would tell the head of a concern about the head, or the
        clerk of any case."""
        if not concerns_head:
            return True
        return (
            role not in (Role.HEAD, Role.CLERK)
            and self.person(role, deputy=deputy) not in self.heads
        )

    def standing(self, role: Role, *, concerns_head: bool = False) -> Role:
        """*role* itself, or who stands in for it. Itself, too, when nobody can."""
        able = (
            candidate
            for candidate in (role, *STAND_INS[role])
            if self.address(candidate) and self.may_read(candidate, concerns_head=concerns_head)
        )
        return next(able, role)


def same(address: str | None) -> str:
    """Equal for addresses that are one mailbox."""
    return (address or "").strip().casefold()
