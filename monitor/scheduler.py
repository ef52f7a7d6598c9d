"""A handful of fixed jobs that only tick; what is due is in the database.

So after any pause, however long, each source is visited once, and no run is made up for.
Ticks are counted by a clock that nobody can set: one put back by a day stops no job.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NoReturn

from monitor.app import App
from monitor.store.database import StoreError

log = logging.getLogger("monitor")

# An alert should leave within a minute of its post being read; the rest can wait a little.
TICKS = {
    "poll": timedelta(minutes=1),
    "capture": timedelta(seconds=20),
    "deliver": timedelta(seconds=15),
    "forget": timedelta(hours=24),
}


PATIENCE = timedelta(seconds=5)  # for jobs that are at work at the end


@contextmanager
def running(app: App) -> Iterator[None]:
    """Tick for as long as the block lasts. A job that does not end soon after it is broken
    off with the whole program, which then ends here, successfully."""
    at_work, ended = AtWork(), threading.Event()
    threads = [_ticking(app, name, at_work, ended) for name in TICKS]
    try:
        yield
    finally:
        ended.set()
        if unfinished := at_work.wait(PATIENCE):
            _leave(unfinished)
        for thread in threads:
            thread.join(PATIENCE.total_seconds())


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


def _ticking(app: App, name: str, at_work: AtWork, ended: threading.Event) -> threading.Thread:
    job, pause = _survive(name, getattr(app, name), at_work), TICKS[name].total_seconds()

    def tick_on() -> None:
        while not ended.is_set():
            job()
            ended.wait(pause)  # by the monotonic clock

    thread = threading.Thread(target=tick_on, name=name, daemon=True)
    thread.start()
    return thread


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
