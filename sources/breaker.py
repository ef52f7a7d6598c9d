"""A place in trouble is left alone for a while, by all threads and all sources at once.

Asking on where we were refused, slowed down or shown a wall is how a guest is banned; and
one source's trouble is every other source's at the same place. What is known here is
forgotten when the program ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sources.errors import (
    AccessRefused,
    AskedNotTo,
    Captcha,
    ConsentWall,
    LayoutChanged,
    RateLimited,
    SourceError,
    Unreachable,
)

_HOUR = timedelta(hours=1)
_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class _Rest:
    """After how many troubles in a row, for how long, and how long at most when repeated."""

    after: int
    time: timedelta
    longest: timedelta


@dataclass(slots=True)
class _Place:
    troubles: int = 0
    rests: int = 0
    until: float = float("-inf")
    error: SourceError | None = None


def rest_for(error: SourceError) -> _Rest | None:
    """None for what is the trouble of one page (404), one key (401) or our own."""
    if isinstance(error, Captcha | ConsentWall):
        return _Rest(1, _HOUR, _HOUR)
    if isinstance(error, RateLimited):
        asked = max(error.retry_after or _HOUR, timedelta(minutes=1))
        return _Rest(1, asked, asked)
    if isinstance(error, AccessRefused) and not isinstance(error, AskedNotTo):
        # Once may be one shut door (an API switched off) beside an open one (its feed).
        return _Rest(2, _HOUR, _HOUR) if error.status == 403 else None
    if isinstance(error, Unreachable) and (error.status is None or error.status >= 500):
        if error.retry_after:
            return _Rest(1, error.retry_after, error.retry_after)
        return _Rest(3, timedelta(minutes=5), _HOUR)
    return None


_WHEN_A_SOURCE_SAYS_SO = {LayoutChanged: timedelta(hours=6)}


class Breaker:
    """By "host:port". After its rest a place is tried once; a failure rests it again."""

    def __init__(
        self,
        clock: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock, self._now = clock, now
        self._places: dict[str, _Place] = {}
        self._lock = threading.Lock()

    def check(self, place: str) -> None:
        """Raises the error for which *place* rests, if it does, saying until when."""
        with self._lock:
            known = self._places.get(place)
            if known is None or known.error is None or self._clock() >= known.until:
                return
            left, error = timedelta(seconds=known.until - self._clock()), known.error
        raise self._again(error, place, left)

    def _again(self, error: SourceError, place: str, left: timedelta) -> SourceError:
        until = self._now() + left
        host = place.rpartition(":")[0]
        words = f"{host} is left alone until {until.astimezone():%H:%M on %d %B}"
        again = type(error)(words, retry_after=left, status=error.status)
        again.until = until
        return again

    def well(self, place: str) -> None:
        with self._lock:
            self._places.pop(place, None)

    def trouble(self, place: str, error: SourceError) -> None:
        """Count *error*, met at *place*."""
        rest = rest_for(error)
        if rest is None or error.until is not None:
            return
        with self._lock:
            known = self._known(place)
            known.troubles += 1
            if known.troubles >= rest.after:
                doubled = min(known.rests, 10)
                self._suspend(known, error, min(rest.time * 2**doubled, rest.longest))

    def suspend(self, place: str, error: SourceError) -> None:
        """What only a source can recognise, for an hour (a changed layout: six)."""
        rest = next((t for k, t in _WHEN_A_SOURCE_SAYS_SO.items() if type(error) is k), _HOUR)
        with self._lock:
            self._suspend(self._known(place), error, max(rest, error.retry_after or rest))

    def _known(self, place: str) -> _Place:
        while len(self._places) >= _PLACES:
            del self._places[next(iter(self._places))]
        return self._places.setdefault(place, _Place())

    def _suspend(self, known: _Place, error: SourceError, rest: timedelta) -> None:
        known.rests += 1
        known.error, known.until = error, self._clock() + rest.total_seconds()
