"""The governors' report: readable, equal in every format, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from alerts.governors import CannotWrite, as_html, sentences, tables, write
from monitor.counts import LONDON, Division, Kind, Period, SourceGroup, Table, Trend
from monitor.coverage import cover
from monitor.domain import Category, School, Sentiment, Severity
from monitor.health import Check

SCHOOL = School(
    id="wexcombe",
    name="Wexcombe Park Primary School",
    website="https://www.wexcombepark.example",
    headteacher="Mrs Planted Name",
)
PERIOD = Period(
    start=datetime(2026, 9, 1, tzinfo=LONDON), end=datetime(2026, 10, 1, tzinfo=LONDON)
)
TREND = Trend(
    period=PERIOD,
    total=61,
    tables={
        Division.KINDS: {Kind.CONCERN: 9, Kind.CRITICISM: 12, Kind.OTHER: 40},
        Division.WEEKS: {"2026-08-31": None, "2026-09-07": 50, "2026-09-14": None},
        Division.GROUPS: {SourceGroup.SEARCH: 40, SourceGroup.FORUMS: 21},
        Division.CATEGORIES: {Category.THREAT: None, Category.ABUSE: None, Category.HATE: 0},
        Division.SEVERITIES: {Severity.NONE: 0, Severity.HIGH: 9},
        Division.SENTIMENTS: {Sentiment.POSITIVE: 40, Sentiment.NEGATIVE: 21},
    },
)
DAYS = (PERIOD.first_day, PERIOD.last_day)
EMPTY = Trend(period=PERIOD, total=0)
FEW = Trend(period=PERIOD, total=None)


def with_table(division: Division, table: Table) -> Trend:
    return replace(TREND, tables={**TREND.tables, division: table})


def test_the_sentences_say_what_the_numbers_say() -> None:
    said = " ".join(sentences(TREND))
    assert "61 public mentions" in said
    assert "Most of them, 40, are positive toward the school." in said
    assert "9 of them raised a concern" in said
    assert "12 were lawful criticism" in said


def test_without_a_majority_each_tone_is_named() -> None:
    trend = with_table(
        Division.SENTIMENTS,
        {Sentiment.NEGATIVE: 21, Sentiment.NEUTRAL: 20, Sentiment.POSITIVE: 20},
    )
    assert (
        "Of these, 20 positive toward the school, 20 neutral and 21 negative toward the school."
        in sentences(trend)
    )


def test_a_period_with_nothing_or_very_little_is_one_sentence_without_tables() -> None:
    assert sentences(EMPTY) == ["No public mention of the school was found in this period."]
    assert sentences(FEW)[0].startswith("Fewer than five")
    assert tables(EMPTY) == tables(FEW) == []


def test_a_table_withheld_as_a_whole_says_so() -> None:
    shown = {t.title: t.rows for t in tables(with_table(Division.GROUPS, {}))}
    assert shown["Where they were found"] == (("All rows", "withheld"),)


def _numbers(text: str) -> list[str]:
    return re.findall(r"(?<![\d#.])\b\d+\b(?![\d%.])", text)


def test_page_csv_and_workbook_hold_the_same_numbers(tmp_path: Path) -> None:
    write(TREND, SCHOOL, tmp_path / "r.csv")
    write(TREND, SCHOOL, tmp_path / "r.xlsx")
    lines = list(csv.reader(StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))))
    in_csv = [(line[1], line[2]) for line in lines if line[2]][1:]
    sheet = load_workbook(BytesIO((tmp_path / "r.xlsx").read_bytes())).active
    in_book = [(str(a), str(b)) for a, b, *_ in sheet.iter_rows(values_only=True) if b is not None]
    in_book = [row for row in in_book if row[1] not in ("Mentions", "Days")]
    in_page = re.findall(
        r'<th scope="row">(.*?)</th><td>(.*?)</td>', as_html(TREND, SCHOOL), re.DOTALL
    )
    expected = [(name, str(count)) for table in tables(TREND) for name, count in table.rows]
    assert in_csv == in_book == in_page == expected


def test_the_report_names_nobody_and_links_nowhere(tmp_path: Path) -> None:
    for kind in ("html", "csv", "xlsx"):
        out = tmp_path / f"report.{kind}"
        write(TREND, SCHOOL, out)
        cells = out.read_bytes()
        if kind == "xlsx":
            book = load_workbook(out)
            cells = repr(list(book.active.values)).encode() + repr(book.properties).encode()
        assert b"Planted" not in cells
        assert b"wexcombepark" not in cells


def test_a_pdf_is_printed_from_the_page(tmp_path: Path) -> None:
    printed: list[str] = []

    def print_pdf(page: str) -> bytes:
        printed.append(page)
        return b"%PDF-"

    write(TREND, SCHOOL, tmp_path / "report.PDF", print_pdf=print_pdf)
    assert printed == [as_html(TREND, SCHOOL)]
    assert (tmp_path / "report.PDF").read_bytes() == b"%PDF-"


def test_a_pdf_without_a_browser_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="needs the browser"):
        write(TREND, SCHOOL, tmp_path / "report.pdf")


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"report\.doc should end in"):
        write(TREND, SCHOOL, tmp_path / "report.doc")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="choose another place"):
        write(TREND, SCHOOL, tmp_path / "nowhere" / "report.html")


def test_an_old_report_stays_when_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    out.write_bytes(b"old")

    def break_down(page: str) -> bytes:
        raise RuntimeError("no browser")

    with pytest.raises(RuntimeError):
        write(TREND, SCHOOL, out, print_pdf=break_down)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_school_named_like_a_formula_stays_text(start: str, tmp_path: Path) -> None:
    coverage = cover([Check(source=f"{start}1+1", at=PERIOD.start)], *DAYS)
    school = replace(SCHOOL, name=f"{start}HYPERLINK(1)")
    for kind in ("csv", "xlsx"):
        write(TREND, school, tmp_path / f"r.{kind}", coverage=coverage)
    for line in csv.reader(StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))):
        assert not any(
            cell.lstrip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for cell in line
        )
    book = load_workbook(tmp_path / "r.xlsx")
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_school_named_like_markup_stays_text() -> None:
    page = as_html(TREND, replace(SCHOOL, name="<script>alert(1)</script>"))
    assert "<script" not in page
