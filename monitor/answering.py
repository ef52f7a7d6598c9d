"""Was an urgent alert seen? Answers are written down; where none comes, others are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.deliver import envelope
from alerts.escalation import LONGEST, SOONEST, next_alert
from alerts.telling import Telling
from monitor.domain import Act, Event
from monitor.store.store import Store
from monitor.working import work


def escalate(store: Store, tellings: Mapping[str, Telling], now: datetime) -> int:
    """Tell others of what nobody has answered in time; how many alerts came of it."""
    promised = 0
    for school, telling in tellings.items():
        for waiting in store.unanswered(school, since=now - LONGEST, before=now - SOONEST):
            if (alert := next_alert(waiting, telling, now)) is not None:
                store.escalate(waiting, alert, now)
                promised += 1
    return promised


def answer(store: Store, link: str, now: datetime) -> bool:
    """Write down that the letter with this *link* was seen: of each of its incidents, once.
    False for a link that belongs to no letter."""
    found = store.answered(link)
    if found is None:
        return False
    letter, numbers = found
    store.mark_answered(letter, now)
    by = envelope(letter.message)[1] if letter.message else letter.role.value
    for number in numbers:
        work(store, number, Event(act=Act.ACKNOWLEDGED, at=now, by=by, role=letter.role), {})
    return True
