"""A person does something to an incident: written down with all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alerts.decide import decide
from alerts.telling import Telling
from monitor.domain import Act, Event, Incident
from monitor.incidents import after
from monitor.lessons import NOTHING, Learnt
from monitor.store.store import Store
from monitor.store.working import Folder


class NoSuchIncident(LookupError):
    """There is none of that number (any more)."""


class Overtaken(Exception):
    """Somebody else did something to it in the meantime."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has worked on this incident in the meantime. Nothing of yours was "
            "saved: read what they did, and then decide again."
        )


Tellings = Mapping[str, Telling]  # by School.id


def work(
    store: Store,
    number: str,
    event: Event,
    tellings: Tellings,
    *,
    seen: int | None = None,
    learnt: Learnt = NOTHING,
) -> Incident:
    """The incident as it then stands. Said twice, it is done once.

    *seen*: how long the history was when the person made up their mind; None where it does
    not matter. *learnt*: what it teaches of other posts (monitor.teaching).
    Raises NoSuchIncident, Overtaken, StoreError.
    """
    with store.working(number) as folder:
        if folder is None:
            raise NoSuchIncident(number)
        before = folder.incident
        if _done(event, before, folder):
            return before
        if seen is not None and seen != folder.entries:
            raise Overtaken
        now = after(before, event)
        worse = now.severity.rank > before.severity.rank or now.child_safety > before.child_safety
        told = decide(now, before, _telling(tellings, before), event.at) if worse else []
        folder.record(event, now, told)
        folder.learn(learnt, event)
        if event.act is Act.CAPTURE:
            folder.capture_again(event.at, event.role)
        return now


def _telling(tellings: Tellings, incident: Incident) -> Telling:
    return tellings.get(incident.school) or Telling.to({})


def _done(event: Event, incident: Incident, folder: Folder) -> bool:
    """A form sent twice, or a second glance at what was acknowledged."""
    if event.act is Act.ACKNOWLEDGED and incident.standing.acknowledged_at:
        return True
    if event.act is Act.CAPTURE:
        return folder.captures_promised or not incident.pictures_allowed
    last = folder.last
    return last is not None and replace(event, at=last.at) == last
