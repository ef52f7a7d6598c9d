"""The governors' report over a real log: right in every form, and nobody's name in any."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from openpyxl import load_workbook

from alerts.checks_page import as_html as checks_as_html
from alerts.checks_page import write_checks
from alerts.evidence.pdf import print_pdf
from alerts.governors import CannotWrite, Report, as_html, write
from monitor.counts import Division, Kind, SourceGroup
from monitor.coverage import cover
from monitor.domain import (
    Assessment,
    Category,
    Incident,
    Mention,
    School,
    Sentiment,
    Severity,
)
from monitor.health import Check
from monitor.reviewing import Reviewer
from monitor.store.entry import Entry
from monitor.store.store import Store
from monitor.terms import Terms
from tests.integration.chromium import chromium, faults, open_page
from tests.random_terms import AUTUMN

PLANTED = "Quillfeather"
TERMS = 20
SUBJECTS = ("the parking", "the dinners", "nothing")
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
        text=f"{PLANTED} said it about {dice.choice(SUBJECTS)}",
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


@pytest.fixture(scope="module")
def reports() -> Iterator[list[tuple[Report, int, int]]]:
    """Of random terms: the report, and how many mentions and incidents the log has."""
    dice, schools = random.Random(11), [a_school(n) for n in range(TERMS)]
    with TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/monitor.db")
        reviewer = Reviewer(
            store=store,
            schools={school.id: school for school in schools},
            groups=GROUPS,
            terms=dict.fromkeys((school.id for school in schools), Terms()),
            clock=lambda: AFTER,
        )
        made = []
        for school in schools:
            mentions = int(dice.expovariate(1 / 25))
            for number in range(mentions):
                assert store.keep(entry(dice, school, number))
            with store.recording(school.id, f"{PLANTED}'s blog") as book:
                book.went_well(AUTUMN.start, timedelta(days=1), asked=[PLANTED])
            report = reviewer.report(school.id, AUTUMN.first_day, AUTUMN.first_day)
            made.append((report, mentions, len(store.cases(school.id))))
        yield made
        store.close()


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
    reports: list[tuple[Report, int, int]], tmp_path: Path
) -> None:
    for report, _, _ in reports:
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


def test_what_is_shown_adds_up_to_the_log(reports: list[tuple[Report, int, int]]) -> None:
    compared = 0
    for report, mentions, incidents in reports:
        trend = report.trend
        assert trend is not None
        assert trend.total == (mentions if mentions == 0 or mentions >= 5 else None)
        assert trend.incidents in (None, incidents)
        assert trend.number(Kind.CONCERN) in (None, incidents)
        for division in (Division.KINDS, Division.SENTIMENTS, Division.WEEKS, Division.GROUPS):
            counts = list(trend.tables.get(division, {}).values())
            if counts and None not in counts:
                assert sum(n for n in counts if n) == trend.total
                compared += 1
        if trend.total:
            assert report.sentences[0].startswith(f"{trend.total} public mentions")
        for division, picture in report.pictures.items():
            shown = [n for n in trend.tables[division].values() if n]
            said = map(int, re.findall(r": (\d+)", picture.alt.removeprefix(picture.title)))
            assert all(n in list(said) or str(n) in picture.alt for n in shown)
    assert compared > TERMS / 2


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
    reports: list[tuple[Report, int, int]], browser: Path, tmp_path: Path
) -> None:
    largest = max(reports, key=lambda one: one[1])[0]
    smallest = min(reports, key=lambda one: one[1])[0]
    pages = [as_html(largest), as_html(smallest), checks_as_html(PROOF, a_school(1), AFTER.date())]
    with TemporaryDirectory() as scratch, chromium(Path(scratch), browser) as chrome:
        page = open_page(chrome, 1280)
        for html in pages:
            page.set_content(html)
            assert faults(page) == []
    pdf = print_pdf(pages[0], browser)
    assert b"/StructTreeRoot" in pdf
    assert b"/Alt" in pdf
    assert PLANTED.encode() not in pdf


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
