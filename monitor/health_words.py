"""A source's health in words: for the dashboard, `monitor check` and the mails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from monitor.health import FEWEST_FINDS, LATE, Actor, Ailment, SourceHealth
from monitor.words import many, when

CANNOT_FIND = (
    "It no longer finds what it must find (as a rule the school's name on the school's own "
    "website), so it may be blind to everything else about the school too."
)
FINDS_ANYTHING = (
    "It finds something even for a made-up word, so what it finds for the school proves little."
)

MEANS: Mapping[Ailment, str] = MappingProxyType(
    {
        Ailment.BROKEN: "We cannot see what is written there.",
        Ailment.UNPROVEN: "We may not see what is written about the school there.",
        Ailment.QUIET: "Perhaps nobody wrote anything. Perhaps we cannot see it any more.",
    }
)

WHO: Mapping[Actor, str] = MappingProxyType(
    {
        Actor.NOBODY: "Nobody yet: as a rule this passes, and we try again.",
        Actor.OFFICE: "The school office.",
        Actor.KEY_HOLDER: "Whoever holds the school's account or key for this site.",
        Actor.TECHNICIAN: "Whoever looks after this program's configuration.",
        Actor.MAKERS: "Whoever looks after this program, by a report to its makers.",
    }
)


def who(health: SourceHealth) -> Actor:
    """Who must act now. A trouble that should have passed and has not needs somebody."""
    if health.error and health.actor is not Actor.NOBODY:
        return health.actor
    if health.ailing is None:
        return Actor.NOBODY
    return Actor.OFFICE if health.ailing.ailment is Ailment.QUIET else Actor.TECHNICIAN


def wrong(health: SourceHealth) -> str:
    """What is wrong, in a sentence; nothing if all is well."""
    ailment = health.ailing.ailment if health.ailing else None
    if health.error:
        return health.error
    if ailment is Ailment.BROKEN:
        return "It was read again just now. It counts as mended after another good visit."
    if health.canary:
        return health.canary
    if ailment is Ailment.QUIET:
        return f"{_quiet(health)} {expected(health)}"
    return ""


def _quiet(health: SourceHealth) -> str:
    read, found = health.last_success_at, health.last_find_at
    if read is None or found is None:
        return "Nothing new has come for much longer than usual."
    return f"Nothing new has come for {about(read - found)}, which is much longer than usual."


def state(health: SourceHealth, now: datetime) -> str:
    """In a word or two."""
    ailment = health.ailing.ailment if health.ailing else None
    if health.needs_a_person and health.error:
        return "Needs someone"
    if health.error:
        return "Cannot be read"
    if ailment is Ailment.BROKEN:
        return "Nearly mended"
    if health.canary:
        return "In doubt"
    if ailment is Ailment.QUIET:
        return "Unusually quiet"
    if health.last_success_at is None:
        return "Not read yet"
    return "Overdue" if overdue(health, now) else "Works"


def overdue(health: SourceHealth, now: datetime) -> bool:
    """It should have been read by now: is the program running?"""
    due = health.next_visit_at
    return due is not None and now - due > LATE


def expected(health: SourceHealth) -> str:
    """The silence to be expected."""
    if health.quiet_after is None:
        return (
            "How often something new comes is not known yet: "
            f"that takes {FEWEST_FINDS} visits with something new."
        )
    usual = (
        f"As a rule something new comes every {about(health.usual_gap)}. "
        if health.usual_gap is not None
        else ""
    )
    return f"{usual}The office is told after {about(health.quiet_after)} without anything new."


def about(span: timedelta) -> str:
    """A length of time, as people say it."""
    hours = max(1, round(span / timedelta(hours=1)))
    days = round(span / timedelta(days=1))
    if hours < 48:
        return many(hours, "hour")
    return f"{days} days"


def lines(health: SourceHealth, now: datetime) -> Iterator[str]:
    """The whole health row, a sentence each."""
    yield f"{state(health, now)}."
    if trouble := wrong(health):
        since = health.ailing.since if health.ailing else health.failing_since
        yield f"{trouble} Since {when(since or health.canary_failing_since)}."
        yield f"Who must act: {WHO[who(health)]}"
    yield f"Last read: {_ever(health.last_success_at)}."
    yield f"Last find: {_ever(health.last_find_at)}."
    yield f"Next visit: {when(health.next_visit_at)}."
    yield expected(health)


def _ever(moment: datetime | None) -> str:
    return "never" if moment is None else when(moment)
