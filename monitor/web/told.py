"""Who was told of an incident by mail, and whether they have read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.domain import AlertState, Case, Told
from monitor.web.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """That somebody in this role had it before their eyes; `by`: their address, where it is
    known."""

    at: datetime
    role: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`reading`: the first since it was sent."""

    told: Told
    reading: Reading | None


def told(room: Desk, case: Case) -> list[Row]:
    """As far as it is known: by the mail's own link, by what they did to the incident, and by
    their opening it here."""
    sent = [each.sent_at for each in case.told if each.sent_at]
    looks = list(_looks(room, case, min(sent))) if sent else []
    done = [Reading(at=each.at, role=each.role, by=_address(each.by)) for each in case.history]
    return [Row(told=each, reading=_first(each, (*done, *looks))) for each in case.told]


def _looks(room: Desk, case: Case, since: datetime) -> Iterator[Reading]:
    found = room.store.readers(case.incident.number, since)
    known = room.accounts.known({id_ for id_, _ in found}) if found else {}
    for id_, at in found:
        if id_ in known:
            yield Reading(at=at, role=known[id_].role, by=known[id_].email)


def _address(by: str) -> str:
    """Who followed the link in a mail that is no longer kept is known by their role alone."""
    return by if "@" in by else ""


def _first(one: Told, readings: Iterable[Reading]) -> Reading | None:
    """Of one time, the one that says who it was."""
    if one.state is not AlertState.SENT or one.sent_at is None:
        return None
    link = [Reading(at=one.answered_at, role=one.role)] if one.answered_at else []
    theirs = [
        each for each in (*readings, *link) if each.role == one.role and each.at >= one.sent_at
    ]
    return min(theirs, key=lambda each: (each.at, not each.by), default=None)
