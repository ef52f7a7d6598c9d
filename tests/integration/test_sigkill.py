"""Workers that are killed, and workers side by side: nothing lost, and nothing told twice."""

from __future__ import annotations

import os
import random
import signal
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from sqlalchemy import event

from alerts.channels.email import Email
from alerts.channels.email_settings import EmailSettings
from alerts.deliver import LEASE, deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.roster import Roster
from alerts.writer import MailWriter
from monitor.domain import Alert, Role, School, Severity, Urgency
from monitor.store.letters import promise
from monitor.store.store import Store
from tests.smtp import SmtpServer
from tests.unit.test_store import entry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENDER = "monitor@wexcombepark.example"
SCHOOL = School(id="park", name="Wexcombe Park Primary School")
MANY = 10_000


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'outbox.db'}"


def promised(url: str, number: int) -> None:
    """So many letters about one incident, all due."""
    store = Store(url)
    store.keep(entry("1", alerts=()))
    with store.transaction() as session:
        for n in range(number):
            promise(session, _alert(n), NOON)
    with store.transaction() as session:  # each of its own, as after an hour of others
        session.connection().exec_driver_sql("UPDATE letter SET urgency = 'now'")
    store.close()


def _alert(n: int) -> Alert:
    return Alert(
        key=f"alert {n}",
        school="park",
        incident="park:forum:1",
        role=Role.HEAD,
        severity=Severity.CRITICAL,
        urgency=Urgency.DIGEST,
        due_at=NOON - timedelta(days=n),  # a day for each, so that none shares a letter
    )


def work(store: Store, channel: Email, at: datetime) -> None:
    writer = MailWriter(
        schools={"park": SCHOOL},
        rosters={"park": Roster.of({Role.HEAD: "head@wexcombepark.example"})},
        sender=SENDER,
        dashboard_url="http://127.0.0.1:8000",
        guidance=load_guidance(),
        playbook=load_playbook(),
        screenshot=lambda _school, _evidence: None,
    )
    deliver(store, channel, writer, clock=lambda: at, most=MANY)


def post(smtp: SmtpServer) -> Email:
    settings = {"host": "127.0.0.1", "port": smtp.port, "security": "none", "from": SENDER}
    return Email(EmailSettings.model_validate(settings))


@dataclass
class Doomed:
    """A channel that may be the last thing its process does: before the mail, or after it."""

    channel: Email
    tick: Callable[..., None]
    name: ClassVar[str] = "doomed"

    @property
    def sender(self) -> str:
        return SENDER

    def send(self, message: bytes, *, sender: str, recipient: str) -> None:
        self.tick()
        self.channel.send(message, sender=sender, recipient=recipient)
        self.tick()

    def took(self, message: bytes) -> bool:
        return self.channel.took(message)

    def check(self) -> None: ...


def dies_at(step: int, url: str, smtp: SmtpServer, at: datetime) -> bool:
    """A process of its own delivers, until SIGKILL at its step of this number; True if so."""
    pid = os.fork()
    if pid == 0:
        steps = count()

        def tick(*_: object) -> None:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            store = Store(url)
            for moment in ("begin", "commit"):
                event.listen(store.engine, moment, tick)
            work(store, Doomed(post(smtp), tick), at)  # type: ignore[arg-type]  # a Channel
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def test_killed_again_and_again_at_any_point_nothing_is_lost_and_copies_are_identical(
    url: str,
) -> None:
    letters, kills = 20, 16
    promised(url, letters)
    chance = random.Random(6)
    with SmtpServer() as smtp:
        killed = sum(
            dies_at(chance.randrange(12), url, smtp, NOON + n * 2 * LEASE) for n in range(kills)
        )
        store = Store(url)
        work(store, post(smtp), NOON + (kills + 1) * 2 * LEASE)
        left = store.unsent()
        store.close()
        copies: dict[str, list[bytes]] = defaultdict(list)
        for received in smtp.messages:
            copies[received.message["Message-ID"]].append(received.content)
    assert killed >= 5, "this test must kill something"
    assert left == [], "nothing is lost"
    assert len(copies) == letters, "as many mails as alerts"
    assert all(len(set(same)) == 1 for same in copies.values()), "byte for byte"
    assert sum(len(same) - 1 for same in copies.values()) <= killed, "only where one was killed"


@dataclass
class Side:
    """What a second worker does meanwhile."""

    faults: list[BaseException] = field(default_factory=list)

    def run(self, url: str, smtp: SmtpServer) -> None:
        try:
            store = Store(url)
            work(store, post(smtp), NOON)
            store.close()
        except BaseException as fault:  # noqa: BLE001 - it is raised in the test
            self.faults.append(fault)


def side_by_side(url: str, smtp: SmtpServer) -> None:
    """Two workers, until nothing is due. Raises what either met."""
    sides = [Side(), Side()]
    threads = [Thread(target=side.run, args=(url, smtp)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for fault in (fault for side in sides for fault in side.faults):
        raise fault


def test_two_workers_side_by_side_send_each_letter_once(url: str) -> None:
    """A thousand of them: BENCH_LETTERS=1000 make bench."""
    letters = 60
    promised(url, letters)
    with SmtpServer() as smtp:
        side_by_side(url, smtp)
        identities = [received.message["Message-ID"] for received in smtp.messages]
    assert len(identities) == len(set(identities)) == letters
