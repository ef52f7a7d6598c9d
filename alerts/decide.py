"""Who must hear of an incident, and how soon. Pure: sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.domain import Alert, Category, Incident, Role, Severity, Urgency

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
    roles = [_standing(role, incident, contacts) for applies, role in _TABLE if applies(incident)]
    first: dict[str, Role] = {}
    for role in roles:
        first.setdefault(_address(contacts.get(role)) or role, role)
    return list(first.values())


def _standing(role: Role, incident: Incident, contacts: Contacts) -> Role:
    """*role* itself, or who stands in for it. Itself, too, when nobody can."""
    able = (
        candidate
        for candidate in (role, *_STAND_INS[role])
        if _address(contacts.get(candidate))
        and may_read(candidate, contacts, concerns_head=incident.about_head)
    )
    return next(able, role)


def _level(incident: Incident) -> str:
    """What was known when the alert was raised; another level is another alert."""
    if _unread(incident):
        return "unread"
    parts = [incident.severity.value, "+".join(sorted(incident.categories))]
    parts += ["about_head"] * incident.about_head + ["child_safety"] * incident.child_safety
    return ":".join(parts)


def _same(one: str | None, other: str | None) -> bool:
    return bool(_address(one)) and _address(one) == _address(other)


def _address(text: str | None) -> str:
    return (text or "").strip().casefold()
