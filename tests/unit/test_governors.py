"""The governors' report: readable, equal in every format, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from alerts.charts import by_week
from alerts.figures import rounded_to
from alerts.findings import Earlier, likely
from alerts.governors import CannotWrite, Report, as_html, write
from monitor.counts import (
    LONDON,
    Asked,
    Division,
    Fate,
    Handling,
    Judge,
    Kind,
    Outcome,
    Period,
    SourceGroup,
    Speed,
    Table,
    Theme,
    Trend,
    Wait,
)
from monitor.coverage import cover
from monitor.domain import Category, School, Sentiment, Severity
from monitor.health import Check
from monitor.publishing import together
from nlp.assess import model_version
from nlp.card import scores
from tests.architecture.project import ROOT

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


FIRST = Judge(version="reader-2026.11+11aa", since=date(2026, 8, 1))
NOTHING_CHECKED = cover([], *DAYS)


def report(trend: Trend | None = TREND, **changes: object) -> Report:
    plain = Report(school=SCHOOL, name="Autumn term 2026", trend=trend, coverage=NOTHING_CHECKED)
    return replace(plain, **changes)


def sentences(trend: Trend, **changes: object) -> list[str]:
    return report(trend, **changes).sentences


def with_table(division: Division, table: Table) -> Trend:
    return replace(TREND, tables={**TREND.tables, division: table})


def test_the_sentences_say_what_the_numbers_say() -> None:
    said = " ".join(sentences(TREND))
    assert "61 public mentions" in said
    assert "Most of them, 40, are positive toward the school: 66%" in said
    assert "9 of them raised a concern" in said
    assert "12 were lawful criticism" in said


def test_a_share_is_given_with_the_interval_that_chance_allows() -> None:
    """Wilson's interval, as Brown, Cai and DasGupta 2001 give it for small numbers."""
    assert likely(40, 61) == (53, 76)
    assert likely(5, 5) == (57, 100)


def test_a_term_is_compared_with_others_and_they_with_it() -> None:
    before = replace(TREND, total=40)
    year_ago = replace(TREND, total=62)
    said = sentences(
        TREND,
        earlier=(
            Earlier(called="last term", trend=before),
            Earlier(called="in the same term last year", trend=year_ago),
        ),
    )
    assert said[0] == (
        "61 public mentions of the school were found in this period, 21 more than last term (40) "
        "and 1 fewer than in the same term last year (62)."
    )


def test_a_term_that_is_withheld_is_compared_with_nothing() -> None:
    said = sentences(TREND, earlier=(Earlier(called="last term", trend=FEW),))
    assert "last term" not in said[0]


def test_without_a_majority_each_tone_is_named() -> None:
    trend = with_table(
        Division.SENTIMENTS,
        {Sentiment.NEGATIVE: 21, Sentiment.NEUTRAL: 20, Sentiment.POSITIVE: 20},
    )
    said = "Of these, 20 are positive toward the school, 20 neutral and 21 negative."
    assert said in sentences(trend)


def test_of_very_many_a_share_has_no_interval() -> None:
    many = {Sentiment.NEGATIVE: 8000, Sentiment.NEUTRAL: 4000}
    trend = replace(with_table(Division.SENTIMENTS, many), total=12000)
    assert "Most of them, 8,000, are negative toward the school: 67%." in sentences(trend)


def test_all_that_is_withheld_is_said_in_one_sentence() -> None:
    tables = {division: {} for division in TREND.tables}
    said = sentences(replace(TREND, total=9, tables=tables))
    assert sum("would point at someone" in sentence for sentence in said) == 1


def test_what_became_of_incidents_and_what_alerts_were_worth_is_said() -> None:
    handled = {
        Division.HANDLING: {Handling.CLOSED: 20, Handling.OPEN: 0},
        Division.SPEED: {Speed.IN_TIME: 15, Speed.LATER: 5},
        Division.OUTCOMES: {
            Outcome.INCIDENT: 10,
            Outcome.CRITICISM: 0,
            Outcome.NO_CONCERN: 5,
            Outcome.NOT_US: 5,
            Outcome.UNSAID: 0,
        },
    }
    said = sentences(replace(TREND, incidents=20, tables={**TREND.tables, **handled}))
    assert "20 incidents were opened; all are closed, 15 of them within five school days." in said
    assert (
        "A person decided on 20: 10 were real incidents; the others were criticism, no concern, "
        "or not about the school, and are not counted as concerns." in said
    )
    handled[Division.OUTCOMES] = dict.fromkeys(Outcome, 0) | {Outcome.NO_CONCERN: 20}
    said = sentences(replace(TREND, incidents=20, tables={**TREND.tables, **handled}))
    assert (
        "A person decided on 20; none was a real incident, so none of these is counted as a "
        "concern." in said
    )


def test_a_week_without_a_bar_is_not_said_to_be_quiet_where_nothing_was_checked() -> None:
    every_day = [Check(source="Paper", at=PERIOD.start + timedelta(days=n)) for n in range(30)]
    explained = "No bar: nothing was found, or nothing was checked."
    assert explained in as_html(report(coverage=cover(every_day[:9], *DAYS)))
    assert explained not in as_html(report(coverage=cover(every_day, *DAYS)))


def test_what_was_criticised_and_what_came_of_asking_is_said() -> None:
    more = {
        Division.THEMES: {Theme.FOOD: 7, Theme.SEND: None, Theme.TRANSPORT: 9, Theme.MONEY: 0},
        Division.HANDLING: {Handling.CLOSED: 20, Handling.OPEN: 0},
        Division.ASKED: {Asked.ASKED: 14, Asked.NOT_ASKED: 6},
        Division.REMOVALS: {f"Facebook: {Fate.GONE}": 8, f"X: {Fate.NOT_SEEN_GONE}": 6},
    }
    trend = replace(TREND, incidents=20, tables={**TREND.tables, **more})
    said = sentences(trend)
    assert (
        "Of what was criticised, the most frequent that can be shown: “Buses, traffic and "
        "parking” (9) and “Meals” (7)." in said
    )
    assert (
        "In 14 incidents a site or the writer was asked to remove what was posted; in 8 of these "
        "it is gone." in said
    )
    shown = {table.title: table.rows for table in report(trend).tables}
    assert shown["What came of asking"] == (("Facebook: gone", 8), ("X: not seen to be gone", 6))


def test_days_on_which_the_rules_changed_are_marked_and_said() -> None:
    made = report(judges=(FIRST, Judge(version="b", since=date(2026, 9, 10))))
    (said,) = (limit for limit in made.limits if "dashed lines" in limit)
    assert "on 10 September 2026 (dashed lines" in said
    marked, plain = made.pictures[Division.WEEKS], report().pictures[Division.WEEKS]
    assert "changed on 10 September" in marked.alt
    assert marked.svg != plain.svg


def test_a_term_that_was_judged_by_another_version_is_named() -> None:
    then = [
        Earlier(called="last term", trend=TREND, judged_alike=False),
        Earlier(called="in the same term last year", trend=TREND),
    ]
    (said,) = (one for one in report(earlier=tuple(then)).limits if "another version" in one)
    assert said.startswith("Posts found last term were judged by another version.")


def test_times_are_told_in_coarse_steps() -> None:
    waits = {Wait.FOUND: timedelta(hours=24), Wait.TOLD: timedelta(hours=1)}
    said = sentences(replace(TREND, waits=waits))
    assert (
        "Half of the posts whose date is known were found within a day of being written." in said
    )
    assert "Half of the incidents were told by mail within an hour of being found." in said
    ends = {Wait.DECIDED: timedelta(hours=6), Wait.CLOSED: timedelta(days=7)}
    assert (
        "Of those closed, half were decided within 6 hours and half closed within a week of that "
        "mail." in sentences(replace(TREND, waits=ends))
    )


def test_a_period_with_nothing_or_very_little_is_one_sentence_without_tables() -> None:
    assert sentences(EMPTY)[0] == "No public mention of the school was found in this period."
    assert sentences(FEW)[0].startswith("Fewer than five")
    assert report(EMPTY).tables == report(FEW).tables == []


def test_a_table_withheld_as_a_whole_says_so() -> None:
    withheld = report(with_table(Division.GROUPS, {}))
    shown = {t.title: t.rows for t in withheld.tables}
    assert shown["Where they were found"] == (("All rows", "withheld"),)
    assert "too small: “Where they were found”." in as_html(withheld)


def test_rounding_changes_every_number_alike() -> None:
    assert [rounded_to(5)(n) for n in (0, 2, 3, 7, 8, 61)] == [0, 0, 5, 5, 10, 60]
    round_ = report(round_to=5)
    assert round_.sentences[0].startswith("60 public mentions")
    assert dict(round_.tables[0].rows) == {
        "Concern, in the incident log": 10,
        "Lawful criticism": 10,
        "Praise, news and everything else": 40,
    }
    assert any("rounded to the nearest 5" in limit for limit in round_.limits)


def test_a_picture_says_its_finding_and_its_numbers_in_words() -> None:
    picture = by_week(
        {"2026-09-07": 50, "2026-09-14": None}, title="The week of 7 Sep had most mentions."
    )
    assert picture.alt == (
        "Bar chart. The week of 7 Sep had most mentions. 7 September: 50; 14 September: withheld."
    )
    assert b"<svg" in picture.svg
    page = as_html(report())
    assert 'alt="Bar chart. Of the weeks that can be shown, the week of 7 Sep 2026' in page


def test_where_several_are_equal_no_one_of_them_is_called_the_most_frequent() -> None:
    tables = {
        Division.SENTIMENTS: {Sentiment.POSITIVE: 30, Sentiment.MIXED: 30, Sentiment.NEGATIVE: 1},
        Division.WEEKS: {"2026-08-31": 30, "2026-09-07": 30, "2026-09-14": 0},
        Division.CATEGORIES: {Category.THREAT: 6, Category.ABUSE: 6, Category.HATE: 0},
    }
    page = as_html(report(replace(TREND, tables={**TREND.tables, **tables})))
    assert "How mentions sound: most often “Positive” and “Mixed” (30 each)." in page
    assert "2 weeks had the most mentions: 30 each." in page
    assert (
        "What raised concern: most often “Threat of violence or damage” and “Abusive” (6" in page
    )
    assert "the most frequent are “Threat of violence or damage” and “Abusive” (6 each)." in page


TWO_TERMS = together(
    [
        with_table(Division.SENTIMENTS, {Sentiment.POSITIVE: 12, Sentiment.NEGATIVE: None}),
        with_table(Division.SENTIMENTS, {Sentiment.POSITIVE: 9, Sentiment.NEGATIVE: 40}),
    ],
    PERIOD,
)


def test_of_several_terms_nothing_is_said_of_how_large_a_withheld_number_is() -> None:
    """Forty and a few are withheld beside twenty-one that are not."""
    page = as_html(report(TWO_TERMS))
    assert "How mentions sound: of what can be shown, most often “Positive” (21)." in page
    assert "less than any" not in page
    assert "less than any" in as_html(report())


def test_a_withheld_number_is_drawn_to_the_top_where_nobody_can_say_how_large_it_is() -> None:
    counts = {"2026-09-07": 50, "2026-09-14": None}
    assert by_week(counts, title="").svg != by_week(counts, title="", is_least=False).svg


def test_the_same_numbers_make_the_same_picture() -> None:
    assert report().pictures == report().pictures


def test_it_says_by_which_version_posts_were_judged_and_how_well_that_judges() -> None:
    later = Judge(version="reader-2026.12+22bb", since=date(2026, 9, 10))
    said = " ".join(report(judges=(FIRST, later), scores=scores()).limits)
    assert (
        "Posts were judged by a program: version reader-2026.11+11aa, from 10 September 2026 "
        "version reader-2026.12+22bb." in said
    )
    assert f"raise an alert it found {scores().alerts_found}; of a hundred alerts, " in said
    assert f"(version {scores().version})" in said


def test_of_many_versions_the_first_and_the_last_are_named() -> None:
    many = tuple(Judge(version=f"v{n}", since=date(2026, 9, n)) for n in range(1, 9))
    assert "judged by a program: in 8 versions, first v1 and last v8." in " ".join(
        report(judges=many).limits
    )


def test_two_changes_on_a_day_are_marked_once() -> None:
    same = Judge(version="b", since=date(2026, 9, 10)), Judge(version="a", since=date(2026, 9, 10))
    assert report(judges=(FIRST, *same)).changes == (date(2026, 9, 10),)


def test_the_scores_are_those_that_are_published() -> None:
    published = (ROOT / "docs" / "judging.md").read_text(encoding="utf-8")
    row = next(line for line in published.splitlines() if line.startswith("| alerts"))
    precision, recall = (round(100 * float(n)) for n in re.findall(r"\.\d+", row)[:2])
    assert (scores().alerts_right, scores().alerts_found) == (precision, recall)
    assert model_version().startswith(f"{scores().version}+")


def _numbers(text: str) -> list[str]:
    return re.findall(r"(?<![\d#.])\b\d+\b(?![\d%.])", text)


def test_page_csv_and_workbook_hold_the_same_numbers(tmp_path: Path) -> None:
    write(report(), tmp_path / "r.csv")
    write(report(), tmp_path / "r.xlsx")
    lines = list(csv.reader(StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))))
    in_csv = [(line[1], line[2]) for line in lines if line[2]][1:]
    sheet = load_workbook(BytesIO((tmp_path / "r.xlsx").read_bytes())).active
    in_book = [(str(a), str(b)) for a, b, *_ in sheet.iter_rows(values_only=True) if b is not None]
    in_book = [row for row in in_book if row[1] not in ("Mentions", "Days", "Incidents")]
    in_page = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', as_html(report()), re.DOTALL)
    expected = [(name, str(count)) for table in report().tables for name, count in table.rows]
    assert in_csv == in_book == in_page == expected


def test_the_report_names_nobody_and_links_nowhere(tmp_path: Path) -> None:
    for kind in ("html", "csv", "xlsx"):
        out = tmp_path / f"report.{kind}"
        write(report(), out)
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

    write(report(), tmp_path / "report.PDF", print_pdf=print_pdf)
    assert printed == [as_html(report())]
    assert (tmp_path / "report.PDF").read_bytes() == b"%PDF-"


def test_a_pdf_without_a_browser_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="needs the browser"):
        write(report(), tmp_path / "report.pdf")


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"report\.doc should end in"):
        write(report(), tmp_path / "report.doc")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="choose another place"):
        write(report(), tmp_path / "nowhere" / "report.html")


def test_an_old_report_stays_when_the_new_one_cannot_be_made(tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    out.write_bytes(b"old")

    def break_down(page: str) -> bytes:
        raise RuntimeError("no browser")

    with pytest.raises(RuntimeError):
        write(report(), out, print_pdf=break_down)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_a_school_named_like_a_formula_stays_text(start: str, tmp_path: Path) -> None:
    coverage = cover([Check(source=f"{start}1+1", at=PERIOD.start)], *DAYS)
    school = replace(SCHOOL, name=f"{start}HYPERLINK(1)")
    for kind in ("csv", "xlsx"):
        write(report(school=school, coverage=coverage), tmp_path / f"r.{kind}")
    for line in csv.reader(StringIO((tmp_path / "r.csv").read_text("utf-8-sig"))):
        assert not any(
            cell.lstrip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for cell in line
        )
    book = load_workbook(tmp_path / "r.xlsx")
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_school_named_like_markup_stays_text() -> None:
    page = as_html(report(school=replace(SCHOOL, name="<script>alert(1)</script>")))
    assert "<script" not in page
