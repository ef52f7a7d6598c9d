"""A week as the head and the office read of it: that we looked, and what there was.

Sent even when there was nothing, so that silence always means that nothing was found, and never
that nobody looked. Pure; standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.domain import Incident, Role

LETTER = "weekly"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """From `start` to before `end`.

    `looked`: visits that went well; `places`: sources that were visited; `unseen`: names of
    those that could not be read at its end. `posts` are about the school; `praise` of them by
    source; `usual` is what the weeks before had on average, None where there were too few.
    `incidents`: those opened in it that the reader may know of; `open`, `unanswered`: how many
    of theirs are open at its end, and how many of these nobody has touched.
    """

    start: datetime
    end: datetime
    looked: int = 0
    places: int = 0
    unseen: tuple[str, ...] = ()
    posts: int = 0
    usual: float | None = None
    criticism: int = 0
    praise: Mapping[str, int] | None = None
    incidents: tuple[Incident, ...] = ()
    open: int = 0
    unanswered: int = 0


def letter_key(school: str, role: Role, start: datetime, end: datetime) -> str:
    """Of the letter that tells *role* of the week."""
    parts = (one.astimezone(UTC).strftime(_STAMP) for one in (start, end))
    return ":".join((LETTER, school, role, *parts))


def span_in(key: str) -> tuple[datetime, datetime] | None:
    """The week that such a letter tells of; None of any other letter."""
    parts = key.split(":")
    if parts[0] != LETTER or len(parts) != 5:
        return None
    start, end = (datetime.strptime(one, _STAMP).replace(tzinfo=UTC) for one in parts[3:])
    return start, end
