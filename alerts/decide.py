"""Who must hear of an incident, or of a blind source, and how soon. Pure: sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from alerts.routing import audience, unread
from alerts.telling import Telling
from alerts.when import leaves
from monitor.domain import Alert, Incident, Role, Severity, ToldLately, Urgency
from monitor.health import Ailing, Ailment, News, Notice, SourceHealth

_URGENT = frozenset({Severity.CRITICAL, Severity.HIGH})  # low and none are told to nobody

Lately = Callable[[], Sequence[ToldLately]]


def _nothing() -> Sequence[ToldLately]:
    return ()


def decide(
    incident: Incident,
    before: Incident | None,
    telling: Telling,
    now: datetime,
    lately: Lately = _nothing,
) -> list[Alert]:
    """The alerts that follow from *incident*, given what it was before this mention joined.

    *before* is None for a new incident. Nobody is told twice of the same thing: a further
    sighting brings an alert only when the incident is worse than it was, or concerns
    someone whom it did not concern. At most one alert goes to one address. If nobody at
    all may be told, the alert is kept for the role whose address is missing, so that the
    fault is seen when the letter is due. *lately* is asked only where it matters.
    """
    heard = _heard(incident, before, telling)
    roles = [r for r in audience(incident, telling.roster, telling.routes) if r not in heard]
    if not roles or not _is_told(incident):
        return []
    known = lately() if incident.severity in _URGENT else ()
    return [_alert(incident, role, telling, known, now) for role in roles]


def _is_told(incident: Incident) -> bool:
    return unread(incident) or incident.severity.rank >= Severity.MEDIUM.rank


def _alert(
    incident: Incident, role: Role, telling: Telling, known: Sequence[ToldLately], now: datetime
) -> Alert:
    hours, severity = telling.hours, incident.severity
    urgency, due_at = Urgency.DIGEST, hours.next_morning(now)
    if severity in _URGENT:
        urgency, due_at = leaves(role, severity, known, hours, now, at_once=telling.at_once)
    return Alert(
        key=f"{incident.key}:{role}:{_level(incident)}",
        school=incident.school,
        incident=incident.key,
        role=role,
        severity=severity,
        urgency=urgency,
        due_at=due_at,
    )


_DAILY = 3  # reminders; after that people know, and need only not forget
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
GATHER = timedelta(minutes=10)  # when the line is down, all break at once: one mail for them
_GRAVEST = list(Ailment)


def decide_notices(
    health: SourceHealth, ailing: Ailing | None, telling: Telling, now: datetime
) -> list[Notice]:
    """What the office is to be told of a source that was as *health* says, and now is *ailing*.

    Once when it goes wrong, once when it is mended; in between a reminder on each of three
    days and then every week. Silence may be no fault, so of that only every week.
    """
    role = telling.roster.standing(Role.OFFICE)

    def notice(news: News, of: Ailing, number: int = 0) -> Notice:
        parts = (health.school, health.source, of.ailment, of.since.astimezone(UTC).isoformat())
        key = ":".join((*parts, news, str(number)))
        leaves_at = _leaves(news, telling, now)
        return Notice(
            key=key, news=news, ailing=of, role=role, health=health, at=now, leaves_at=leaves_at
        )

    before = health.ailing
    if ailing is not None and ailing == before:
        due = _reminder_is_due(health, ailing.ailment, now)
        return [notice(News.REMINDER, ailing, health.told_times)] if due else []
    told = []
    if before is not None and (ailing is None or _graver(before, ailing)):
        told.append(notice(News.MENDED, before))
    if ailing is not None:
        told.append(notice(News.TROUBLE, ailing))
    return told


def _leaves(news: News, telling: Telling, now: datetime) -> datetime:
    """Reminders come with the morning's post."""
    hours = telling.hours
    reminder = news is News.REMINDER
    return hours.next_morning(now) if reminder else hours.next_allowed(now + GATHER)


def _graver(one: Ailing, other: Ailing) -> bool:
    """What is hidden by something graver is not mended by it."""
    return _GRAVEST.index(one.ailment) < _GRAVEST.index(other.ailment)


def _reminder_is_due(health: SourceHealth, ailment: Ailment, now: datetime) -> bool:
    if health.told_at is None:
        return True
    often = ailment is not Ailment.QUIET and health.told_times <= _DAILY
    wait = _DAY if often else _WEEK
    return not health.told_at - wait <= now < health.told_at + wait  # clocks are set back, too


def _heard(incident: Incident, before: Incident | None, telling: Telling) -> frozenset[Role]:
    """Who knows all of this already."""
    if before is None or _worse(incident, before):
        return frozenset()
    return frozenset(audience(before, telling.roster, telling.routes))


def _worse(incident: Incident, before: Incident) -> bool:
    return (
        incident.severity.rank > before.severity.rank
        or not incident.categories <= before.categories
        or incident.about_head > before.about_head
        or incident.child_safety > before.child_safety
    )


def _level(incident: Incident) -> str:
    """What was known when the alert was raised; another level is another alert, and so is one
    that was reached again after a person had lowered it."""
    if unread(incident):
        return "unread"
    parts = [incident.severity.value, "+".join(sorted(incident.categories))]
    parts += ["about_head"] * incident.about_head + ["child_safety"] * incident.child_safety
    parts += [f"again-{incident.standing.lowered}"] * bool(incident.standing.lowered)
    return ":".join(parts)
