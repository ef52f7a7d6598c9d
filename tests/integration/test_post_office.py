"""The sample town's post office is a real mail server, spoken to by a real client."""

from __future__ import annotations

import smtplib
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.demo.post_office import PostOffice


def _mail(subject: str, text: str = "Please look.\n") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "monitor@wexcombepark.example"
    mail["Subject"] = subject
    mail.set_content(text)
    return mail


def _send(office: PostOffice, mail: EmailMessage, *to: str) -> None:
    with smtplib.SMTP("127.0.0.1", office.port, timeout=10) as client:
        client.send_message(mail, to_addrs=list(to))


def test_each_mail_is_kept_as_a_file_named_after_its_recipient(tmp_path: Path) -> None:
    with PostOffice(tmp_path / "mail") as office:
        _send(office, _mail("First: café"), "head@wexcombepark.example")
        _send(office, _mail("Second"), "chair@wexcombepark.example", "dsl@wexcombepark.example")
        letters = office.letters
    names = ["001-head.eml", "002-chair.eml", "003-dsl.eml"]
    assert [letter.file.name for letter in letters] == names
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == names
    assert [letter.subject for letter in letters] == ["First: café", "Second", "Second"]
    assert letters[2].to == "dsl@wexcombepark.example"


def test_a_kept_mail_can_be_read_again_whole(tmp_path: Path) -> None:
    mail = _mail("Long", "£ and a dot\n.\nafter the dot\n")
    mail.add_attachment(
        bytes(range(256)) * 4000, maintype="image", subtype="png", filename="a.png"
    )
    with PostOffice(tmp_path) as office:
        _send(office, mail, "head@wexcombepark.example")
        (letter,) = office.letters
    kept = message_from_bytes(letter.file.read_bytes(), policy=policy.default)
    assert kept["Delivered-To"] == "head@wexcombepark.example"
    body = kept.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["£ and a dot", ".", "after the dot"]
    (picture,) = kept.iter_attachments()
    assert picture.get_content() == bytes(range(256)) * 4000


def test_a_recipient_cannot_choose_another_folder(tmp_path: Path) -> None:
    with PostOffice(tmp_path / "mail") as office:
        _send(office, _mail("x"), "../../etc/passwd@wexcombepark.example")
        (letter,) = office.letters
    assert letter.file.parent == tmp_path / "mail"


def test_a_mail_that_cannot_be_written_is_not_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with PostOffice(tmp_path / "mail") as office:
        with pytest.raises(smtplib.SMTPDataError, match="452"):
            _send(office, _mail("x"), "head@wexcombepark.example")
        assert office.letters == ()


def test_no_folder_is_made_before_the_first_mail(tmp_path: Path) -> None:
    with PostOffice(tmp_path / "mail"):
        pass
    assert not (tmp_path / "mail").exists()


def test_stop_frees_the_port_and_the_thread_even_of_a_client_who_lingers(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    office = PostOffice(tmp_path)
    office.start()
    port = office.port
    with socket.create_connection(("127.0.0.1", port)) as lingering:
        assert lingering.recv(100).startswith(b"220 ")
        office.stop()
        assert set(threading.enumerate()) <= before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
