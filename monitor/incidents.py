"""Which mentions belong together, and where the work on them stands? Pure: remembers nothing.

Only sightings of one and the same thing are joined. Two different threats in one week are
two incidents, because a second one hidden in the first is an alert that nobody gets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Protocol

from monitor.canonical import canonical
from monitor.domain import (
    Act,
    Assessment,
    CaptureMode,
    Category,
    Decision,
    Event,
    Incident,
    IncidentState,
    Mention,
    Severity,
    Standing,
    Veracity,
)
from monitor.wording import fingerprint, words

_FEW_WORDS = 6  # "Disgusting, absolutely disgusting" said twice is not one story
_RUN = 5  # words in a row: a quotation has them in common, two posts of one topic have not
_SAME = 0.6  # share of the shorter text's runs that stand in the longer one too
TOGETHER = timedelta(days=7)  # the same words a year later are news again


class Neighbour(Protocol):
    """A mention of an incident that stands at the same place or has the same words."""

    @property
    def incident(self) -> Incident: ...
    @property
    def mention(self) -> Mention: ...


def place(url: str) -> str:
    """A fingerprint of the page, whichever way one came to it: equal for one page."""
    return hashlib.sha256(canonical(url).encode("utf-8", "replace")).hexdigest()


def story(text: str) -> str:
    """A fingerprint of the words, whatever their case and spacing; empty if they are few."""
    return fingerprint(text) if len(words(text)) >= _FEW_WORDS else ""


def akin(mention: Mention, neighbours: Iterable[Neighbour]) -> Incident | None:
    """The open incident that is about this very item, seen elsewhere or put up again."""
    for near in neighbours:
        if near.incident.state is IncidentState.OPEN and _same_item(mention, near.mention):
            return near.incident
    return None


def edited(mention: Mention, earlier: Iterable[Neighbour]) -> Incident | None:
    """The open incident in which this post was before it was changed, if it still says some of
    what it said. Of quite other words under an old id people hear as of any other post."""
    now = _runs(mention.text)
    for near in earlier:
        then = _runs(near.mention.text)
        too_short = not now or not then
        if near.incident.state is IncidentState.OPEN and (too_short or now & then):
            return near.incident
    return None


def _same_item(one: Mention, other: Mention) -> bool:
    """Equal words, or one page seen by two sources that quote it.

    All reviews of a school share one address, so an address alone proves nothing.
    """
    if story(one.text) and story(one.text) == story(other.text):
        return True
    if one.source == other.source or not _one_page(one, other):
        return False
    shorter, longer = sorted((_runs(one.text), _runs(other.text)), key=len)
    return len(shorter) > 0 and len(shorter & longer) >= _SAME * len(shorter)


def _one_page(one: Mention, other: Mention) -> bool:
    """By address, or by an id that is the same in all the world, as in the Fediverse."""
    same_id = one.external_id == other.external_id and "://" in one.external_id
    return same_id or place(one.url) == place(other.url)


def _runs(text: str) -> set[tuple[str, ...]]:
    """Every five words in a row."""
    said = words(text)
    return {tuple(said[i : i + _RUN]) for i in range(len(said) - _RUN + 1)}


def for_a_person(mention: Mention, assessment: Assessment) -> bool:
    """Whether it is an incident's business at all; what is near it matters only then."""
    return assessment.needs_a_person or mention.for_a_person


def group(
    mention: Mention,
    assessment: Assessment,
    school: str,
    before: Incident | None,
    capture: CaptureMode,
    now: datetime,
    *,
    edition: str = "",
) -> Incident | None:
    """The incident as it stands with this mention: *before* grown, a new one, or none at all.

    *edition* tells an edited post from what it was.
    """
    if not for_a_person(mention, assessment):
        return None
    incident = before or Incident(
        key=":".join((school, *mention.key, *([edition] if edition else []))),
        school=school,
        opened_at=now,
        categories=frozenset(),
        severity=Severity.NONE,
    )
    found = _severity(mention, assessment)
    news = found.rank > incident.judged.rank or _says_more(assessment, incident)
    return replace(
        incident,
        categories=incident.categories | assessment.categories,
        severity=_graver(incident.severity, found) if news else incident.severity,
        judged=_graver(incident.judged, found),
        about_head=incident.about_head or assessment.about_head,
        child_safety=incident.child_safety or assessment.child_safety,
        pictures_allowed=incident.pictures_allowed and capture is CaptureMode.FULL,
    )


def _says_more(assessment: Assessment, incident: Incident) -> bool:
    """Something of which a person who lowered the severity did not know."""
    return (
        not assessment.categories <= incident.categories
        or assessment.about_head > incident.about_head
        or assessment.child_safety > incident.child_safety
    )


def _graver(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=lambda s: s.rank)


def _severity(mention: Mention, assessment: Assessment) -> Severity:
    """Low is told to nobody, but what a person must see has to be told to somebody: as a matter
    for the digest where it is flagged, else as unread, which is the office's."""
    must_be_seen = mention.for_a_person or assessment.not_assessed is not None
    if not must_be_seen or assessment.severity.rank > Severity.LOW.rank:
        return assessment.severity
    return Severity.MEDIUM if assessment.categories else Severity.NONE


def capture_of(mode: CaptureMode, before: Incident | None) -> CaptureMode:
    """Of an incident in which a picture may be indecent no page is opened any more, whatever
    its post says now and whoever else shows it."""
    if before is not None and not before.pictures_allowed:
        return CaptureMode.LINK
    return mode


def after(incident: Incident, event: Event) -> Incident:
    """The incident as it stands once a person has done this. What was decided to be no
    incident is closed by that, and what was decided to be one is open."""
    standing = _standing(incident, event)
    if event.act is Act.BARRED:
        incident = _barred(incident)
    severity = Severity(event.value) if event.act is Act.SEVERITY else incident.severity
    closed = standing.closed_at is not None
    return replace(
        incident,
        severity=severity,
        state=IncidentState.CLOSED if closed else IncidentState.OPEN,
        standing=standing,
    )


def _barred(incident: Incident) -> Incident:
    """As where the words had said it: for the safeguarding lead, at once. Nothing undoes this."""
    return replace(
        incident,
        categories=incident.categories | {Category.SEXUAL},
        severity=_graver(incident.severity, Severity.HIGH),
        child_safety=True,
        pictures_allowed=False,
    )


def _standing(incident: Incident, event: Event) -> Standing:
    now, value = incident.standing, event.value
    match event.act:
        case Act.SEVERITY:
            lower = Severity(value).rank < incident.severity.rank
            return replace(now, lowered=now.lowered + lower)
        case Act.VERACITY:
            return replace(now, veracity=Veracity(value))
        case Act.ASSIGNED:
            return replace(now, assigned=value)
        case Act.DUE:
            return replace(now, due=date.fromisoformat(value) if value else None)
        case Act.ACKNOWLEDGED:
            return replace(now, acknowledged_at=now.acknowledged_at or event.at)
        case _:
            return _opened_or_closed(now, event)


def _opened_or_closed(now: Standing, event: Event) -> Standing:
    closed = now.closed_at or event.at
    match event.act:
        case Act.DECIDED:
            decision = Decision(event.value)
            still = None if decision is Decision.INCIDENT else closed
            return replace(now, decision=decision, closed_at=still)
        case Act.CLOSED:
            return replace(now, closed_at=closed)
        case Act.REOPENED:
            return replace(now, closed_at=None)
        case _:
            return now
