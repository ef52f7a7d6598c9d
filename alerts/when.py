"""When an alert may leave: the critical now, the high in allowed hours, the rest in the morning.

Pure. All times are by the clock on the school's wall. The higher the wave, the fewer the
mails: once a school has had a few urgent ones within an hour, what follows is gathered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from monitor.domain import Role, Severity, ToldLately, Urgency
from monitor.terms import LONDON, Terms

PICTURE_GRACE = timedelta(seconds=90)  # so that the screenshot of a high one can go along
PACE = timedelta(hours=1)
GATHER = timedelta(minutes=20)  # what came meanwhile, in one mail: at most three in an hour

_DAY = timedelta(days=1)
_MONDAY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one time of day to a later one; None for the end of the day."""

    start: time
    end: time | None


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, LONDON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a school may be mailed about what is high. `school_days` also hold on INSET days;
    `other_days` at weekends and in the holidays: a threat must not wait for the end of August.
    """

    school_days: Span = Span(start=time(7), end=time(19))
    other_days: Span = Span(start=time(9), end=time(17))
    terms: Terms = field(default_factory=Terms)

    def next_allowed(self, moment: datetime) -> datetime:
        """*moment* itself, or when the quiet hours in which it lies are over."""
        return next(max(start, moment) for start, end in self._spans(moment) if moment < end)

    def is_quiet(self, moment: datetime) -> bool:
        return self.next_allowed(moment) != moment

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """How much of the hours of school days lies between both."""
        total = timedelta(0)
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            if self.terms.is_working_day(opens.astimezone(LONDON).date()):
                total += max(timedelta(0), min(closes, end) - max(opens, start))
        return total

    def next_morning(self, moment: datetime) -> datetime:
        """When the next digest leaves: when a working day begins, and on Mondays in the
        holidays, so that nothing waits for weeks."""
        return next(
            start
            for start, _ in self._spans(moment)
            if start > moment and self._is_digest_day(start.astimezone(LONDON).date())
        )

    def next_week(self, moment: datetime) -> datetime:
        """When the next weekly summary leaves: on a Monday, with the digest."""
        starts = (start for start, _ in self._spans(moment) if start > moment)
        return next(s for s in starts if s.astimezone(LONDON).weekday() == _MONDAY)

    def _is_digest_day(self, day: date) -> bool:
        return self.terms.is_working_day(day) or day.weekday() == _MONDAY

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(LONDON).date()
        while True:
            span = self.school_days if self.terms.is_working_day(day) else self.other_days
            end = _at(day, span.end) if span.end else _at(day + _DAY, time(0))
            yield _at(day, span.start), end
            day += _DAY


def leaves(
    role: Role,
    severity: Severity,
    lately: Sequence[ToldLately],
    hours: Hours,
    now: datetime,
    *,
    at_once: int,
) -> tuple[Urgency, datetime]:
    """How, and when, *role* is told of a new high or critical incident, given what the school
    was told *lately*: urgent mails of the last hour, and of the last day those of its story."""
    critical = severity is Severity.CRITICAL
    if not _gets_its_own(role, severity, lately, now, at_once):
        later = now + GATHER
        return Urgency.GATHERED, later if critical else hours.next_allowed(later)
    if critical:
        return Urgency.NOW, now
    if hours.is_quiet(now):  # all of a night in one mail
        return Urgency.GATHERED, hours.next_allowed(now)
    return Urgency.NOW, now + PICTURE_GRACE


def _gets_its_own(
    role: Role, severity: Severity, lately: Sequence[ToldLately], now: datetime, at_once: int
) -> bool:
    """Unless it is a further copy of what this role knows, or one more of many in this hour.
    What is graver than all that this role was told within the hour always does."""
    as_grave = [one for one in lately if one.role is role and one.severity.rank >= severity.rank]
    if any(one.same_story for one in as_grave):
        return False
    this_hour = [one for one in lately if one.at > now - PACE]
    return len(this_hour) < at_once or not any(one in this_hour for one in as_grave)
