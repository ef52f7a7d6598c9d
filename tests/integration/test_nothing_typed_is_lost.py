"""What a person has typed is not lost silently: not by a session that ended, nor by a mistake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest

from monitor.account_role import AccountRole
from tests.integration.dashboard import Dashboard, running
from tests.integration.test_reporting import filled

TYPED = 'Mrs Gate says that <b>he</b> was "there" at nine\nand left at ten.'


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.fixture
def office(board: Dashboard) -> Iterator[httpx.Client]:
    with board.signed_in(AccountRole.OFFICE) as client:
        yield client


def test_what_was_typed_when_the_session_ended_is_shown_to_be_copied(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    report = filled(office, note=TYPED)
    forms = {
        f"/incidents/{number}": {"act": "note", "note-reason": TYPED, "seen": "0"},
        f"/incidents/{number}/steps": {"title": "x", "progress": "done", "words": TYPED},
        "/report": report,
    }
    board.clock.now += timedelta(hours=13)
    for path, form in forms.items():
        answer = office.post(path, data=form)
        assert answer.status_code == 401, path
        assert TYPED in unescape(answer.text), path
        assert "Nothing was saved" in answer.text
        assert f'href="/sign-in?next={path.replace("/", "%2F")}"' in answer.text
        assert "<b>" not in answer.text
    assert [case.incident.number for case in board.store.cases()] == [number]
    assert board.store.cases()[0].history == ()


def test_where_nothing_was_typed_one_is_only_asked_to_sign_in(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    board.clock.now += timedelta(hours=13)
    answer = office.post(f"/incidents/{number}", data={"act": "acknowledged", "seen": "0"})
    assert answer.status_code == 303


def test_no_secret_is_ever_shown_again(board: Dashboard) -> None:
    with board.browser() as client:
        form = {"password": "seven purple kettles", "code": "123456", "words": "hello there"}
        answer = client.post("/account/recovery-codes", data=form)
    assert "kettles" not in answer.text
    assert "123456" not in answer.text


def test_a_mistake_on_the_page_of_steps_loses_no_word(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie", url="https://www.tiktok.com/@a/video/1")
    page = office.get(f"/incidents/{number}/steps").text
    title = page.partition('name="title" value="')[2].partition('"')[0]
    form = {"title": unescape(title), "progress": "", "words": TYPED}
    answer = office.post(f"/incidents/{number}/steps", data=form)
    assert answer.status_code == 400
    assert "Choose how far you have come." in answer.text
    assert unescape(answer.text).count(TYPED) == 1, "in its own form and in no other"
    assert answer.text.count('<details class="govuk-details" open>') == 1
