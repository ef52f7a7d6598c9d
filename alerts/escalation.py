"""What happens when nobody says that they have seen an urgent alert. Pure.

First the deputy of the role hears of it, then whoever stands above. Only what is about the
head goes round the head, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from alerts.roster import Roster
from alerts.telling import Telling
from monitor.domain import Alert, Role, Severity, Unanswered, Urgency

# Who is called in, one after the other, where a role and its deputy do not answer.
_ABOVE: Mapping[Role, tuple[Role, ...]] = MappingProxyType(
    {
        Role.OFFICE: (Role.HEAD, Role.CHAIR_OF_GOVERNORS),
        Role.DATA_PROTECTION_OFFICER: (Role.HEAD, Role.CHAIR_OF_GOVERNORS),
        Role.DSL: (Role.HEAD, Role.CHAIR_OF_GOVERNORS),
        Role.HEAD: (Role.CHAIR_OF_GOVERNORS,),
        Role.CHAIR_OF_GOVERNORS: (Role.DSL,),
    }
)
_AT_LAST = 8  # times the patience for what is high, on the clock: in the holidays, too
SOONEST = timedelta(minutes=1)  # for a query: before this nothing is overdue
LONGEST = timedelta(days=28)  # what nobody answered by then is in every weekly summary


def next_alert(waiting: Unanswered, telling: Telling, now: datetime) -> Alert | None:
    """Whom to tell because *waiting* was not answered; None while there is still time, and
    where there is nobody left to tell."""
    if not _is_overdue(waiting, telling, now):
        return None
    step = next(_steps(waiting, telling.roster), None)
    return _alert(waiting, *step, telling, now) if step else None


def _is_overdue(waiting: Unanswered, telling: Telling, now: datetime) -> bool:
    """For what is high only the hours of school days count: a weekend gives nobody away. Who
    cannot have got it is not waited for."""
    if waiting.undelivered:
        return True
    passed, severity = now - waiting.sent_at, waiting.incident.severity
    patience = telling.answer_within(severity)
    if severity is Severity.CRITICAL or passed < patience:
        return passed >= patience
    at_last = min(_AT_LAST * patience, LONGEST - timedelta(days=1))
    return passed >= at_last or telling.hours.worked(waiting.sent_at, now) >= patience


def _steps(waiting: Unanswered, roster: Roster) -> Iterator[tuple[Role, bool]]:
    """The role to be told, and whether it is its deputy; in order."""
    role, concerns_head = waiting.role, waiting.incident.about_head
    if not waiting.deputy and not waiting.called_in and _has_deputy(role, roster, concerns_head):
        yield role, True
    for above in _ABOVE[role]:
        allowed = roster.may_read(above, concerns_head=concerns_head)
        known = any(roster.person(above) == roster.person(told) for told in waiting.told)
        if roster.address(above) and allowed and not known:
            yield above, False


def _has_deputy(role: Role, roster: Roster, concerns_head: bool) -> bool:
    deputy = roster.person(role, deputy=True)
    away = deputy == roster.person(role)  # the deputy is on duty, and did not answer either
    return bool(deputy) and not away and not (concerns_head and deputy in roster.heads)


def _alert(
    waiting: Unanswered, role: Role, deputy: bool, telling: Telling, now: datetime
) -> Alert:
    incident = waiting.incident
    critical = incident.severity is Severity.CRITICAL
    step = "deputy" if deputy else "called in"
    return Alert(
        key=f"{incident.key}:{role}:{incident.severity}:unanswered:{step}",
        school=incident.school,
        incident=incident.key,
        role=role,
        severity=incident.severity,
        urgency=Urgency.GATHERED,  # all that one letter told, in one letter again
        due_at=now if critical else telling.hours.next_allowed(now),
        deputy=deputy,
        called_in=not deputy,
    )
