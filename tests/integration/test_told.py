"""Beside everybody who was told stands whether they have read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from monitor.domain import Act, Event, Role, Urgency
from monitor.working import work
from tests.integration.dashboard import Dashboard, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as found:
        yield found


def send(board: Dashboard) -> dict[Role, str]:
    """All letters that wait, a minute later; the link in each."""
    board.clock.now += timedelta(minutes=1)
    found, now = {}, board.clock()
    while letter := board.store.claim_letter(
        due=now, until=now + timedelta(hours=1), urgencies=frozenset(Urgency), most=9
    ):
        board.store.sent(letter, now)
        found[letter.role] = letter.answer
    return found


def told(board: Dashboard, number: str) -> dict[str, str]:
    """What stands beside each role, as the office reads it."""
    with board.browser() as office:
        board.enter(office, "office@wexcombepark.example")
        page = office.get(f"/incidents/{number}").text
    told = page.partition('<ul class="told">')[2].partition("</ul>")[0]
    lines = [unescape(re.sub("<[^>]+>", "", each)) for each in told.split("<li>")[1:]]
    return {line.partition(",")[0]: " ".join(line.split()) for line in lines}


def test_whoever_opens_it_has_read_it_and_nobody_else(board: Dashboard) -> None:
    board.add_account(AccountRole.OFFICE)
    number = board.add_incident("x", alerts=(Role.HEAD, Role.DSL))
    send(board)
    before = told(board, number)
    assert all("Not read yet, as far as is known here." in each for each in before.values())
    board.clock.now += timedelta(minutes=4)
    with board.signed_in(AccountRole.HEAD) as head:
        assert "Read Fri 20 Nov 2026, 09:35 by" in " ".join(
            head.get(f"/incidents/{number}").text.split()
        )
    after = told(board, number)
    assert after["Headteacher"].endswith(
        "Read Fri 20 Nov 2026, 09:35 by head@wexcombepark.example."
    )
    assert "Not read yet" in after["Designated safeguarding lead"]


def test_the_link_in_a_mail_says_that_its_reader_has_read_it(board: Dashboard) -> None:
    board.add_account(AccountRole.OFFICE)
    number = board.add_incident("x", alerts=(Role.CHAIR_OF_GOVERNORS, Role.HEAD))
    link = send(board)[Role.CHAIR_OF_GOVERNORS]
    board.clock.now += timedelta(minutes=9)
    with board.browser() as chair:
        chair.post(f"/answer/{link}")
    found = told(board, number)
    assert found["Chair of governors"].endswith("Read Fri 20 Nov 2026, 09:40.")
    assert "Not read yet" in found["Headteacher"]


def test_whoever_worked_on_it_has_read_it(board: Dashboard) -> None:
    board.add_account(AccountRole.OFFICE)
    number = board.add_incident("x", alerts=(Role.DSL,))
    send(board)
    board.clock.now += timedelta(hours=1)
    said = Event(act=Act.NOTE, at=board.clock(), by="d@x.example", role="dsl", reason="Seen.")
    work(board.store, number, said, {})
    (line,) = told(board, number).values()
    assert line.endswith("by d@x.example.")


def test_what_was_read_before_a_mail_was_sent_does_not_answer_it(board: Dashboard) -> None:
    """It may have become worse since."""
    board.add_account(AccountRole.OFFICE)
    number = board.add_incident("x", alerts=(Role.HEAD,))
    with board.signed_in(AccountRole.HEAD) as head:
        assert head.get(f"/incidents/{number}").status_code == 200
    assert "Not read yet" not in told(board, number)["Headteacher"], "it was not sent yet"
    send(board)
    assert "Not read yet" in told(board, number)["Headteacher"]
