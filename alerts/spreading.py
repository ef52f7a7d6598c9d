"""That an incident is spreading: its audience hears of it again, in the same thread. Pure.

One more telling of what people know is no news. Many within a day are: more than chance makes of
what came before, by Poisson's law (monitor/unusual.py), and then four times as many, and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.routing import audience
from alerts.telling import Telling
from alerts.when import GATHER
from monitor.domain import Alert, Incident, Role, Severity, Urgency
from monitor.unusual import FEWEST, expected, is_unusual

DAY = timedelta(days=1)
_STEP = 4
_MARK = "spreads"


# How often an incident was told: before the last day, and within it.
Count = Callable[[Incident], tuple[int, int]]


def decide_spread(
    incident: Incident, before: Incident | None, count: Count, telling: Telling, now: datetime
) -> list[Alert]:
    """The alerts that follow from one more telling of *incident*, of which people know all else.
    *count* has not that one in it yet, and is asked only where it matters."""
    if before is None or incident.severity.rank < Severity.MEDIUM.rank:
        return []
    earlier, lately = count(incident)
    level = _level(incident, earlier, lately + 1, now)
    if not level:
        return []
    return [
        _alert(incident, role, level, telling, now)
        for role in audience(incident, telling.roster, telling.routes)
    ]


def is_spread(letter_key: str) -> bool:
    """Whether such a letter was promised because an incident is spreading."""
    return letter_key.split(":")[-2:-1] == [_MARK]


def _level(incident: Incident, earlier: int, lately: int, now: datetime) -> int:
    """5, 20, 80, ... tellings within a day: so many were reached; 0 where it is not spreading."""
    days = max(1.0, (now - DAY - incident.opened_at) / DAY)
    if not is_unusual(lately, expected(earlier, days)):
        return 0
    level = FEWEST
    while lately >= level * _STEP:
        level *= _STEP
    return level


def _alert(incident: Incident, role: Role, level: int, telling: Telling, now: datetime) -> Alert:
    hours, severity = telling.hours, incident.severity
    urgency, due_at = Urgency.GATHERED, hours.next_allowed(now + GATHER)
    if severity is Severity.CRITICAL:
        due_at = now + GATHER
    elif severity is Severity.MEDIUM:
        urgency, due_at = Urgency.DIGEST, hours.next_morning(now)
    return Alert(
        key=f"{incident.key}:{role}:{_MARK}:{level}",
        school=incident.school,
        incident=incident.key,
        role=role,
        severity=severity,
        urgency=urgency,
        due_at=due_at,
    )
