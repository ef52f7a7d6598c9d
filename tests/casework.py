"""What office staff do to an incident, for tests of what follows from it."""

from __future__ import annotations

from datetime import datetime

from monitor.domain import Act, Event, Incident
from monitor.store.store import Store
from monitor.working import work


def act(
    store: Store, number: str, what: Act, now: datetime, value: str = "", reason: str = "because"
) -> Incident:
    event = Event(act=what, at=now, by="o@park.example", role="office", value=value, reason=reason)
    return work(store, number, event, {})


def close(store: Store, number: str, now: datetime) -> Incident:
    return act(store, number, Act.CLOSED, now)
