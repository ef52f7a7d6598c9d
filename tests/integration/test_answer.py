"""The link by which somebody says that they have seen an urgent alert."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from monitor.domain import Act, AlertState, Role, Urgency
from monitor.store.tables import LetterRow
from tests.integration.dashboard import Dashboard, running

SECRET = "stab"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as found:
        yield found


def an_alert_that_left(board: Dashboard) -> str:
    """Its link."""
    board.add_incident(text=f"I will {SECRET} somebody at Wexcombe Park", alerts=(Role.HEAD,))
    now = board.clock() + timedelta(minutes=1)
    letter = board.store.claim_letter(
        due=now, until=now + timedelta(hours=1), urgencies=frozenset(Urgency), most=9
    )
    assert letter is not None
    board.store.sent(letter, now)
    return letter.answer


def test_one_click_says_that_it_was_seen_and_shows_nothing_to_anybody(board: Dashboard) -> None:
    link = an_alert_that_left(board)
    with board.browser() as anybody:
        asked = anybody.get(f"/answer/{link}")
        assert asked.status_code == 200
        (case,) = board.store.cases()
        assert case.history == (), "a program that follows links answers nothing"
        thanked = anybody.post(f"/answer/{link}")
        assert thanked.status_code == 200
        for page in (asked.text, thanked.text):
            for word in (case.incident.number, SECRET, "Wexcombe", "high", "threat"):
                assert word not in page
        assert anybody.get("/incidents").status_code == 303, "and lets nobody in"
    (case,) = board.store.cases()
    assert [event.act for event in case.history] == [Act.ACKNOWLEDGED]


def test_a_link_that_was_made_up_says_nothing_and_does_nothing(board: Dashboard) -> None:
    an_alert_that_left(board)
    with board.browser() as anybody:
        assert anybody.get("/answer/made-up").status_code == 200, "the same page as for any"
        assert anybody.post("/answer/made-up").status_code == 404
    assert board.store.cases()[0].history == ()


def test_every_urgent_letter_has_a_link_of_its_own(board: Dashboard) -> None:
    board.add_incident(text="one", alerts=(Role.HEAD, Role.DSL))
    with board.store.reading() as session:
        rows = session.exec(select(LetterRow)).all()
    assert all(row.state == AlertState.WAITING for row in rows)
    assert len({row.answer for row in rows}) == len(rows) == 2
    assert all(len(row.answer) >= 22 for row in rows), "128 bits"
