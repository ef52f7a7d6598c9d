"""Term dates from a spreadsheet, as an office keeps them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.term_file import BadTermDates, read_file, read_terms

SHEET = """\ufeffWhat,First day,Last day
Autumn term 2026,02/09/2026,18/12/2026
Half-term,26/10/2026,30/10/2026

INSET,01/09/2026
Staff training,2026-11-27,2026-11-27
Closed (local fair),12/10/2026,
"""


def test_a_spreadsheet_of_term_dates_is_read() -> None:
    terms = read_terms(SHEET)
    (autumn,) = terms.own
    assert (autumn.name, autumn.start, autumn.end) == (
        "Autumn term 2026",
        date(2026, 9, 2),
        date(2026, 12, 18),
    )
    assert autumn.half_term is not None
    assert autumn.half_term.start == date(2026, 10, 26)
    assert terms.inset == {date(2026, 9, 1), date(2026, 11, 27)}
    assert terms.closed == {date(2026, 10, 12)}


@pytest.mark.parametrize(
    "written",
    [
        *("02/09/2026", "2/9/26", "02.09.2026", "02-09-2026", "2026-09-02", "2 September 2026"),
        *("Wed 2 Sep 2026", "Wednesday, 2nd September 2026", "2 sept 26"),
    ],
)
def test_a_date_is_read_as_offices_write_it(written: str) -> None:
    (autumn,) = read_terms(f'Autumn term,"{written}",18/12/2026').own
    assert (autumn.name, autumn.start) == ("Autumn term 2026", date(2026, 9, 2))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Autumn term,31/09/2026,18/12/2026", r"line 1: there is no day 31/09/2026"),
        ("Autumn term,18/12/2026,02/09/2026", r"line 1: the last day lies before the first"),
        ("Autumn term,2 Sept,18/12/2026", r"line 1: a date is written as 02/09/2026"),
        ("Autumn term,2 Smarch 2026,18/12/2026", r"line 1: there is no day 2 Smarch 2026"),
        ("Autumn term,02/09/2026", r"line 1: a term has a first and a last day"),
        ("Sports day,02/06/2026", r"line 1: begin the line with a term"),
        ("INSET,02/06/2026", r"it names no term"),
        ("", r"it names no term"),
    ],
)
def test_a_mistake_is_said_with_its_line(line: str, wrong: str) -> None:
    with pytest.raises(BadTermDates, match=wrong):
        read_terms(line)


def test_a_half_term_that_lies_in_no_term_is_said_and_not_forgotten() -> None:
    with pytest.raises(BadTermDates, match=r"begins on 20/12/2026 lies within none of the terms"):
        read_terms("Autumn term,02/09/2026,18/12/2026\nHalf-term,20/12/2026,24/12/2026")


def test_terms_that_overlap_are_said() -> None:
    with pytest.raises(BadTermDates, match="Autumn term 2026 and Term 2 2026 overlap"):
        read_terms("Autumn term,02/09/2026,18/12/2026\nTerm 2 2026,01/11/2026,18/12/2026")


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadTermDates, match="cannot be read"):
        read_file(tmp_path / "none.csv")
    (tmp_path / "sheet.xlsx").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(BadTermDates, match="save it as CSV"):
        read_file(tmp_path / "sheet.xlsx")


def test_a_quotation_mark_that_never_closes_says_where_it_is() -> None:
    with pytest.raises(BadTermDates, match="line 3, or one above it: a quotation"):
        read_terms('Autumn term,02/09/2026,18/12/2026\nINSET,"01/09/2026\n' + "x," * 100_000)
