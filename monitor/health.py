"""How a source is, and whether we are blind there. Pure; standard library only.

Three things can make us blind without a word: a source that cannot be read, one that is read
but no longer finds what it must (its canaries), and one in which nothing new has come for
much longer than usual.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from itertools import pairwise
from statistics import median

from monitor.domain import Role

_DAY = timedelta(days=1)

PERSISTS = _DAY  # a trouble that passes by itself has passed by then
TRIES = 3  # and not only because a laptop slept in between
WELL_AGAIN = 2  # good visits in a row: a site that falters must not write a mail each time
CANARIES = 2  # days in a row on which a canary must fail

FEWEST_FINDS = 6  # of fewer, nobody can say what is usual
MOST_FINDS = 21  # the latest; what was usual two years ago is not now
TIMES_USUAL = 3
BY_CHANCE = 4.6  # times the mean: where finds come by chance, one gap in a hundred is longer
LEAST_SILENCE = timedelta(days=7)  # every place is quiet at a weekend, and at half-term

LATE = timedelta(hours=1)  # a visit that is due for so long is overdue
CLOCK_SLACK = timedelta(minutes=5)  # clocks are put right by seconds all the time


class Actor(StrEnum):
    """Who must act when a source is in trouble."""

    NOBODY = "nobody"  # as a rule it passes by itself
    OFFICE = "office"
    KEY_HOLDER = "key_holder"
    TECHNICIAN = "technician"
    MAKERS = "makers"


class Ailment(StrEnum):
    """Why we may be blind in one place."""

    BROKEN = "broken"  # it cannot be read
    UNPROVEN = "unproven"  # it answers, but its canaries say that it does not search
    QUIET = "quiet"  # it is read, but nothing new has come for much longer than usual


class Grade(IntEnum):
    """How a source is, at a glance: the lower, the sooner somebody should look at it."""

    NEEDS_SOMEONE = 0
    UNREADABLE = 1
    DOUBTFUL = 2  # it is read, and may not show everything
    UNREAD = 3  # never yet
    OVERDUE = 4  # is the program running?
    WELL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ailing:
    """What is wrong with a source, and from when on."""

    ailment: Ailment
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """How one source is for one school: the health row.

    `ailing` is what the office is told of; `error` may pass before that is needed.
    `watched_since`: from then on it was read without a long break; time in which nobody
    looked is no silence. `usual_gap` is None while too little was found to tell.
    """

    source: str
    school: str
    last_success_at: datetime | None = None
    last_find_at: datetime | None = None  # when something new last came
    next_visit_at: datetime | None = None
    watched_since: datetime | None = None
    error: str = ""  # in plain words; empty when the last visit went well
    failing_since: datetime | None = None
    failures: int = 0
    successes: int = 0  # since the last failure
    needs_a_person: bool = False
    actor: Actor = Actor.NOBODY
    usual_gap: timedelta | None = None  # the median between two finds
    quiet_after: timedelta | None = None  # the silence we expect at most
    canary: str = ""  # what is wrong with its answers; empty when they were right
    canary_failing_since: datetime | None = None
    canary_failures: int = 0  # days in a row
    ailing: Ailing | None = None
    told_times: int = 0
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One visit to one source, as proof that it was made; never what was found there.

    `asked`: the words that were searched for, where the source searches.
    """

    source: str
    at: datetime
    asked: tuple[str, ...] = ()
    new: int = 0
    error: str = ""


class News(StrEnum):
    """What a notice says."""

    TROUBLE = "trouble"
    REMINDER = "reminder"
    MENDED = "mended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Someone should be told how a source is, once. Equal keys are one notice."""

    key: str
    news: News
    ailing: Ailing
    role: Role
    health: SourceHealth
    at: datetime  # when it was decided
    leaves_at: datetime | None = None  # not before; None: at once


def usual_gap(finds: Iterable[datetime]) -> timedelta | None:
    """The median time between two finds; None of too few."""
    known = sorted(finds)
    if len(known) < FEWEST_FINDS:
        return None
    return timedelta(seconds=median((b - a).total_seconds() for a, b in pairwise(known)))


def quiet_after(finds: Iterable[datetime]) -> timedelta | None:
    """The silence to be expected at most; None where nobody can say.

    Three times the median gap alone would cry wolf at every eighth gap of a source whose finds
    come by chance (Poisson's law: exp(-3 ln 2) = 1/8), and after every story that six papers
    took up in one day. So the mean has a say, too.
    """
    known = sorted(finds)
    usual = usual_gap(known)
    if usual is None:
        return None
    mean = (known[-1] - known[0]) / (len(known) - 1)
    return max(TIMES_USUAL * usual, BY_CHANCE * mean, LEAST_SILENCE)


def watched_since(health: SourceHealth, now: datetime, every: timedelta) -> datetime:
    """Since when it has been read without a long break, if it is read well *now*."""
    last = health.last_success_at
    if last is None or health.watched_since is None:
        return now
    without_a_break = -CLOCK_SLACK <= now - last <= max(2 * every, _DAY)
    return health.watched_since if without_a_break else now


def diagnose(health: SourceHealth, now: datetime) -> Ailing | None:
    """What the office should know of, after a visit."""
    if health.error:
        return _broken(health, now) or health.ailing
    if _not_yet_well(health):
        return health.ailing
    return _unproven(health) or _quiet(health, now)


def _broken(health: SourceHealth, now: datetime) -> Ailing | None:
    since = health.failing_since
    if since is None:
        return None
    if health.ailing is not None and health.ailing.ailment is Ailment.BROKEN:
        return health.ailing
    lasting = health.failures >= TRIES and now - since >= PERSISTS
    if health.needs_a_person or lasting:
        return Ailing(ailment=Ailment.BROKEN, since=since)
    return None


def _not_yet_well(health: SourceHealth) -> bool:
    broken = health.ailing is not None and health.ailing.ailment is Ailment.BROKEN
    return broken and health.successes < WELL_AGAIN


def _unproven(health: SourceHealth) -> Ailing | None:
    if health.canary_failing_since is None or health.canary_failures < CANARIES:
        return None
    return Ailing(ailment=Ailment.UNPROVEN, since=health.canary_failing_since)


def _quiet(health: SourceHealth, now: datetime) -> Ailing | None:
    find, watched, most = health.last_find_at, health.watched_since, health.quiet_after
    if find is None or watched is None or most is None or now - max(find, watched) <= most:
        return None
    return Ailing(ailment=Ailment.QUIET, since=find)
