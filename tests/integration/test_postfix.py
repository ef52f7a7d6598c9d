"""What a real mail server delivers, as real mail programs read it: Python's, and mutt."""

from __future__ import annotations

import os
import pty
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from select import select

import pytest

from alerts.channels.contract import Refused
from alerts.channels.email import Email
from alerts.channels.email_settings import EmailSettings
from alerts.deliver import envelope, to_bytes
from alerts.text import COLUMNS
from monitor.domain import Category, Returned, School, Severity
from sources.http import PoliteClient
from sources.mailbox import Mailbox
from tests.dovecot import PASSWORD, Dovecot
from tests.needs import missing
from tests.postfix import GONE, Postfix
from tests.processes import PATIENCE
from tests.random_mails import Drawn, mails, named_in
from tests.unit.test_compose import AT, a_case, mail, text_of

pytestmark = pytest.mark.xdist_group("postfix")
DOMAIN = "wexcombepark.example"
SCHOOL = School(id="wexcombe", name="Wexcombe Park Primary School")
SENDER, HEAD = f"monitor@{DOMAIN}", f"head@{DOMAIN}"


@pytest.fixture(scope="module")
def server() -> Iterator[Postfix]:
    with Postfix(DOMAIN, "head", "office", "monitor") as running:
        yield running


def channel(server: Postfix) -> Email:
    settings = {"host": "127.0.0.1", "port": server.port, "security": "none", "from": SENDER}
    return Email(EmailSettings.model_validate(settings))


def test_an_urgent_mail_arrives_with_all_that_keeps_it_in_its_thread(server: Postfix) -> None:
    written = mail(a_case(Category.THREAT, severity=Severity.CRITICAL))
    channel(server).send(to_bytes(written), sender=SENDER, recipient=HEAD)
    (found,) = server.mails("head", 1)
    assert found["Return-Path"] == f"<{SENDER}>"
    assert found["Delivered-To"] == found["To"] == HEAD
    assert found["From"].addresses[0].addr_spec == SENDER
    assert found["From"].addresses[0].display_name == "School reputation monitor"
    assert found["Subject"] == "Critical: possible threat, incident 2026-014"
    assert parsedate_to_datetime(found["Date"]) == AT
    for name in ("Message-ID", "In-Reply-To", "References", "List-Id"):
        assert found[name] == written[name], name
    assert found["Auto-Submitted"] == "auto-generated"
    assert "by mail.wexcombepark.example (Postfix)" in found["Received"]
    assert found.get_content_type() == "text/plain"
    assert text_of(found) == text_of(written), "to the last letter"


def test_mutt_shows_it_as_it_was_written(server: Postfix, tmp_path: Path) -> None:
    written = mail(a_case(Category.HATE, severity=Severity.HIGH))
    channel(server).send(to_bytes(written), sender=SENDER, recipient=f"office@{DOMAIN}")
    server.mails("office", 1)
    shown = in_mutt(server.inbox("office"), tmp_path)
    head, _, text = shown.partition("\n\n")
    assert "Subject: High: possible hate, incident 2026-014" in head
    assert text.rstrip("\n") == text_of(written)
    assert all(len(line) <= COLUMNS for line in text.splitlines())


def test_500_mails_over_random_incidents_name_no_child_and_have_no_picture(
    server: Postfix,
) -> None:
    drawn = list(mails(500, seed=6))
    for one in drawn:
        look_through(one, message_from_bytes(one.message, policy=policy.default))
    sample, before = drawn[::25], len(server.mails("monitor", 0))
    for one in sample:
        sender, _ = envelope(one.message)
        channel(server).send(one.message, sender=sender, recipient=SENDER)
    arrived = {str(m["Message-ID"]): m for m in server.mails("monitor", before + len(sample))}
    for one in sample:
        look_through(one, arrived[str(message_from_bytes(one.message)["Message-ID"])])


def look_through(drawn: Drawn, found: EmailMessage) -> None:
    assert [part.get_content_type() for part in found.walk()] == ["text/plain"]
    text = text_of(found)
    assert named_in("\n".join((*map(str, found.values()), text)), drawn.names) == []
    for line in text.splitlines():
        assert len(line) <= COLUMNS or re.search(r"hxxps?://\S+$", line), line


def test_a_mailbox_that_does_not_exist_is_refused_and_says_what_to_correct(
    server: Postfix,
) -> None:
    with pytest.raises(Refused, match=r"recipient's address; correct it.* 550 5\.1\.1"):
        channel(server).send(to_bytes(mail(a_case())), sender=SENDER, recipient=f"nobody@{DOMAIN}")


def test_a_mail_that_comes_back_later_is_known_by_the_mailbox_that_it_comes_back_to(
    server: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So docs/mail.md asks that the monitor reads the mailbox that its mails come from."""
    written, before = mail(a_case(Category.THREAT)), len(server.mails("monitor", 0))
    channel(server).send(to_bytes(written), sender=SENDER, recipient=f"{GONE}@{DOMAIN}")
    came_back = [
        found
        for found in server.mails("monitor", before + 1)
        if found.get_content_type() == "multipart/report"
    ]
    assert len(came_back) == 1
    monkeypatch.setenv("TEST_MAILBOX", PASSWORD)
    with Dovecot() as imap, PoliteClient() as client:
        imap.deliver("monitor", came_back[0].as_bytes())
        mailbox = Mailbox.model_validate(
            {
                "name": "mailbox",
                "host": "127.0.0.1",
                "port": imap.port,
                "username": "monitor",
                "password": "env:TEST_MAILBOX",
                "ca_file": imap.certificate.file,
                "senders": [DOMAIN],
            }
        )
        (page,) = mailbox.fetch(SCHOOL, None, client.allowing(mailbox.places()))
    name = str(written["Message-ID"])
    assert page.returned == (Returned(message_id=name, status="5.1.1"),)
    assert page.mentions == ()


def in_mutt(box: Path, folder: Path) -> str:
    """The first mail as mutt decodes it, with its header."""
    program = shutil.which("mutt")
    if program is None:
        missing("mutt", "mutt")
    out = folder / "shown"
    (folder / "muttrc").write_text(
        f"set folder={folder}\nset pipe_decode=yes\nset wait_key=no\nset quit=yes\n"
        f'push "<pipe-message>cat > {out}<enter><quit>"\n'
    )
    command = [program, "-n", "-F", str(folder / "muttrc"), "-R", "-f", str(box)]
    in_a_terminal(
        command, os.environ | {"HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    )
    return out.read_text(encoding="utf-8")


def in_a_terminal(command: list[str], environment: dict[str, str]) -> None:
    """Returns when it has ended. mutt does nothing without a terminal, and ends with it."""
    child, screen = pty.fork()
    if child == 0:
        os.execve(command[0], command, environment)
    with suppress(OSError):  # once it has ended there is nothing more to read
        while select([screen], [], [], PATIENCE)[0] and os.read(screen, 65_536):
            pass
    os.close(screen)
    os.waitpid(child, 0)
