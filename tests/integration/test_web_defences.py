"""What keeps strangers, other web pages and what they wrote out of the dashboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from monitor.domain import Reason
from tests.integration.dashboard import PASSWORD, Dashboard, a_feed, running


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Dashboard]:
    with running(tmp_path) as board:
        yield board


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_door_leads_nowhere_else(board: Dashboard, elsewhere: str) -> None:
    email = board.add_account(AccountRole.HEAD)
    with board.browser() as client:
        assert board.enter(client, email, elsewhere).headers["location"] == "/"


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "<a href=https://evil.example>here</a>",
    "\u202egnp.exe\u2066 \u200b",
    "<!--",
]


def assert_inert(page: str) -> None:
    """Nothing in it runs, loads, leads or posts elsewhere, or hides."""
    assert not {"\u202e", "\u2066", "\u200b"} & set(page)
    assert "<!--" not in page
    tree = BeautifulSoup(page, "html.parser")
    assert tree.find_all(["svg", "iframe", "object", "embed", "base", "style"]) == []
    for script in tree.find_all("script"):
        assert re.fullmatch(r"/static/(app|htmx)\.js\?v=\w+", str(script["src"]))
        assert script.string is None
    for tag in tree.find_all(True):
        for name, value in tag.attrs.items():
            assert not name.startswith("on")
            assert name not in {"style", "srcdoc", "autofocus", "formaction"}
            if name in {"href", "src", "action"}:
                assert re.match(r"/(?!/)|#", str(value))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_strangers_write_is_only_ever_text(board: Dashboard, payload: str) -> None:
    number = board.add_incident(
        payload,
        author=payload,
        url=payload,
        source=payload,
        because=(Reason(category="threat", start=0, end=3, text=payload, rule=payload),),
    )
    board.sources.append(a_feed(payload))
    board.store.failed(
        "wexcombe",
        payload,
        board.clock(),
        payload,
        again_in=timedelta(hours=1),
        needs_a_person=False,
    )
    with board.signed_in(AccountRole.HEAD) as client:
        for path in ("/incidents", f"/incidents/{number}", "/sources"):
            assert_inert(client.get(path).text)


def test_whoever_is_signed_in_keeps_the_menu_whatever_goes_wrong(board: Dashboard) -> None:
    with board.signed_in(AccountRole.OFFICE) as client:
        for path, status in (
            ("/nowhere", 404),
            ("/incidents/2026-999", 404),
            ("/people", 403),
            ("/incidents?page=many", 404),
        ):
            page = client.get(path)
            assert page.status_code == status
            assert 'aria-label="Menu"' in page.text
    with board.browser() as client:
        assert 'aria-label="Menu"' not in client.get("/nowhere").text


_KEPT = {"/static/style.css": "public, max-age=31536000, immutable"}


def test_every_answer_carries_the_security_headers(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        for path in ("/incidents", "/nowhere", "/static/style.css", "/trends", "/incidents/x"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "base-uri 'none'" in policy
            assert "form-action 'self'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == _KEPT.get(path, "no-store")
            assert headers["referrer-policy"] == "same-origin"
            assert "server" not in headers


def test_a_disabled_account_is_out_at_once(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        assert client.get("/incidents").status_code == 200
        board.accounts.disable("head@wexcombepark.example")
        assert client.get("/incidents").status_code == 303


def test_an_idle_session_ends(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        board.clock.now += timedelta(minutes=31)
        assert client.get("/incidents").status_code == 303


def test_signing_out_leaves_nothing_in_the_browser(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        answer = client.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache"'
    assert answer.headers["set-cookie"].startswith('session="";')
    assert answer.headers["cache-control"] == "no-store"


def test_signing_out_ends_the_session_on_the_server_too(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        cookies = dict(client.cookies)
        assert client.post("/sign-out").headers["location"] == "/sign-in"
        client.cookies.update(cookies)
        assert client.get("/incidents").status_code == 303


def test_signing_in_again_changes_the_key_and_ends_the_old_session(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client, board.browser() as old:
        old.cookies.update(client.cookies)
        board.enter(client, "head@wexcombepark.example")
        assert dict(old.cookies) != dict(client.cookies)
        assert old.get("/incidents").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
def test_a_form_from_elsewhere_is_refused(board: Dashboard, headers: dict[str, str]) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        cookie = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        for path in ("/sign-out", "/sign-in", "/invite/x"):
            answer = httpx.post(
                f"{board.url}{path}",
                headers=headers | {"Cookie": cookie},
                data={"a": "b"},
                trust_env=False,
            )
            assert answer.status_code == 403
        assert client.get("/incidents").status_code == 200


def test_other_names_for_our_address_are_refused(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "evil.example:80"):
            assert client.get("/incidents", headers={"Host": host}).status_code in (400, 421)
        assert client.get("/incidents", headers={"Host": "localhost:1"}).status_code == 200


def test_a_form_that_is_too_large_or_endless_is_refused(board: Dashboard) -> None:
    with board.browser() as client:
        assert client.post("/sign-in", data={"email": "x" * 300_000}).status_code == 413
        endless = client.post("/sign-in", content=iter([b"email=", b"x"]))
        assert endless.status_code == 411


def test_nothing_is_changed_by_looking(board: Dashboard) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        assert client.get("/sign-out").status_code == 405
        assert client.get("/incidents").status_code == 200


def test_a_wrong_password_is_said_without_a_hint_and_counted(board: Dashboard) -> None:
    email = board.add_account(AccountRole.HEAD)
    with board.browser() as client:
        for _ in range(10):
            answer = client.post("/sign-in", data={"email": email, "password": "wrong"})
            assert answer.status_code == 403
            assert "do not belong together" in answer.text
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert "Too many tries" in answer.text


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path: Path) -> None:
    with running(tmp_path, secure_cookies=True) as board:
        email = board.add_account(AccountRole.HEAD)
        with board.browser() as client:
            answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-session=")
    for part in ("httponly", "samesite=lax", "secure", "path=/"):
        assert part in cookie
    assert "domain" not in cookie
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_fault_shows_a_sentence_and_no_traceback(
    board: Dashboard, caplog: pytest.LogCaptureFixture
) -> None:
    with board.signed_in(AccountRole.HEAD) as client:
        board.store.last_read = lambda _: 1 / 0  # type: ignore[assignment,method-assign,return-value]  # breaks it
        answer = client.get("/incidents")
        client.cookies.clear()
        board.accounts.session = lambda _: 1 / 0  # type: ignore[assignment,method-assign,return-value]  # and all
        client.cookies.set("session", "x")
        sentence = client.get("/incidents")
    assert answer.status_code == sentence.status_code == 500
    assert 'aria-label="Menu"' in answer.text
    assert "Something went wrong here" in sentence.text
    assert "Something went wrong here" in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "division by zero" not in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"
