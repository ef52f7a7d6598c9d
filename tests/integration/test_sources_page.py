"""The page of the sources: worst first, what each may use and costs, and a test by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from monitor import trying
from monitor.account_role import AccountRole
from monitor.demo.place import Answer, Place, Request, as_json
from monitor.domain import School
from tests.integration.dashboard import Dashboard, a_feed, running

DAY = timedelta(days=1)
MANY = {f"s{n:02d}": School(id=f"s{n:02d}", name=f"Number {n:02d} School") for n in range(26)}


class Forum(Place):
    """A feed with two items."""

    @property
    def times(self) -> int:
        """How often it was asked for it."""
        return self.asked.count("/feed.json")

    def answer(self, request: Request) -> Answer:
        if request.path != "/feed.json":
            return Answer(body=b"", kind="text/plain")
        items = [{"id": f"{n}", "content_text": f"news {n}"} for n in (1, 2)]
        return as_json({"version": "https://jsonfeed.org/version/1.1", "items": items})


@pytest.fixture
def forum() -> Iterator[Forum]:
    forum = Forum("the forum")
    forum.start()
    yield forum
    forum.stop()


@pytest.fixture
def board(tmp_path: Path, forum: Forum) -> Iterator[Dashboard]:
    with running(tmp_path, allow=[forum.address]) as board:
        board.sources.append(a_feed("loopback forum", f"{forum.url}/feed.json"))
        yield board


def words(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def place_of(html: str, source: str) -> str:
    """What the form of this source sends."""
    rows = BeautifulSoup(html, "html.parser").select("tbody tr[id]")
    return next(str(row["id"]) for row in rows if source in row.get_text())


def test_a_source_is_tested_by_hand_and_nothing_of_it_is_kept(
    board: Dashboard, forum: Forum
) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        form = {"place": place_of(client.get("/sources").text, "loopback forum")}
        page = words(client.post("/sources/test", data=form, follow_redirects=True).text)
    assert "loopback forum was asked just now. Read; 2 items on the first page." in page
    assert forum.times == 1
    assert board.store.health() == []
    assert board.store.cursor("wexcombe", "loopback forum") is None


def test_a_source_that_does_not_work_says_so_when_it_is_tested(
    board: Dashboard, forum: Forum
) -> None:
    board.sources.append(a_feed("broken", f"{forum.url}/nothing"))
    with board.signed_in(AccountRole.HEAD) as client:
        form = {"place": place_of(client.get("/sources").text, "broken")}
        page = words(client.post("/sources/test", data=form, follow_redirects=True).text)
    assert "broken was asked just now. The site answered in a shape we do not know." in page


def test_a_source_cannot_be_hammered(board: Dashboard, forum: Forum) -> None:
    with board.signed_in(AccountRole.ADMIN) as client:
        form = {"place": place_of(client.get("/sources").text, "loopback forum")}
        client.post("/sources/test", data=form)
        again = client.post("/sources/test", data=form)
        assert again.status_code == 429
        assert "It was tested a moment ago" in again.text
        assert "It can be tested again from Fri 20 Nov 2026, 09:35" in words(
            client.get("/sources").text
        )
        assert forum.times == 1
        board.clock.now += trying.PAUSE
        assert client.post("/sources/test", data=form).status_code == 303
    assert forum.times == 2


def test_a_source_of_another_school_is_not_tested(board: Dashboard, forum: Forum) -> None:
    with board.signed_in(AccountRole.ADMIN, "otherby") as client:
        form = {"place": place_of(client.get("/sources").text, "loopback forum")}
    with board.signed_in(AccountRole.OFFICE, "wexcombe") as client:
        assert client.post("/sources/test", data=form).status_code == 404
    with board.signed_in(AccountRole.DSL, "otherby") as client:
        assert "Test it now" not in client.get("/sources").text
        assert client.post("/sources/test", data=form).status_code == 403
    assert forum.times == 0


def test_what_a_source_costs_and_what_is_left_of_its_budget_is_said(board: Dashboard) -> None:
    day = (datetime.now(UTC) + DAY).date()  # a clock put back by a day starts no new budget
    board.store.save_cursor("wexcombe", "web search", f'{{"day": "{day}", "asked": 7}}')
    with board.signed_in(AccountRole.OFFICE) as client:
        page = words(client.get("/sources").text)
    assert "Free, no key; you (or your council) run the SearXNG server." in page
    assert "at most 40 a day: each about" in page
    assert "Used: 7 of 38 searches today; 2 more prove each day that it works." in page


def test_a_source_that_was_added_and_not_yet_read_is_there_at_once(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        assert "loopback forum Not read yet" in words(client.get("/sources").text)


def test_a_source_that_is_not_asked_any_more_worries_nobody(board: Dashboard) -> None:
    board.store.visited("wexcombe", "town forum", board.clock(), DAY)
    for source in ("town forum", "old paper"):
        board.store.failed(
            "wexcombe", source, board.clock(), "Gone.", again_in=DAY, needs_a_person=True
        )
    with board.signed_in(AccountRole.HEAD) as client:
        for path in ("/today", "/incidents"):
            said = words(client.get(path).text)
            assert "town forum : Gone." in said
            assert "old paper" not in said
        page = client.get("/sources").text
    assert "old paper" not in BeautifulSoup(page, "html.parser").select_one("table").get_text()  # type: ignore[union-attr]  # there is one
    assert "No longer asked" in page
    assert "old paper, last read never" in page


def test_a_trust_sees_what_is_worst_first_and_a_page_at_a_time(tmp_path: Path) -> None:
    with running(tmp_path, schools=MANY) as board:
        for school in MANY:
            board.store.visited(school, "town forum", board.clock(), DAY)
        board.store.failed(
            "s13", "web search", board.clock(), "No.", again_in=DAY, needs_a_person=False
        )
        board.store.failed(
            "s14", "town forum", board.clock(), "No key.", again_in=DAY, needs_a_person=True
        )
        with board.signed_in(AccountRole.ADMIN, *MANY) as client:
            first = client.get("/sources").text
            last = words(client.get("/sources?page=2").text)
            one = words(client.get("/sources?school=s13").text)
    rows = [words(str(row)) for row in BeautifulSoup(first, "html.parser").select("tbody tr[id]")]
    assert len(rows) == 50
    assert "Number 14 School Needs someone" in rows[0]
    assert "Number 13 School Cannot be read" in rows[1]
    assert "Not read yet" in rows[2]
    assert "51 to 52 of 52" in last
    assert "1 to 2 of 2" in one
    assert "What was checked in the last 14 days" in one


def test_a_place_that_is_blind_for_many_schools_is_named_once(tmp_path: Path) -> None:
    with running(tmp_path, schools=MANY) as board:
        for school in MANY:
            board.store.failed(
                school, "web search", board.clock(), "No.", again_in=DAY, needs_a_person=False
            )
        with board.signed_in(AccountRole.OFFICE, *MANY) as client:
            said = words(client.get("/today").text)
    assert said.count("web search") == 1
    assert "web search (for 26 schools): No." in said
