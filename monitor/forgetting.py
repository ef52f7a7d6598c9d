"""Retention carried out: in the database, and in the evidence on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.retention import Cutoffs
from monitor.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was, or would be, forgotten."""

    not_about_us: int
    authors: int
    mentions: int
    checks: int
    incidents: tuple[str, ...]
    evidence: tuple[str, ...] = ()  # outside any incident


def would_forget(store: Store, at: Cutoffs) -> Forgotten:
    """What forget() would do; nothing is changed."""
    return Forgotten(
        not_about_us=store.forgettable_mentions(at.not_about_us, about_school=False),
        authors=store.strippable_authors(at.author, since=at.mention),
        mentions=store.forgettable_mentions(at.mention, about_school=True),
        checks=store.forgettable_checks(at.coverage),
        incidents=tuple(store.forgettable_cases(at.incident)),
        evidence=tuple(store.forgettable_evidence(at.incident)),
    )


def forget(store: Store, at: Cutoffs, remove: Callable[[str], None], now: datetime) -> Forgotten:
    """*remove* deletes the folder of the evidence with this id."""
    return Forgotten(
        not_about_us=store.forget_mentions(at.not_about_us, about_school=False),
        mentions=store.forget_mentions(at.mention, about_school=True),
        authors=store.strip_authors(at.author),
        checks=store.forget_checks(at.coverage),
        incidents=tuple(_forget_cases(store, at, remove, now)),
        evidence=tuple(_forget_evidence(store, at, remove, now)),
    )


def _forget_cases(
    store: Store, at: Cutoffs, remove: Callable[[str], None], now: datetime
) -> Iterator[str]:
    """Folders first: killed in between, the incident is still there to be forgotten again."""
    for number in store.forgettable_cases(at.incident):
        case = store.case(number)
        for evidence in case.evidence if case else ():
            remove(evidence.id)
        store.forget_case(number, now)
        yield number
    store.forget_words()


def _forget_evidence(
    store: Store, at: Cutoffs, remove: Callable[[str], None], now: datetime
) -> Iterator[str]:
    for id_ in store.forgettable_evidence(at.incident):
        remove(id_)
        store.forget_evidence(id_, now)
        yield id_
