"""A crisis: very many posts about one school within an hour, while nine others have theirs. By a
clock that is moved on; the store and the mail server are real."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from alerts.channels.email import Email, EmailSettings
from alerts.deliver import deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.telling import Telling
from alerts.writer import MailWriter
from monitor.domain import Assessment, Category, Mention, Role, School, Severity
from monitor.egress import Egress
from monitor.pipeline import poll
from monitor.store.store import Store
from sources.contract import About, Page, Source
from sources.http import PoliteClient
from tests.smtp import SmtpServer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(minutes=5)
SCHOOLS = {
    f"s{n}": School(id=f"s{n}", name=f"School Number {n}", website=f"https://s{n}.example")
    for n in range(10)
}
HIT = "s0"
STEP = timedelta(seconds=15)  # as the scheduler has it


class Crowd(Source):
    """Says so many new things about a school at each visit."""

    kind: ClassVar[str] = "crowd"
    about: ClassVar[About] = About(finds="", cost="", limits="", terms="")
    says: tuple[str, ...] = ()

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        mentions = tuple(
            Mention(
                source=self.name,
                external_id=f"{school.id} {text}",
                url=f"https://talk.example/{abs(hash(text))}",
                text=text,
            )
            for text in self.says
        )
        yield Page(mentions=mentions, cursor="")


def judged(mention: Mention, _school: School) -> Assessment:
    critical = "urgent" in mention.text
    return Assessment(
        about_school=True,
        relevance=1,
        model="m",
        categories=frozenset({Category.THREAT}),
        severity=Severity.CRITICAL if critical else Severity.HIGH,
        child_safety=critical,
    )


@dataclass
class Town:
    store: Store
    smtp: SmtpServer
    now: datetime = NOON
    delays: list[timedelta] = field(default_factory=list)

    def hears(self, school: str, *texts: str) -> None:
        source, telling = Crowd(name="crowd", says=texts), self.telling(school)
        with PoliteClient(Egress(frozenset())) as client:
            polled = poll(SCHOOLS[school], source, client, judged, telling, self.store, self.clock)
        assert polled.new == len(texts)

    def telling(self, school: str) -> Telling:
        return Telling.to({Role.HEAD: f"head@{school}.example", Role.DSL: f"dsl@{school}.example"})

    def clock(self) -> datetime:
        return self.now

    def delivers(self) -> None:
        deliver(self.store, self._channel, self._writer, clock=self.clock)

    @cached_property
    def _writer(self) -> MailWriter:
        return MailWriter(
            schools=SCHOOLS,
            rosters={school: self.telling(school).roster for school in SCHOOLS},
            sender="monitor@trust.example",
            dashboard_url="http://127.0.0.1:8000",
            guidance=load_guidance(),
            playbook=load_playbook(),
            screenshot=lambda _school, _evidence: None,
        )

    @cached_property
    def _channel(self) -> Email:
        settings = {"host": "127.0.0.1", "port": self.smtp.port, "security": "none"}
        return Email(EmailSettings.model_validate(settings | {"from": "monitor@trust.example"}))

    def mails_to(self, school: str) -> list[EmailMessage]:
        place = f"@{school}.example"
        return [one.message for one in self.smtp.messages if one.recipients[0].endswith(place)]

    def an_hour(self, many: int) -> None:
        """In each of its twelve parts *many* posts about one school, and one about another."""
        for tick in range(12):
            self.hears(HIT, *a_wave(tick, many))
            other = f"s{tick}" if 0 < tick < 10 else ""
            if other:
                self.hears(other, f"only this was said about us in tick number {tick} of them")
            self._passes(TICK, other)

    def _passes(self, span: timedelta, other: str) -> None:
        """Letters leave as they are due; how long *other* had to wait is written down."""
        heard, end = self.now, self.now + span
        while other and self.now < end and not self.mails_to(other):
            self.now += STEP
            self.delivers()
        if other:
            self.delays.append(self.now - heard)
        self.now = end
        self.delivers()


def a_wave(tick: int, many: int) -> list[str]:
    """Nobody says what another says, and every eighth is urgent."""
    return [
        f"{n} {tick} somebody wrote {n * 7919 + tick} {'words' if n % 8 else 'urgent words'} "
        f"about number {n} and {tick} today"
        for n in range(many)
    ]


@contextmanager
def a_town(folder: Path) -> Iterator[Town]:
    store = Store(f"sqlite:///{folder / 'town.db'}")
    with SmtpServer() as smtp:
        yield Town(store, smtp)
    store.close()
