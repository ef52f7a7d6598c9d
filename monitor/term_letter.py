"""The letter that takes a term's report to the clerk of the governors: which term it tells of.

Pure; standard library only.
"""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.counts import Period

LETTER = "term"
_STAMP = "%Y%m%dT%H%M%SZ"


def letter_key(school: str, term: Period) -> str:
    """It names no reader: whoever gets the report, the school sends it once."""
    stamps = (one.astimezone(UTC).strftime(_STAMP) for one in (term.start, term.end))
    return ":".join((LETTER, school, *stamps))


def period_in(key: str) -> Period | None:
    """The term that such a letter tells of; None of any other letter."""
    parts = key.split(":")
    if parts[0] != LETTER or len(parts) != 4:
        return None
    start, end = (datetime.strptime(one, _STAMP).replace(tzinfo=UTC) for one in parts[2:])
    return Period(start=start, end=end)
