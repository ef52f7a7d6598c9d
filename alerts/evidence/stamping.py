"""Fetching the time stamps that are owed: only a hash leaves, and nothing waits for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from alerts.evidence.errors import EvidenceError, Never
from alerts.evidence.promises import wait
from alerts.evidence.seal import MANIFEST
from alerts.evidence.timestamp import ask, believe, trusted_roots
from monitor.stamps import Stamp, StampPromise

LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
_NOT_AS_SEALED = "The manifest is not as it was sealed, so no time stamp was asked for."

Post = Callable[[str, bytes], bytes]
"""Sends a question to an authority's address, and gives its answer. Raises NotNow."""


class Shelf(Protocol):
    """Where the promises lie (monitor.store)."""

    def claim_stamp(
        self, authorities: Collection[str], now: datetime, lease: timedelta
    ) -> StampPromise | None: ...

    def stamped(self, stamp: Stamp, now: datetime) -> None: ...

    def postpone_stamp(self, promise: StampPromise, until: datetime, error: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """`root`: the folder of all evidence; `ca_file`: authorities of one's own, in PEM."""

    root: Path
    post: Post
    clock: Callable[[], datetime]
    ca_file: Path | None = None


def fetch_stamps(
    shelf: Shelf,
    authorities: Collection[str],
    means: Means,
    until: datetime | None = None,
) -> int:
    """Ask for each stamp that is due, once, beginning none after *until*; how many came.

    An authority that fails is asked nothing more this time, and does not stop the others.
    """
    count, asked = 0, list(authorities)
    while (
        asked
        and (until is None or means.clock() < until)
        and (promise := shelf.claim_stamp(asked, means.clock(), LEASE))
    ):
        try:
            stamp = _fetch(promise, means)
        except EvidenceError as fault:
            again = means.clock() + wait(promise.attempts, FIRST_WAIT, LONGEST_WAIT)
            shelf.postpone_stamp(promise, again, str(fault))
            if not isinstance(fault, _OfThisEvidence):
                asked.remove(promise.authority)
        else:
            shelf.stamped(stamp, means.clock())
            count += 1
    return count


class _OfThisEvidence(Never):
    """The fault lies with the evidence, and not with the authority."""


def _fetch(promise: StampPromise, means: Means) -> Stamp:
    manifest = _manifest(promise, means.root)
    question = ask(manifest)
    answer = means.post(promise.authority, question.as_bytes())
    token = believe(answer, question, manifest, trusted_roots(means.ca_file))
    return Stamp(
        capture=promise.capture,
        authority=promise.authority,
        at=token.at,
        token=token.token,
        root=token.root,
    )


def _manifest(promise: StampPromise, root: Path) -> bytes:
    try:
        manifest = (root / promise.capture / MANIFEST).read_bytes()
    except OSError as fault:
        raise _OfThisEvidence(_NOT_AS_SEALED) from fault
    if hashlib.sha256(manifest).hexdigest() != promise.manifest_sha256:
        raise _OfThisEvidence(_NOT_AS_SEALED)
    return manifest
