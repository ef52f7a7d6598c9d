"""The head of the custody log leaves the house by a real mail server, and proves what it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor import settings
from monitor.app import App
from monitor.domain import CaptureMode
from monitor.proof import prove_custody
from tests.smtp import Fault, SmtpServer

CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
[schools.contacts]
head = "head@wexcombepark.example"
office = "office@wexcombepark.example"
[evidence]
custody_mailbox = "records@trust.example"
[alerts.email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "monitor@wexcombepark.example"
"""


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, smtp: SmtpServer, clock: Clock) -> Iterator[App]:
    (tmp_path / "config.toml").write_text(CONFIG.format(port=smtp.port))
    app = App(settings.load(tmp_path / "config.toml"), clock=clock)
    app.evidence.capture_page("https://forum.example/7", "wexcombe", CaptureMode.LINK)
    yield app
    app.close()


def test_it_goes_to_the_second_mailbox_and_names_nobody(app: App, smtp: SmtpServer) -> None:
    app.evidence.promise_head()
    assert app.dispatch.deliver().sent == 1
    (mail,) = smtp.messages
    assert mail.recipients == ("records@trust.example",)
    assert mail.message["Subject"] == "Custody log: 1 entry"
    body = mail.message.get_content()
    assert f"monitor verify --all --head {app.store.custody_head()}" in body
    assert all(len(line) <= 72 for line in body.splitlines() if ":" not in line)


def test_one_mail_a_day_and_none_when_nothing_was_added(
    app: App, smtp: SmtpServer, clock: Clock
) -> None:
    for _ in range(30):
        app.evidence.promise_head()
        app.dispatch.deliver()
        clock.now += timedelta(hours=1)
    assert len(smtp.messages) == 1


def test_a_mail_server_that_is_away_is_not_knocked_at_again_and_again(
    app: App, smtp: SmtpServer
) -> None:
    smtp.fault = Fault.BUSY
    app.evidence.promise_head()
    assert app.dispatch.deliver().postponed == 1
    assert app.dispatch.deliver().postponed == 0


def test_the_number_in_the_mail_shows_that_the_log_was_cut(app: App) -> None:
    head = str(app.store.custody_head())
    assert prove_custody(app, head)[0].problems == ()
    with app.store.transaction() as session:
        session.execute(text("DROP TRIGGER custody_no_delete"))
        session.execute(text("DELETE FROM custody"))
        session.execute(text("DELETE FROM capture"))
    assert prove_custody(app)[0].problems == ()
    (problem,) = prove_custody(app, head)[0].problems
    assert problem == "custody.json: entry 1 is missing: the log ends before it."
