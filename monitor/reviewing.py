"""What governors are shown of a school's time: published once, term by term."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from alerts.findings import Earlier
from alerts.governors import Report
from alerts.steps import site_asked
from alerts.trust import TrustReport
from monitor.counts import Period, Trend
from monitor.coverage import Coverage, cover_days
from monitor.domain import School
from monitor.publishing import Part, meant, parts, to_be_counted, together
from monitor.store.store import Store
from monitor.terms import Terms
from monitor.trends import Groups, summarise
from nlp.card import scores
from nlp.themes import themes_of

Clock = Callable[[], datetime]


def review(
    store: Store,
    school: str,
    parts: Sequence[Part],
    *,
    groups: Groups,
    terms: Terms,
    clock: Clock,
    so_far: bool,
) -> Trend | None:
    """What is published of *parts*, counted now where it was not; None if nothing is.

    *so_far*: publish what there is of the term that still runs; it is cut in two by that, so
    a person decides it.
    """
    periods = _periods(parts)

    def count(period: Period) -> Trend:
        counted = store.counted(school, period.start, period.end, themes_of)
        handled = store.handled(school, period.start, period.end, site_asked)
        return summarise(counted, period, groups, handled=handled, terms=terms)

    now = clock()
    ripe = [period for period in periods if so_far or period.end <= now]
    found = store.published(school, periods)
    if to_be_counted(ripe, [trend.period for trend in found], now):
        store.publish(school, ripe, count, clock)
        found = store.published(school, periods)
    return _whole(periods, found)


def _whole(periods: Sequence[Period], found: Sequence[Trend]) -> Trend | None:
    if not found:
        return None
    start = min(periods[0].start, found[0].period.start)
    return together(found, Period(start=start, end=found[-1].period.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Makes the governors' reports of all schools."""

    store: Store
    schools: Mapping[str, School]
    groups: Groups
    terms: Mapping[str, Terms]  # by School.id
    clock: Clock

    def trend(self, school: str, spans: Sequence[Part], *, so_far: bool = False) -> Trend | None:
        return review(
            self.store,
            school,
            spans,
            groups=self.groups,
            terms=self.terms[school],
            clock=self.clock,
            so_far=so_far,
        )

    def report(
        self, school: str, first: date, last: date, *, so_far: bool = False, round_to: int = 1
    ) -> Report:
        """On the terms that the days from *first* to *last* lie in. Its trend is None while
        nothing of them is published."""
        spans = meant(self.terms[school], first, last)
        trend = self.trend(school, spans, so_far=so_far)
        shown = trend.period if trend else self._begun(spans)
        return Report(
            school=self.schools[school],
            name=_name(spans, shown),
            trend=trend,
            coverage=self._coverage(school, shown),
            groups=self.groups,
            earlier=tuple(self._earlier(school, spans, trend)),
            holidays=tuple(self._holidays(school, shown)),
            judges=tuple(self.store.judges(shown.start, shown.end)),
            scores=scores(),
            round_to=round_to,
            instead=NOT_YET,
        )

    def publish_all(self, first: date, last: date) -> None:
        """What is over of these days, for every school."""
        for school in self.schools:
            self.trend(school, meant(self.terms[school], first, last))

    def together(
        self, first: date, last: date, schools: Collection[str] | None = None
    ) -> TrustReport:
        """On all *schools*, or those named, from what each has published of these days, and
        nothing more."""
        asked = sorted(self.schools if schools is None else schools)
        spans = {one: _periods(meant(self.terms[one], first, last)) for one in asked}
        found = self.store.published_of_all(spans)
        names = self._names(asked)
        return TrustReport(
            first=first,
            last=last,
            trends={names[one]: _whole(spans[one], found[one]) for one in asked},
            ids={names[one]: one for one in asked},
        )

    def _names(self, schools: Collection[str]) -> Mapping[str, str]:
        """Of each school, one that no other has."""
        many = Counter(self.schools[one].name for one in schools)
        return {
            one: name if many[name := self.schools[one].name] == 1 else f"{name} ({one})"
            for one in schools
        }

    def _begun(self, spans: Sequence[Part]) -> Period:
        """Nothing is published of it, but it can be told what was checked."""
        start, now = spans[0].period.start, self.clock()
        return Period(start=start, end=max(min(spans[-1].period.end, now), start + _INSTANT))

    def _coverage(self, school: str, period: Period) -> Coverage:
        first, last = period.first_day, period.last_day
        return cover_days(self.store.checked_days(school, first, last), first, last)

    def _earlier(
        self, school: str, spans: Sequence[Part], trend: Trend | None
    ) -> Iterator[Earlier]:
        """Only whole terms are compared, and only with terms in which somebody looked."""
        if trend is None or trend.apart or len(spans) > 1 or trend.period != spans[0].period:
            return
        begins = spans[0].term.start
        for called, day in (
            ("last term", begins - timedelta(days=1)),
            ("in the same term last year", begins - timedelta(days=_TO_LAST_YEAR)),
        ):
            past = parts(self.terms[school], day, day)
            then = self.trend(school, past)
            period = past[0].period
            if not then or then.apart:
                continue
            if then.total or self.store.looked(school, period.start, period.end):
                alike = self._versions(period) == self._versions(trend.period)
                yield Earlier(called=called, trend=then, judged_alike=alike)

    def _versions(self, period: Period) -> set[str]:
        return {judge.version for judge in self.store.judges(period.start, period.end)}

    def _holidays(self, school: str, period: Period) -> Iterator[tuple[date, date]]:
        """Stretches without school within it: half-terms, and what lies between two terms."""
        around = self.terms[school].terms(period.first_day - _A_TERM, period.last_day + _A_TERM)
        for term, following in pairwise(around):
            yield term.end + timedelta(days=1), following.start - timedelta(days=1)
        for term in around:
            if term.half_term:
                yield term.half_term.start, term.half_term.end


def _periods(parts: Sequence[Part]) -> list[Period]:
    return [part.period for part in parts]


def _name(spans: Sequence[Part], shown: Period) -> str:
    first, last = spans[0].term.name, spans[-1].term.name
    name = first if first == last else f"{first} to {last[0].lower()}{last[1:]}"
    return name if shown.end == spans[-1].period.end else f"{name} so far"


NOT_YET = (
    "Nothing of this term is published yet. It is counted once, when the term and its holidays "
    "are over, so that nobody can subtract one report from another. The school can publish what "
    "there is so far with monitor report."
)
_INSTANT = timedelta(microseconds=1)
_A_TERM = timedelta(weeks=26)
_TO_LAST_YEAR = 330  # days back from its beginning: in that term, wherever Easter was
