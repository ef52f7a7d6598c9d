"""Is the program itself alive? What is wrong with it, and whether to say so now. Pure.

A watcher looks every few minutes, from outside (monitor/watchdog.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


class Alarm(StrEnum):
    NO_DATABASE = "no_database"  # it cannot be read
    NOT_RUNNING = "not_running"  # no source was visited
    NOTHING_READ = "nothing_read"  # sources were visited, and none could be read
    NO_CAPTURE = "no_capture"  # evidence was due, and none was made
    NO_MAIL = "no_mail"  # mails were due, and none left
    DISK_FULL = "disk_full"
    OLD_BROWSER = "old_browser"
    OLD_CERTIFICATE = "old_certificate"  # of the dashboard: ended, or soon to end


# How long it must have been so at each look: what may pass by itself is given time. For looking
# itself there is a time in the settings.
_GRACE: Mapping[Alarm, timedelta] = {
    Alarm.NO_DATABASE: timedelta(minutes=30),
    Alarm.NO_CAPTURE: _DAY,
    Alarm.NO_MAIL: 2 * _HOUR,
    Alarm.DISK_FULL: timedelta(0),
    Alarm.OLD_BROWSER: timedelta(0),
    Alarm.OLD_CERTIFICATE: timedelta(0),
}
# What can be seen, and so be over, while the database cannot be read.
_WITHOUT_DATABASE = (Alarm.DISK_FULL, Alarm.OLD_BROWSER, Alarm.OLD_CERTIFICATE)
_WAKES_UP = timedelta(minutes=4)
OLDEST_BROWSER = timedelta(days=90)
# Programs that renew certificates do so a month before the end (as Certbot does): two weeks
# before it, something has gone wrong, and there is time left.
CERTIFICATE_ENDS_SOON = timedelta(days=14)
_DAILY = 3  # reminders, as for a blind source; then every week
_LONG_AGO = timedelta(days=3650)  # a file of 1970 says nothing of a browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """When each job was last done with success; and how much of it waits although it was due."""

    last_visit_at: datetime | None = None
    last_read_at: datetime | None = None
    captures_due: int = 0
    last_capture_at: datetime | None = None
    letters_due: int = 0
    last_letter_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that the watcher saw at one look. `pulse` is None, with `why` in a sentence, where the
    database could not be read. `browser_from`: the day of the browser's file. `certificate_to`:
    when the dashboard's own certificate ends, if it has one that can be read."""

    pulse: Pulse | None
    why: str = ""
    free_bytes: int | None = None
    browser_from: datetime | None = None
    certificate_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is too long, and what is too little."""

    without_reading: timedelta = _DAY
    free_bytes: int = 500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the watcher remembers of one trouble: since when it is so, when that was first
    noticed, and how often it was told."""

    since: datetime
    noticed: datetime
    times: int = 0
    told_at: datetime | None = None


Memory = Mapping[Alarm, Known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`raised`: all that is wrong by now. `say`: whether people are to be told of it now.
    `over`: what they were told of and is mended, to be told once."""

    raised: Memory = field(default_factory=dict)
    say: bool = False
    over: tuple[Alarm, ...] = ()
    memory: Memory = field(default_factory=dict)  # as it is once nobody, or everybody, was told


def judge(seen: Seen, memory: Memory, now: datetime, limits: Limits) -> Verdict:
    """What follows from one look. Nothing is said twice within a day."""
    found = set(_present(seen, memory, now, limits))
    present = [alarm for alarm in Alarm if alarm in found]
    noticed = {a: memory.get(a) or _news(a, seen, now) for a in present}
    raised = {a: k for a, k in noticed.items() if _is_raised(a, k, now, limits)}
    over = tuple(a for a, k in memory.items() if k.times and a not in present)
    unknown = seen.pulse is None  # then nobody can say that anything of the rest is mended
    if unknown:
        over = tuple(a for a in over if a in _WITHOUT_DATABASE)
        noticed |= {a: k for a, k in memory.items() if a not in present and a not in over}
    say = any(_is_due(known, now) for known in raised.values())
    return Verdict(raised=raised, say=say, over=over, memory=noticed)


def told(verdict: Verdict, now: datetime) -> Memory:
    """The memory after people were told."""
    return {
        a: replace(k, times=k.times + 1, told_at=now) if a in verdict.raised else k
        for a, k in verdict.memory.items()
    }


def _present(seen: Seen, memory: Memory, now: datetime, limits: Limits) -> Iterator[Alarm]:
    if seen.pulse is None:
        yield Alarm.NO_DATABASE
    else:
        yield from _silent(seen.pulse, memory, now, limits)
    if seen.free_bytes is not None and seen.free_bytes < limits.free_bytes:
        yield Alarm.DISK_FULL
    age = now - seen.browser_from if seen.browser_from else timedelta(0)
    if OLDEST_BROWSER < age < _LONG_AGO:
        yield Alarm.OLD_BROWSER
    if seen.certificate_to and seen.certificate_to - now < CERTIFICATE_ENDS_SOON:
        yield Alarm.OLD_CERTIFICATE


def _silent(pulse: Pulse, memory: Memory, now: datetime, limits: Limits) -> Iterator[Alarm]:
    """A program that was just set up has read nothing yet: that counts from the first look."""
    long = limits.without_reading
    if pulse.last_visit_at is None or now - pulse.last_visit_at >= long:
        yield Alarm.NOT_RUNNING
    elif pulse.last_read_at is None or now - pulse.last_read_at >= long:
        yield Alarm.NOTHING_READ
    if pulse.captures_due and not _since_then(pulse.last_capture_at, Alarm.NO_CAPTURE, memory):
        yield Alarm.NO_CAPTURE
    if pulse.letters_due and not _since_then(pulse.last_letter_at, Alarm.NO_MAIL, memory):
        yield Alarm.NO_MAIL


def _since_then(success: datetime | None, alarm: Alarm, memory: Memory) -> bool:
    """Whether it worked at least once since the trouble was first seen."""
    known = memory.get(alarm)
    return known is not None and success is not None and success > known.since


def _news(alarm: Alarm, seen: Seen, now: datetime) -> Known:
    pulse = seen.pulse or Pulse()
    when = {Alarm.NOT_RUNNING: pulse.last_visit_at, Alarm.NOTHING_READ: pulse.last_read_at}
    return Known(since=when.get(alarm) or now, noticed=now)


def _is_raised(alarm: Alarm, known: Known, now: datetime, limits: Limits) -> bool:
    """A computer that has just woken up is given a moment to look."""
    grace = _GRACE.get(alarm)
    if grace is not None:
        return now - known.since >= grace
    return now - known.since >= limits.without_reading and now - known.noticed >= _WAKES_UP


def _is_due(known: Known, now: datetime) -> bool:
    """At once, then on each of three days, then every week; and if the clock was put back."""
    if known.told_at is None:
        return True
    wait = _DAY if known.times <= _DAILY else _WEEK
    return not known.told_at - wait <= now < known.told_at + wait
