"""How long it takes from a post to the mail in the mailbox, on the default schedule, and where
that time is spent. By a clock that is moved on, so that a day takes a minute."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import settings
from monitor.app import App
from monitor.scheduler import TICKS
from tests.bench.table import Figure, Section
from tests.e2e.school import NAME, Site, configuration, mail_at
from tests.smtp import SmtpServer

TITLE = "From a post to the mail"
_POSTS = 4
_EVERY = {"1h": "a feed, every hour", "6h": "a search, every six hours"}
_BEGIN = datetime(2026, 11, 17, 8, tzinfo=UTC)  # a Tuesday in term, in working hours
_NOTE = (
    "critical posts at random times of a working day, on a clock that is moved on. Nearly all of "
    "it is waiting for the next visit, which is what `every` of a source sets, and for the "
    "scheduler's minute; then for the outbox's next round, every 15 seconds. What is high waits "
    "90 seconds more for its screenshot. What judging and sending take is measured above"
)


def delays() -> Section:
    figures = [figure for every in _EVERY for figure in _figures(every)]
    return Section(title=TITLE, figures=tuple(figures), note=_NOTE)


def _figures(every: str) -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, Site() as site, SmtpServer() as smtp:
        town = _Town(Path(name), site, smtp, every)
        waited = [town.post(n) for n in range(_POSTS)]
        town.app.close()
    what = _EVERY[every]
    return [
        _minutes(f"{what}: until it is found", [found for found, _ in waited]),
        _minutes(f"{what}: from there to the mailbox", [told for _, told in waited]),
    ]


def _minutes(what: str, spans: list[timedelta]) -> Figure:
    values = tuple(span / timedelta(minutes=1) for span in spans)
    return Figure(what=what, unit="minutes", values=values, decimals=1)


@dataclass
class _Town:
    folder: Path
    site: Site
    smtp: SmtpServer
    every: str
    now: datetime = _BEGIN
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    posts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site.publish("/feed", {})
        config = configuration(
            self.site, {"Paper": "/feed"}, mail=mail_at(self.smtp.port), every=self.every
        )
        (self.folder / "config.toml").write_text(config, encoding="utf-8")
        config = settings.load(self.folder / "config.toml")
        self.app = App(config, clock=lambda: self.now, gap=timedelta(0))
        self.app.poll()

    def post(self, number: int) -> tuple[timedelta, timedelta]:
        """How long until it was found, and from then until the mail was in the mailbox."""
        self._pass(timedelta(minutes=self.chance.uniform(10, 400)))
        self.posts[str(number)] = (
            f"Number {number}: I will bring a knife to {NAME} and stab teacher {number} today."
        )
        self.site.publish("/feed", self.posts)
        begun, known, mails = self.now, len(self.app.store.cases()), len(self.smtp.messages)
        while len(self.app.store.cases()) == known:
            self._pass(TICKS["poll"])
        found = self.now
        while len(self.smtp.messages) == mails:
            self.now += TICKS["deliver"]
            self.app.dispatch.deliver()
        return found - begun, self.now - found

    def _pass(self, span: timedelta) -> None:
        """The scheduler ticks; in between nothing happens."""
        end = self.now + span
        while self.now < end:
            self.now = min(end, self.now + TICKS["poll"])
            if self.app.visitor.due():
                self.app.poll()
