"""A source is asked once, now, by a person who wants to know whether it works. What it answers
is counted and not kept; what it says of itself is told in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from monitor.finding import Finding
from monitor.rounds import Rounds
from monitor.secret import MissingSecret
from monitor.visitor import Visit
from monitor.words import many
from sources.errors import SourceError
from sources.http import PoliteClient

LONGEST = timedelta(seconds=30)  # a person waits for it
PAUSE = timedelta(minutes=5)  # between two tries of one source, whoever asks for them
AT_ONCE = 2

_NO_ANSWER = (
    f"There was no answer within {LONGEST.seconds} seconds. The visits of the schedule wait "
    "longer. Please look again tomorrow whether it is read."
)
_BUSY = "Other sources are being tested just now. Please try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """That a source was tried, and with which outcome."""

    at: datetime
    finding: Finding


class Trials:
    """No source is tried twice within five minutes, nor more than two at once: each try asks a
    stranger's site, and may use up what a school pays for. Only the last outcomes are
    remembered, until the program ends."""

    def __init__(
        self,
        client: PoliteClient,
        clock: Callable[[], datetime],
        *,
        longest: timedelta = LONGEST,
    ) -> None:
        self._client, self._clock = client, clock
        self._lock, self._running = Lock(), 0
        self._begun: dict[str, datetime] = {}  # by the name of the source
        self._last: dict[tuple[str, str], Trial] = {}
        self._rounds = Rounds(self._ask, _unanswered, longest=longest)

    def last(self, visit: Visit) -> Trial | None:
        return self._last.get(visit.key)

    def again_at(self, source: str) -> datetime | None:
        """From when on the source of this name may be tried; None: now."""
        begun = self._begun.get(source)
        if begun is None or not timedelta() <= self._clock() - begun < PAUSE:
            return None
        return begun + PAUSE

    def run(self, visit: Visit) -> str:
        """Try it, if that may be; else why not, in a sentence."""
        with self._lock:
            if self.again_at(visit.source.name) is not None:
                return "It was tested a moment ago."
            if self._running >= AT_ONCE:
                return _BUSY
            self._begun[visit.source.name] = self._clock()
            self._running += 1
        try:
            came = [finding for _, finding in self._rounds.go([visit])]
            finding = came[0] if came else _unanswered(visit)  # the one before still hangs
            self._last[visit.key] = Trial(at=self._clock(), finding=finding)
        finally:
            with self._lock:
                self._running -= 1
        return ""

    def _ask(self, visit: Visit) -> Finding:
        return try_once(visit, self._client)


def try_once(visit: Visit, client: PoliteClient) -> Finding:
    """Read the first page as a scan would, and keep nothing of it."""
    try:
        pages = visit.source.fetch(visit.school, None, client.allowing(visit.source.places()))
        page = next(iter(pages), None)
    except (SourceError, MissingSecret) as error:
        return _finding(visit, str(error), ok=False)
    except Exception as error:  # noqa: BLE001 - a kind may be a stranger's; its words may be a person's
        fault = f"The program that reads it failed ({type(error).__name__}); please report this."
        return _finding(visit, fault, ok=False)
    found = len(page.mentions) if page else 0
    return _finding(visit, f"Read; {many(found, 'item')} on the first page.", ok=True)


def _unanswered(visit: Visit) -> Finding:
    return _finding(visit, _NO_ANSWER, ok=False)


def _finding(visit: Visit, sentence: str, *, ok: bool) -> Finding:
    part = f"source {visit.source.name} for {visit.school.id}"
    return Finding(part=part, ok=ok, sentence=sentence)
