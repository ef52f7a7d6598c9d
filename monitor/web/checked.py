"""What was looked at lately, and what could not be: said on the first pages, in a few lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from monitor.health import Grade, SourceHealth
from monitor.health_words import wrong
from monitor.store.accounts import Account
from monitor.store.visits import SourceKey
from monitor.web.desk import Desk

MOST = 5  # places that are named; the screen of the sources names all


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A place that cannot be read, or may not show everything; for so many schools."""

    source: str
    why: str
    since: datetime | None
    schools: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`places`: how many were read; `failing` and `doubtful` are not in full: `more`."""

    places: int
    last: datetime | None
    failing: tuple[Blind, ...] = ()
    doubtful: tuple[Blind, ...] = ()
    more: int = 0


def checked(room: Desk, account: Account) -> Checked:
    """Of what the configuration asks for this person's schools today."""
    asked = {visit.key for visit in room.asked(account.schools)}
    grades = room.store.grades(account.schools, room.clock(), Grade.DOUBTFUL)
    troubles = _troubles(grades, asked)
    named = troubles[:MOST]
    found = {(one.school, one.source): one for one in room.store.health([t[1] for t in named])}
    read = room.store.last_read(account.schools)
    read = {source: at for source, at in read.items() if source in {key[1] for key in asked}}
    return Checked(
        places=len(read),
        last=max(read.values(), default=None),
        failing=tuple(_blind(found[k], n) for g, k, n in named if g is not Grade.DOUBTFUL),
        doubtful=tuple(_blind(found[k], n) for g, k, n in named if g is Grade.DOUBTFUL),
        more=len(troubles) - len(named),
    )


def _troubles(
    grades: Mapping[SourceKey, Grade], asked: Set[SourceKey]
) -> list[tuple[Grade, SourceKey, int]]:
    """The worst first; a source of several schools once, with how many of them it is so for."""
    by_source: dict[str, list[tuple[Grade, SourceKey]]] = defaultdict(list)
    for key, grade in grades.items():
        if key in asked:
            by_source[key[1]].append((grade, key))
    return sorted((*min(found), len(found)) for found in by_source.values())


def _blind(one: SourceHealth, schools: int) -> Blind:
    since = one.failing_since if one.error else None
    return Blind(source=one.source, why=wrong(one), since=since, schools=schools)
