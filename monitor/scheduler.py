"""A handful of fixed jobs that only tick; what is due is in the database.

So after any pause, however long, each source is visited once, and no run is made up for.
A clock that is put back by a day stops no job.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.app import App
from monitor.listening import Heard, listening
from monitor.store.database import StoreError

log = logging.getLogger("monitor")

# An alert should leave within a minute of its post being read; the rest can wait a little.
TICKS = {
    "poll": timedelta(minutes=1),
    "capture": timedelta(seconds=20),
    "deliver": timedelta(seconds=15),
    "escalate": timedelta(minutes=1),
    "weekly": timedelta(hours=1),
    "termly": timedelta(hours=1),
    "recheck": timedelta(minutes=5),
    "forget": timedelta(hours=24),
    "custody": timedelta(hours=1),
    "stamp": timedelta(minutes=1),
}


PATIENCE = timedelta(seconds=5)  # for jobs that are at work at the end


@contextmanager
def running(app: App) -> Iterator[None]:
    """Tick for as long as the block lasts. A job that does not end soon after it is broken
    off with the whole program, which then ends here, successfully."""
    at_work, ended = AtWork(), threading.Event()
    scheduler = _build(app, at_work)
    scheduler.start()
    watch = threading.Thread(target=_watch_the_clock, args=(scheduler, ended), daemon=True)
    watch.start()
    try:
        with listening(_heard(app, at_work)):
            yield
    finally:
        ended.set()
        scheduler.shutdown(wait=False)
        if unfinished := at_work.wait(PATIENCE):
            _leave(unfinished)


def _heard(app: App, at_work: AtWork) -> Iterator[Heard]:
    """What tells by itself that something is new is read at once."""
    for name, hear, read in app.visitor.heard():
        yield name, hear, _survive(name, read, at_work)


class AtWork:
    """Which jobs are at work now."""

    def __init__(self) -> None:
        self._names: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        self._count(name, 1)
        try:
            yield
        finally:
            self._count(name, -1)

    def _count(self, name: str, step: int) -> None:
        with self._changed:
            self._names[name] += step
            self._changed.notify_all()

    def wait(self, patience: timedelta) -> list[str]:
        """The names of those that are still at work after *patience*; none, as a rule."""
        with self._changed:
            self._changed.wait_for(lambda: not +self._names, patience.total_seconds())
            return sorted(+self._names)


def _leave(unfinished: list[str]) -> NoReturn:
    """Python would wait for their threads, a capture's for a minute, and whoever ends us
    would kill us first. Every job may be killed at any moment, so nothing is lost; the
    browser's process sees that we are gone and goes too."""
    log.warning("Ended in the middle of: %s. It is done at the next start.", ", ".join(unfinished))
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


class FromNow(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """So long after each tick. The ticks of a pause are not even counted: APScheduler's own
    trigger counts through them one by one, for minutes after a pause of months."""

    def __init__(self, every: timedelta) -> None:
        self._every = every

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        due = previous + self._every if previous else now
        return due if due > now or previous is None else now + self._every


def _build(app: App, at_work: AtWork) -> BackgroundScheduler:
    # it would warn of each tick that finds the one before it still at work
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, job in app.jobs().items():
        tick, every = _survive(name, job, at_work), TICKS[name]
        scheduler.add_job(tick, FromNow(every), id=name)
    return scheduler


_LOOK, _MUCH = timedelta(seconds=10), timedelta(minutes=1)


def _watch_the_clock(scheduler: BaseScheduler, ended: threading.Event) -> None:
    """APScheduler keeps its appointments by the clock on the wall. When that is put back, it
    would sleep until the old time comes round again."""
    wall, steady = datetime.now(UTC), time.monotonic()
    while not ended.wait(_LOOK.total_seconds()):
        now, passed = datetime.now(UTC), timedelta(seconds=time.monotonic() - steady)
        if now < wall + passed - _MUCH:
            start_afresh(scheduler, now)
        wall, steady = now, steady + passed.total_seconds()


def start_afresh(scheduler: BaseScheduler, now: datetime) -> None:
    """Every job ticks now, whatever it was waiting for."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=now)


def _survive(name: str, job: Callable[[], object], at_work: AtWork) -> Callable[[], None]:
    """A tick that fails is said, and the next one tries again; none may stop the others."""

    def tick() -> None:
        try:
            with at_work.on(name):
                job()
        except StoreError as error:
            log.error("%s: %s", name, error)
        except Exception as error:  # noqa: BLE001 - the last line of defence; the type is all we may log
            log.error("%s failed (%s); it will be tried again.", name, type(error).__name__)

    return tick
