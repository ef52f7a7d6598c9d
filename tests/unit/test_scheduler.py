"""The scheduler only ticks; what is due is in the database."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import scheduler, settings
from monitor.app import App
from monitor.scheduler import TICKS, AtWork, running
from monitor.store.database import StoreError
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

    def __init__(self, config: settings.Settings, clock: Clock) -> None:
        super().__init__(config, clock=clock)
        self.ticks: Counter[str] = Counter()
        self.broken: dict[str, Exception] = {}

    def _tick(self, name: str) -> None:
        self.ticks[name] += 1
        if name in self.broken:
            raise self.broken[name]

    def poll(self) -> None:
        self._tick("poll")
        super().poll()

    def capture(self) -> None:  # type: ignore[override]  # nothing is captured here
        self._tick("capture")

    def deliver(self) -> None:  # type: ignore[override]  # nothing is sent here
        self._tick("deliver")


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
    app = Ticked(settings.load(config), clock)
    app.assess = assessor  # one for all: it takes a second to build
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
