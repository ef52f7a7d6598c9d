"""A crisis: very many posts about one school within an hour, while nine others have theirs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import pytest

from alerts.channels.email import Email, EmailSettings
from alerts.deliver import deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.telling import Telling
from alerts.text import COLUMNS
from alerts.writer import MailWriter
from monitor.domain import AlertState, Assessment, Category, Mention, Role, School, Severity
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
PER_TICK = 25


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

    def hears(self, school: str, *texts: str) -> None:
        client = PoliteClient(Egress(frozenset()))
        source = Crowd(name="crowd", says=texts)
        telling = self.telling(school)
        polled = poll(SCHOOLS[school], source, client, judged, telling, self.store, self.clock)
        client.close()
        assert polled.new == len(texts)

    def telling(self, school: str) -> Telling:
        return Telling.to({Role.HEAD: f"head@{school}.example", Role.DSL: f"dsl@{school}.example"})

    def clock(self) -> datetime:
        return self.now

    def delivers(self) -> None:
        writer = MailWriter(
            schools=SCHOOLS,
            rosters={school: self.telling(school).roster for school in SCHOOLS},
            sender="monitor@trust.example",
            dashboard_url="http://127.0.0.1:8000",
            guidance=load_guidance(),
            playbook=load_playbook(),
            screenshot=lambda _school, _evidence: None,
        )
        settings = {"host": "127.0.0.1", "port": self.smtp.port, "security": "none"}
        channel = Email(EmailSettings.model_validate(settings | {"from": "monitor@trust.example"}))
        deliver(self.store, channel, writer, clock=self.clock)

    def mails_to(self, school: str) -> list[EmailMessage]:
        every = [received.message for received in self.smtp.messages]
        return [mail for mail in every if mail["To"].endswith(f"@{school}.example")]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    store = Store(f"sqlite:///{tmp_path / 'town.db'}")
    with SmtpServer() as smtp:
        yield Town(store, smtp)
    store.close()


def a_wave(tick: int) -> list[str]:
    """Nobody says what another says, and every eighth is urgent."""
    return [
        f"{n} {tick} somebody wrote {n * 7919 + tick} {'words' if n % 8 else 'urgent words'} "
        f"about number {n} and {tick} today"
        for n in range(PER_TICK)
    ]


def test_in_a_crisis_a_school_gets_at_most_six_mails_an_hour_and_no_other_waits(
    town: Town,
) -> None:
    for tick in range(12):
        town.hears(HIT, *a_wave(tick))
        if 0 < tick < 10:
            town.hears(f"s{tick}", f"only this was said about us in tick number {tick} of them")
        town.delivers()
        assert len(town.mails_to(f"s{tick}")) == 1 or tick in (0, 10, 11) or _grace(town, tick)
        town.now += TICK
    assert len(town.mails_to(HIT)) <= 6
    assert {mail["To"] for mail in town.mails_to(HIT)} == {"head@s0.example", "dsl@s0.example"}
    for school in list(SCHOOLS)[1:]:
        assert len(town.mails_to(school)) == 1

    for _ in range(24):
        town.delivers()
        town.now += TICK
    assert not town.store.unsent(), "and nothing is left untold"
    told = Counter(t.state for case in town.store.cases(HIT) for t in case.told)
    assert set(told) == {AlertState.SENT}


def _grace(town: Town, tick: int) -> bool:
    """A high matter gives the camera 90 seconds: the mail is there within the next tick."""
    town.now += timedelta(seconds=91)
    town.delivers()
    town.now -= timedelta(seconds=91)
    return len(town.mails_to(f"s{tick}")) == 1


def test_what_is_gathered_is_told_with_counts_the_gravest_first_and_joins_the_thread(
    town: Town,
) -> None:
    rant = (
        "the very same long rant about the gate and the car park, which nobody ever opens in time "
        "for the buses, however often we have asked, and number {} of us all stood there again"
    )
    town.hears(HIT, *(rant.format(n) for n in ("one", "two", "three")), *a_wave(1))
    town.delivers()
    town.now += timedelta(minutes=21)
    town.delivers()
    first, *_ = (m for m in town.mails_to(HIT) if "incident 2026-001" in m["Subject"])
    to_the_head = [m for m in town.mails_to(HIT) if m["To"].startswith("head@")]
    gathered = next(m for m in to_the_head if "stories" in m["Subject"])
    assert re.fullmatch(r"Critical: \d\d incidents in \d\d stories", gathered["Subject"])
    assert first["In-Reply-To"] in gathered["References"], "one story, one thread"
    words = gathered.get_content()
    print(words)
    assert "critical" in words
    assert "nearly the same words" in words
    assert "http://127.0.0.1:8000/incidents" in words
    assert all(len(line) <= COLUMNS for line in words.splitlines())
    assert "rant" not in words, "no word of anybody's"
