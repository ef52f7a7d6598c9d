"""What a decision teaches is shown where it was decided and on the page of the school, and taken
back with one click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.domain import ABOUT_SCHOOL, Reason
from monitor.store.accounts import AccountRole
from tests.integration.dashboard import SCHOOLS, Dashboard, running

GARDEN = "The kids cried all day at Wexcombe Park Garden Centre"
SENTENCE = "“Wexcombe Park” with “Garden Centre” after it is not us"
NOT_US = {"act": "decided", "decided": "not_us", "decided-reason": "A shop.", "seen": "0"}
OFFICE = "office@wexcombepark.example"
NICKNAMED = SCHOOLS | {"wexcombe": replace(SCHOOLS["wexcombe"], aliases=("Wexcombe Park",))}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path, schools=NICKNAMED) as board:
        yield board


def words(answer: httpx.Response) -> str:
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


def test_a_decision_teaches_visibly_and_one_click_takes_it_back(board: Dashboard) -> None:
    number = board.add_incident(GARDEN)
    with board.signed_in(AccountRole.OFFICE) as client:
        client.follow_redirects = True
        page = words(client.post(f"/incidents/{number}", data=NOT_US))
        assert f"What the monitor learnt from this {SENTENCE}." in page
        assert f"The monitor learnt from this: {SENTENCE} {OFFICE} (office)" in page
        school = words(client.get("/school"))
        by = f"Learnt from incident {number} , by {OFFICE} on 20 November 2026"
        assert f"{SENTENCE}. {by}. No post has needed it yet." in school
        page = words(client.post("/school/lessons/1", data={"turn": "take_back"}))
        assert "It is taken back, and counts no more" in page
        assert "1 that does not count any more" in page
        assert board.store.lessons_in_force("wexcombe") == []
        page = words(
            client.post("/school/lessons/1", data={"turn": "use_again", "incident": number})
        )
        assert f"Put back what the monitor had learnt: {SENTENCE}" in page
        assert f"Took back what the monitor had learnt: {SENTENCE}" in page
    assert [str(lesson) for lesson in board.store.lessons_in_force("wexcombe")] == [SENTENCE]
    with board.signed_in(AccountRole.HEAD) as client:
        assert "Took back what a decision had taught lesson 1" in words(
            client.get("/audit?about=people")
        )


def test_why_nothing_was_learnt_is_said(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        client.follow_redirects = True
        for text, why in (
            (
                "The staff of Wexcombe Park are rude, we live in Ketterley",
                "A second decision like",
            ),
            ("Wexcombe Park Primary School is shut", "names the school beyond doubt"),
            ("Wexcombe Park staff are rude", "Nothing stands out in it"),
        ):
            number = board.add_incident(text, url=f"https://social.example/@x/{len(text)}")
            assert why in words(client.post(f"/incidents/{number}", data=NOT_US))


def test_what_was_taken_back_before_is_said_where_it_would_be_learnt_again(
    board: Dashboard,
) -> None:
    first, again = board.add_incident(GARDEN), board.add_incident(f"{GARDEN} again")
    with board.signed_in(AccountRole.OFFICE) as client:
        client.follow_redirects = True
        client.post(f"/incidents/{first}", data=NOT_US)
        client.post("/school/lessons/1", data={"turn": "take_back"})
        page = words(client.post(f"/incidents/{again}", data=NOT_US))
    assert f"This was taken back before, and stays so: {SENTENCE}." in page


def test_a_lesson_stands_among_the_reasons_of_what_it_helped_to_judge(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        client.post(f"/incidents/{board.add_incident(GARDEN)}", data=NOT_US)
        (lesson,) = board.store.lessons("wexcombe")
        end = len("Wexcombe Park Garden Centre")
        reason = Reason(
            category=ABOUT_SCHOOL, start=0, end=end, text="Wexcombe Park Garden Centre",
            rule=lesson.rule,
        )  # fmt: skip
        number = board.add_incident("Wexcombe Park Garden Centre again", because=(reason,))
        page = words(client.get(f"/incidents/{number}"))
        assert f"A lesson of yours : {SENTENCE}, as in Wexcombe Park Garden Centre" in page
        assert "It helped to judge 1 post, the last on 20 November 2026." in words(
            client.get("/school")
        )


def test_lessons_stay_within_the_school_and_name_no_incident_that_one_may_not_know_of(
    board: Dashboard,
) -> None:
    number = board.add_incident(GARDEN, about_head=True)
    with board.signed_in(AccountRole.DSL) as client:
        client.post(f"/incidents/{number}", data=NOT_US)
        assert number in words(client.get("/school"))
    with board.signed_in(AccountRole.HEAD) as client:
        page = words(client.get("/school"))
        assert SENTENCE in page
        assert "Learnt from 1 more that is not for your account" in page
        assert number not in page
        assert client.post("/school/lessons/1", data={"turn": "away"}).status_code == 404
        assert client.post("/school/lessons/9", data={"turn": "take_back"}).status_code == 404
    with board.signed_in(AccountRole.ADMIN) as client:
        assert "Garden Centre" not in client.get("/school").text
    with board.browser() as client:
        board.enter(
            client, board.add_account(AccountRole.DSL, "otherby", email="d@otherby.example")
        )
        answer = client.post("/school/lessons/1", data={"turn": "take_back"})
    assert answer.status_code == 404
    assert board.store.lessons_in_force("wexcombe")
