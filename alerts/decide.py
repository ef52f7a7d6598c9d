"""Who must hear of an incident, or of a blind source, and how soon. Pure: sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from monitor.domain import Alert, Category, Incident, Role, Severity, Urgency
from monitor.health import Ailing, Ailment, News, Notice, SourceHealth

Contacts = Mapping[Role, str]

_WHEN: Mapping[Severity, Urgency] = {
    Severity.CRITICAL: Urgency.NOW,
    Severity.HIGH: Urgency.NOW,
    Severity.MEDIUM: Urgency.DIGEST,
    # low and none are told to nobody: they are for the log and the trends
}


def _unread(incident: Incident) -> bool:
    """Could not be judged, so that somebody has to read it."""
    return incident.severity is Severity.NONE and not incident.categories


def _about_head(incident: Incident) -> bool:
    return incident.about_head


def _child_safety(incident: Incident) -> bool:
    return incident.child_safety


def _ordinary(incident: Incident) -> bool:
    return not incident.about_head and not _unread(incident)


def _impersonation(incident: Incident) -> bool:
    return Category.IMPERSONATION in incident.categories and not incident.about_head


def _nobody_yet(incident: Incident) -> bool:
    return _unread(incident) and not incident.about_head and not incident.child_safety


# Every row that applies adds its role. The order is also who comes first when one person
# holds two roles: they get one mail, in the role that stands higher here.
_TABLE: tuple[tuple[Callable[[Incident], bool], Role], ...] = (
    (_about_head, Role.CHAIR_OF_GOVERNORS),  # and never the head
    (_child_safety, Role.DSL),
    (_ordinary, Role.HEAD),
    (_impersonation, Role.OFFICE),
    (_nobody_yet, Role.OFFICE),
)

# Who stands in, first to last, for a role without an address or with a conflict.
_STAND_INS: Mapping[Role, tuple[Role, ...]] = {
    Role.CHAIR_OF_GOVERNORS: (Role.DSL, Role.OFFICE),
    Role.DSL: (Role.HEAD, Role.CHAIR_OF_GOVERNORS),
    Role.HEAD: (Role.OFFICE, Role.DSL, Role.CHAIR_OF_GOVERNORS),
    Role.OFFICE: (Role.HEAD, Role.DSL, Role.CHAIR_OF_GOVERNORS),
}


def decide(incident: Incident, before: Incident | None, contacts: Contacts) -> list[Alert]:
    """The alerts that follow from *incident*, given what it was before this mention joined.

    *before* is None for a new incident. Nobody is told twice of the same thing: a further
    sighting brings an alert only when the incident is worse than it was, or concerns
    someone whom it did not concern. At most one alert goes to one address. If nobody at
    all may be told, the alert is kept for the role whose address is missing, so that the
    fault is seen when the letter is due.
    """
    urgency = Urgency.DIGEST if _unread(incident) else _WHEN.get(incident.severity)
    if urgency is None:
        return []
    heard = _heard(incident, before, contacts)
    return [
        Alert(
            key=f"{incident.key}:{role}:{_level(incident)}",
            school=incident.school,
            incident=incident.key,
            role=role,
            severity=incident.severity,
            urgency=urgency,
        )
        for role in _audience(incident, contacts)
        if role not in heard
    ]


def may_read(role: Role, contacts: Contacts, *, concerns_head: bool) -> bool:
    """False where a mail to *role* would tell the head of a concern about the head."""
    if not concerns_head:
        return True
    return role is not Role.HEAD and not _same(contacts.get(role), contacts.get(Role.HEAD))


_DAILY = 3  # reminders; after that people know, and need only not forget
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_GRAVEST = list(Ailment)


def decide_notices(
    health: SourceHealth, ailing: Ailing | None, contacts: Contacts, now: datetime
) -> list[Notice]:
    """What the office is to be told of a source that was as *health* says, and now is *ailing*.

    Once when it goes wrong, once when it is mended; in between a reminder on each of three
    days and then every week. Silence may be no fault, so of that only every week.
    """
    role = _standing(Role.OFFICE, contacts, about_head=False)

    def notice(news: News, of: Ailing, number: int = 0) -> Notice:
        parts = (health.school, health.source, of.ailment, of.since.astimezone(UTC).isoformat())
        key = ":".join((*parts, news, str(number)))
        return Notice(key=key, news=news, ailing=of, role=role, health=health, at=now)

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


def _graver(one: Ailing, other: Ailing) -> bool:
    """What is hidden by something graver is not mended by it."""
    return _GRAVEST.index(one.ailment) < _GRAVEST.index(other.ailment)


def _reminder_is_due(health: SourceHealth, ailment: Ailment, now: datetime) -> bool:
    if health.told_at is None:
        return True
    often = ailment is not Ailment.QUIET and health.told_times <= _DAILY
    wait = _DAY if often else _WEEK
    return not health.told_at - wait <= now < health.told_at + wait  # clocks are set back, too


def _heard(incident: Incident, before: Incident | None, contacts: Contacts) -> frozenset[Role]:
    """Who knows all of this already."""
    if before is None or _worse(incident, before):
        return frozenset()
    return frozenset(_audience(before, contacts))


def _worse(incident: Incident, before: Incident) -> bool:
    return (
        incident.severity.rank > before.severity.rank
        or not incident.categories <= before.categories
        or incident.about_head > before.about_head
        or incident.child_safety > before.child_safety
    )


def _audience(incident: Incident, contacts: Contacts) -> list[Role]:
    """The roles to be told, one for each address."""
    about_head = incident.about_head
    roles = [
        _standing(role, contacts, about_head) for applies, role in _TABLE if applies(incident)
    ]
    first: dict[str, Role] = {}
    for role in roles:
        first.setdefault(_address(contacts.get(role)) or role, role)
    return list(first.values())


def _standing(role: Role, contacts: Contacts, about_head: bool) -> Role:
    """*role* itself, or who stands in for it. Itself, too, when nobody can."""
    able = (
        candidate
        for candidate in (role, *_STAND_INS[role])
        if _address(contacts.get(candidate))
        and may_read(candidate, contacts, concerns_head=about_head)
    )
    return next(able, role)


def _level(incident: Incident) -> str:
    """What was known when the alert was raised; another level is another alert, and so is one
    that was reached again after a person had lowered it."""
    if _unread(incident):
        return "unread"
    parts = [incident.severity.value, "+".join(sorted(incident.categories))]
    parts += ["about_head"] * incident.about_head + ["child_safety"] * incident.child_safety
    parts += [f"again-{incident.standing.lowered}"] * bool(incident.standing.lowered)
    return ":".join(parts)


def _same(one: str | None, other: str | None) -> bool:
    return bool(_address(one)) and _address(one) == _address(other)


def _address(text: str | None) -> str:
    return (text or "").strip().casefold()
