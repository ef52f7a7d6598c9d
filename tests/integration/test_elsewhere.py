"""Signing in with Microsoft and Google: a real server, a real browser, a real provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.account_role import AccountRole
from monitor.openid import Kind
from tests.integration.chromium import WIDTHS, chromium, faults, open_page, too_wide
from tests.integration.dashboard import Dashboard, running
from tests.provider import SECRET, OpenId, elsewhere, of_google, of_microsoft, openid

OFFICE = "office@wexcombepark.example"


@dataclass
class School:
    board: Dashboard
    provider: OpenId


@contextmanager
def school_at(folder: Path) -> Iterator[School]:
    """Both providers are the same one: what tells them apart is what is pinned."""
    with (
        openid(lambda: board.clock.now) as provider,
        running(
            folder,
            name="localhost",
            elsewhere=lambda url, _: {k: elsewhere(provider, k, url) for k in Kind},
        ) as board,
    ):
        yield School(board, provider)


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    monkeypatch.setenv("SIGN_IN_SECRET", SECRET)
    with school_at(tmp_path) as school:
        yield school


def go(client: httpx.Client, kind: Kind, wanted: str = "") -> httpx.Response:
    """There and back again, as a browser does it."""
    page = client.post(f"/sign-in/with/{kind}", data={"wanted": wanted})
    link = BeautifulSoup(page.text, "html.parser").select_one("main a")
    assert link is not None, page.text
    there = httpx.get(str(link["href"]), trust_env=False)
    return client.get(there.headers["location"])


def test_the_office_signs_in_with_google_and_is_led_on(school: School) -> None:
    school.board.add_account(AccountRole.OFFICE)
    school.provider.claims = of_google(OFFICE)
    with school.board.browser() as client:
        assert go(client, Kind.GOOGLE, "/incidents").headers["location"] == "/incidents"
        assert "Untie it" in client.get("/account").text
        before = client.cookies["session"]
        assert go(client, Kind.GOOGLE, "//evil.example").headers["location"] == "/"
        assert school.board.accounts.session(before) is None


def test_a_head_who_comes_by_microsoft_still_gives_the_code(school: School) -> None:
    email = school.board.add_account(AccountRole.HEAD)
    school.provider.claims = of_microsoft(email)
    with school.board.browser() as client:
        assert go(client, Kind.MICROSOFT).headers["location"] == "/second-step"
        assert client.get("/today").headers["location"].startswith("/second-step")
        form = {"code": school.board.code(email)}
        assert client.post("/second-step", data=form).headers["location"] == "/"
    school.provider.claims = of_microsoft(email, amr=["pwd", "mfa"])
    with school.board.browser() as client:
        assert go(client, Kind.MICROSOFT).headers["location"] == "/"
        assert client.get("/today").status_code == 200


def test_whoever_is_not_let_in_reads_why_at_the_door(school: School) -> None:
    school.board.add_account(AccountRole.OFFICE)
    with school.board.browser() as client:
        for claims, sentence in (
            (of_google("new@wexcombepark.example"), "no account here for new@"),
            (of_google(OFFICE, hd="another.example"), "is not one of your school"),
            (of_google(OFFICE, email_verified=False), "does not vouch for an e-mail address"),
            (of_google(OFFICE, nonce="another"), "not one that can be believed"),
        ):
            school.provider.claims = claims
            answer = go(client, Kind.GOOGLE, "/incidents")
            assert answer.status_code == 403
            assert sentence in answer.text
            assert 'name="wanted" value="/incidents"' in answer.text
            assert "session" not in client.cookies


def test_nobody_is_signed_in_by_a_link_of_somebody_else_s(school: School) -> None:
    """Whoever sends me back with a code of their own would have me work in their name."""
    school.board.add_account(AccountRole.OFFICE)
    school.provider.claims = of_google(OFFICE)
    with school.board.browser() as theirs, school.board.browser() as mine:
        page = theirs.post("/sign-in/with/google")
        link = BeautifulSoup(page.text, "html.parser").select("main a")[0]
        back = httpx.get(str(link["href"]), trust_env=False).headers["location"]
        assert mine.get(back).status_code == 403
        mine.post("/sign-in/with/google")
        refused = mine.get(back)
        assert refused.status_code == 403
        assert "in another window" in refused.text
        assert theirs.get(back).headers["location"] == "/"
        assert theirs.get(back).status_code == 403, "once"


def test_what_is_not_configured_is_not_there(tmp_path: Path) -> None:
    with running(tmp_path) as board, board.browser() as client:
        assert client.post("/sign-in/with/google").status_code == 404
        assert client.get("/sign-in/with/google/back?code=1&state=2").status_code == 404
        assert "Google" not in client.get("/sign-in").text


@pytest.mark.browser
@pytest.mark.xdist_group("passkey")
def test_in_a_browser_one_comes_back_by_oneself_with_and_without_script(
    browser: Path, school: School
) -> None:
    email = school.board.add_account(AccountRole.OFFICE)
    school.provider.claims = of_microsoft(email)
    with TemporaryDirectory() as scratch, chromium(Path(scratch), browser) as chrome:
        for width, script in zip(WIDTHS, (True, False), strict=True):
            page = open_page(chrome, width, script=script)
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto(f"{school.board.url}/sign-in")
            page.get_by_role("button", name="Sign in with Microsoft").click()
            page.get_by_role("heading", name="Today").wait_for()
            assert said == []
        page = open_page(chrome, 390)
        school.provider.refuses = "access_denied"
        page.goto(f"{school.board.url}/sign-in")
        assert faults(page) + ["too wide"] * too_wide(page) == []
        page.get_by_role("button", name="Sign in with Google").click()
        page.get_by_role("alert").get_by_text("did not let you through").wait_for()
        assert faults(page) + ["too wide"] * too_wide(page) == []
