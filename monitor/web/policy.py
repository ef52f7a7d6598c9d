"""Who may see what: one function, and what it does not allow is forbidden. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.domain import Case, School
from monitor.store.accounts import Account


class Action(StrEnum):
    SEE_TODAY = "see_today"
    READ_INCIDENTS = "read_incidents"
    WORK_INCIDENTS = "work_incidents"
    READ_TRENDS = "read_trends"
    COMPARE_SCHOOLS = "compare_schools"
    READ_SOURCES = "read_sources"
    TEST_SOURCES = "test_sources"
    READ_SCHOOL = "read_school"
    TEACH = "teach"
    REPORT = "report"
    KEEP_OWN_ACCOUNT = "keep_own_account"
    INVITE_COLLEAGUES = "invite_colleagues"
    READ_PEOPLE = "read_people"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"


_ROLES: Mapping[Action, frozenset[AccountRole]] = MappingProxyType(
    {
        Action.SEE_TODAY: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.ADMIN}
        ),
        Action.READ_INCIDENTS: frozenset({AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL}),
        Action.WORK_INCIDENTS: frozenset({AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL}),
        Action.READ_TRENDS: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.GOVERNOR}
        ),
        Action.COMPARE_SCHOOLS: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.GOVERNOR}
        ),
        Action.READ_SCHOOL: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.ADMIN}
        ),
        Action.TEACH: frozenset({AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL}),
        Action.REPORT: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.STAFF}
        ),
        Action.INVITE_COLLEAGUES: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.ADMIN}
        ),
        Action.READ_PEOPLE: frozenset({AccountRole.HEAD, AccountRole.ADMIN}),
        Action.MANAGE_PEOPLE: frozenset({AccountRole.ADMIN}),
        Action.READ_AUDIT: frozenset({AccountRole.HEAD, AccountRole.DSL, AccountRole.ADMIN}),
        Action.KEEP_OWN_ACCOUNT: frozenset(AccountRole) - NO_PASSWORD,
        Action.READ_SOURCES: frozenset(
            {AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.ADMIN}
        ),
        Action.TEST_SOURCES: frozenset({AccountRole.HEAD, AccountRole.OFFICE, AccountRole.ADMIN}),
    }
)


SEES: Mapping[AccountRole, str] = MappingProxyType(
    {
        AccountRole.HEAD: "Head: all but what concerns the head",
        AccountRole.DSL: "Safeguarding lead: everything",
        AccountRole.OFFICE: "Office: all but child safety and what concerns the head",
        AccountRole.GOVERNOR: "Governor: counts only",
        AccountRole.ADMIN: "Administrator: people and sources, and nothing that was written",
        AccountRole.STAFF: "Colleague: only what they report themselves, by a new link each time",
    }
)


def may(account: Account, action: Action, thing: School | Case | Account | None = None) -> bool:
    """Whether *account* may do *action*, on *thing* if one is named.

    Without a thing it says only whether there is a screen for this person at all.
    """
    if account.disabled_at is not None or account.role not in _ROLES.get(action, ()):
        return False
    if action is Action.COMPARE_SCHOOLS and len(account.schools) < 2:
        return False
    if thing is None:
        return True
    if isinstance(thing, School):
        return thing.id in account.schools
    if isinstance(thing, Case):
        return thing.incident.school in account.schools and not _kept_from(account.role, thing)
    if isinstance(thing, Account):
        return _over(account, action, thing)
    return False


def _over(account: Account, action: Action, other: Account) -> bool:
    """Whoever works for several schools is seen at each, and managed by who has them all."""
    if action is Action.MANAGE_PEOPLE:
        return other.schools <= account.schools
    return bool(other.schools & account.schools)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether somebody may know of incidents that concern the head, or a child's safety."""

    about_head: bool = False
    child_safety: bool = False


_REACH: Mapping[AccountRole, Reach] = MappingProxyType(
    {
        AccountRole.DSL: Reach(about_head=True, child_safety=True),
        AccountRole.HEAD: Reach(child_safety=True),
    }
)


def reach(role: AccountRole) -> Reach:
    """The same for a list of incidents, where the database leaves out what `may` forbids."""
    return _REACH.get(role, Reach())


def _kept_from(role: AccountRole, case: Case) -> bool:
    within = reach(role)
    return (case.concerns_head and not within.about_head) or (
        case.concerns_child and not within.child_safety
    )
