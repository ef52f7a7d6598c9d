"""Signing in with two steps, through a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from tests.integration.dashboard import PASSWORD, Dashboard, Phone, running

EMAIL = "head@wexcombepark.example"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


def invited(board: Dashboard, role: AccountRole) -> str:
    token = board.accounts.add(EMAIL, role, ("wexcombe",))
    board.accounts.set_password(token, PASSWORD)
    return EMAIL


def first_step(client: httpx.Client, wanted: str = "") -> httpx.Response:
    form = {"email": EMAIL, "password": PASSWORD, "wanted": wanted}
    return client.post("/sign-in", data=form)


def scan(page: str, board: Dashboard) -> Phone:
    """What a phone reads from the page."""
    link = BeautifulSoup(page, "html.parser").select_one('a[href^="otpauth://"]')
    assert link is not None
    address = urlsplit(str(link["href"]))
    query = parse_qs(address.query)
    assert query["issuer"] == ["Reputation monitor"]
    return Phone(query["secret"][0], board.clock)


def test_a_head_sets_it_up_at_the_first_sign_in_and_sees_nothing_before(board: Dashboard) -> None:
    number = board.add_incident("They will burn it down")
    invited(board, AccountRole.HEAD)
    with board.browser() as client:
        asked = first_step(client, f"/incidents/{number}")
        assert asked.headers["location"] == f"/second-step?next=%2Fincidents%2F{number}"
        for path in ("/", "/today", f"/incidents/{number}", "/account", "/trends", "/people"):
            answer = client.get(path)
            assert answer.status_code in (303, 404), path
            assert "burn" not in answer.text
        page = client.get(asked.headers["location"], follow_redirects=True)
        assert page.url.path == "/second-step/set-up"
        assert page.text.count("<svg") == 1
        phone = scan(page.text, board)
        wrong = client.post("/second-step/set-up", data={"code": "000000"})
        assert wrong.status_code == 400
        assert scan(wrong.text, board).secret == phone.secret, "the picture stays the same"
        form = {"code": phone.code(), "wanted": f"/incidents/{number}"}
        done = client.post("/second-step/set-up", data=form)
        codes = re.findall(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>", done.text)
        assert len(set(codes)) == 10
        assert f'href="/incidents/{number}"' in done.text
        assert "burn" in client.get(f"/incidents/{number}").text
        for path in ("/account", "/second-step/set-up", "/second-step"):
            later = client.get(path, follow_redirects=True).text
            assert phone.secret not in later, "never shown again"
            assert not any(code in later for code in codes)


def test_it_is_asked_for_at_each_sign_in_and_leads_on(board: Dashboard) -> None:
    email = board.add_account(AccountRole.DSL)
    with board.browser() as client:
        form = {"email": email, "password": PASSWORD, "wanted": "/trends"}
        asked = client.post("/sign-in", data=form)
        before = dict(client.cookies)
        page = client.get(asked.headers["location"])
        assert "Six figures from your authenticator app" in page.text
        wrong = client.post("/second-step", data={"code": "000000", "wanted": "/trends"})
        assert wrong.status_code == 403
        assert 'name="wanted" value="/trends"' in wrong.text
        form = {"code": board.code(email), "wanted": "/trends"}
        assert client.post("/second-step", data=form).headers["location"] == "/trends"
        assert dict(client.cookies) != before, "the key is a new one"
        assert client.get("/trends").status_code == 200


def test_a_recovery_code_lets_in_whoever_has_no_phone(board: Dashboard) -> None:
    invited(board, AccountRole.HEAD)
    with board.browser() as client:
        page = client.get(first_step(client).headers["location"], follow_redirects=True)
        phone = scan(page.text, board)
        done = client.post("/second-step/set-up", data={"code": phone.code()})
        code = re.findall(r"<code>([a-z2-9-]{14})</code>", done.text)[0]
    with board.browser() as client:
        first_step(client)
        assert client.post("/second-step", data={"recovery": code}).headers["location"] == "/"
        assert "You have 9 recovery codes left" in client.get("/account").text
    with board.browser() as client:
        first_step(client)
        again = client.post("/second-step", data={"recovery": code})
        assert again.status_code == 403
        assert client.get("/today").headers["location"].startswith("/second-step")


def test_an_office_may_turn_it_on_and_off(board: Dashboard) -> None:
    invited(board, AccountRole.OFFICE)
    with board.browser() as client:
        assert first_step(client).headers["location"] == "/"
        page = client.post("/account/second-step", follow_redirects=True)
        phone = scan(page.text, board)
        done = client.post(
            "/second-step/set-up", data={"code": phone.code(), "wanted": "/account"}
        )
        assert 'href="/account"' in done.text
        assert "Move to another phone, or turn it off" in client.get("/account").text
        wrong = client.post("/account/second-step/remove", data={"remove-code": "000000"})
        assert wrong.status_code == 400
        new = client.post("/account/recovery-codes", data={"code": phone.code()})
        assert "The old recovery codes no longer work." in new.text
        form = {"remove-code": phone.code()}
        off = client.post("/account/second-step/remove", data=form)
        assert off.headers["location"] == "/sign-in"
        assert first_step(client).headers["location"] == "/"


def test_a_second_step_without_a_first_leads_to_the_door(board: Dashboard) -> None:
    with board.browser() as client:
        for path in ("/second-step", "/second-step/set-up"):
            assert client.get(path).headers["location"].startswith("/sign-in")
            answer = client.post(path, data={"code": "123456"})
            assert answer.headers["location"].startswith("/sign-in")


def test_a_key_that_is_away_is_said_to_the_person(board: Dashboard) -> None:
    email = board.add_account(AccountRole.HEAD)
    (board.evidence.parent / "dashboard-key.txt").unlink()
    with board.browser() as client:
        answer = board.enter(client, email)
    assert answer.status_code == 503
    assert "dashboard-key.txt" in answer.text
