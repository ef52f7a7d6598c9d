"""The steps after an incident, in the order of a school's policy. Pure; what they say is data.

For mails, which name the site's form, and for the dashboard, which shows all of them.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import islice

from alerts.guidance import GRAVEST_FIRST
from alerts.playbook import Clock, Platform, Playbook, Stage, load_playbook
from monitor.counts import OTHER_SITE
from monitor.domain import Case, Category, Severity
from monitor.terms import LONDON, Terms, is_bank_holiday, is_weekend

_ASKS = "Report it to "  # and the name of the site
_ADDRESS_ALONE = "By its form, with the address alone. Do not open the post again for it."
# Where somebody says that an adult harmed a child, or that the head did wrong, that is looked
# into first: it is no matter for the site.
_ALLEGATIONS = frozenset({Category.DEFAMATION, Category.ABUSE})


class Writer(StrEnum):
    """Who wrote the post, as far as the school knows. The program never finds out."""

    UNKNOWN = "unknown"
    PUPIL = "pupil"
    STAFF = "staff"
    PARENT = "parent"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `url`: a page to open, chosen by us or the school and never by a
    stranger. `draft`: the name of a text to begin with. `clock`: how long somebody has.
    `platform`: its name, where this is the site's own way to take reports."""

    stage: Stage
    title: str
    text: str
    url: str = ""
    draft: str = ""
    clock: Clock | None = None
    platform: str = ""
    checked_on: date


def steps(
    playbook: Playbook,
    *,
    categories: frozenset[Category],
    severity: Severity,
    url: str,
    child_safety: bool = False,
    about_head: bool = False,
    writer: Writer = Writer.UNKNOWN,
) -> tuple[Step, ...]:
    """All that fits, in the policy's order; within a stage as the data has it, but the site's
    own form first. *url* is the post's; of what could not be judged there are no categories.
    """
    platform = playbook.platform(url)
    words = {"any", *categories, writer.value, "known_site" if platform else "other_site"}
    words |= {"child_safety"} if child_safety else set()
    words |= {"about_head"} if about_head else set()
    words |= set() if categories else {"unread"}
    accused = about_head or (child_safety and categories <= _ALLEGATIONS)
    own = () if accused else _own_form(platform, categories, playbook)
    found = [*own, *_fitting(playbook, words)]
    if severity.rank < Severity.MEDIUM.rank and categories:
        found = [step for step in found if step.stage is not Stage.POLICE]
    return tuple(sorted(found, key=lambda step: list(Stage).index(step.stage)))


def steps_for(
    case: Case, playbook: Playbook, *, writer: Writer = Writer.UNKNOWN
) -> tuple[Step, ...]:
    """Those of a whole incident; the site is that of the post which was found first."""
    return steps(
        playbook,
        categories=case.incident.categories,
        severity=case.incident.severity,
        url=case.sightings[0].mention.url if case.sightings else "",
        child_safety=case.concerns_child,
        about_head=case.concerns_head,
        writer=writer,
    )


def site_asked(title: str) -> str:
    """Whom a step of this title asks to take something down: a site, by its name in our own list
    (one that a school wrote may be a person's), or OTHER_SITE. "" for a step that asks nobody."""
    if title.startswith(_ASKS):
        name = title.removeprefix(_ASKS)
        return name if name in _our_sites() else OTHER_SITE
    return OTHER_SITE if title in _our_requests() else ""


@cache
def _our_sites() -> frozenset[str]:
    return frozenset(one.name for one in load_playbook().platforms)


@cache
def _our_requests() -> frozenset[str]:
    return frozenset(one.title for one in load_playbook().steps if one.stage is Stage.CONTACT)


def _own_form(
    platform: Platform | None, categories: frozenset[Category], playbook: Playbook
) -> Iterator[Step]:
    """Where a picture may be indecent, only a form that asks for the address will do: nobody
    is sent back to the post."""
    if platform is None or not categories:
        return
    url = platform.form([c for c in GRAVEST_FIRST if c in categories])
    looked_at = Category.SEXUAL not in categories
    if url or looked_at:
        yield Step(
            stage=Stage.PLATFORM,
            title=f"{_ASKS}{platform.name}",
            text=platform.how if looked_at else _ADDRESS_ALONE,
            url=url,
            platform=platform.name,
            checked_on=platform.checked_on or playbook.checked_on,
        )


def _fitting(playbook: Playbook, words: set[str]) -> Iterator[Step]:
    for rule in playbook.steps:
        if words & set(rule.when) and not words & set(rule.unless):
            yield Step(
                stage=rule.stage,
                title=rule.title,
                text=rule.text,
                url=rule.url,
                draft=rule.draft,
                clock=playbook.clocks[rule.clock] if rule.clock else None,
                checked_on=rule.checked_on or playbook.checked_on,
            )


def runs_out(clock: Clock, start: datetime, terms: Terms | None = None) -> datetime:
    """When *clock* has run out that began at *start*. UK time.

    A working clock stands still on Saturdays, Sundays and the bank holidays of England and
    Wales, as SI 2013/3028 reg. 1(3) has it. *terms*: the school's; the customary ones if None.
    """
    if not clock.hours:
        return _midnight(_last_day(clock, start.astimezone(LONDON).date(), terms) + _DAY)
    left, now = timedelta(hours=clock.hours), start.astimezone(LONDON)
    if not clock.working:
        return (start.astimezone(UTC) + left).astimezone(LONDON)
    while left > timedelta(0):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        passed = min(left, midnight - now)
        if _counts(now.date()):
            left -= passed
            now += passed
        else:
            now = midnight
    return now


_DAY = timedelta(days=1)
_LONGEST = 400  # days that a clock of months or school days may take


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), LONDON)


def _last_day(clock: Clock, start: date, terms: Terms | None) -> date:
    """Of a clock that began on *start*, which does not count itself: the same day of a later
    month (or its last) for a request about oneself (Information Commissioner's Office), school
    days for one under the Freedom of Information Act (SI 2010/2768)."""
    if clock.months:
        month = start.month - 1 + clock.months
        year, month = start.year + month // 12, month % 12 + 1
        last = date(year, month, min(start.day, monthrange(year, month)[1]))
        return next(day for day in _days_from(last) if _counts(day))
    of_school = _nth(_days_from(start + _DAY), (terms or Terms()).is_school_day, clock.school_days)
    return min(of_school, _nth(_days_from(start + _DAY), _counts, clock.working_days))


def _days_from(day: date) -> Iterator[date]:
    return (day + n * _DAY for n in range(_LONGEST))


def _nth(days: Iterator[date], counts: Callable[[date], bool], number: int) -> date:
    return next(islice(filter(counts, days), number - 1, None))


def sent_by(clock: Clock, now: datetime, terms: Terms | None = None) -> datetime:
    """The latest start from which *clock* has run out *now*: `runs_out`, backwards. UTC."""
    if not clock.hours:
        today = now.astimezone(LONDON).date()
        days = range(-_LONGEST, 1)  # those that have run out come first
        first = bisect_left(
            days, True, key=lambda n: runs_out(clock, _midnight(today + n * _DAY), terms) > now
        )
        return (_midnight(today + days[first] * _DAY) - timedelta.resolution).astimezone(UTC)
    left, then = timedelta(hours=clock.hours), now.astimezone(LONDON)
    if not clock.working:
        return now.astimezone(UTC) - left
    while left > timedelta(0):
        day = then - timedelta.resolution  # at midnight, the day that ends there
        midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
        passed = min(left, then - midnight)
        if _counts(day.date()):
            left -= passed
            then -= passed
        else:
            then = midnight
    return then.astimezone(UTC)


def run_out(
    playbook: Playbook, now: datetime, terms: Terms | None = None
) -> tuple[tuple[str, datetime], ...]:
    """The title of each step that has a clock, and by when it must have been sent for that to
    have run out *now*."""
    return tuple(
        (rule.title, sent_by(playbook.clocks[rule.clock], now, terms))
        for rule in playbook.steps
        if rule.clock
    )


def _counts(day: date) -> bool:
    return not (is_weekend(day) or is_bank_holiday(day))
