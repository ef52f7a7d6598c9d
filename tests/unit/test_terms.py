"""Which days are school days, in sentences that a school secretary can check on the wall."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from monitor.term_file import read_terms
from monitor.terms import Break, Term, Terms, customary, easter, is_bank_holiday
from monitor.words import day as in_words
from tests.architecture.project import ROOT

ASSUMED = Terms()
OURS = Term(
    name="Autumn term 2026",
    start=date(2026, 9, 3),
    end=date(2026, 12, 16),
    half_term=Break(start=date(2026, 10, 19), end=date(2026, 10, 30)),
)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("year", range(2020, 2045))
def test_a_customary_year_has_the_190_days_of_the_law_and_some_five_inset_days(year: int) -> None:
    open_days = [d for d in days(date(year, 9, 1), date(year + 1, 8, 31)) if _open(d)]
    assert 190 <= len(open_days) <= 197


def _open(day: date) -> bool:
    return ASSUMED.is_school_day(day)


# What many English councils published for these years.
@pytest.mark.parametrize(
    ("year", "autumn", "spring", "summer"),
    [
        (2024, ("2024-09-02", "2024-12-20"), ("2025-01-06", "2025-04-04"), "2025-04-22"),
        (2025, ("2025-09-01", "2025-12-19"), ("2026-01-05", "2026-03-27"), "2026-04-13"),
        (2026, ("2026-09-01", "2026-12-18"), ("2027-01-04", "2027-03-25"), "2027-04-12"),
    ],
)
def test_terms_are_assumed_as_most_councils_set_them(
    year: int, autumn: tuple[str, str], spring: tuple[str, str], summer: str
) -> None:
    first, second, third = customary(year)
    assert (f"{first.start}", f"{first.end}") == autumn
    assert (f"{second.start}", f"{second.end}") == spring
    assert f"{third.start}" == summer


def test_half_terms_fall_in_late_october_mid_february_and_at_the_end_of_may() -> None:
    rests = [term.half_term for term in customary(2026)]
    assert [str(rest.start) for rest in rests if rest] == [
        "2026-10-26",
        "2027-02-15",
        "2027-05-31",
    ]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 28), "a Saturday"),
        (date(2026, 10, 28), "half-term"),
        (date(2026, 12, 21), "the Christmas holidays"),
        (date(2027, 5, 3), "the bank holiday in May"),
        (date(2027, 8, 4), "the summer holidays"),
    ],
)
def test_nobody_is_at_school_on(day: date, why: str) -> None:
    assert not ASSUMED.is_school_day(day), why
    assert not ASSUMED.is_working_day(day), why


def test_an_ordinary_thursday_in_november_is_a_school_day() -> None:
    assert ASSUMED.is_school_day(date(2026, 11, 26))


def test_on_an_inset_day_staff_work_and_pupils_do_not_come() -> None:
    terms = Terms(inset=frozenset({date(2026, 8, 31), date(2026, 11, 27)}))
    for day in terms.inset:
        assert terms.is_working_day(day)
        assert not terms.is_school_day(day)


def test_on_a_closed_day_nobody_comes() -> None:
    terms = Terms(closed=frozenset({date(2026, 11, 27)}))
    assert not terms.is_working_day(date(2026, 11, 27))


def test_the_school_s_own_term_counts_and_not_the_customary_one() -> None:
    terms = Terms(own=(OURS,))
    assert not terms.is_school_day(date(2026, 9, 1))
    assert not terms.is_school_day(date(2026, 10, 19))
    assert not terms.is_school_day(date(2026, 12, 17))
    assert terms.term_of(date(2026, 10, 20)) == OURS


def test_a_school_that_named_one_term_still_has_school_in_the_others() -> None:
    terms = Terms(own=(OURS,))
    assert terms.is_school_day(date(2027, 1, 12))
    assert [t.name for t in terms.terms(date(2026, 9, 1), date(2027, 8, 31))] == [
        "Autumn term 2026",
        "Spring term 2027",
        "Summer term 2027",
    ]


def test_a_year_of_six_terms_takes_the_place_of_three() -> None:
    two = (
        Term(name="Term 1", start=date(2026, 9, 2), end=date(2026, 10, 23)),
        Term(name="Term 2", start=date(2026, 11, 2), end=date(2026, 12, 18)),
    )
    named = [t.name for t in Terms(own=two).terms(date(2026, 9, 1), date(2026, 12, 31))]
    assert named == ["Term 1", "Term 2"]


def test_in_the_holidays_it_is_no_term_and_the_latest_is_the_one_that_ended() -> None:
    day = date(2026, 12, 28)
    assert ASSUMED.term_of(day) is None
    assert [t.name for t in ASSUMED.latest(day, 4)] == [
        "Autumn term 2026",
        "Summer term 2026",
        "Spring term 2026",
        "Autumn term 2025",
    ]


def test_after_the_last_day_of_term_the_next_school_day_is_in_the_next_term() -> None:
    last = date(2026, 12, 18)
    after = (last + timedelta(days=n) for n in range(1, 40))
    assert next(day for day in after if ASSUMED.is_school_day(day)) == date(2027, 1, 4)


def test_easter_is_when_the_church_keeps_it() -> None:
    known = {2008: (3, 23), 2019: (4, 21), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


def test_a_bank_holiday_at_a_weekend_is_kept_on_the_next_working_day() -> None:
    assert is_bank_holiday(date(2026, 12, 28))  # Boxing Day 2026 is a Saturday
    assert is_bank_holiday(date(2027, 12, 27))
    assert is_bank_holiday(date(2027, 12, 28))
    assert not is_bank_holiday(date(2026, 12, 29))


def test_a_term_that_ends_before_it_begins_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"Autumn term 2026 ends \(2026-09-01\) before it begins"):
        Term(name="Autumn term 2026", start=date(2026, 12, 18), end=date(2026, 9, 1))
    with pytest.raises(ValueError, match="half-term of Autumn term 2026 does not lie within it"):
        Term(
            name="Autumn term 2026",
            start=date(2026, 9, 3),
            end=date(2026, 12, 18),
            half_term=Break(start=date(2027, 2, 15), end=date(2027, 2, 19)),
        )


def test_terms_that_overlap_are_refused_in_words() -> None:
    """Each report is on a term, so no day may belong to two."""
    one = Term(name="Term 1", start=date(2026, 9, 2), end=date(2026, 12, 18))
    two = Term(name="Term 2", start=date(2026, 12, 18), end=date(2027, 2, 12))
    with pytest.raises(ValueError, match="Term 1 and Term 2 overlap"):
        Terms(own=(two, one))


def test_the_page_for_schools_has_the_dates_that_are_assumed() -> None:
    page = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
    for term in (*customary(2026), *customary(2027)):
        rest = term.half_term
        assert rest is not None
        days = map(in_words, (term.start, term.end, rest.start, rest.end))
        row = "| {} | {} to {} | {} to {} |".format(term.name, *days)
        assert row in page


def test_the_file_in_the_page_for_schools_is_read() -> None:
    page = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
    terms = read_terms(page.split("```csv\n")[1].split("```")[0])
    assert [term.name for term in terms.own] == ["Autumn term 2026", "Spring term 2027"]
    assert all(term.half_term for term in terms.own)
    assert (terms.inset, terms.closed) == ({date(2026, 9, 1)}, {date(2026, 10, 12)})
