"""The governors' report over a real log: right in every form, and nobody's name in any."""

from __future__ import annotations

import csv
import html
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import load_workbook

from alerts.checks_page import as_html as checks_as_html
from alerts.checks_page import write_checks
from alerts.compose import compose_term
from alerts.evidence.pdf import print_pdf
from alerts.governors import CannotWrite, Report, as_html, write
from alerts.term_news import Paper
from monitor.account_role import AccountRole
from monitor.counts import LONDON, Division, Kind, SourceGroup
from monitor.coverage import cover
from monitor.domain import (
    Act,
    Assessment,
    Category,
    Incident,
    Letter,
    Mention,
    Role,
    School,
    Sentiment,
    Severity,
    Urgency,
)
from monitor.health import Check
from monitor.reviewing import Reviewer
from monitor.store.entry import Entry
from monitor.store.store import Store
from monitor.terms import Terms
from tests.casework import act
from tests.integration.chromium import chromium, faults, open_page
from tests.integration.dashboard import Dashboard, running
from tests.random_terms import AUTUMN
from tests.unit.test_compose import a_context

pytestmark = pytest.mark.xdist_group("reviewing")

PLANTED = "Quillfeather"
TERMS = int(os.environ.get("REVIEWED_TERMS", "60"))  # 500 take some minutes
EVERY = 1 if "REVIEWED_TERMS" in os.environ else 3  # of the terms in every form
SUBJECTS = (("the parking", "transport"), ("the dinners", "food"), ("nothing", "no theme"))
AFTER = AUTUMN.end + timedelta(days=1)
GROUPS = {f"{PLANTED}'s blog": SourceGroup.NEWS, "forum": SourceGroup.FORUMS}


def a_school(number: int) -> School:
    return School(
        id=f"school-{number}",
        name="Wexcombe Park Primary School",
        headteacher=f"Mrs {PLANTED}",
        website=f"https://{PLANTED.lower()}.example",
    )


def entry(dice: random.Random, school: School, number: int) -> Entry:
    """A post that names somebody in every field."""
    seen = AUTUMN.start + timedelta(days=dice.uniform(0, 120))
    mention = Mention(
        source=dice.choice(list(GROUPS)),
        external_id=f"{PLANTED}-{number}",
        url=f"https://{PLANTED.lower()}.example/{number}",
        text=f"{PLANTED} said it about {dice.choice(SUBJECTS)[0]}",
        author=f"@{PLANTED}",
    )
    concern = dice.random() < 0.4
    categories = frozenset(dice.sample(list(Category)[:3], k=1)) if concern else frozenset()
    assessment = Assessment(
        about_school=True,
        relevance=1,
        model=PLANTED,
        categories=categories,
        severity=Severity.HIGH if concern else Severity.NONE,
        sentiment=dice.choice(list(Sentiment)),
        criticism=not concern and dice.random() < 0.5,
    )
    incident = Incident(
        key=f"{school.id}-{PLANTED}-{number}",
        school=school.id,
        opened_at=seen,
        categories=categories,
        severity=Severity.HIGH,
    )
    return Entry(
        school=school.id,
        mention=mention,
        place=mention.url,
        story="",
        assessment=assessment,
        seen_at=seen,
        incident=incident if concern else None,
    )


@dataclass
class Reviewed:
    """A random term: the report, the posts that the log has, and how many incidents."""

    report: Report
    entries: list[Entry]
    incidents: int


@pytest.fixture(scope="module")
def terms() -> Iterator[tuple[Dashboard, list[Reviewed]]]:
    """Random terms of as many schools, in one dashboard."""
    dice, schools = random.Random(11), [a_school(n) for n in range(TERMS)]
    by_id = {school.id: school for school in schools}
    with TemporaryDirectory() as folder, running(Path(folder), schools=by_id, groups=GROUPS) as on:
        on.clock.now = AFTER
        yield on, [reviewed(on, dice, school) for school in schools]


@pytest.fixture(scope="module")
def reports(terms: tuple[Dashboard, list[Reviewed]]) -> list[Reviewed]:
    return terms[1]


def reviewed(board: Dashboard, dice: random.Random, school: School) -> Reviewed:
    entries = [entry(dice, school, n) for n in range(int(dice.expovariate(1 / 16)))]
    for one in entries:
        assert board.store.keep(one)
    with board.store.recording(school.id, f"{PLANTED}'s blog") as book:
        book.went_well(AUTUMN.start, timedelta(days=1), asked=[PLANTED])
    cases = board.store.cases(school.id)
    for case in cases[::2]:
        seen = case.incident.opened_at + timedelta(days=1)
        act(board.store, case.incident.number, Act.STEP, seen, f"sent: Report it to {PLANTED}")
        act(board.store, case.incident.number, Act.DECIDED, seen, "incident", reason=PLANTED)
    report = board.reviewer.report(school.id, AUTUMN.first_day, AUTUMN.first_day)
    return Reviewed(report, entries, len(cases))


def in_page(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page, re.DOTALL)


def in_csv(path: Path) -> list[tuple[str, str]]:
    lines = csv.reader(StringIO(path.read_text("utf-8-sig")))
    return [(line[1], line[2]) for line in lines if line[2]][1:]


def in_book(content: bytes) -> list[tuple[str, str]]:
    sheet = load_workbook(BytesIO(content)).active
    rows = [(str(a), str(b)) for a, b, *_ in sheet.iter_rows(values_only=True) if b is not None]
    return [row for row in rows if row[1] not in ("Mentions", "Days", "Incidents")]


def test_every_form_has_the_same_numbers_and_nobodys_name(
    reports: list[Reviewed], tmp_path: Path
) -> None:
    for report in (one.report for one in reports[::EVERY]):
        page = as_html(report)
        write(report, tmp_path / "r.csv")
        write(report, tmp_path / "r.xlsx")
        book = (tmp_path / "r.xlsx").read_bytes()
        expected = [(name, str(n)) for table in report.tables for name, n in table.rows]
        assert in_csv(tmp_path / "r.csv") == in_book(book) == expected
        assert [row for row in expected if row[0] != "All rows"] == in_page(page)
        sheet = load_workbook(BytesIO(book))
        held = repr(list(sheet.active.values)) + repr(sheet.properties)
        for form in (page, (tmp_path / "r.csv").read_text("utf-8"), held):
            assert PLANTED.lower() not in form.lower()


def test_a_governor_and_a_clerk_are_told_nobodys_name(
    terms: tuple[Dashboard, list[Reviewed]],
) -> None:
    board, reports = terms
    with board.signed_in(AccountRole.GOVERNOR, *board.schools) as client:
        for number, one in enumerate(reports):
            page = client.get(f"/trends?school={one.report.school.id}&term=2026-09-01").text
            assert "Autumn term 2026" in page
            shown = re.findall(r'<img src="(/trends/picture[^"]+)"', page)
            assert len(shown) == len(one.report.pictures)
            drawn = [client.get(html.unescape(at)).text for at in shown if number % 10 == 0]
            for held in (page, *drawn, *the_mail(one.report)):
                assert PLANTED.lower() not in held.lower()


def the_mail(report: Report) -> tuple[str, str, str]:
    """Its head, its text, and the name of its file."""
    paper = Paper(report=report, pdf=b"%PDF")
    letter = Letter(key="term", school="w", role=Role.CLERK, urgency=Urgency.DIGEST)
    mail = compose_term(letter, paper, replace(a_context(), school=report.school), at=AFTER)
    (attached,) = mail.iter_attachments()
    body = mail.get_body(("plain",))
    assert body is not None
    assert report.sentences[0][:30] in " ".join(str(body.get_content()).split())
    return str(mail.items()), str(body.get_content()), str(attached.get_filename())


def in_the_log(entries: list[Entry]) -> dict[Division, Counter[str]]:
    """The same numbers, counted anew from the posts themselves."""
    judged = [one.assessment for one in entries]
    seen = [one.seen_at.astimezone(LONDON).date() for one in entries]
    criticism = [one for one in entries if one.assessment.criticism]
    return {
        Division.KINDS: Counter(
            "concern" if one.categories else "criticism" if one.criticism else "other"
            for one in judged
        ),
        Division.SENTIMENTS: Counter(one.sentiment.value for one in judged),
        Division.CATEGORIES: Counter(kind.value for one in judged for kind in one.categories),
        Division.GROUPS: Counter(GROUPS[one.mention.source].value for one in entries),
        Division.WEEKS: Counter(str(day - timedelta(days=day.weekday())) for day in seen),
        Division.THEMES: Counter(
            theme for one in criticism for word, theme in SUBJECTS if word in one.mention.text
        ),
    }


def test_what_is_shown_is_what_the_log_has_in_sentence_chart_and_table(
    reports: list[Reviewed],
) -> None:
    compared = 0
    for one in reports:
        report, trend, found = one.report, one.report.trend, len(one.entries)
        assert trend is not None
        assert trend.total == (found if found == 0 or found >= 5 else None)
        assert trend.incidents in (None, one.incidents)
        for division, counts in in_the_log(one.entries).items():
            shown = {row: n for row, n in trend.tables.get(division, {}).items() if n is not None}
            assert shown == {row: counts[row] for row in shown}
            compared += len(shown)
        said = " ".join(report.sentences)
        if trend.total:
            assert said.startswith(f"{trend.total} public mentions")
        for kind, words in ((Kind.CONCERN, "of them raised"), (Kind.CRITICISM, "were lawful")):
            if number := trend.number(kind):
                assert f"{number} {words}" in said
        for division, picture in report.pictures.items():
            drawn = Counter(re.findall(r": (\d+)[;.]", picture.alt.split(picture.title)[1]))
            assert drawn == Counter(str(n) for n in trend.tables[division].values() if n)
    assert compared > 4 * TERMS


PROOF = cover(
    [Check(source="Town forum", at=AUTUMN.start + timedelta(days=n), new=3) for n in range(60)],
    AUTUMN.first_day,
    AUTUMN.last_day,
)


def test_the_proof_of_checks_is_one_dated_page_that_says_nothing_of_finds(tmp_path: Path) -> None:
    page = checks_as_html(PROOF, a_school(1), date(2027, 1, 5))
    assert "Made on 5 January 2027." in page
    assert ("Town forum", "60") in in_page(page)
    assert "new" not in page
    with pytest.raises(CannotWrite, match=r"proof\.csv should end in"):
        write_checks(
            PROOF,
            a_school(1),
            tmp_path / "proof.csv",
            made=date(2027, 1, 5),
            print_pdf=lambda _: b"",
        )


@pytest.mark.browser
def test_the_pages_have_no_fault_that_axe_finds_and_the_pdf_is_tagged(
    reports: list[Reviewed], browser: Path, tmp_path: Path
) -> None:
    by_size = sorted(reports, key=lambda one: len(one.entries))
    smallest, largest = by_size[0].report, by_size[-1].report
    pages = [as_html(largest), as_html(smallest), checks_as_html(PROOF, a_school(1), AFTER.date())]
    with TemporaryDirectory() as scratch, chromium(Path(scratch), browser) as chrome:
        page = open_page(chrome, 1280)
        for each in pages:
            page.set_content(each)
            assert faults(page) == []
        for one in reports[::10]:
            page.set_content(as_html(one.report))
            told = said_of_itself(page.pdf(tagged=True, outline=True))
            assert told == titles(one.report)
    pdf = print_pdf(pages[0], browser)
    assert b"/StructTreeRoot" in pdf
    assert b"/Alt" in pdf
    assert said_of_itself(pdf) == titles(largest)


HEADINGS = {"The numbers", "What could not be seen, and how it was counted"}


def titles(report: Report) -> set[str]:
    return {report.title, in_title(report), *HEADINGS}


def in_title(report: Report) -> str:
    return f"{report.title}, {report.period}"


def said_of_itself(pdf: bytes) -> set[str]:
    """The titles of a PDF and of its outline; that it has no other words beside its pages."""
    (facts,) = re.findall(rb"obj\n<<(/Title [^<>]*?/Producer[^<>]*)>>", pdf)
    known = {b"Title", b"Creator", b"Producer", b"CreationDate", b"ModDate"}
    assert set(re.findall(rb"^/?(\w+) \(", facts.replace(b"\n/", b"\n"), re.MULTILINE)) == known
    assert re.search(rb"/Creator \((Chromium\)|Mozilla.*HeadlessChrome)", facts)
    assert b"/Metadata" not in pdf
    assert b"/EmbeddedFile" not in pdf
    return {title.decode() for title in re.findall(rb"/Title \(([^()]*)\)", pdf)}


def test_a_pdf_says_of_itself_only_what_the_school_and_the_days_are(
    reports: list[Reviewed],
) -> None:
    """It takes that from the page's title and headings, and the page is all that it is made of;
    so what holds for these holds for every PDF."""
    for report in (one.report for one in reports):
        page = as_html(report)
        assert re.findall("<title>(.*?)</title>", page) == [in_title(report)]
        assert set(re.findall("<h[1-6]>(.*?)</h[1-6]>", page)) == titles(report) - {
            in_title(report)
        }
        assert report.period == "1 September 2026 to 3 January 2027"
        assert not re.search("<meta name=.(?!viewport)", page)


def test_a_moment_in_the_summer_holidays_is_in_the_summer_term(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    reviewer = Reviewer(
        store=store,
        schools={"w": a_school(1)},
        groups={},
        terms={"w": Terms()},
        clock=lambda: datetime(2026, 8, 20, 12, tzinfo=AUTUMN.start.tzinfo),
    )
    report = reviewer.report("w", date(2026, 8, 10), date(2026, 8, 12))
    assert report.name.startswith("Summer term 2026")
    assert report.trend is None
    assert report.sentences[0].startswith("Nothing of this term is published yet.")
    store.close()
