"""When to look again at a captured address: soon at first, then ever more rarely."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

FIRST_LOOKS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=3))
WEEK, LONGEST = timedelta(weeks=1), timedelta(days=365)


def next_look(captured_at: datetime, now: datetime) -> datetime | None:
    """1 h, 6 h, 1 d, 3 d, then weekly for a year; what was missed is not made up for."""
    moments = (captured_at + after for after in _schedule())
    return next((moment for moment in moments if moment > now), None)


def _schedule() -> Iterator[timedelta]:
    yield from FIRST_LOOKS
    yield from (WEEK * n for n in range(1, LONGEST // WEEK + 1))
