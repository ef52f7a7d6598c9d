"""A mailbox on a real dovecot over TLS; people, mails and pages are invented."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from alerts.telling import Telling
from monitor.domain import Mention, Returned, Role, School
from monitor.egress import Egress
from monitor.pipeline import poll
from monitor.store.store import Store
from nlp.assess import Assessor
from sources import line, mailbox, mailbox_imap
from sources.contract import Page, Source
from sources.errors import AccessRefused, LayoutChanged, SourceError, Unreachable
from sources.http import PoliteClient
from sources.mailbox import Mailbox
from sources.mailbox_imap import folder
from sources.mailbox_login import Password
from sources.testing import SCHOOL, Promises
from tests.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.servers

OURS = replace(SCHOOL, website="https://www.wexcombepark.example/")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ALERT = "googlealerts-noreply@google.com"
_numbers = count(1)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """Nobody used this mailbox before."""
    return f"monitor{next(_numbers)}@wexcombepark.example"


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_MAILBOX", PASSWORD)


def box(dovecot: Dovecot, user: str, **keys: Any) -> Mailbox:
    given = {
        "name": "mailbox",
        "host": "127.0.0.1",
        "port": dovecot.port,
        "username": user,
        "password": "env:TEST_MAILBOX",
        "ca_file": dovecot.certificate.file,
    }
    return Mailbox.model_validate(given | keys)


def mail(
    number: int,
    text: str = "Please look at https://paper.example/story",
    sender: str = "Ann Office <office@wexcombepark.example>",
    html: str = "",
    **headers: str,
) -> bytes:
    """`headers` with an underscore for a dash."""
    made = EmailMessage()
    made["From"] = sender
    made["To"] = "monitor@wexcombepark.example"
    made["Subject"] = f"Fwd: number {number}"
    made["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    made["Message-ID"] = f"<{number}@wexcombepark.example>"
    for name, value in headers.items():
        del made[name.replace("_", "-")]
        made[name.replace("_", "-")] = value
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made.as_bytes()


def client() -> PoliteClient:
    return PoliteClient(gap=timedelta(0))


def pages(
    source: Mailbox, cursor: str | None = None, school: School = OURS, http: Any = None
) -> Iterator[Page]:
    with http or client() as polite:
        yield from source.fetch(school, cursor, polite.allowing(source.places()))


def read(source: Mailbox, cursor: str | None = None, school: School = OURS) -> list[Mention]:
    return [mention for page in pages(source, cursor, school) for mention in page.mentions]


def ids(numbers: range) -> list[str]:
    return [f"mail:<{n}@wexcombepark.example>" for n in numbers]


class TestMailbox(Promises):
    """The promises of every source, on mails that lie in a real mailbox."""

    source: ClassVar[Source] = Mailbox(
        name="mailbox", host="imap.mail.example", username="u", password="env:TEST_MAILBOX"
    )
    school: ClassVar[School] = OURS
    expected: ClassVar[list[str]] = ids(range(1, 24))
    expected_later: ClassVar[list[str]] = ids(range(24, 26))

    @pytest.fixture(autouse=True)
    def _mails(self, dovecot: Dovecot, user: str) -> None:
        self.dovecot, self.user, self.later = dovecot, user, False
        dovecot.deliver(user, *map(mail, range(1, 24)))

    def later_server(self) -> None:
        if not self.later:
            self.dovecot.deliver(self.user, *map(mail, range(24, 26)))
        self.later = True

    def visit(self, cursor: str | None = None, handler: Any = None) -> Iterator[Page]:
        if handler is not None:
            handler()
        yield from pages(box(self.dovecot, self.user), cursor, self.school)

    def test_nothing_is_lost_when_the_line_breaks_at_any_command(self) -> None:
        broken = 0
        for nth in range(0, 90, 7):
            found, cursor, trouble = self._cut_at(nth)
            rest = [m.external_id for m in self.mentions(cursor)]
            assert found + rest == self.expected, f"command {nth + 1}"
            broken += trouble is not None
        assert broken > 8

    def _cut_at(self, nth: int) -> tuple[list[str], str | None, SourceError | None]:
        found: list[str] = []
        cursor: str | None = None
        with self.dovecot.cutting_at(nth) as port:
            try:
                for page in pages(box(self.dovecot, self.user, port=port)):
                    found += [m.external_id for m in page.mentions]
                    cursor = page.cursor
            except SourceError as error:
                return found, cursor, error
        return found, cursor, None

    def test_the_secret_is_never_shown(self) -> None:
        source = box(self.dovecot, self.user)
        assert PASSWORD not in repr(source) + repr(list(pages(source)))

    def test_nothing_is_marked_moved_or_deleted(self) -> None:
        before = self.dovecot.flags(self.user)
        assert self.mentions()
        assert self.dovecot.flags(self.user) == before
        assert not any(b"Seen" in line for line in before)


def test_mails_that_are_numbered_afresh_are_read_from_the_front(
    dovecot: Dovecot, user: str
) -> None:
    dovecot.deliver(user, *map(mail, range(1, 4)))
    source = box(dovecot, user)
    cursor = list(pages(source))[-1].cursor
    dovecot.number_afresh(user)
    assert [m.external_id for m in read(source, cursor)] == ids(range(1, 4))


def test_an_empty_mailbox_is_no_trouble(dovecot: Dovecot, user: str) -> None:
    assert list(pages(box(dovecot, user))) == []


def test_only_the_schools_own_people_are_believed_and_others_are_counted(
    dovecot: Dovecot, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    strangers = ("x@other.example", "office@wexcombepark.example.evil.example", "a, b <c>", "")
    dovecot.deliver(user, *(mail(n, sender=s) for n, s in enumerate(strangers[:2])), mail(9))
    with caplog.at_level(logging.INFO):
        (page,) = pages(box(dovecot, user))
    assert [m.external_id for m in page.mentions] == ids(range(9, 10))
    assert '"ignored":2' in page.cursor
    assert "2 mails from others or from programs, ignored" in caplog.text
    assert "other.example" not in caplog.text


OURS_BACK = "<alert-0a1b2c3d-1111-5222-8333-444455556666@wexcombepark.example>"


def came_back(
    number: int, name: str = OURS_BACK, action: str = "failed", whole: bool = True
) -> bytes:
    """As mail servers write it (RFC 3464): in words, in fields, and the mail or its header."""
    letter = f"From: monitor@wexcombepark.example\nMessage-ID: {name}\nSubject: High: x\n"
    picture = "Content-Type: image/png\n\nzqxjPICTURE"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example (Mail Delivery System)\n"
        f"To: monitor@wexcombepark.example\nMessage-ID: <{number}@mx.example>\n"
        "Auto-Submitted: auto-replied\nSubject: Undelivered Mail Returned to Sender\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n"
        '\tboundary="b"\n\n--b\nContent-Type: text/plain\n\nI am sorry to have to inform you\n'
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; head@old.example\nAction: {action}\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n"
        f"--b\nContent-Type: {kind}\n\n{letter}{picture if whole else ''}\n--b--\n"
    ).encode()


@pytest.mark.parametrize("whole", [True, False])
def test_a_letter_of_ours_that_came_back_is_told_and_is_no_mention(
    dovecot: Dovecot, user: str, whole: bool
) -> None:
    dovecot.deliver(user, mail(1), came_back(2, whole=whole), mail(3))
    (page,) = pages(box(dovecot, user))
    assert page.returned == (Returned(message_id=OURS_BACK, status="5.1.1"),)
    assert [m.external_id for m in page.mentions] == ids(range(1, 2)) + ids(range(3, 4))
    assert '"ignored":0' in page.cursor


@pytest.mark.parametrize(
    "other",
    [
        came_back(2, name="<somebody@wexcombepark.example>"),
        came_back(2, action="delayed"),
        came_back(2, action="relayed"),
        came_back(2).replace(b"message/delivery-status", b"text/plain"),
        came_back(2).replace(b"message/rfc822", b"application/octet-stream"),
        came_back(2).replace(b"--b\n", b"--c\n"),
    ],
    ids=["not ours", "late", "relayed", "without a status", "without a letter", "without parts"],
)
def test_what_else_mail_servers_tell_is_left_alone(
    dovecot: Dovecot, user: str, other: bytes
) -> None:
    dovecot.deliver(user, other, mail(3))
    (page,) = pages(box(dovecot, user))
    assert page.returned == ()
    assert [m.external_id for m in page.mentions] == ids(range(3, 4))
    assert '"ignored":1' in page.cursor


def test_a_school_may_list_other_senders(dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1, sender="Chair@Governors.example"), mail(2))
    source = box(dovecot, user, senders=["chair@governors.example"])
    assert [m.external_id for m in read(source)] == ids(range(1, 2))
    assert read(source)[0].author == "chair@governors.example"


def test_without_a_list_and_without_a_website_nobody_can_be_believed(
    dovecot: Dovecot, user: str
) -> None:
    with pytest.raises(AccessRefused, match="write senders"):
        read(box(dovecot, user), school=SCHOOL)


def test_a_mail_that_our_server_calls_forged_is_not_believed(dovecot: Dovecot, user: str) -> None:
    forged = "mx.wexcombepark.example; spf=pass smtp.mailfrom=evil.example; dkim=none; dmarc=fail"
    true = "mx.wexcombepark.example; dkim=pass header.d=wexcombepark.example"
    dovecot.deliver(
        user,
        mail(1, Authentication_Results=forged),
        mail(2, Authentication_Results=true),
    )
    assert [m.external_id for m in read(box(dovecot, user))] == ids(range(2, 3))


def test_pictures_are_counted_and_never_cross_the_wire(dovecot: Dovecot, user: str) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "office@wexcombepark.example", "Screenshots"
    made["Message-ID"] = "<1@wexcombepark.example>"
    made.set_content("Two posts of today, see below.")
    for name in ("one.png", "two.png"):
        made.add_attachment(b"\x89PNG zqxj" * 9000, "image", "png", filename=name)
    made.add_attachment(b"PK zqxj", "application", "zip", filename="bomb.zip")
    dovecot.deliver(user, made.as_bytes())
    (found,) = read(box(dovecot, user))
    assert "(2 pictures were attached; they were not opened.)" in found.text
    assert "(1 file was attached and not opened.)" in found.text
    assert found.url == "mid:1@wexcombepark.example"
    assert found.sensitive, "where there is no page there is nothing to fetch"
    assert not list(Path(dovecot.folder).glob("**/*.png"))


def test_a_forward_is_read_with_its_link_and_both_voices(dovecot: Dovecot, user: str) -> None:
    text = (
        "Seen on Facebook by a parent.\n-- \nAnn Office\nhttps://www.wexcombepark.example/\n\n"
        "---------- Forwarded message ---------\nFrom: Pat <pat@home.example>\n"
        "Date: Thu, 19 Nov 2026 at 20:00\nSubject: look\nTo: <office@wexcombepark.example>\n\n"
        "They say the head is a crook\n"
        "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fl.facebook.com%2Fl.php"
        "%3Fu%3Dhttps%253A%252F%252Fforum.example%252Ft%252F7%26h%3DAT&data=05\n"
    )
    dovecot.deliver(user, mail(1, text))
    (found,) = read(box(dovecot, user))
    assert found.url == "https://forum.example/t/7"
    assert found.sensitive, "the words are the mail's; nobody knows what the page shows"
    assert found.for_a_person, "staff wanted it seen, whatever a program makes of its words"
    assert found.author == "office@wexcombepark.example"
    assert found.text.startswith("Wexcombe Park Primary School\n\nnumber 1\n\nSeen on")
    assert "Seen on Facebook by a parent." in found.text
    assert "They say the head is a crook" in found.text
    assert "Ann Office" not in found.text, "a signature is nobody's news"
    assert "office@wexcombepark.example" not in found.text
    assert found.text.endswith("https://forum.example/t/7")


def test_an_alert_is_read_item_by_item(dovecot: Dovecot, user: str) -> None:
    def item(n: int) -> str:
        link = (
            "https://www.google.com/url?rct=j&amp;sa=t&amp;"
            f"url=https://paper.example/{n}?a=1&amp;ct=ga&amp;cd=x&amp;usg=y"
        )
        return (
            f"<tr><td><a href='{link}'><span>Parents at <b>Wexcombe</b> Park {n}</span></a>"
            f"<div><a href='{link}'>The Paper</a></div><div>A queue at the gate, {n}.</div>"
            "<a href='https://www.google.com/alerts/feedback?ffu=x'>Flag as irrelevant</a>"
        )

    html = (
        f"<html><style>p{{}}</style><h1>NEWS</h1><table>{''.join(map(item, range(1, 4)))}</table>"
        "<a href='https://www.google.com/alerts/edit?s=1'>Edit this alert</a> You have received"
        " this email because you have subscribed to <a href='https://www.google.com/url?q="
        "https://support.example&amp;ct=x'>Google Alerts</a></html>"
    )
    dovecot.deliver(user, mail(1, "See the web page.", f"Google Alerts <{ALERT}>", html))
    found = read(box(dovecot, user))
    assert [m.url for m in found] == [f"https://paper.example/{n}?a=1" for n in range(1, 4)]
    assert found[0].text == "Parents at Wexcombe Park 1\n\nThe Paper A queue at the gate, 1."
    assert found[0].external_id == found[0].url


def test_an_alert_that_somebody_else_wrote_is_not_believed(dovecot: Dovecot, user: str) -> None:
    forged = "mx.example; spf=fail smtp.mailfrom=google.com; dkim=none; dmarc=fail"
    link = "https://www.google.com/url?url=https://evil.example/&ct=ga"
    html = f"<a href='{link}'>Wexcombe Park</a>"
    dovecot.deliver(user, mail(1, "x", ALERT, html, Authentication_Results=forged))
    assert read(box(dovecot, user)) == []


def many_parts(kind: str) -> bytes:
    part = f"--b\nContent-Type: {kind}\n\nx\n".encode()
    return (
        b"From: office@wexcombepark.example\nMessage-ID: <1@wexcombepark.example>\n"
        b"Subject: many\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        + part * 10_000
        + b"--b--\n"
    )


def nested(depth: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth)
    )
    return (
        b"From: office@wexcombepark.example\nMessage-ID: <1@wexcombepark.example>\n"
        b"MIME-Version: 1.0\n" + opened + b"Content-Type: text/plain\n\ndeep words\n"
    )


HEAD = (
    b"From: office@wexcombepark.example\nMessage-ID: <1@wexcombepark.example>\nMIME-Version: 1.0\n"
)
HOSTILE = {
    "ten thousand parts": (many_parts("text/plain"), "many"),
    "ten thousand pictures": (many_parts("image/png"), "pictures were attached"),
    "three hundred levels": (nested(300), "Wexcombe Park Primary School"),
    "ten levels": (nested(10), "deep words"),
    "a boundary that never comes": (
        HEAD + b"Content-Type: multipart/mixed; boundary=zz\n\nno parts at all\n",
        "Wexcombe Park Primary School",
    ),
    "no header but From": (b"From: office@wexcombepark.example\n\nhello there\n", "hello there"),
    "a charset that does not exist": (
        HEAD + b'Content-Type: text/plain; charset="x-\xe9"\n\ncaf\xe9\n',
        "café",
    ),
    "a charset that unpacks": (
        HEAD + b'Content-Type: text/plain; charset="zlib"\n\nplain after all\n',
        "plain after all",
    ),
    "latin called utf-8": (
        HEAD + b"Content-Type: text/plain; charset=utf-8\n\nna\xefve\n",
        "naïve",
    ),
    "utf-8 called latin": (
        HEAD + "Content-Type: text/plain; charset=iso-8859-1\n\n£5 café\n".encode(),
        "£5 café",
    ),
    "base64 cut short": (
        HEAD + b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gdGhlcm",
        "hello ther",
    ),
    "HTML only": (
        HEAD + b"Content-Type: text/html\n\n<style>p{}</style><p>see <a "
        b"href='https://forum.example/t/9'>this</a><img src='https://evil.example/pixel.png'>",
        "see this",
    ),
    "html that never closes": (
        HEAD + b"Content-Type: text/html\n\n" + b"<div " * 40_000 + b"<p>words</p>",
        "words",
    ),
    "a subject of noise": (
        HEAD + b"Subject: =?utf-8?b?////?= =?x?q?=?=\n =?utf-8?q?=FF?=\n\nstill words\n",
        "still words",
    ),
    "a megabyte of words": (HEAD + b"\n" + b"word " * 300_000, "word word"),
    "a mail within a mail": (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        b"as attached\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n"
        b"Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\n"
        b"the inner words https://forum.example/t/8\n--c\nContent-Type: text/html\n\n"
        b"<p>the inner words</p>\n--c--\n--b--\n",
        "the inner words",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_mail_ends_well_and_the_next_is_read(
    dovecot: Dovecot, user: str, what: str
) -> None:
    raw, words = HOSTILE[what]
    dovecot.deliver(user, raw, mail(2))
    found = read(box(dovecot, user))
    assert len(found) == 2
    assert words in found[0].text
    assert len(found[0].text) <= 100_000
    assert found[1].external_id == ids(range(2, 3))[0]


def test_a_mail_whose_outline_is_too_long_is_named_and_the_rest_is_read(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers describe ten thousand parts in megabytes."""
    monkeypatch.setattr("sources.mailbox_imap._LONGEST", 100_000)
    dovecot.deliver(user, mail(1), many_parts("text/plain").replace(b"<1@", b"<2@"), mail(3))
    found = read(box(dovecot, user))
    assert [m.external_id for m in found] == ids(range(1, 4))
    assert "words of this mail could not be read" in found[1].text


@pytest.mark.parametrize("answer", [b"BAD Command Error. 12", b"NO [SERVERBUG] Internal error"])
@pytest.mark.parametrize("part", [b"BODYSTRUCTURE", b"BODY.PEEK[1]"])
def test_a_mail_that_the_server_fails_at_is_handed_over_as_unread_and_the_rest_is_read(
    dovecot: Dovecot, user: str, part: bytes, answer: bytes
) -> None:
    dovecot.deliver(user, *map(mail, range(1, 4)))
    with dovecot.refusing(b"FETCH 2 (UID " + part, answer) as port:
        (page,) = pages(box(dovecot, user, port=port))
    assert [m.external_id for m in page.mentions] == ids(range(1, 4))
    assert "words of this mail could not be read" in page.mentions[1].text
    assert "could not be read" not in page.mentions[0].text
    assert '"last":3' in page.cursor


def test_a_mail_whose_header_the_server_fails_at_goes_to_a_person_for_nobody_knows_whose_it_is(
    dovecot: Dovecot, user: str
) -> None:
    dovecot.deliver(user, *map(mail, range(1, 4)))
    with dovecot.refusing(b"FETCH 2 (UID BODY.PEEK[HEADER]") as port:
        (page,) = pages(box(dovecot, user, port=port))
        assert list(pages(box(dovecot, user, port=port), page.cursor)) == []
    unread = page.mentions[1]
    assert len(page.mentions) == 3
    assert unread.for_a_person
    assert unread.author == ""
    assert "words of this mail could not be read; please look at it in the mailbox" in unread.text


def test_a_server_that_fails_at_every_mail_is_named_and_none_is_told(
    dovecot: Dovecot, user: str
) -> None:
    dovecot.deliver(user, *map(mail, range(1, 4)))
    with (
        dovecot.refusing(b"BODY.PEEK[HEADER]") as port,
        pytest.raises(LayoutChanged, match="shows none of its mails"),
    ):
        list(pages(box(dovecot, user, port=port)))


@pytest.mark.parametrize("command", [b"EXAMINE", b"SEARCH"])
def test_a_server_that_does_not_understand_us_is_named(
    dovecot: Dovecot, user: str, command: bytes
) -> None:
    with dovecot.refusing(command) as port, pytest.raises((AccessRefused, LayoutChanged)):
        list(pages(box(dovecot, user, port=port)))


def test_our_own_letters_and_those_of_other_programs_are_ignored(
    dovecot: Dovecot, user: str
) -> None:
    """Else an alert that lands here would be a report, and the report an alert."""
    link = "https://www.google.com/url?url=https://paper.example/1&ct=ga"
    html = f"<a href='{link}'>Wexcombe Park</a>"
    dovecot.deliver(
        user,
        mail(1, Auto_Submitted="auto-generated"),
        mail(2, Auto_Submitted="auto-replied"),
        mail(3, Auto_Submitted="no"),
        mail(4, "x", ALERT, html, Auto_Submitted="auto-generated"),
    )
    found = [m.external_id for m in read(box(dovecot, user))]
    assert found == [*ids(range(3, 4)), "https://paper.example/1"]


def test_another_folder_is_read_if_it_is_named(dovecot: Dovecot, user: str) -> None:
    with dovecot._logged_in(user) as imap:
        imap.create('"To the monitor"')
    dovecot.deliver(user, mail(1), folder='"To the monitor"')
    assert len(read(box(dovecot, user, folder="To the monitor"))) == 1
    with pytest.raises(AccessRefused, match="no folder Elsewhere"):
        read(box(dovecot, user, folder="Elsewhere"))


def test_a_wrong_password_says_what_to_look_at(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ("zqxj-wrong", "zqxj-wröng"):
        monkeypatch.setenv("TEST_MAILBOX", wrong)
        with pytest.raises(AccessRefused, match="app password") as caught:
            read(box(dovecot, user))
        assert "zqxj" not in str(caught.value)
    monkeypatch.delenv("TEST_MAILBOX")
    with pytest.raises(AccessRefused, match="TEST_MAILBOX is not set"):
        read(box(dovecot, user))


def test_a_server_with_a_strange_certificate_is_told_nothing(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(Unreachable, match="certificate is not valid"):
        read(box(dovecot, user, ca_file=None))


def test_a_place_that_is_no_mail_server_is_named(dovecot: Dovecot, user: str) -> None:
    with dovecot.cutting_at(0) as port, pytest.raises(Unreachable, match="ended the connection"):
        read(box(dovecot, user, port=port))


def test_the_mailbox_may_be_inside_the_network_only_because_it_is_written_down(
    dovecot: Dovecot, user: str
) -> None:
    source = box(dovecot, user)
    with client() as polite, pytest.raises(SourceError, match="not used by public web pages"):
        list(source.fetch(OURS, None, polite))


def token_service(request: httpx.Request) -> httpx.Response:
    given = dict(httpx.QueryParams(request.content.decode()))
    assert given["client_id"] == "app-1"
    if given["client_secret"] != "not-a-real-secret":
        return httpx.Response(401, json={"error": "invalid_client", "error_description": "zqxj"})
    if request.url.host == "login.microsoftonline.com":
        assert request.url.path == "/wexcombe-tenant/oauth2/v2.0/token"
        assert given["scope"] == "https://outlook.office365.com/.default"
    else:
        assert request.url.host == "oauth2.googleapis.com"
        assert given["refresh_token"] == "not-a-real-refresh"
    return httpx.Response(200, json={"access_token": "fresh-token", "expires_in": 3599})


def with_tokens() -> PoliteClient:
    """Microsoft's and Google's token services recorded; the mailbox itself is real."""
    return PoliteClient(
        Egress(resolve=lambda host, port: [host if host[0].isdigit() else "93.184.216.34"]),
        gap=timedelta(0),
        transport=httpx.MockTransport(token_service),
    )


@pytest.fixture
def _app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_APP", "not-a-real-secret")
    monkeypatch.setenv("TEST_REFRESH", "not-a-real-refresh")


APP = {"password": None, "client_id": "app-1", "client_secret": "env:TEST_APP"}


@pytest.mark.usefixtures("_app")
@pytest.mark.parametrize(
    "way", [{"tenant": "wexcombe-tenant"}, {"refresh_token": "env:TEST_REFRESH"}], ids=str
)
def test_a_token_opens_the_mailbox(dovecot: Dovecot, user: str, way: dict[str, str]) -> None:
    dovecot.tokens["fresh-token"] = user
    dovecot.deliver(user, mail(1))
    (page,) = pages(box(dovecot, user, **APP, **way), http=with_tokens())
    assert len(page.mentions) == 1


@pytest.mark.usefixtures("_app")
def test_a_token_of_somebody_else_is_refused_in_words(dovecot: Dovecot, user: str) -> None:
    dovecot.tokens["fresh-token"] = "somebody@else.example"
    source = box(dovecot, user, **APP, tenant="wexcombe-tenant")
    with pytest.raises(AccessRefused, match="does not let this program"):
        list(pages(source, http=with_tokens()))


@pytest.mark.usefixtures("_app")
def test_a_secret_that_has_run_out_is_said_in_words(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_APP", "old")
    source = box(dovecot, user, **APP, tenant="wexcombe-tenant")
    with pytest.raises(AccessRefused, match="whether the secret has run out") as caught:
        list(pages(source, http=with_tokens()))
    assert "zqxj" not in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        {"password": None},
        {"tenant": "t"},
        {**APP},
        {**APP, "tenant": "t", "refresh_token": "env:X"},
        {**APP, "password": "env:X", "tenant": "t"},
    ],
    ids=str,
)
def test_half_a_way_in_is_a_mistake(keys: dict[str, Any]) -> None:
    given = {"name": "m", "host": "imap.mail.example", "username": "u", "password": "env:X"}
    with pytest.raises(ValidationError, match="give either password"):
        Mailbox.model_validate(given | keys)


def test_every_forwarded_screenshot_reaches_the_office_though_a_program_can_make_nothing_of_it(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    """The whole way: mailbox, judge, log; and nothing is fetched for it."""
    for number in (1, 2):
        made = EmailMessage()
        made["From"] = "office@wexcombepark.example"
        made["Message-ID"] = f"<{number}@wexcombepark.example>"
        made.set_content("see attached, sent to us by a parent")
        made.add_attachment(b"\x89PNG" * 5000, "image", "png", filename="screenshot.png")
        dovecot.deliver(user, made.as_bytes())
    source = box(dovecot, user)
    telling = Telling.to({Role.OFFICE: "office@wexcombepark.example"})
    store, assess = Store(f"sqlite:///{tmp_path / 'monitor.db'}"), Assessor()
    with client() as polite:
        view = polite.allowing(source.places())
        for _ in range(2):
            polled = poll(OURS, source, view, assess, telling, store, lambda: NOW)
    cases = store.cases(OURS.id)
    assert polled.new == 0, "the second visit finds nothing new"
    assert len(cases) == 2, "they may show two quite different posts"
    for case in cases:
        assert [told.role for told in case.told] == [Role.OFFICE]
        assert "(A picture was attached; it was not opened.)" in case.sightings[0].mention.text
        assert not case.incident.pictures_allowed


def heard(source: Mailbox, ended: Event) -> Iterator[None]:
    with client() as polite:
        yield from source.listen(polite.allowing(source.places()), ended)


class TestListening:
    """The server rings when a mail has come, and a visit reads it."""

    def test_it_rings_for_what_came_before_and_for_each_mail_that_comes(
        self, dovecot: Dovecot, user: str
    ) -> None:
        source, ended = box(dovecot, user), Event()
        rings = heard(source, ended)
        next(rings)
        for number in (1, 2):
            dovecot.deliver(user, mail(number))
            next(rings)
            assert len(read(source)) == number
        ended.set()
        assert list(rings) == []

    def test_a_visit_is_made_while_the_line_is_held(self, dovecot: Dovecot, user: str) -> None:
        source = box(dovecot, user)
        dovecot.deliver(user, mail(1))
        with client() as polite:
            here = polite.allowing(source.places())
            rings = source.listen(here, Event())
            next(rings)
            assert [p.mentions for p in source.fetch(OURS, None, here)] != []

    def test_the_line_is_asked_anew_and_nothing_that_came_in_between_is_lost(
        self, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox, "ANEW", timedelta(0))
        rings = heard(box(dovecot, user), Event())
        next(rings)
        dovecot.deliver(user, mail(1))
        next(rings)

    def test_a_server_that_always_says_how_many_mails_there_are_rings_only_for_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox_imap, "_STEP", 0.05)
        said = {b"IDLE": b"+ go on\r\n* 3 EXISTS\r\n", b"EXAMINE": b"* 3 EXISTS\r\n"}
        ours, theirs = socket.socketpair()
        Thread(target=_answer, args=(theirs, said), daemon=True).start()
        with folder(ours, "INBOX", Password("x"), "u") as opened:  # type: ignore[arg-type]  # no TLS
            assert [opened.wait(9, _soon()) for _ in range(3)] == [False] * 3
            said[b"IDLE"] = b"+ go on\r\n* 4 EXISTS\r\n"
            assert [opened.wait(9, _soon()) for _ in range(2)] == [True, False]
            said[b"IDLE"] = b"+ go on\r\n* 1 EXPUNGE\r\n* 4 EXISTS\r\n"
            assert opened.wait(9, _soon())

    def test_a_server_that_cannot_tell_is_visited_by_the_clock(
        self, dovecot: Dovecot, user: str
    ) -> None:
        with dovecot.refusing(b"IDLE") as port:
            assert list(heard(box(dovecot, user, port=port), Event())) == [None]

    def test_a_line_that_breaks_or_falls_silent_is_named(
        self, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mailbox, "ANEW", timedelta(0))
        with dovecot.cutting_at(5) as port, pytest.raises(Unreachable, match="ended"):
            list(heard(box(dovecot, user, port=port), Event()))
        monkeypatch.setattr(line, "_FOR_EACH_ANSWER", 0.5)
        with dovecot.refusing(b"DONE", b"") as port, pytest.raises(Unreachable, match="too long"):
            list(heard(box(dovecot, user, port=port), Event()))


def _soon() -> Callable[[], bool]:
    """Over when it is asked for the fourth time: a few lines were read by then."""
    asked = count(1)
    return lambda: next(asked) > 3


def _answer(line: socket.socket, said: dict[bytes, bytes]) -> None:
    """A mail server of few words; *said*: what it says before its answer to a command."""
    with line, line.makefile("rb") as heard:
        line.sendall(b"* OK hello\r\n")
        for command in heard:
            tag, name = (*command.split(), b"")[:2]
            if name == b"CAPABILITY":
                line.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
            if tag == b"DONE":
                line.sendall(b"i OK done\r\n")
                continue
            line.sendall(said.get(name, b""))
            if name == b"EXAMINE":
                line.sendall(b"* OK [UIDVALIDITY 1] so\r\n")
            if name != b"IDLE":
                line.sendall(tag + b" OK done\r\n")


class TestStartTls:
    def test_a_mailbox_is_read_and_listened_to(self, dovecot: Dovecot, user: str) -> None:
        source = box(dovecot, user, port=dovecot.plain_port, security="starttls")
        dovecot.deliver(user, mail(1))
        assert [m.external_id for m in read(source)] == ids(range(1, 2))
        rings = heard(source, Event())
        next(rings)
        dovecot.deliver(user, mail(2))
        next(rings)

    def test_a_certificate_that_nobody_vouches_for_is_not_believed(
        self, dovecot: Dovecot, user: str
    ) -> None:
        keys = {"port": dovecot.plain_port, "security": "starttls", "ca_file": None}
        with pytest.raises(Unreachable, match="certificate"):
            read(box(dovecot, user, **keys))

    @pytest.mark.parametrize(
        ("answers", "trouble"),
        [
            ([b"* OK hello\r\n", b"a NO not here\r\n"], "does not encrypt"),
            ([b"* PREAUTH you are somebody\r\n"], "turns everybody away"),
            ([b"* BYE\r\n"], "turns everybody away"),
            ([b"* OK hello\r\n", b"a OK now\r\n* OK slipped in\r\n"], "secure connection"),
        ],
    )
    def test_nothing_is_said_to_a_server_that_does_not_encrypt(
        self, dovecot: Dovecot, user: str, answers: list[bytes], trouble: str
    ) -> None:
        with Plain(answers) as server, pytest.raises(SourceError, match=trouble):
            read(box(dovecot, user, port=server.port, security="starttls"))
        assert server.heard in (b"", b"a STARTTLS\r\n")


class Plain:
    """A server that speaks in the clear: says each of *answers*, hearing a line in between."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers, self.heard = answers, b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Plain:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._listener.close()

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        with line:
            first, *rest = self._answers
            line.sendall(first)
            for answer in rest:
                self.heard += line.recv(100)
                line.sendall(answer)
