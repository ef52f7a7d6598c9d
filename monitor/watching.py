"""How a visit went is written down, with all that follows for the people who rely on it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from alerts.decide import decide_notices
from alerts.telling import Telling
from monitor.domain import School
from monitor.health import diagnose
from monitor.health_words import CANNOT_FIND, FINDS_ANYTHING
from monitor.pipeline import Polled
from monitor.store.logbook import Logbook
from monitor.store.store import Store
from monitor.store.visits import is_taken
from sources.contract import Source
from sources.errors import SourceError
from sources.http import PoliteClient

FIRST_RETRY = timedelta(minutes=10)


def write_down(
    polled: Polled,
    source: Source,
    telling: Telling,
    store: Store,
    now: datetime,
    canary: str | None = None,
) -> None:
    """One transaction: the visit, the proof that it was made, how the source is, and who must
    hear of it. *canary*: what its canaries say is wrong; None if they were not asked."""
    with store.recording(polled.school, source.name) as book:
        before = book.health()
        if polled.error is None:
            book.went_well(
                now,
                source.every,
                new=polled.new,
                asked=polled.asked,
                silence=source.quiet_after,
            )
        else:
            _write_down_trouble(book, polled, polled.error, now)
        if canary is not None:
            book.canaries(now, canary)
        ailing = diagnose(book.health(), now)
        book.settle(ailing, decide_notices(before, ailing, telling, now))


def _write_down_trouble(book: Logbook, polled: Polled, error: SourceError, now: datetime) -> None:
    book.went_badly(
        now,
        str(error),
        again_in=error.retry_after or FIRST_RETRY,
        needs_a_person=error.needs_a_person,
        actor=error.actor,
        new=polled.new,
        asked=polled.asked,
    )


def ask_canaries(
    school: School,
    source: Source,
    client: PoliteClient,
    store: Store,
    clock: Callable[[], datetime],
    asked_at: datetime | None,
) -> str | None:
    """What they say is wrong, or nothing; None if they were not asked, or not answered.
    *asked_at*: when they last were, before this visit.

    What they find is dropped: a canary is never a mention.
    """
    if is_taken(asked_at, clock()):
        return None
    known = source.canaries(school, nonsense())
    if not known or not store.take_canaries(school.id, source.name, clock()):
        return None
    try:
        wrong = [canary for canary in known if source.finds(canary, client) != canary.must_find]
    except SourceError:
        return None  # no answer proves nothing; the next visit says if there is a trouble
    return " ".join(
        dict.fromkeys(CANNOT_FIND if canary.must_find else FINDS_ANYTHING for canary in wrong)
    )


def nonsense() -> str:
    """Two words that nobody has ever written."""
    letters = "bcdfghjklmnpqrstvwxz"
    words = secrets.token_bytes(11), secrets.token_bytes(11)
    return " ".join("".join(letters[byte % len(letters)] for byte in word) for word in words)
