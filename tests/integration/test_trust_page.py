"""A trust's staff see counts across their schools, and detail only where a school grants it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from monitor.domain import School
from tests.integration.dashboard import Dashboard, running

MINE = ("ashby", "birch", "cole", "dene", "elm")
NAMES = (*MINE, "fern")
SCHOOLS = {one: School(id=one, name=f"{one.capitalize()} Primary School") for one in NAMES}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path, schools=SCHOOLS) as found:
        for number, school in enumerate(NAMES):
            for post in range(4 + number):
                url = f"https://forum.example/{school}/{post}"
                found.add_incident(f"burn {post}", school=school, url=url)
        for school in (*MINE[:-1], "fern"):
            found.publish(school)
        yield found


def numbers(page: str) -> dict[str, list[str]]:
    """Of each school, what its row says."""
    rows = re.findall(r'<th class="govuk-table__header line".*?</tr>', page, re.DOTALL)
    return {
        re.findall(r">([^<]+)</a>", row)[0]: re.findall(r"<td[^>]*>(.*?)</td>", row)
        for row in rows
    }


def test_they_see_what_each_of_their_schools_has_published_and_no_other_school(
    board: Dashboard,
) -> None:
    with board.signed_in(AccountRole.GOVERNOR, *MINE) as client:
        page = client.get("/trust").text
    shown = numbers(page)
    assert list(shown) == [f"{one.capitalize()} Primary School" for one in MINE]
    assert shown["Ashby Primary School"] == ["withheld"] * 6, "of four posts nothing is said"
    assert [shown[f"{one} Primary School"][0] for one in ("Birch", "Cole", "Dene")] == [
        *("5", "6", "7")
    ]
    assert shown["Elm Primary School"] == ["not published"] * 6
    assert "1 school has published nothing yet." in page
    assert "Fern" not in page
    assert "burn" not in page


def test_they_reach_no_incident_until_a_school_gives_them_an_account_of_its_own(
    board: Dashboard,
) -> None:
    number = board.store.cases("birch")[0].incident.number
    with board.signed_in(AccountRole.GOVERNOR, *MINE) as client:
        assert client.get(f"/incidents/{number}").status_code == 403
        assert client.get("/trends?school=birch").status_code == 200
        assert client.get("/trends?school=fern").status_code == 404
    granted = board.add_account(AccountRole.OFFICE, "birch", email="trust@birch.example")
    with board.browser() as client:
        board.enter(client, granted)
        assert client.get(f"/incidents/{number}").status_code == 200
        assert client.get("/trust").status_code == 403, "one school cannot be compared"


def test_looking_counts_nothing_and_writes_nothing(board: Dashboard) -> None:
    """Or whoever looks often could publish a school's term in small parts."""
    board.clock.now += timedelta(weeks=26)
    with board.signed_in(AccountRole.GOVERNOR, *MINE) as client:
        page = client.get("/trust?term=2026-09-01").text
        assert numbers(page)["Elm Primary School"] == ["not published"] * 6


def test_without_a_term_the_latest_is_shown_of_which_anything_is_published(
    board: Dashboard,
) -> None:
    board.clock.now += timedelta(weeks=10)
    with board.signed_in(AccountRole.GOVERNOR, *MINE) as client:
        page = client.get("/trust").text
        assert "Autumn term 2026: 1 September 2026 to 18 December 2026" in page
        for nonsense in ("/trust?term=x", "/trust?term=1999-01-01"):
            assert client.get(nonsense).text == page
        assert client.get("/trust/picture?of=9").status_code == 404
