"""A colleague without an account reports by a one-time link, and sees what they sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from monitor.account_role import AccountRole
from monitor.store.accounts import AccountError
from monitor.store.links import LINKS
from tests.integration.dashboard import PASSWORD, Dashboard, running

EMAIL = "teacher@wexcombepark.example"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def link_for(client: httpx.Client, email: str = EMAIL, school: str = "wexcombe") -> str:
    page = client.post("/report/colleague", data={"email": email, "school": school})
    (link,) = re.findall(r"/invite/[\w-]+", page.text)
    return str(link)


def report(client: httpx.Client, words: str) -> httpx.Response:
    form = re.search(r'name="form" value="(\w+)"', client.get("/report").text)
    assert form is not None
    filled = {"form": form[1], "school": "wexcombe", "indecent": "no", "words": words}
    return client.post("/report", data=filled)


def test_the_office_makes_a_link_with_which_a_colleague_reports(board: Dashboard) -> None:
    board.add_incident("not for colleagues")
    with board.signed_in(AccountRole.OFFICE) as office, board.browser() as colleague:
        link = link_for(office)
        assert "Open the form" in colleague.get(link).text, (
            "a mail scanner that looks uses nothing"
        )
        assert colleague.post(link).headers["location"] == "/report"
        report(colleague, "my own words")
        report(office, "words of the office")
        sent = colleague.get("/report/sent").text
        assert "my own words" in sent
        assert "words of the office" not in sent
        assert "words of the office" in office.get("/report/sent").text
        for path in (
            "/today",
            "/incidents",
            "/incidents/2026-001",
            "/trends",
            "/account",
            "/audit",
        ):
            assert colleague.get(path).status_code == 403, path
        assert colleague.get("/", follow_redirects=True).url.path == "/report"
    with board.signed_in(AccountRole.HEAD) as head:
        log = head.get("/audit").text
    assert "Reported it" in log
    assert EMAIL in log


def test_the_link_works_once_and_for_a_day(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as office, board.browser() as colleague:
        link = link_for(office)
        colleague.post(link)
        assert colleague.get(link).status_code == 404
        assert colleague.post(link).status_code == 404
        late = link_for(office)
        board.clock.now += timedelta(hours=24)
        assert colleague.post(late).status_code == 404
        assert colleague.get("/report").status_code == 303, "the first session is over, too"


def test_no_password_can_be_set_with_it(board: Dashboard) -> None:
    token = board.accounts.add(EMAIL, AccountRole.STAFF, ["wexcombe"])
    with pytest.raises(AccountError, match="no longer works"):
        board.accounts.set_password(token, PASSWORD)
    with pytest.raises(AccountError, match="do not belong together"):
        board.accounts.sign_in(EMAIL, PASSWORD)


def test_the_link_of_an_account_with_a_password_lets_nobody_in(board: Dashboard) -> None:
    token = board.accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    with pytest.raises(AccountError, match="no longer works"):
        board.accounts.enter_by_link(token)
    assert board.accounts.invited(token)


@pytest.mark.parametrize(
    ("role", "school", "said"),
    [
        (AccountRole.DSL, "wexcombe", "can sign in with it"),
        (AccountRole.STAFF, "otherby", "Ask an administrator"),
        (AccountRole.HEAD, "otherby", "Ask an administrator"),
    ],
)
def test_the_office_makes_no_link_for_who_has_another_way_in(
    board: Dashboard, role: AccountRole, school: str, said: str
) -> None:
    board.add_account(role, school, email=EMAIL)
    with board.signed_in(AccountRole.OFFICE) as office:
        form = {"email": EMAIL, "school": "wexcombe"}
        answer = office.post("/report/colleague", data=form)
        elsewhere = office.post("/report/colleague", data=form | {"school": "otherby"})
    assert answer.status_code == elsewhere.status_code == 400
    assert said in answer.text
    assert "/invite/" not in answer.text


def test_nobody_makes_links_without_end(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as office:
        for n in range(LINKS):
            link_for(office, f"teacher{n}@wexcombepark.example")
        form = {"email": EMAIL, "school": "wexcombe"}
        answer = office.post("/report/colleague", data=form)
        assert "Too many links at once" in answer.text
        board.clock.now += timedelta(minutes=15)
        assert link_for(office)
