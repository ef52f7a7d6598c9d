"""monitor run: scheduler and dashboard as one process, from its start to its clean end."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.command import MONITOR, Monitor
from tests.e2e.school import HEAD, PRAISE, THREAT, Site, configuration, endless, mail_at
from tests.processes import wait_until
from tests.smtp import SmtpServer

FEED = "application/rss+xml"


class Running:
    """`monitor run` on a free port, in a session of its own."""

    def __init__(self, monitor: Monitor, *options: str) -> None:
        config = monitor.folder / "config.toml"
        self.stderr = monitor.folder / "stderr.txt"
        with self.stderr.open("w") as errors:
            self.process = subprocess.Popen(
                [MONITOR, "run", "--port", "0", *options, "--config", config],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, self.stderr.read_text()
        self.url = address[0]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)

    def survivors(self) -> list[int]:
        """Processes of its session that are still there."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found.append(int(folder.name))
        return found

    def kill(self) -> None:
        for process in self.survivors():
            os.kill(process, signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def running(monitor: Monitor, *options: str) -> Iterator[Running]:
    started = Running(monitor, *options)
    try:
        yield started
    finally:
        started.kill()


def shown(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=20) as answer:
        return str(answer.read().decode())


def sql(monitor: Monitor, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(monitor.data / "monitor.db", timeout=20)) as database, database:
        return list(database.execute(statement))


@pytest.fixture
def no_browser(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is then words only, at once: the camera is not what these tests are about."""
    nothing = str(tmp_path_factory.mktemp("nothing"))
    monkeypatch.setenv("PATH", nothing)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", nothing)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as up:
        yield up


@pytest.mark.usefixtures("no_browser")
def test_a_post_published_while_it_runs_is_mailed_and_a_pause_costs_one_visit(
    tmp_path: Path, site: Site
) -> None:
    site.publish("/feed", {"fair": PRAISE})
    with SmtpServer() as mail:
        monitor = Monitor(tmp_path)
        monitor.configure(
            configuration(site, {"Paper": "/feed"}, mail=mail_at(mail.port), every="30m")
        )
        with running(monitor) as program:
            wait_until(lambda: site.requests["/feed"] == 1, "the first visit")
            wait_until(lambda: visited(monitor), "the first visit to be written down")
            assert "Sign in" in shown(program.url)
            assert program.end() == 0
            assert program.survivors() == []
        assert mail.messages == []

        # It was off for ten days: 480 visits were missed.
        sql(monitor, "UPDATE visit SET next_visit_at = '2020-01-01 00:00:00.000000'")
        site.publish("/feed", {"fair": PRAISE, "knife": THREAT})
        with running(monitor) as program:
            wait_until(lambda: promised(monitor), "the mail to be promised")
            # It waits for the picture; the minute and a half is not what is tested here.
            sql(monitor, "UPDATE letter SET due_at = '2020-01-01 00:00:00.000000'" + URGENT)
            wait_until(lambda: bool(mail.messages), "the mail")
            wait_until(lambda: told(monitor), "the mail to be written down")
            assert program.end(signal.SIGINT) == 0
            assert program.survivors() == []
        assert site.requests["/feed"] == 2
        (letter,) = mail.messages
        assert letter.recipients == (HEAD,)
        (incident,) = monitor.incidents()
        assert "knife" in incident["mentions"][0]["text"]


URGENT = " WHERE urgency = 'now'"  # and not the summary of the week


def visited(monitor: Monitor) -> bool:
    return bool(sql(monitor, "SELECT 1 FROM visit WHERE last_success_at IS NOT NULL"))


def promised(monitor: Monitor) -> bool:
    return bool(sql(monitor, "SELECT 1 FROM letter" + URGENT))


def told(monitor: Monitor) -> bool:
    return not sql(monitor, "SELECT 1 FROM letter" + URGENT + " AND state != 'sent'")


@pytest.mark.usefixtures("no_browser")
def test_it_ends_within_seconds_in_the_middle_of_a_feed_that_never_does(
    tmp_path: Path, site: Site
) -> None:
    site.answers["/endless"] = endless(FEED, b"<?xml version='1.0'?><rss version='2.0'>")
    feeds = {f"endless {n}": f"/endless?{n}" for n in range(4)}
    site.answers |= dict.fromkeys(feeds.values(), site.answers["/endless"])
    monitor = Monitor(tmp_path)
    monitor.configure(configuration(site, feeds))
    with running(monitor) as program:
        wait_until(lambda: bool(site.requests), "the visit")
        assert program.end() == 0, program.stderr.read_text()
        assert "in the middle of: poll" in program.stderr.read_text()
        assert program.survivors() == []


@pytest.mark.usefixtures("no_browser")
def test_a_port_that_is_taken_is_said_and_nothing_is_visited(tmp_path: Path, site: Site) -> None:
    site.publish("/feed", {"fair": PRAISE})
    monitor = Monitor(tmp_path)
    monitor.configure(configuration(site, {"Paper": "/feed"}))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = monitor("run", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert str(port) in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not site.requests


@pytest.mark.usefixtures("no_browser")
def test_only_the_dashboard_visits_nothing(tmp_path: Path, site: Site) -> None:
    site.publish("/feed", {"fair": PRAISE})
    monitor = Monitor(tmp_path)
    monitor.configure(configuration(site, {"Paper": "/feed"}))
    with running(monitor, "--only-dashboard") as program:
        assert "Sign in" in shown(program.url)
        assert program.end() == 0
    assert not site.requests
    assert program.stderr.read_text() == ""


@pytest.mark.usefixtures("no_browser")
def test_a_secret_that_is_missing_is_said_before_anything_starts(tmp_path: Path) -> None:
    monitor = Monitor(tmp_path)
    mail = (
        'host = "127.0.0.1"\nport = 25\nsecurity = "none"\nusername = "u"\n'
        'password = "env:NO_SUCH_PASSWORD"'
    )
    monitor.configure(configuration(mail=mail))
    for command in (("run", "--port", "0"), ("scan",)):
        done = monitor(*command)
        assert (done.returncode, done.stdout) == (1, "")
        assert "NO_SUCH_PASSWORD" in done.stderr
