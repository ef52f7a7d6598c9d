"""Kill a scan anywhere; run it again: nothing is lost, and nobody is told twice.

Every begin and every commit of a transaction is tried, on both databases. A random choice
of moments once missed a fault that had been planted; all of them do not.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, event

from alerts.evidence import launcher
from monitor import settings
from monitor.app import App, Quiet
from monitor.domain import Assessment, Mention, School
from monitor.pipeline import Assess
from monitor.rounds import Rounds
from nlp.assess import Assessor
from tests.databases import NewDatabase
from tests.smtp import SmtpServer

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = timedelta(days=2)  # beyond every lease and the next digest

# One that is critical, the same words elsewhere, one where no picture may be fetched, one
# for the digest, one that is praise, and one that is about something else. A second source
# needs a person: of that, too, somebody must be told once.
POSTS = [
    ("1", "I am going to stab Mr Deputy outside Wexcombe Park Primary School tomorrow at 3pm."),
    ("2", "I am going to stab Mr Deputy outside Wexcombe Park Primary School tomorrow at 3pm."),
    ("3", "Someone in Year 9 is sharing a nude of a girl at Wexcombe Park Primary School."),
    ("4", "Lovely summer fair at Wexcombe Park Primary School, thank you all!"),
    ("5", "The Wexcombe Park Hotel does a good breakfast."),
]

# Then a notice becomes a threat, a threat says more, and somebody pastes it elsewhere.
BEFORE = [POSTS[0], ("4", "The gate of Wexcombe Park Primary School is closed because of snow.")]
AFTER = [
    ("1", f"{POSTS[0][1]} Bring your friends."),
    ("4", f"{BEFORE[1][1]} I am going to burn down Wexcombe Park Primary School tonight."),
    ("6", f"Shared by me: {POSTS[0][1]}"),
]

CONFIG = """
data_dir = "data"
database = "env:KILLED_DATABASE"
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
town = "Wexcombe"
homonyms = ["Wexcombe Park Hotel"]
headteacher = "Mrs A Head"
staff = [{{ name = "Mr B Deputy", role = "Deputy headteacher" }}]
[schools.contacts]
head = "head@wexcombepark.example"
dsl = "dsl@wexcombepark.example"
[[sources]]
kind = "feed"
name = "forum"
url = "http://127.0.0.1:{feed}/feed.xml"
[[sources]]
kind = "feed"
name = "members"
url = "http://127.0.0.1:{feed}/members"
[alerts]
mails_an_hour = 99
[alerts.email]
host = "127.0.0.1"
port = {smtp}
security = "none"
from = "monitor@wexcombepark.example"
"""


T = TypeVar("T")


class Killed(BaseException):
    """A power cut."""


class Forum(ThreadingHTTPServer):
    """A forum's feed, which shows `posts`."""

    posts: list[tuple[str, str]] = POSTS

    def body(self) -> bytes:
        items = "".join(
            f"<item><guid>{id_}</guid><link>http://forum.example/{id_}</link>"
            f"<title>Post</title><description>{text}</description></item>"
            for id_, text in reversed(self.posts)
        )
        return f"<rss version='2.0'><channel><title>Forum</title>{items}</channel></rss>".encode()


class _Answer(BaseHTTPRequestHandler):
    server: Forum

    def do_GET(self) -> None:
        if self.path == "/members":
            self.send_error(401)
            return
        body = self.server.body()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture(scope="module")
def forum() -> Iterator[Forum]:
    server = Forum(("127.0.0.1", 0), _Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def assess() -> Assess:
    """The judge, who need not read the same few posts some hundred times."""
    assessor, known = Assessor(), dict[str, Assessment]()

    def remembered(mention: Mention, school: School) -> Assessment:
        if mention.text not in known:
            known[mention.text] = assessor(mention, school)
        return known[mention.text]

    return remembered


@dataclass
class World:
    """A school with its database, its evidence and its mail server."""

    folder: Path
    new_database: NewDatabase
    smtp: SmtpServer
    forum: Forum
    assess: Assess
    monkeypatch: pytest.MonkeyPatch

    def begin_anew(self) -> None:
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.smtp.messages.clear()
        self.monkeypatch.setenv("KILLED_DATABASE", self.new_database())
        config = CONFIG.format(feed=self.forum.server_port, smtp=self.smtp.port)
        (self.folder / "config.toml").write_text(config)

    @contextmanager
    def app(self, now: datetime) -> Iterator[App]:
        config = settings.load(self.folder / "config.toml")
        app = App(config, clock=lambda: now, assess=self.assess, gap=timedelta(0))
        visitor = app.visitor
        visitor.rounds = Rounds(visitor.visit, visitor.give_up, at_once=1)  # in a known order
        try:
            yield app
        finally:
            app.close()

    def scan(self, now: datetime) -> None:
        with self.app(now) as app:
            app.scan(list(app.visitor.all()), Quiet())

    def scan_until(self, step: int, now: datetime = NOW) -> None:
        """Die at the begin or commit of this number."""
        with self.app(now) as app, suppress(Killed):
            left = iter(range(step))

            def tick(*_: object) -> None:
                if next(left, None) is None:
                    raise Killed

            with _at_every_step(app.store.engine, tick):
                app.scan(list(app.visitor.all()), Quiet())

    def steps(self, now: datetime = NOW) -> int:
        steps = count()
        with self.app(now) as app, _at_every_step(app.store.engine, lambda *_: next(steps)):
            app.scan(list(app.visitor.all()), Quiet())
        return next(steps)

    def turns(self, total: int) -> range:
        """The even steps on SQLite, the odd ones on PostgreSQL: each step once, in half the time.
        ALL_STEPS takes every step on both."""
        if os.environ.get("ALL_STEPS"):
            return range(total)
        return range("postgresql" in os.environ["KILLED_DATABASE"], total, 2)

    def result(self) -> dict[str, object]:
        """All that people could tell apart, without the times of day."""
        with self.app(NOW) as app:
            cases = app.store.cases()
            mentions = app.store.counted("wexcombe", NOW - LATER, NOW + 2 * LATER)
            health = app.store.health()
            checks = app.store.checks("wexcombe", NOW - LATER, NOW + 2 * LATER)
        mails = {m.message["Message-ID"] for m in self.smtp.messages}
        return {
            "counted": len(mentions),
            "incidents": {c.incident.number: c.incident.key for c in cases},
            "grave": {c.incident.number: c.incident.categories for c in cases},
            "sightings": [[s.mention.key for s in c.sightings] for c in cases],
            "editions": [[(s.mention.key, s.mention.text) for s in c.editions] for c in cases],
            "stories": [([s.story for s in c.sightings], c.near_copies) for c in cases],
            "evidence": [[(e.id, e.mode, e.state) for e in c.evidence] for c in cases],
            "told": [sorted((t.role, t.state) for t in c.told) for c in cases],
            "mails": sorted(id_ for id_ in mails if not id_.startswith("<source-")),
            "ailing": [(h.source, h.ailing and h.ailing.ailment, bool(h.told_at)) for h in health],
            "found": [(h.source, h.last_find_at is not None) for h in health],
            "checked": {(check.source, bool(check.error)) for check in checks},
            "blind": self.tellings(),
        }

    def tellings(self) -> list[str]:
        """How often it was told, and not recalled, that a source is blind. When it is recalled
        depends on when it was told, so a scan that was killed recalls it less often."""
        of_sources = {
            m.message["Message-ID"]: m.message["Subject"]
            for m in self.smtp.messages
            if m.message["Message-ID"].startswith("<source-")
        }
        return [subject for subject in of_sources.values() if "Reminder" not in subject]

    def copies_are_identical(self) -> bool:
        """A mail sent twice has one identity and the same bytes, so that it collapses."""
        by_id: dict[str, set[bytes]] = {}
        for m in self.smtp.messages:
            by_id.setdefault(m.message["Message-ID"], set()).add(m.content)
        return all(len(contents) == 1 for contents in by_id.values())


@contextmanager
def _at_every_step(engine: Engine, tick: Callable[..., object]) -> Iterator[None]:
    for moment in ("begin", "commit"):
        event.listen(engine, moment, tick)
    try:
        yield
    finally:
        for moment in ("begin", "commit"):
            event.remove(engine, moment, tick)


@pytest.fixture
def world(
    new_database: NewDatabase,
    tmp_path: Path,
    forum: Forum,
    assess: Assess,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[World]:
    # A school without a browser: its evidence is the words, made by the same code in a
    # tenth of the time. That a killed camera leaves no half picture is tested beside it.
    monkeypatch.setattr(launcher, "_candidates", lambda: iter(()))
    with SmtpServer() as smtp:
        yield World(tmp_path, new_database, smtp, forum, assess, monkeypatch)


def test_killed_at_every_step_and_run_again_equals_never_killed(world: World) -> None:
    world.forum.posts = POSTS
    world.begin_anew()
    total = world.steps()
    world.scan(NOW + LATER)
    calm = world.result()
    assert len(calm["incidents"]) >= 2, "the posts must give this test something to lose"  # type: ignore[arg-type]  # a dict
    assert calm["mails"], "somebody must be told"
    assert calm["blind"] == ["The monitor may be blind in 1 place"]

    for step in world.turns(total):
        world.begin_anew()
        world.scan_until(step)
        world.scan(NOW + LATER)
        assert world.result() == calm, f"killed at step {step} of {total}"
        assert world.copies_are_identical()


def test_killed_at_every_step_of_reading_edits_and_run_again_equals_never_killed(
    world: World,
) -> None:
    total = _read_then_edited(world, lambda: world.steps(NOW + HOUR))
    calm = world.result()
    assert len(calm["incidents"]) == 3, "a notice that became a threat, and the pasted one"  # type: ignore[arg-type]  # a dict
    assert sum(map(len, calm["editions"])) == 5, "both texts of the two that changed"  # type: ignore[arg-type,call-overload]  # a list of lists

    for step in world.turns(total):
        _read_then_edited(world, lambda step=step: world.scan_until(step, NOW + HOUR))
        assert world.result() == calm, f"killed at step {step} of {total}"
        assert world.copies_are_identical()


def _read_then_edited(world: World, second: Callable[[], T]) -> T:
    """The posts as they were, *second* when they have changed, and all that is still to do."""
    world.begin_anew()
    world.forum.posts = BEFORE
    world.scan(NOW)
    world.forum.posts = AFTER
    done = second()
    world.scan(NOW + LATER)
    return done
