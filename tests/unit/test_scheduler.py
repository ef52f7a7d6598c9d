"""The scheduler only ticks; what is due is in the database."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor import scheduler, settings
from monitor.app import App
from monitor.pipeline import Assess
from monitor.scheduler import TICKS, AtWork, running
from monitor.store.database import StoreError
from monitor.term_letter import period_in
from monitor.week import span_in
from nlp.assess import Assessor
from tests.e2e.school import PRAISE, Site, configuration
from tests.processes import wait_until

LOG = "monitor"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Ticked(App):
    """The program, which also counts how often each job was started; `broken` ones raise."""

    def __init__(self, config: settings.Settings, clock: Clock, assess: Assess) -> None:
        super().__init__(config, clock=clock, assess=assess)
        self.ticks: Counter[str] = Counter()
        self.broken: dict[str, Exception] = {}

    def _tick(self, name: str) -> None:
        self.ticks[name] += 1
        if name in self.broken:
            raise self.broken[name]

    def jobs(self) -> dict[str, Callable[[], object]]:
        return {
            **super().jobs(),
            "poll": self._poll,
            "capture": partial(self._tick, "capture"),  # nothing is captured here
            "deliver": partial(self._tick, "deliver"),  # and nothing sent
        }

    def _poll(self) -> None:
        self._tick("poll")
        self.poll()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as up:
        up.publish("/feed", {"fair": PRAISE})
        yield up


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


@pytest.fixture
def app(tmp_path: Path, clock: Clock, site: Site, assessor: Assessor) -> Iterator[Ticked]:
    config = tmp_path / "config.toml"
    config.write_text(configuration(site, {"Paper": "/feed"}, every="30m"))
    app = Ticked(settings.load(config), clock, assessor)  # one for all: it takes a second to build
    yield app
    app.close()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "TICKS", dict.fromkeys(TICKS, timedelta(milliseconds=20)))


def let_tick(app: Ticked, name: str, times: int = 3) -> None:
    """Wait for so many whole ticks more."""
    goal = app.ticks[name] + times + 1
    wait_until(lambda: app.ticks[name] >= goal, f"{name} to tick")


def test_after_any_pause_each_source_is_visited_once(
    app: Ticked, clock: Clock, site: Site
) -> None:
    with running(app):
        let_tick(app, "poll")
        assert site.requests["/feed"] == 1
        clock.now += timedelta(minutes=29)
        let_tick(app, "poll")
        assert site.requests["/feed"] == 1, "not due yet"
        clock.now += timedelta(days=10)
        let_tick(app, "poll")
    assert site.requests["/feed"] == 2


def with_a_history(app: Ticked, clock: Clock, days: int = 40) -> None:
    """Something new came every day, and would be missed after a week."""
    now = clock.now
    for back in range(days, 0, -1):
        with app.store.recording("wexcombe", "Paper") as book:
            book.went_well(now - timedelta(days=back), timedelta(minutes=30), new=1)
    (health,) = app.store.health()
    assert health.quiet_after == timedelta(days=7)


def nobody_was_alarmed(app: Ticked) -> bool:
    """The weekly summary and the report of a term are none."""
    unsent = [letter.key for letter, *_ in app.store.unsent()]
    letters = [key for key in unsent if not (span_in(key) or period_in(key))]
    return letters == [] and all(h.ailing is None for h in app.store.health())


# At 01:00 UTC on these days the clocks in the United Kingdom are put forward, and back.
CHANGES = {
    "spring": datetime(2026, 3, 29, 0, 45, tzinfo=UTC),
    "autumn": datetime(2026, 10, 25, 0, 45, tzinfo=UTC),
}


@pytest.mark.parametrize("change", CHANGES)
def test_when_the_clocks_change_each_source_is_visited_at_its_usual_pace(
    app: Ticked, clock: Clock, site: Site, change: str
) -> None:
    clock.now = CHANGES[change] - timedelta(hours=1)
    with_a_history(app, clock)
    clock.now = CHANGES[change]
    with running(app):
        let_tick(app, "poll")
        for half_hours in range(1, 6):
            clock.now += timedelta(minutes=29)
            let_tick(app, "poll", 1)
            assert site.requests["/feed"] == half_hours, "not due yet"
            clock.now += timedelta(minutes=1)
            let_tick(app, "poll")
            assert site.requests["/feed"] == half_hours + 1
    assert nobody_was_alarmed(app)


@pytest.mark.parametrize(
    "asleep", [timedelta(hours=30), timedelta(days=42)], ids=["a night and a day", "the holidays"]
)
def test_a_computer_that_froze_visits_each_source_once_and_alarms_nobody(
    app: Ticked, clock: Clock, site: Site, asleep: timedelta
) -> None:
    with_a_history(app, clock)
    with running(app):
        let_tick(app, "poll")
        clock.now += asleep
        let_tick(app, "poll", 5)
    assert site.requests["/feed"] == 2
    assert nobody_was_alarmed(app)


def test_a_computer_that_wakes_without_a_network_alarms_nobody(
    app: Ticked, clock: Clock, site: Site
) -> None:
    with_a_history(app, clock)
    with running(app):
        let_tick(app, "poll")
        working = site.answers.pop("/feed")
        clock.now += timedelta(hours=30)
        let_tick(app, "poll")
        assert nobody_was_alarmed(app)
        site.answers["/feed"] = working
        clock.now += timedelta(minutes=10)
        let_tick(app, "poll")
    (health,) = app.store.health()
    assert health.error == ""
    assert nobody_was_alarmed(app)


def test_after_the_clock_was_set_back_by_a_day_each_source_is_visited_once(
    app: Ticked, clock: Clock, site: Site
) -> None:
    with_a_history(app, clock)
    with running(app):
        let_tick(app, "poll")
        clock.now -= timedelta(days=1)
        let_tick(app, "poll", 5)
        assert site.requests["/feed"] == 2, "once, and not never until tomorrow"
        clock.now += timedelta(minutes=29)
        let_tick(app, "poll")
        assert site.requests["/feed"] == 2
        clock.now += timedelta(minutes=1)
        let_tick(app, "poll")
        assert site.requests["/feed"] == 3
    assert nobody_was_alarmed(app)


def test_a_job_that_fails_is_said_and_neither_it_nor_the_others_stop(
    app: Ticked, caplog: pytest.LogCaptureFixture
) -> None:
    app.broken = {
        "capture": RuntimeError("what a person wrote"),
        "deliver": StoreError("The disk is full."),
    }
    with running(app):
        for name in ("poll", "capture", "deliver"):
            let_tick(app, name)
    assert "capture failed (RuntimeError)" in caplog.text
    assert "deliver: The disk is full." in caplog.text
    assert "what a person wrote" not in caplog.text


def test_a_job_that_is_still_at_work_is_not_started_again_and_nobody_is_warned(
    app: Ticked, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    go_on, held = threading.Event(), site.answers["/feed"]

    def wait_then_answer(visitor: object) -> None:
        go_on.wait(60)
        held(visitor)  # type: ignore[arg-type]  # as it was given to us

    site.answers["/feed"] = wait_then_answer
    with caplog.at_level(logging.WARNING), running(app):
        let_tick(app, "capture", 10)
        assert app.ticks["poll"] == 1
        go_on.set()
        let_tick(app, "poll")
    assert caplog.text == ""


def test_the_end_waits_for_a_job_that_is_at_work(
    app: Ticked, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "_leave", lambda names: pytest.fail(f"left {names}"))
    held = site.answers["/feed"]
    asked = threading.Event()

    def slowly(visitor: object) -> None:
        asked.set()
        site.closing.wait(0.5)
        held(visitor)  # type: ignore[arg-type]  # as it was given to us

    site.answers["/feed"] = slowly
    with running(app):
        assert asked.wait(60)
    assert [h.source for h in app.store.health() if h.last_success_at] == ["Paper"]


def test_what_does_not_end_is_named_after_our_patience() -> None:
    at_work = AtWork()
    assert at_work.wait(timedelta(0)) == []
    with at_work.on("poll"), at_work.on("capture"):
        assert at_work.wait(timedelta(milliseconds=1)) == ["capture", "poll"]
    assert at_work.wait(timedelta(0)) == []


def test_ticks_that_a_long_pause_has_swallowed_are_not_even_counted() -> None:
    trigger, now = scheduler.FromNow(timedelta(seconds=15)), datetime(2026, 11, 20, tzinfo=UTC)
    assert trigger.get_next_fire_time(None, now) == now
    soon = trigger.get_next_fire_time(now, now)
    assert soon == now + timedelta(seconds=15)
    woken = now + timedelta(days=400)
    assert trigger.get_next_fire_time(soon, woken) == woken + timedelta(seconds=15)


def test_when_the_clock_was_put_back_every_job_starts_afresh(app: Ticked) -> None:
    built = scheduler._build(app, AtWork())
    built.start()
    try:
        wait_until(lambda: app.ticks["poll"] >= 1, "poll to tick")
        for job in built.get_jobs():  # as it is with a clock put back by a day
            job.modify(next_run_time=datetime.now(UTC) + timedelta(days=1))
        before = app.ticks["poll"]
        scheduler.start_afresh(built, datetime.now(UTC))
        wait_until(lambda: app.ticks["poll"] > before + 1, "poll to tick again")
    finally:
        built.shutdown(wait=True)
