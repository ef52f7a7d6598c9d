"""The report of a term goes to the clerk of the governors: by itself, once, and naming nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import settings
from monitor.app import App
from monitor.domain import Assessment, Mention, Role, Sentiment
from monitor.settings import SettingsError
from monitor.store.entry import Entry
from monitor.term_letter import letter_key, period_in
from tests.needs import missing
from tests.random_terms import AUTUMN
from tests.smtp import Fault, Received, SmtpServer

PLANTED = "Quillfeather"
CONFIG = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
headteacher = "Mrs Quillfeather"
[schools.contacts]
head = "head@wexcombepark.example"
chair_of_governors = "chair@wexcombepark.example"
{more}
[alerts.email]
host = "127.0.0.1"
port = {port}
security = "none"
from = "monitor@wexcombepark.example"
"""
CLERK = 'clerk = "clerk@wexcombepark.example"'
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
JANUARY = AUTUMN.end + timedelta(hours=9)


@dataclass
class Clock:
    now: datetime = JANUARY

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, port: int, clock: Clock, more: str = CLERK) -> App:
    (folder / "config.toml").write_text(CONFIG.format(port=port, more=more))
    return App(settings.load(folder / "config.toml"), clock=clock)


def a_term(app: App, mentions: int = 9) -> None:
    """Visits on each day, and praise that names somebody everywhere."""
    with app.store.recording("wexcombe", f"{PLANTED}'s blog") as book:
        for n in range(100):
            book.went_well(AUTUMN.start + n * DAY, DAY, asked=[PLANTED])
    for number in range(mentions):
        praised(app, AUTUMN.start + number * WEEK, number)


def praised(app: App, at: datetime, number: int) -> None:
    mention = Mention(
        source=f"{PLANTED}'s blog",
        external_id=f"{PLANTED}-{number}",
        url=f"https://{PLANTED.lower()}.example/{number}",
        text=f"{PLANTED} ran a lovely fair",
        author=PLANTED,
    )
    judged = Assessment(
        about_school=True, relevance=1, model=PLANTED, sentiment=Sentiment.POSITIVE
    )
    entry = Entry(
        school="wexcombe",
        mention=mention,
        place=mention.url,
        story="",
        assessment=judged,
        seen_at=at,
    )
    assert app.store.keep(entry)


@pytest.fixture
def without_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MONITOR_BROWSER", str(tmp_path / "none"))


def days_pass(app: App, clock: Clock, days: int) -> None:
    for _ in range(days):
        app.dispatch.termly()
        app.dispatch.deliver()
        clock.now += DAY


def text_of(mail: Received) -> str:
    print(mail.message["Subject"], mail.text, sep="\n\n")
    lines = mail.text.splitlines()
    assert all(len(line) <= 72 for line in lines if "http" not in line and "monitor" not in line)
    return " ".join(mail.text.split())


@pytest.mark.browser
def test_it_goes_to_the_clerk_once_with_the_pdf_and_names_nobody(
    tmp_path: Path, smtp: SmtpServer, clock: Clock, browser: Path
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    a_term(app)
    days_pass(app, clock, 8)
    (mail,) = smtp.messages
    assert mail.recipients == ("clerk@wexcombepark.example",)
    assert "9 public mentions of the school were found" in text_of(mail)
    (attached,) = mail.message.iter_attachments()
    assert attached.get_filename() == "governors-report-2026-09-01-to-2027-01-03.pdf"
    pdf = attached.get_content()
    assert pdf.startswith(b"%PDF")
    (tmp_path / "term.pdf").write_bytes(pdf)
    everything = (mail.text, str(mail.message.items()), *inside(tmp_path / "term.pdf"))
    assert "9 public mentions" in " ".join(everything[2].split())
    for held in everything:
        assert PLANTED.lower() not in held.lower()
    assert PLANTED.lower().encode() not in mail.content.lower() + pdf.lower()
    app.close()


def inside(pdf: Path) -> tuple[str, str]:
    """What a PDF says, and what it says of itself."""
    if shutil.which("pdftotext") is None:
        missing("pdftotext", "poppler-utils")
    said = [["pdftotext", str(pdf), "-"], ["pdfinfo", str(pdf)]]
    words, about = (subprocess.run(c, capture_output=True, text=True, check=True) for c in said)
    return words.stdout, about.stdout


@pytest.mark.usefixtures("without_browser")
def test_without_a_clerk_the_chair_gets_it_and_is_told_why(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock, more="")
    a_term(app)
    days_pass(app, clock, 5)
    (mail,) = smtp.messages
    assert mail.recipients == ("chair@wexcombepark.example",)
    text = text_of(mail)
    assert "You get it as chair of governors, because no clerk to the governors is named." in text
    app.close()


@pytest.mark.usefixtures("without_browser")
def test_without_a_browser_the_mail_says_the_sentences_and_how_to_make_the_pdf(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    a_term(app)
    days_pass(app, clock, 5)
    (mail,) = smtp.messages
    text = text_of(mail)
    assert "9 public mentions" in text
    assert "monitor report --from 2026-09-01 --to 2027-01-03 --out report.pdf" in text
    assert "http://127.0.0.1:8000/trends?school=wexcombe&term=2026-09-01" in text
    assert list(mail.message.iter_attachments()) == []
    app.close()


@pytest.mark.usefixtures("without_browser")
def test_of_a_term_in_which_the_program_was_not_there_nobody_is_mailed(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    days_pass(app, clock, 5)
    assert smtp.messages == []
    app.close()


@pytest.mark.usefixtures("without_browser")
def test_a_term_is_told_when_it_is_over_and_not_before(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    a_term(app)
    clock.now = datetime(2026, 12, 30, 12, tzinfo=UTC)
    app.dispatch.termly()
    assert app.dispatch.deliver().sent == 0
    clock.now = JANUARY
    app.dispatch.termly()
    assert app.dispatch.deliver().sent == 0, "it waits for the morning of a working day"
    days_pass(app, clock, 3)
    assert len(smtp.messages) == 1
    app.close()


@pytest.mark.usefixtures("without_browser")
def test_a_mail_of_which_only_the_answer_was_lost_is_sent_again_as_the_same_bytes(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    a_term(app)
    smtp.fault = Fault.DROP_AFTER_DATA
    days_pass(app, clock, 2)
    smtp.fault = None
    praised(app, clock.now, 99)
    days_pass(app, clock, 3)
    assert len({mail.content for mail in smtp.messages}) == 1
    assert len(smtp.messages) >= 2
    app.close()


@pytest.mark.usefixtures("without_browser")
def test_a_term_whose_dates_were_corrected_since_is_not_told_twice(
    tmp_path: Path, smtp: SmtpServer, clock: Clock
) -> None:
    app = opened(tmp_path, smtp.port, clock)
    a_term(app)
    days_pass(app, clock, 3)
    app.close()
    corrected = '[[schools.terms]]\nname = "Autumn"\nstart = 2026-09-03\nend = 2026-12-17'
    app = opened(tmp_path, smtp.port, clock, more=f"{CLERK}\n{corrected}")
    days_pass(app, clock, 10)
    assert len(smtp.messages) == 1
    app.close()


def test_the_clerk_can_be_told_of_no_incident(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SettingsError, match="told of no incident; name another role"):
        opened(tmp_path, 25, clock, more=f'{CLERK}\n[schools.routes]\ndanger = ["clerk"]')


def test_the_letter_says_which_term_it_tells_of() -> None:
    key = letter_key("wexcombe", AUTUMN)
    assert period_in(key) == AUTUMN
    assert period_in(f"weekly:wexcombe:{Role.HEAD}:20260907T060000Z:20260914T060000Z") is None
    assert re.fullmatch(r"term:wexcombe:[0-9TZ]+:[0-9TZ]+", key)
