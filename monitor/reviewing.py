"""What governors are shown of a school's time: published once, term by term."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.counts import Period, Trend
from monitor.publishing import Part, together
from monitor.store.store import Store
from monitor.trends import Groups, summarise

Clock = Callable[[], datetime]


def review(
    store: Store,
    school: str,
    parts: Sequence[Part],
    *,
    groups: Groups,
    clock: Clock,
    so_far: bool,
) -> Trend | None:
    """What is published of *parts*, counted now where it was not; None if nothing is.

    *so_far*: publish what there is of the term that still runs; it is cut in two by that, so
    a person decides it.
    """
    periods = [part.period for part in parts]

    def count(period: Period) -> Trend:
        return summarise(store.counted(school, period.start, period.end), period, groups)

    now = clock()
    ripe = [period for period in periods if so_far or period.end <= now]
    store.publish(school, ripe, count, clock)
    found = store.published(school, periods)
    if not found:
        return None
    whole = Period(start=min(periods[0].start, found[0].period.start), end=found[-1].period.end)
    return together(found, whole)
