"""Every page as people meet it: on a phone and on a desk, with a screen reader, without script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, Page

from monitor.account_role import AccountRole
from tests.integration.chromium import WIDTHS, chromium, enter, faults, open_page, too_wide
from tests.integration.dashboard import Dashboard, running
from tests.integration.looking import (
    at_the_door,
    furnish,
    new_passkey,
    new_person,
    pages,
    pages_of_admin,
    pages_of_trust,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]


@dataclass
class School:
    """One dashboard and one browser for all that is looked at here."""

    board: Dashboard
    chrome: Browser
    number: str
    email: str
    admin: str
    trust: str

    def visitor(self, width: int, *, script: bool = True) -> Page:
        page = open_page(self.chrome, width, script=script)
        enter(page, self.board, self.email)
        return page


@pytest.fixture(scope="module")
def school(browser: Path) -> Iterator[School]:
    with (
        TemporaryDirectory() as data,
        TemporaryDirectory() as scratch,
        running(Path(data), name="localhost") as board,
        chromium(Path(scratch), browser) as chrome,
    ):
        head = board.add_account(AccountRole.HEAD)
        admin = board.add_account(AccountRole.ADMIN)
        trust = board.add_account(AccountRole.GOVERNOR, *board.schools)
        yield School(board, chrome, furnish(board), head, admin, trust)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_fault_that_axe_finds_nor_scrolls_sideways(
    school: School, width: int
) -> None:
    wrong: dict[str, list[str]] = {}
    door = open_page(school.chrome, width)
    for name in at_the_door(door, school.board, f"new{width}@wexcombepark.example"):
        wrong[name] = faults(door) + ["too wide"] * too_wide(door)
    page = school.visitor(width)
    for name, path in pages(school.number):
        page.goto(school.board.url + path)
        wrong[name] = faults(page) + ["too wide"] * too_wide(page)
    for name in new_passkey(page, school.board, school.email):
        wrong[name] = faults(page) + ["too wide"] * too_wide(page)
    admin = open_page(school.chrome, width)
    enter(admin, school.board, school.admin)
    for name, path in pages_of_admin():
        admin.goto(school.board.url + path)
        wrong[name] = faults(admin) + ["too wide"] * too_wide(admin)
    trust = open_page(school.chrome, width)
    enter(trust, school.board, school.trust)
    for name, path in pages_of_trust():
        trust.goto(school.board.url + path)
        wrong[name] = faults(trust) + ["too wide"] * too_wide(trust)
    for name in new_person(admin, school.board, f"office{width}@wexcombepark.example"):
        wrong[name] = faults(admin) + ["too wide"] * too_wide(admin)
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_several_are_decided_with_the_keyboard_alone(school: School, width: int) -> None:
    numbers = [
        school.board.add_incident("x", url=f"https://f.example/{width}/{n}") for n in (1, 2)
    ]
    page = school.visitor(width)
    page.goto(f"{school.board.url}/incidents?words=f.example&state=open")
    for number in numbers:
        page.get_by_label(f"Tick {number}").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Decide those that are ticked").press("Enter")
    assert faults(page) + ["too wide"] * too_wide(page) == []
    page.get_by_label("Not about us").focus()
    page.keyboard.press("Space")
    page.get_by_label("Why?").fill("Another school of that name.")
    page.get_by_role("button", name="Decide 2 incidents").press("Enter")
    assert page.get_by_role("heading", name="2 decided").is_visible()
    assert faults(page) + ["too wide"] * too_wide(page) == []


def test_no_page_asks_elsewhere_or_breaks_a_rule_of_its_own(school: School) -> None:
    page = school.visitor(1280)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for _, path in pages(school.number):
        page.goto(school.board.url + path, wait_until="networkidle")
    assert [url for url in asked if not url.startswith(school.board.url + "/")] == []
    assert said == []


def test_the_pictures_of_a_term_are_seen(school: School) -> None:
    page = school.visitor(1280)
    page.goto(f"{school.board.url}/trends", wait_until="networkidle")
    widths = page.eval_on_selector_all(".picture img", "all => all.map(one => one.naturalWidth)")
    assert widths
    assert all(width > 100 for width in widths)


def test_everything_can_be_read_without_script(school: School) -> None:
    page = school.visitor(390, script=False)
    for _, path in pages(school.number):
        answer = page.goto(school.board.url + path)
        assert answer is not None
        assert answer.ok
        assert page.get_by_role("navigation", name="Menu").get_by_role("link").first.is_visible()


def test_what_is_printed_of_an_incident_is_what_one_can_read_on_paper(school: School) -> None:
    page = school.visitor(1280)
    page.goto(f"{school.board.url}/incidents/{school.number}")
    page.emulate_media(media="print")
    for seen in ("burn it down", "Who was told", "First seen through", "Printed by head@"):
        assert page.get_by_text(seen).first.is_visible(), seen
    for unseen in ("All incidents", "Add a note", "Hand in a screenshot", "Files and seals"):
        assert not page.get_by_text(unseen).first.is_visible(), unseen
    assert not page.get_by_role("heading", name="Decide", exact=True).is_visible()
    assert not page.get_by_role("img").first.is_visible(), "a blurred picture says nothing"
    assert page.get_by_text("not for others").count() == 1


def test_one_key_hides_the_screen_and_shows_it_again(school: School) -> None:
    page = school.visitor(1280)
    page.goto(f"{school.board.url}/incidents/{school.number}")
    heading = page.get_by_role("heading", name=f"Incident {school.number}")
    assert heading.is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_text("The screen is hidden").is_visible()
    assert heading.count() == 0, "not even a screen reader finds it"
    assert page.title() == "Reputation monitor"
    page.keyboard.press("Escape")
    assert heading.is_visible()
    assert school.number in page.title()


def test_the_keys_that_the_foot_of_the_page_names_do_what_it_says(school: School) -> None:
    page = school.visitor(1280)
    page.goto(f"{school.board.url}/incidents")
    assert page.get_by_text("Keyboard:").is_visible()
    focused = "document.activeElement.getAttribute('href') ?? document.activeElement.id"
    links = [a.get_attribute("href") for a in page.locator("[data-row] a[data-open]").all()]
    for key, there in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == links[there], key
    page.goto(f"{school.board.url}/incidents/{school.number}")
    page.keyboard.press("d")
    assert page.evaluate(focused) == "decided"
