"""All schools of a trust in one report: counts and ages, by name and not by rank."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from alerts.funnel import Point, funnel
from alerts.trust import TrustReport, as_html, write_trust
from monitor.counts import Age, Division, Handling, Kind, Trend
from tests.random_terms import AUTUMN

FIRST, LAST = date(2026, 9, 1), date(2026, 12, 18)
KINDS = (Kind.CONCERN, Kind.CRITICISM, Kind.OTHER)


def a_trend(concerns: int, criticism: int, other: int, *, still_open: int = 0) -> Trend:
    tables = {
        Division.KINDS: dict(zip(KINDS, (concerns, criticism, other), strict=True)),
        Division.HANDLING: {Handling.CLOSED: concerns - still_open, Handling.OPEN: still_open},
        Division.AGES: {Age.WEEK: 0, Age.MONTH: 0, Age.OLDER: still_open},
    }
    total = concerns + criticism + other
    return Trend(period=AUTUMN, total=total, incidents=concerns, tables=tables)


SCHOOLS = {
    "Ashby": a_trend(10, 20, 70),
    "Birch": a_trend(12, 18, 90, still_open=6),
    "Cole": a_trend(9, 9, 80),
    "Dene": a_trend(60, 10, 50, still_open=50),  # stands out
    "Elm": a_trend(11, 30, 99),
    "Fern": Trend(period=AUTUMN, total=None, incidents=None),
    "Glen": None,
    "Hill": Trend(period=AUTUMN, total=0),
}


def report(**changes: Trend | None) -> TrustReport:
    return TrustReport(first=FIRST, last=LAST, trends=SCHOOLS | changes)


def table(title: str, made: TrustReport | None = None) -> dict[str, int | str]:
    (found,) = (one for one in (made or report()).tables if one.title == title)
    return dict(found.rows)


def test_schools_stand_by_name_with_what_each_has_published() -> None:
    shown = table("Public mentions")
    assert list(shown) == sorted(SCHOOLS)
    assert (shown["Dene"], shown["Fern"], shown["Glen"], shown["Hill"]) == (
        120,
        "withheld",
        "not published",
        0,
    )
    assert table("Open for more than four weeks")["Dene"] == 50
    assert table("Open for more than four weeks")["Hill"] == 0
    assert table("Still open")["Fern"] == "withheld"


def test_a_sum_is_of_those_who_can_show_a_number_and_says_so() -> None:
    said = report().sentences
    assert said[0] == (
        "578 public mentions of 6 schools were found; of 1 school fewer than five; 1 school has "
        "published nothing yet."
    )
    assert "Concerns: 102 in the 6 schools that can show a number." in said
    whole = TrustReport(first=FIRST, last=LAST, trends={"Ashby": SCHOOLS["Ashby"]})
    assert whole.sentences[0] == "100 public mentions of 1 school were found."
    assert "Concerns: 10 in all." in whole.sentences


def test_a_school_beyond_chance_is_named_with_a_reason_to_ask_and_no_verdict() -> None:
    (concerns, left_open) = (s for s in report().sentences if s.startswith("Of all"))
    assert concerns.startswith("Of all mentions, 18% raised a concern.")
    assert "Higher than chance allows: Dene (50% of 120)" in concerns
    assert "a reason to ask, and no verdict" in concerns
    assert "Dene (83% of 60)" in left_open
    assert "Ashby" not in concerns


def test_a_small_school_with_a_high_share_lies_within_chance() -> None:
    big = [Point(name=f"big {n}", part=100, whole=1000) for n in range(6)]
    small = Point(name="small", part=2, whole=6)  # a third, and yet
    made = funnel("mentions", "did", [*big, small])
    assert made is not None
    assert (made.higher, made.lower) == ([], [])
    assert "No school differs from that by more than chance allows." in made.sentence


def test_limits_narrow_with_size_and_stay_shares() -> None:
    made = funnel("x", "did", [Point(name=str(n), part=n, whole=10 * n) for n in range(1, 9)])
    assert made is not None
    widths = [high - low for low, high in map(made.within, (5, 50, 500))]
    assert widths == sorted(widths, reverse=True)
    assert made.within(1) == (0.0, pytest.approx(1.0, abs=0.1))
    low, high = made.within(900)
    assert (low, high) == (pytest.approx(0.0691, abs=1e-3), pytest.approx(0.1309, abs=1e-3))


def test_too_few_schools_have_nothing_usual() -> None:
    assert funnel("x", "did", [Point(name=str(n), part=1, whole=9) for n in range(4)]) is None
    assert funnel("x", "did", [Point(name=str(n), part=0, whole=9) for n in range(9)]) is None


def test_every_form_has_the_same_numbers(tmp_path: Path) -> None:
    made = report()
    html = as_html(made)
    in_page = {
        name: re.findall(r"<td>(.*?)</td>", cells)
        for name, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', html)
    }
    for number, one in enumerate(made.tables):
        assert {name: cells[number] for name, cells in in_page.items()} == {
            name: str(n) for name, n in one.rows
        }
    assert html.count("<img") == len(made.pictures) == 2
    assert 'alt="Funnel plot. Of all mentions' in html
    for name in ("t.csv", "t.xlsx", "t.html"):
        write_trust(made, tmp_path / name, print_pdf=lambda _: b"")
    assert f'"Public mentions","Dene","{120}"' in (tmp_path / "t.csv").read_text("utf-8-sig")


def test_the_same_numbers_make_the_same_picture() -> None:
    assert report().pictures[0].svg == report().pictures[0].svg
    assert b"</svg>" in report().pictures[1].svg


def test_nothing_published_is_said() -> None:
    made = TrustReport(first=FIRST, last=LAST, trends={"Ashby": None, "Birch": None})
    assert not any("Solid lines" in limit for limit in made.limits)
    assert made.sentences == ["No school has published anything of this period yet."]
    assert made.pictures == []


def test_six_hundred_schools_are_counted_once_for_each_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not once for every other school."""
    counted, known = list[str](), TrustReport._known

    def noted(report: TrustReport, title: str) -> dict[str, int]:
        counted.append(title)
        return known(report, title)

    monkeypatch.setattr(TrustReport, "_known", noted)
    trends = {f"s{n}": SCHOOLS["Elm"] for n in range(600)}
    assert len(TrustReport(first=FIRST, last=LAST, trends=trends).grid) == 600
    assert len(counted) == len(set(counted)) == 6
