"""A school's random term: what was said, what was done about it, and reports on it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.counts import OTHER_SITE, Counted, Handled, Outcome, Period, Theme, Trend
from monitor.domain import Category, Sentiment, Severity
from monitor.publishing import parts, to_be_counted, together
from monitor.terms import Terms
from monitor.trends import summarise

_DAY = datetime(2026, 11, 26, 12, tzinfo=UTC).date()
(AUTUMN,) = (part.period for part in parts(Terms(), _DAY, _DAY))


def some_school(dice: random.Random) -> list[Counted]:
    """A small school's half year."""
    busy = dice.choice((0.3, 1, 3))
    return [
        Counted(
            first_seen_at=AUTUMN.start + timedelta(days=dice.uniform(0, 200)),
            source="forum",
            categories=frozenset(dice.sample(list(Category)[:4], k=dice.choice((0, 0, 1, 1, 2)))),
            severity=dice.choice(list(Severity)),
            sentiment=dice.choices(list(Sentiment), weights=(6, 4, 3, 1))[0],
            criticism=dice.random() < 0.3,
            in_log=dice.random() < 0.3,
            themes=frozenset(dice.sample(list(Theme)[:5], k=dice.choice((0, 1, 1, 2)))),
        )
        for _ in range(int(dice.expovariate(1 / 30) * busy))
    ]


def some_incidents(dice: random.Random, found: Sequence[Counted]) -> list[Handled]:
    """Most of what is in the log opened one."""
    return [_incident(dice, one) for one in found if one.in_log and dice.random() < 0.8]


def _incident(dice: random.Random, one: Counted) -> Handled:
    def later(days: float) -> datetime:
        return one.first_seen_at + timedelta(days=dice.uniform(0, days))

    asked = later(3) if dice.random() < 0.6 else None
    return Handled(
        opened_at=one.first_seen_at,
        told_at=later(1),
        decided_at=later(5),
        closed_at=later(30),
        asked_at=asked,
        gone_at=later(20) if asked and dice.random() < 0.6 else None,
        site=dice.choice(("Facebook", "TikTok", OTHER_SITE)) if asked else "",
        outcome=dice.choice(list(Outcome)),
    )


def as_it_stood(one: Handled, now: datetime) -> Handled:
    """At a moment, of what is known later."""
    past = {
        name: at if (at := getattr(one, name)) and at <= now else None
        for name in ("told_at", "decided_at", "closed_at", "asked_at", "gone_at")
    }
    return replace(one, **past, site=one.site if past["asked_at"] else "")


def some_reports(dice: random.Random, found: Sequence[Counted]) -> list[Trend]:
    """What a reader gets who asks for any days, on any days, one report after another; as
    Store.publish does it, without a database."""
    incidents = some_incidents(dice, found)
    now, published, kept = AUTUMN.start, list[Trend](), list[Trend]()
    for _ in range(dice.choice((2, 2, 3))):
        now += timedelta(days=dice.uniform(1, 80))
        first = (now - timedelta(days=dice.uniform(1, 120))).date()
        last = first + timedelta(days=dice.randrange(1, 160))
        spans = [part.period for part in parts(Terms(), first, last)]
        seen = [one for one in found if one.first_seen_at <= now]
        new = to_be_counted(spans, [one.period for one in published], now)
        handled = [as_it_stood(one, now) for one in incidents]
        published += [summarise(seen, period, handled=handled) for period in new]
        published.sort(key=lambda trend: trend.period.start)
        trends = [one for one in published if any(one.period.meets(span) for span in spans)]
        if trends:
            whole = Period(start=trends[0].period.start, end=trends[-1].period.end)
            kept.append(together(trends, whole))
    return kept
