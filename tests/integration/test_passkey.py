"""Passkeys in a real Chromium, whose virtual authenticator stands for a phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, CDPSession, Page

from monitor.account_role import AccountRole
from monitor.audit import Act
from tests.authenticator import Device
from tests.integration.chromium import chromium, enter, open_page
from tests.integration.dashboard import PASSWORD, Dashboard, running

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("passkey")]


@dataclass
class School:
    board: Dashboard
    chrome: Browser


@pytest.fixture(scope="module")
def school(browser: Path) -> Iterator[School]:
    with (
        TemporaryDirectory() as data,
        TemporaryDirectory() as scratch,
        running(Path(data), name="localhost") as board,
        chromium(Path(scratch), browser) as chrome,
    ):
        yield School(board, chrome)


class Phone:
    """Plugged into a page; *checks* its holder by finger, face or PIN, or cannot."""

    def __init__(self, page: Page) -> None:
        self._line: CDPSession = page.context.new_cdp_session(page)
        self._line.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = {"authenticatorId": added["authenticatorId"]}

    def checks(self, verified: bool) -> None:
        self._line.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": verified})

    def uses(self) -> list[int]:
        found = self._line.send("WebAuthn.getCredentials", self._id)["credentials"]
        return [each["signCount"] for each in found]


def add(page: Page, board: Dashboard, email: str) -> None:
    page.goto(f"{board.url}/account")
    page.get_by_text("Add a passkey").click()
    page.get_by_label("A name for it").fill("My phone")
    page.locator("#passkey-proof").fill(board.code(email))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Make the passkey").click()


def test_a_head_adds_one_signs_in_with_it_in_one_gesture_and_removes_it(school: School) -> None:
    board = school.board
    email = board.add_account(AccountRole.HEAD)
    page = open_page(school.chrome, 1280)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in {"warning", "error"} else None)
    phone = Phone(page)
    enter(page, board, email)
    add(page, board, email)
    page.get_by_text("The passkey is added").wait_for()
    assert page.get_by_text("not used yet").is_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{board.url}/today")
    assert phone.uses()[0] > 0
    page.goto(f"{board.url}/account")
    assert page.get_by_text("last used").first.is_visible()
    assert said == []

    page.get_by_text("Remove it").click()
    page.get_by_label("Six figures").first.fill(board.code(email))
    page.get_by_role("button", name="Remove this passkey").click()
    page.get_by_text("The passkey is removed").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("alert").get_by_text("not known here").first.wait_for()
    ids = [each.id for each in board.accounts.everyone() if each.email == email]
    deeds = [each.act for each in board.store.deeds_of(ids, 9, 0)[0]]
    for act in (Act.PASSKEY_ADDED, Act.SIGNED_IN_BY_PASSKEY, Act.PASSKEY_REMOVED):
        assert act in deeds


def test_a_device_that_cannot_check_its_holder_is_told_of_in_words(school: School) -> None:
    board = school.board
    email = board.add_account(AccountRole.DSL)
    page = open_page(school.chrome, 390)
    phone = Phone(page)
    enter(page, board, email)
    phone.checks(False)
    add(page, board, email)
    page.get_by_text("Nothing was done").wait_for()
    phone.checks(True)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("The passkey is added").wait_for()
    phone.checks(False)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Nothing was done").wait_for()
    assert page.get_by_label("Password", exact=True).is_visible()


def test_without_script_a_password_is_asked_for_and_nothing_else_offered(school: School) -> None:
    page = open_page(school.chrome, 390, script=False)
    page.goto(f"{school.board.url}/sign-in")
    assert page.get_by_label("Password", exact=True).is_visible()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()


def test_where_browsers_allow_none_the_account_says_what_is_missing(tmp_path: Path) -> None:
    with running(tmp_path) as board, board.signed_in(AccountRole.OFFICE) as client:
        page = client.get("/account").text
        assert "They cannot be used yet" in page
        assert 'action="/account/passkeys"' not in page
        assert "passkey" not in client.get("/sign-in").text.replace("passkey.js", "")


def test_the_host_that_a_browser_names_changes_nothing(school: School) -> None:
    """127.0.0.1 is ours, too; a passkey belongs to the configured name all the same."""
    other = school.board.url.replace("localhost", "127.0.0.1")
    with httpx.Client(base_url=other, headers={"Origin": other}, trust_env=False) as client:
        asked = client.post("/sign-in/passkey/question")
        assert asked.json()["rpId"] == "localhost"
        answer = client.post("/sign-in/passkey", data={"answer": Device(other).use(asked.text)})
        assert answer.status_code == 403
        assert "not known here" in answer.text


def test_a_passkey_leads_on_to_what_was_wanted_and_ends_what_was_before(tmp_path: Path) -> None:
    with running(tmp_path, name="localhost") as board, board.browser() as client:
        email, device = board.add_account(AccountRole.OFFICE), Device(board.url)
        board.enter(client, email)
        form = {"passkey-name": "Phone", "passkey-proof": PASSWORD}
        page = BeautifulSoup(client.post("/account/passkeys", data=form).text, "html.parser")
        (asks,) = page.select("form[data-question]")
        answer = device.make(str(asks["data-question"]))
        added = client.post("/account/passkeys/answer", data={"answer": answer})
        assert added.headers["location"] == "/account?done=passkey-added"
        before = client.cookies["session"]
        asked = client.post("/sign-in/passkey/question").text
        form = {"answer": device.use(asked), "wanted": "/incidents"}
        assert client.post("/sign-in/passkey", data=form).headers["location"] == "/incidents"
        assert client.cookies["session"] != before
        assert board.accounts.session(before) is None
        assert "Signed in with a passkey" in client.get("/account").text, "what happened lately"
        again = client.post("/sign-in/passkey", data=form)
        assert again.status_code == 403
        assert "done already" in again.text
