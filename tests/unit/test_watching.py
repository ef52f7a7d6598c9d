"""Never silently blind: told once, reminded, told when mended; over a real site and database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor import settings
from monitor.app import App, Quiet
from monitor.checks import check
from monitor.domain import Assessment, Letter, Mention, School
from monitor.health import Ailment
from monitor.term_letter import period_in
from monitor.week import span_in
from tests.e2e.school import PRAISE, Site, Visitor, configuration, mail_at, whole
from tests.smtp import SmtpServer

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def harmless(mention: Mention, school: School) -> Assessment:
    """What is judged is tested elsewhere, and takes a second to load."""
    return Assessment(about_school=True, relevance=1.0, model="none")


IN_ANY_CASE = ("This week: ", "For the governors: ")


class Office:
    """A school whose monitor is started at the times its test likes."""

    def __init__(self, folder: Path, url: str, site: Site, smtp: SmtpServer, every: str) -> None:
        self.site, self.smtp, self.now = site, smtp, NOON
        config = configuration(site, {"Paper": "/feed"}, mail=mail_at(smtp.port), every=every)
        (folder / "config.toml").write_text(f'database = "env:WATCHED"\n{config}')
        self.config = folder / "config.toml"
        self.app = self.begun()

    def begun(self) -> App:
        """The program, started on the configuration as it now is."""
        found = settings.load(self.config)
        return App(found, clock=lambda: self.now, assess=harmless, gap=timedelta(0))

    def scan(self, after: timedelta = timedelta(0)) -> list[str]:
        """The subjects of the mails it brings."""
        self.now += after
        before = len(self.mails)
        self.app.scan(self.app.visitor.due(), Quiet())
        return [mail["Subject"] for mail in self.mails[before:]]

    @property
    def mails(self) -> list[EmailMessage]:
        """All but weekly summaries and reports of terms, which come in any case."""
        every = [received.message for received in self.smtp.messages]
        return [mail for mail in every if not mail["Subject"].startswith(IN_ANY_CASE)]

    def waiting(self) -> list[Letter]:
        """The same of letters that have not left."""
        unsent = [one for one, *_ in self.app.store.unsent()]
        return [one for one in unsent if not (span_in(one.key) or period_in(one.key))]

    def publish(self, number: int) -> None:
        posts = {str(n): f"{PRAISE} ({n})" for n in range(number, number + 3)}
        self.site.publish("/feed", posts)

    def refuse(self) -> None:
        def refuse(visitor: Visitor) -> None:
            visitor.send_error(401)

        self.site.answers["/feed"] = refuse

    def last_mail(self) -> str:
        return " ".join(str(self.mails[-1].get_content()).split())


@pytest.fixture
def office(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("WATCHED", database_url)
    with Site() as site, SmtpServer() as smtp:
        office = Office(tmp_path, database_url, site, smtp, "6h")
        office.publish(1)
        yield office
        office.app.close()


TOLD, REMINDED = (
    "The monitor may be blind in 1 place",
    "Reminder: the monitor may be blind in 1 place",
)
MENDED = "Works again: 1 place"


def test_a_source_that_needs_a_person_is_told_once_reminded_and_told_when_mended(
    office: Office,
) -> None:
    assert office.scan() == []
    office.refuse()
    assert office.scan(6 * HOUR) == [TOLD]
    assert "The site refused us." in office.last_mail()
    assert office.scan(HOUR) == office.scan(6 * HOUR) == []
    daily = [office.scan(DAY) for _ in range(4)]
    assert daily == [[REMINDED], [REMINDED], [REMINDED], []]
    weekly = [mail for _ in range(14) for mail in office.scan(DAY)]
    assert weekly == [REMINDED, REMINDED]
    office.publish(1)
    assert office.scan(DAY) == [], "one good visit proves little"
    assert office.scan(6 * HOUR) == [MENDED]
    assert [office.scan(DAY) for _ in range(3)] == [[], [], []]


def test_a_trouble_that_passes_within_a_day_is_told_to_nobody(office: Office) -> None:
    office.scan()
    working = office.site.answers.pop("/feed")  # 404: the site's trouble
    hourly = [mail for _ in range(20) for mail in office.scan(HOUR)]
    office.site.answers["/feed"] = working
    assert hourly + office.scan(DAY) + office.scan(DAY) == []


def test_a_trouble_that_does_not_pass_is_told_after_a_day(office: Office) -> None:
    office.scan()
    office.site.answers.pop("/feed")
    told = [(n, mail) for n in range(60) for mail in office.scan(HOUR)]
    assert [mail for _, mail in told] == [TOLD, REMINDED][: len(told)]
    first = told[0][0] * HOUR
    assert DAY <= first <= 2 * DAY
    assert "whoever looks after" in office.last_mail().casefold()


def test_a_source_that_goes_quiet_is_told_once_and_mended_by_its_next_find(
    office: Office,
) -> None:
    for number in range(1, 22, 3):
        office.publish(number)
        assert office.scan(2 * DAY) == []
    mails = [mail for _ in range(20) for mail in office.scan(12 * HOUR)]
    assert mails == [TOLD]
    assert (
        "Perhaps nobody wrote anything. Perhaps we cannot see it any more." in office.last_mail()
    )
    office.publish(50)
    assert office.scan(6 * HOUR) == [MENDED]
    (health,) = office.app.store.health()
    assert health.ailing is None
    assert health.last_find_at == office.now


def test_a_computer_that_was_off_through_the_holidays_makes_no_silence(office: Office) -> None:
    for number in range(1, 22, 3):
        office.publish(number)
        office.scan(6 * HOUR)
    assert office.scan(42 * DAY) == []
    assert [office.scan(6 * HOUR) for _ in range(20)] == [[]] * 20


def test_when_the_line_is_down_one_mail_tells_of_all_sources(
    tmp_path: Path, office: Office
) -> None:
    more = "".join(
        f'[[sources]]\nkind = "feed"\nname = "Blog {n}"\nurl = "{office.site.url("/b")}"\n'
        for n in range(3)
    )
    _with(tmp_path, more)
    office.app.close()
    office.app = office.begun()
    office.refuse()
    office.site.answers["/b"] = office.site.answers["/feed"]
    assert office.scan() == ["The monitor may be blind in 4 places"]


def _with(folder: Path, more: str) -> Path:
    config = folder / "config.toml"
    config.write_text(config.read_text() + more)
    return config


def test_a_trouble_that_is_over_before_its_mail_could_leave_is_not_told(office: Office) -> None:
    office.scan()
    office.refuse()
    office.now += 6 * HOUR
    office.app.poll()
    office.publish(1)
    office.now += 11 * HOUR
    office.app.poll()
    office.now += 6 * HOUR
    office.app.poll()
    assert office.app.dispatch.deliver().sent == 0
    assert office.waiting() == []
    assert office.mails == []


def test_nobody_is_reminded_of_what_they_are_still_to_hear(office: Office) -> None:
    office.scan()
    office.refuse()
    for _ in range(10):  # the mail server is away for ten days
        office.now += DAY
        office.app.poll()
    assert office.scan() == [TOLD]


def test_every_visit_is_recorded_with_its_result(office: Office) -> None:
    office.scan()
    office.refuse()
    office.scan(6 * HOUR)
    first, second = office.app.store.checks("wexcombe", NOON - DAY, NOON + DAY)
    assert (first.source, first.at, first.new, first.error) == ("Paper", NOON, 3, "")
    assert (second.new, "The site refused us." in second.error) == (0, True)


def test_a_page_of_html_names_the_technician(office: Office) -> None:
    office.site.answers["/feed"] = whole("text/html", b"<!doctype html><title>Hello</title>")
    assert office.scan() == [TOLD]
    (health,) = office.app.store.health()
    assert health.ailing is not None
    assert health.ailing.ailment is Ailment.BROKEN
    assert "Who must act Whoever looks after this program's configuration." in office.last_mail()


def test_the_check_says_how_each_source_has_been_up_to_now(office: Office) -> None:
    office.scan()
    (said,) = (f.sentence for f in islice(check(office.app.settings), 2) if "Paper" in f.part)
    assert said.startswith("Read; 3 items on the first page.")
    assert "Up to now: " in said
    assert "Last find: Fri 20 Nov 2026, 12:00." in said


def test_a_visit_that_finds_nothing_new_reads_twice_and_writes_three_rows(office: Office) -> None:
    office.scan()
    (visit,) = office.app.visitor.all()
    said: list[str] = []
    engine = office.app.store.engine
    event.listen(engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    office.app.visitor.visit(visit)
    verbs = [words.split()[0] for words in said if "pg_advisory" not in words]
    assert [verb for verb in verbs if verb != "BEGIN"] == [
        "SELECT",
        "SELECT",
        "INSERT",
        "UPDATE",
        "INSERT",
    ]
