"""The steps after an incident, on their page: what is offered, and what is written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from monitor.domain import Act, CaptureMode, Category, StillThere
from tests.integration.dashboard import Dashboard, running

POST = "https://www.facebook.com/groups/wexcombe/posts/1"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.fixture
def office(board: Dashboard) -> Iterator[httpx.Client]:
    with board.signed_in(AccountRole.OFFICE) as client:
        yield client


@pytest.fixture
def number(board: Dashboard) -> str:
    return board.add_incident(
        "The bursar of Wexcombe Park steals", url=POST, categories=frozenset({Category.DEFAMATION})
    )


def full(page: str) -> str:
    """Its words, without markup."""
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def title(page: str, words: str) -> str:
    """Of the one step that has *words* in its name."""
    found = {t for t in re.findall(r'name="title" value="([^"]+)"', page) if words in t}
    assert len(found) == 1, found
    return found.pop()


def test_letters_begin_with_what_is_known_and_no_name(office: httpx.Client, number: str) -> None:
    page = office.get(f"/incidents/{number}/steps").text
    assert f"Our reference: {number}" in page
    assert POST in page
    assert "Dear [name]" in page


def test_what_was_done_stays_in_the_history(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    page = office.get(f"/incidents/{number}/steps").text
    form = {
        "title": title(page, "Report it to Facebook"),
        "progress": "sent",
        "words": "Their reference is 4711.",
    }
    answer = office.post(f"/incidents/{number}/steps", data=form, follow_redirects=True)
    assert "Their reference is 4711." in answer.text
    (event,) = board.store.case(number).history  # type: ignore[union-attr]
    assert (event.act, event.value) == (Act.STEP, f"sent: {form['title']}")
    assert (
        "Report it to Facebook: sent, waiting for an answer"
        in office.get(f"/incidents/{number}").text
    )


def test_a_legal_clock_runs_from_the_day_it_was_sent_and_stands_still_at_weekends(
    board: Dashboard, number: str
) -> None:
    where = f"/incidents/{number}/steps"
    board.clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday
    with board.signed_in(AccountRole.OFFICE) as office:
        form = {"title": title(office.get(where).text, "section 5"), "progress": "sent"}
        office.post(where, data=form)
        page = full(office.get(where).text)
    assert "Running: the website must have acted from Tue 24 Nov 2026, 15:00" in page
    board.clock.now += timedelta(days=5)
    with board.signed_in(AccountRole.HEAD) as head:
        page = full(head.get(where).text)
    assert "Run out: the website must have acted since Tue 24 Nov 2026, 15:00" in page


def test_what_is_gone_is_said(board: Dashboard, office: httpx.Client) -> None:
    number = board.add_incident("The bursar steals", url=POST, mode=CaptureMode.FULL)
    assert "The post is gone" not in office.get(f"/incidents/{number}/steps").text
    board.look_again(1, StillThere.GONE)
    assert "The post is gone" in office.get(f"/incidents/{number}/steps").text


@pytest.mark.parametrize(
    "form",
    [
        {"title": "Sell the school", "progress": "done"},
        {"title": "Keep the evidence", "progress": "perhaps"},
        {"title": "Keep the evidence", "progress": "done", "words": "x" * 5001},
    ],
)
def test_what_is_no_step_is_not_written_down(
    board: Dashboard, office: httpx.Client, number: str, form: dict[str, str]
) -> None:
    answer = office.post(f"/incidents/{number}/steps", data=form)
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert board.store.case(number).history == ()  # type: ignore[union-attr]


def test_the_form_for_decisions_writes_down_no_step(
    board: Dashboard, office: httpx.Client, number: str
) -> None:
    form = {"act": "step", "step": "done: Sell the school", "seen": "0"}
    assert office.post(f"/incidents/{number}", data=form).status_code == 400
    assert board.store.case(number).history == ()  # type: ignore[union-attr]


def test_a_step_of_what_was_forgotten_meanwhile_leads_back_to_the_list(
    board: Dashboard, office: httpx.Client, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = office.get(f"/incidents/{number}/steps").text
    form = {"title": title(page, "Report it to Facebook"), "progress": "done"}
    monkeypatch.setattr(board.store, "working", lambda _number: nullcontext())
    answer = office.post(f"/incidents/{number}/steps", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents")


def test_the_steps_of_what_one_may_not_know_of_are_not_there(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("About the head", about_head=True)
    assert office.get(f"/incidents/{number}/steps").status_code == 404
    form = {"title": "Keep the evidence", "progress": "done"}
    assert office.post(f"/incidents/{number}/steps", data=form).status_code == 404
