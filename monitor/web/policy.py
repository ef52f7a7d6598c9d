"""Who may see what: one function, and what it does not allow is forbidden. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from monitor.domain import Case, School
from monitor.store.accounts import Account, AccountRole


class Action(StrEnum):
    READ_INCIDENTS = "read_incidents"
    READ_TRENDS = "read_trends"
    READ_SOURCES = "read_sources"


_ROLES: Mapping[Action, frozenset[AccountRole]] = MappingProxyType(
    {
        Action.READ_INCIDENTS: frozenset({AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL}),
        Action.READ_TRENDS: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.GOVERNOR}
        ),
        Action.READ_SOURCES: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.ADMIN}
        ),
    }
)


def may(account: Account, action: Action, thing: School | Case | None = None) -> bool:
    """Whether *account* may do *action*, on *thing* if one is named.

    Without a thing it says only whether there is a screen for this person at all.
    """
    if account.disabled_at is not None or account.role not in _ROLES.get(action, ()):
        return False
    if thing is None:
        return True
    if isinstance(thing, School):
        return thing.id in account.schools
    if isinstance(thing, Case):
        return thing.incident.school in account.schools and not _kept_from(account.role, thing)
    return False


def _kept_from(role: AccountRole, case: Case) -> bool:
    judged = [sighting.assessment for sighting in case.sightings]
    about_head = case.incident.about_head or any(one.about_head for one in judged)
    child_safety = case.incident.child_safety or any(one.child_safety for one in judged)
    if role is AccountRole.DSL:
        return False
    if role is AccountRole.HEAD:
        return about_head
    return about_head or child_safety
