"""How we behave as a guest: one visit at a time for each place, a gap between two, and
waiting for as long as we are asked to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST_WAIT = timedelta(days=1)  # a stranger's header must not switch a source off for good
_EPOCH = 1_000_000_000  # a larger number of seconds is a date, a smaller one a duration


@dataclass(slots=True)
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: float = float("-inf")


class Manners:
    """Shared by all threads, so that ten schools watching one site are still one guest."""

    def __init__(
        self, gap: timedelta, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._gap, self._clock, self._sleep = gap.total_seconds(), clock, sleep
        self._turns: dict[str, _Turn] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, place: str, apart: timedelta = timedelta(0)) -> Iterator[None]:
        """Wait until it is our turn at *place* ("host:port"), and hold it meanwhile. *apart*:
        how long a place asks its visitors to wait, if that is longer than our own gap."""
        with self._lock:
            turn = self._turns.setdefault(place, _Turn())
        with turn.lock:
            gap = max(self._gap, apart.total_seconds())
            wait = turn.last + gap - self._clock()
            if wait > 0:
                self._sleep(wait)
            turn.last = self._clock()
            yield


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """For how long a site asks us to stay away; None where it does not say.

    Retry-After is seconds or an HTTP date (RFC 9110 §10.2.3). The Reset headers come as
    epoch seconds (Bluesky, X), as an ISO time (Mastodon) and as seconds from now (Reddit).
    """
    now = _http_date(headers.get("date", "")) or datetime.now(UTC)
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"):
        wait = _wait(headers.get(name, "").strip(), now)
        if wait is not None:
            return min(max(wait, timedelta(0)), _LONGEST_WAIT)
    return None


def _wait(value: str, now: datetime) -> timedelta | None:
    seconds = _number(value)
    if seconds is not None:
        return timedelta(seconds=seconds - now.timestamp() if seconds > _EPOCH else seconds)
    until = _http_date(value) or _iso_date(value)
    return until - now if until else None


def _number(value: str) -> float | None:
    return float(value) if re.fullmatch(r"\d{1,11}(\.\d{1,6})?", value, re.ASCII) else None


def _http_date(value: str) -> datetime | None:
    """The sender's own clock is the better judge of its own dates; see retry_after."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, OverflowError, TypeError, IndexError):  # each of these was seen
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _iso_date(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
