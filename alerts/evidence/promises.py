"""Keeping the promises of evidence that lie in the database, one after another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.evidence.errors import CannotKeep, EvidenceError
from monitor.domain import CapturePromise, Evidence

_log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than any capture may take
TRIES = 3
FIRST_WAIT = timedelta(minutes=2)  # then 4, 8 ... : what is to be captured may soon be gone
LONGEST_WAIT = timedelta(hours=1)

Make = Callable[[CapturePromise, bool], Evidence]
"""Makes the evidence; the second argument says whether this is the last try."""


class Shelf(Protocol):
    """Where promises lie (monitor.store). A claim is for one worker until its lease ends."""

    def claim_capture(self, now: datetime, lease: timedelta) -> CapturePromise | None: ...

    def captured(self, promise: CapturePromise, evidence: Evidence) -> None: ...

    def postpone_capture(self, promise: CapturePromise, until: datetime, error: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many promises were kept, and a sentence for each that had to wait."""

    count: int
    notes: tuple[str, ...] = ()


def keep_promises(
    shelf: Shelf,
    make: Make,
    clock: Callable[[], datetime],
    lease: timedelta = LEASE,
    tries: int = TRIES,
    on_done: Callable[[CapturePromise, Evidence], None] | None = None,
    until: datetime | None = None,
) -> Kept:
    """Make the evidence of every promise that is due, beginning none after *until*.

    One that fails waits longer each time and does not stop the others; a disk that takes
    nothing more stops them all, until the next call. No promise is ever given up.
    """
    count, notes = 0, []
    while (until is None or clock() < until) and (promise := shelf.claim_capture(clock(), lease)):
        try:
            evidence = make(promise, promise.attempts + 1 >= tries)
        except Exception as fault:  # noqa: BLE001 - whatever a hostile page provokes, the next is due
            notes.append(_postpone(shelf, promise, clock(), fault))
            if isinstance(fault, CannotKeep):
                break
        else:
            shelf.captured(promise, evidence)
            count += 1
            if on_done is not None:
                on_done(promise, evidence)
    return Kept(count=count, notes=tuple(notes))


def _postpone(shelf: Shelf, promise: CapturePromise, now: datetime, fault: Exception) -> str:
    sentence = _sentence(promise, fault)
    shelf.postpone_capture(promise, now + wait(promise.attempts), sentence)
    return sentence


def wait(
    attempts: int, first: timedelta = FIRST_WAIT, longest: timedelta = LONGEST_WAIT
) -> timedelta:
    """How long until the next try after *attempts* earlier ones."""
    return min(first * int(2 ** min(attempts, 10)), longest)


def _sentence(promise: CapturePromise, fault: Exception) -> str:
    if isinstance(fault, EvidenceError):
        return str(fault)
    # the name of the error only: its message may quote what a person wrote
    _log.error("capture %s failed unforeseen: %s", promise.id, type(fault).__name__)
    return (
        f"The evidence could not be made because of a fault in this program "
        f"({type(fault).__name__}). It will be tried again; please report this."
    )
