"""How long things took, in plain English and in coarse steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from monitor.counts import Wait


def how_long(waits: Mapping[Wait, timedelta]) -> list[str]:
    """A sentence each: of the posts, of the incidents, of what was removed. Each wait is one
    that half of them did not exceed."""
    return list(_sentences({wait: _span(span) for wait, span in waits.items()}))


def _sentences(waits: Mapping[Wait, str]) -> Iterator[str]:
    if found := waits.get(Wait.FOUND):
        yield (
            f"Half of the posts whose date is known were found within {found} of being written."
        )
    if told := waits.get(Wait.TOLD):
        yield f"Half of the incidents were told by mail within {told} of being found."
    ends = [f"{done} within {waits[wait]}" for wait, done in _ENDS.items() if wait in waits]
    if ends:
        yield f"Of those closed, half were {' and half '.join(ends)} of that mail."
    if removed := waits.get(Wait.REMOVED):
        yield f"Half of what was removed on request was gone within {removed} of asking."


_ENDS = {Wait.DECIDED: "decided", Wait.CLOSED: "closed"}


def _span(span: timedelta) -> str:
    hours = round(span.total_seconds() / 3600)
    if hours < 48:
        return {1: "an hour", 24: "a day"}.get(hours, f"{hours} hours")
    days = hours // 24
    return {7: "a week", 14: "two weeks", 28: "four weeks"}.get(days, f"{days} days")
