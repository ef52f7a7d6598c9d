"""monitor check on mail: a real SMTP server takes the test mail, a real name server is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor import settings
from monitor.app import App
from monitor.check_mail import check_mail
from monitor.finding import Finding
from tests.name_server import NameServer
from tests.smtp import Fault, SmtpServer, make_certificate

OFFICE = "office@wexcombepark.example"
CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
{alerts}
[alerts.email]
host = "localhost"
port = {port}
security = "starttls"
ca_file = "{ca}"
from = "monitor@wexcombepark.example"
"""

Check = Callable[..., dict[str, Finding]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpServer]:
    with SmtpServer(certificate=make_certificate(tmp_path)) as running:
        yield running


@pytest.fixture
def check(tmp_path: Path, server: SmtpServer) -> Check:
    def run(alerts: str = "", **how: str) -> dict[str, Finding]:
        assert server.certificate is not None
        text = CONFIG.format(alerts=alerts, port=server.port, ca=server.certificate.file)
        (tmp_path / "config.toml").write_text(text)
        with closing(App(settings.load(tmp_path / "config.toml"))) as app:
            return {finding.part: finding for finding in check_mail(app, **how)}

    return run


def test_a_test_mail_arrives_and_says_that_nothing_happened(
    check: Check, server: SmtpServer
) -> None:
    found = check(send_to=OFFICE)
    assert found["mail"].ok
    assert f"on its way to {OFFICE}" in found["mail"].sentence
    (mail,) = server.messages
    assert mail.recipients == (OFFICE,)
    assert mail.message["Subject"] == "Test: mails of the school reputation monitor arrive"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "This is a test. Nothing has happened." in mail.text
    assert max(len(line) for line in mail.text.splitlines()) <= 72


def test_without_an_address_nothing_is_sent(check: Check, server: SmtpServer) -> None:
    assert "Nothing was sent" in check()["mail"].sentence
    assert server.messages == []


def test_a_test_mail_that_is_refused_says_why(check: Check, server: SmtpServer) -> None:
    server.fault = Fault.NO_SUCH_MAILBOX
    found = check(send_to=OFFICE)
    assert not found["mail"].ok
    assert "refuses the recipient's address" in found["mail"].sentence


def test_the_domain_is_looked_up_and_what_is_missing_is_broken(check: Check) -> None:
    with NameServer(table={"wexcombepark.example": {"A": "192.0.2.1"}}) as names:
        found = check(names=names.address)
    domain = found["mail domain wexcombepark.example"]  # the last of the three: DMARC
    assert "add a TXT record at _dmarc.wexcombepark.example" in domain.sentence


def test_a_name_that_stands_for_nobody_is_not_looked_up(check: Check) -> None:
    assert list(check()) == ["mail"]


def test_a_school_that_broke_its_own_words_is_told_and_ours_go_out(
    check: Check, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text("checked_on = yesterday")
    found = check('[alerts]\nguidance = "own.toml"\nsteps = "gone.toml"')
    assert not found["guidance"].ok
    assert "Ours is used until yours is mended" in found["guidance"].sentence
    assert "cannot be read" in found["steps"].sentence


def test_a_bell_out_of_order_is_named(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAMS", "nonsense")
    found = check('[[alerts.urgent]]\nkind = "messenger"\nurl = "env:TEAMS"')
    bell = found["urgent call (messenger) for wexcombe"]
    assert not bell.ok
    assert "is not understood" in bell.sentence
