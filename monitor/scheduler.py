"""A handful of fixed jobs that only tick; what is due is in the database.

So after any pause, however long, each source is visited once, and no run is made up for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

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


@contextmanager
def running(app: App) -> Iterator[None]:
    """Tick for as long as the block lasts; its end waits for the jobs that are at work."""
    scheduler = _build(app)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


def _build(app: App) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        timezone="UTC",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, every in TICKS.items():
        scheduler.add_job(
            _survive(name, getattr(app, name)),
            IntervalTrigger(seconds=int(every.total_seconds()), timezone="UTC"),
            id=name,
            next_run_time=app.clock(),
        )
    return scheduler


def _survive(name: str, job: Callable[[], object]) -> Callable[[], None]:
    """A tick that fails is said, and the next one tries again; none may stop the others."""

    def tick() -> None:
        try:
            job()
        except StoreError as error:
            log.error("%s: %s", name, error)
        except Exception as error:  # noqa: BLE001 - the last line of defence; the type is all we may log
            log.error("%s failed (%s); it will be tried again.", name, type(error).__name__)

    return tick
