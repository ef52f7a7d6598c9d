"""Looking again at what was captured: only its words, by the means by which it was captured.

No picture is taken and no file kept. What may not be opened is not: link mode never is, and
when the words of an edited post make a picture there suspect, nobody looks any more.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from alerts.evidence.apart import run_apart
from alerts.evidence.document import read_document
from alerts.evidence.errors import NotNow
from alerts.evidence.fetched import Fetch
from alerts.evidence.filing import look_at
from alerts.evidence.promises import LEASE, TRIES, wait
from alerts.evidence.report import TEXT, Fault, Report, Task
from alerts.evidence.still_there import Compared, compare
from monitor.domain import (
    CaptureMode,
    Looked,
    Mention,
    Recheck,
    RecheckPromise,
    Shows,
    StillThere,
)
from monitor.egress import Egress
from monitor.revisits import next_look

_log = logging.getLogger(__name__)
WALL = timedelta(seconds=40)
STOPPED = (
    "It was not looked at any more: what it says now could mean that a picture there is indecent. "
    "Please do not open it to look."
)
_TELLING = frozenset({Shows.GONE, Shows.LOGIN_WALL, Shows.CONSENT_WALL, Shows.BOT_WALL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """What one looks with. `barred`: whether a picture beside these words may be indecent."""

    egress: Egress
    clock: Callable[[], datetime]
    browser: Path | None
    fetch: Fetch
    barred: Callable[[str, Mention], bool]  # the school's id, the post with the words it has now


class Shelf(Protocol):
    """Where the promises lie (monitor.store). A claim is for one worker until its lease ends."""

    def claim_recheck(self, now: datetime, lease: timedelta) -> RecheckPromise | None: ...

    def rechecked(self, promise: RecheckPromise, looked: Looked) -> None: ...

    def postpone_recheck(self, promise: RecheckPromise, until: datetime) -> None: ...


def keep_looking(
    shelf: Shelf, eyes: Eyes, until: datetime | None = None, tries: int = TRIES
) -> int:
    """Look at all that is due, beginning none after *until*; how many looks there were.

    A look that fails is tried again a little later, and at last written down as unknown.
    """
    count = 0
    while (until is None or eyes.clock() < until) and (
        promise := shelf.claim_recheck(eyes.clock(), LEASE)
    ):
        try:
            looked = look_again(promise, eyes, last_try=promise.attempts + 1 >= tries)
        except Exception as fault:  # noqa: BLE001 - whatever a hostile page provokes, the next is due
            if not isinstance(fault, NotNow):  # its name only: the message may quote the page
                _log.error("looking again at %s failed: %s", promise.id, type(fault).__name__)
            shelf.postpone_recheck(promise, eyes.clock() + wait(promise.attempts))
        else:
            shelf.rechecked(promise, looked)
            count += 1
    return count


def look_again(promise: RecheckPromise, eyes: Eyes, *, last_try: bool = False) -> Looked:
    """One look. Raises NotNow while it is worth trying again; OSError from the disk."""
    if promise.mode is CaptureMode.LINK or promise.mention.sensitive:
        raise ValueError("what may not be opened is not looked at again")
    with tempfile.TemporaryDirectory() as name:
        report = _look(promise, eyes, Path(name))
        if report.fault is Fault.NOT_NOW and not last_try and report.shows not in _TELLING:
            raise NotNow(report.why)
        path = Path(name) / TEXT
        words = path.read_text(encoding="utf-8") if path.exists() else ""
    return _concluded(promise, eyes, report, words)


def _look(promise: RecheckPromise, eyes: Eyes, folder: Path) -> Report:
    if promise.mode is CaptureMode.TEXT:
        return read_document(promise.mention, folder, eyes.fetch)
    if eyes.browser is None:
        return Report(fault=Fault.NOT_NOW, why="There is no browser on this computer.")
    report = run_apart(
        Task.LOOK,
        folder,
        browser=eyes.browser,
        wall=WALL,
        url=promise.mention.url,
        allow=eyes.egress.allow,
    )
    look_at(folder, report, promise.mention.url, promise.mention.text)
    return report


def _concluded(promise: RecheckPromise, eyes: Eyes, report: Report, words: str) -> Looked:
    now = eyes.clock()
    compared = compare(promise.mention.text, promise.words, words, report.shows, report.status)
    if compared.found is StillThere.UNKNOWN and report.why:
        compared = Compared(found=StillThere.UNKNOWN, note=report.why)
    barred = _is_barred(promise, eyes, compared)
    return Looked(
        recheck=Recheck(
            at=now,
            found=compared.found,
            note=STOPPED if barred else compared.note,
            difference=compared.difference,
        ),
        due_at=None if barred else next_look(promise.captured_at, now),
        words=words if report.shows is Shows.POST else "",
    )


def _is_barred(promise: RecheckPromise, eyes: Eyes, compared: Compared) -> bool:
    """Whether the lines that an edit added would have barred pictures from the beginning."""
    if not compared.added:
        return False
    changed = Mention(
        source=promise.mention.source,
        external_id=promise.mention.external_id,
        url=promise.mention.url,
        text="\n".join(compared.added),
    )
    return eyes.barred(promise.school, changed)
