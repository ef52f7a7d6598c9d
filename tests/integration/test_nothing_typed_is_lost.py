"""What a person has typed is not lost silently: not by a session that ended, nor by a mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from monitor.store.database import StoreError
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


@pytest.mark.parametrize("letter", ["\N{ARABIC LETTER SHEEN}", "\N{LION FACE}", "\n"])
def test_a_long_text_in_any_script_is_taken(
    board: Dashboard, office: httpx.Client, letter: str
) -> None:
    """Each is six to twelve bytes in a form."""
    most = ("x" + letter) * 2400
    answer = office.post("/report", data=filled(office, words=most, note=most))
    assert answer.status_code == 200, answer.text
    (case,) = board.store.cases()
    form = {"act": "note", "note-reason": most, "seen": "0"}
    answer = office.post(f"/incidents/{case.incident.number}", data=form)
    assert answer.status_code == 303


def test_what_is_too_long_is_said_and_not_cut_by_the_browser(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    for page in (f"/incidents/{number}", f"/incidents/{number}/steps", "/report"):
        assert "<textarea" in office.get(page).text
        assert not re.search(r"<textarea[^>]*maxlength", office.get(page).text), page
    form = {"act": "note", "note-reason": TYPED + "x" * 9000, "seen": "0"}
    answer = office.post(f"/incidents/{number}", data=form)
    assert "Use at most 5,000 characters." in answer.text
    assert TYPED in unescape(answer.text)


def test_why_an_author_s_name_is_needed_is_not_lost_either(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    board.clock.now += timedelta(hours=13)
    answer = office.post(f"/incidents/{number}/authors/A1", data={"reason": TYPED})
    assert TYPED in unescape(answer.text)


def test_whatever_goes_wrong_what_was_typed_is_shown(
    board: Dashboard, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = board.add_incident("They lie")
    form = {"act": "note", "note-reason": TYPED, "seen": "0"}

    def shown(path: str) -> int:
        answer = office.post(path, data=form)
        assert TYPED in unescape(answer.text), answer.text
        assert "What you wrote" in answer.text
        return answer.status_code

    assert shown("/incidents/2026-999") == 404, "it was forgotten meanwhile"
    for error, status in ((StoreError("The database is in use."), 503), (ValueError("x"), 500)):

        def breaks(_number: str, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(board.store, "case", breaks)
        assert shown(f"/incidents/{number}") == status
    monkeypatch.undo()
    board.accounts.change(
        "office@wexcombepark.example",
        to="office@wexcombepark.example",
        role=AccountRole.GOVERNOR,
        schools=["wexcombe"],
    )
    board.enter(office, "office@wexcombepark.example")
    assert shown(f"/incidents/{number}") == 403, "what they may see was changed meanwhile"


def test_taking_over_what_somebody_else_has_open_loses_no_word(
    board: Dashboard, office: httpx.Client
) -> None:
    number = board.add_incident("They lie")
    with board.signed_in(AccountRole.HEAD) as head:
        head.get(f"/incidents/{number}")
    form = {"act": "severity", "severity": "low", "severity-reason": TYPED, "seen": "0"}
    page = BeautifulSoup(office.post(f"/incidents/{number}", data=form).text, "html.parser")
    summary = page.select_one(".govuk-error-summary")
    assert summary is not None
    assert "or take it over with the button below" in summary.text
    decision = page.select_one("form#decision")
    assert decision is not None
    sent = {
        field["name"]: field.get("value", "")
        for field in decision.select("input[type=hidden], button[value=take_over]")
        if field.get("name")
    }
    sent |= {"decided": "criticism", "decided-reason": f"{TYPED} twice"}
    assert sent["act"] == "take_over"
    answer = office.post(f"/incidents/{number}", data=sent)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    assert [t.text.strip() for t in page.select("textarea[name$=-reason]") if t.text.strip()] == [
        f"{TYPED} twice",
        TYPED,
    ]
    assert page.select_one("input[value=criticism][checked]")
    assert "has this open" not in answer.text
