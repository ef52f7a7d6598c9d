"""Three people, each with their whole way through the dashboard, on a phone and on a desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from alerts.channels.email import Email, EmailSettings
from alerts.deliver import deliver
from alerts.guidance import load_guidance
from alerts.playbook import load_playbook
from alerts.writer import MailWriter
from monitor.account_role import AccountRole
from monitor.domain import (
    Act,
    CaptureMode,
    Category,
    Decision,
    IncidentState,
    Role,
    Severity,
    StillThere,
)
from tests.integration.chromium import WIDTHS, chromium, enter, open_page, too_wide
from tests.integration.dashboard import PASSWORD, SCHOOLS, TELLINGS, Dashboard, picture, running
from tests.smtp import SmtpServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]
VIDEO = "https://www.tiktok.com/@somebody/video/7300000000000000{}"
_COUNT_CLICKS = (
    "window.addEventListener('click', (event) => {"
    " if (event.isTrusted && event.detail) window.clicked(); }, true)"
)


@pytest.fixture(scope="module")
def chrome(browser: Path) -> Iterator[Browser]:
    with TemporaryDirectory() as scratch, chromium(Path(scratch), browser) as chrome:
        yield chrome


@pytest.fixture(scope="module")
def board() -> Iterator[Dashboard]:
    with TemporaryDirectory() as data, running(Path(data)) as board:
        for role in (AccountRole.HEAD, AccountRole.OFFICE, AccountRole.GOVERNOR):
            board.add_account(role)
        yield board


def visitor(chrome: Browser, width: int) -> tuple[Page, list[None]]:
    """A page, and one entry for each time that a person presses something on it."""
    page, clicks = open_page(chrome, width), list[None]()
    page.expose_function("clicked", lambda: clicks.append(None))
    page.add_init_script(_COUNT_CLICKS)
    return page, clicks


def mail_to_the_head(board: Dashboard) -> str:
    """As it came over the wire."""
    writer = MailWriter(
        schools=SCHOOLS,
        rosters={school: telling.roster for school, telling in TELLINGS.items()},
        sender="monitor@trust.example",
        dashboard_url=board.url,
        guidance=load_guidance(),
        playbook=load_playbook(),
        screenshot=lambda _school, _evidence: None,
    )
    with SmtpServer() as smtp:
        settings = {"host": "127.0.0.1", "port": smtp.port, "security": "none"}
        channel = Email(EmailSettings.model_validate(settings | {"from": "monitor@trust.example"}))
        deliver(board.store, channel, writer, clock=lambda: board.clock() + timedelta(hours=1))
        to_the_head = [m.message for m in smtp.messages if m.message["To"].startswith("head@")]
        head = next(mail for mail in to_the_head if "incident" in mail["Subject"])
    words: str = head.get_content()
    return words


@pytest.mark.parametrize("width", WIDTHS)
def test_the_head_goes_from_the_mail_to_a_decision_in_under_five_clicks(
    board: Dashboard, chrome: Browser, width: int
) -> None:
    number = board.add_incident(
        f"We know where the deputy lives, and {width} of us will burn it down on Friday",
        url=f"https://forum.wexcombe.example/threat/{width}",
        alerts=(Role.HEAD,),
    )
    (link,) = re.findall(rf"{board.url}/incidents/{number}\b", mail_to_the_head(board))
    page, clicks = visitor(chrome, width)
    page.goto(link)
    clicks.append(None)  # on the link in the mail
    email = f"{AccountRole.HEAD}@wexcombepark.example"
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Six figures").fill(board.code(email))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=f"Incident {number}", exact=True).wait_for()
    page.get_by_label("An incident").check()
    page.get_by_label("Why?").first.fill("A threat of arson. The police are told.")
    page.get_by_role("button", name="Save the decision").click()
    page.get_by_text("Your decision is in the history.").wait_for()
    assert not too_wide(page)
    assert len(clicks) == 3, "the link, the answer, the button"
    case = board.store.case(number)
    assert case is not None
    assert case.incident.standing.decision is Decision.INCIDENT
    assert case.history[-1].by == email


@pytest.mark.parametrize("width", WIDTHS)
def test_the_office_logs_a_video_somebody_rang_about_and_works_it_until_it_is_removed(
    board: Dashboard, chrome: Browser, width: int
) -> None:
    shot: FilePayload = {
        "name": "screenshot.png",
        "mimeType": "image/png",
        "buffer": picture(width, 700),
    }
    video = VIDEO.format(width)
    page, _ = visitor(chrome, width)
    enter(page, board, f"{AccountRole.OFFICE}@wexcombepark.example")

    menu(page, "Report")
    page.get_by_role("radio", name="No", exact=True).check()
    page.get_by_label("Address of the page").fill(f"Look at this {video}")
    page.get_by_label("What does it say?").fill(f"Mr Deputy is a {width} liar")
    page.get_by_label("Where did you see it?").fill("TikTok, says a parent on the telephone")
    page.get_by_label("Anything the person").fill("Mrs Gate rang at nine.")
    page.get_by_role("button", name="Send the report").click()
    page.get_by_label("Screenshot or photo").set_input_files(shot)
    page.get_by_role("button", name="Hand it in").click()
    page.get_by_text("Your file is sealed").wait_for()
    page.get_by_role("link", name="Open incident").click()
    number = page.url.rpartition("/")[2]
    page.get_by_text("human-supplied, not machine-witnessed").wait_for()
    assert page.get_by_text("Mrs Gate rang at nine.").is_visible()
    shown = page.get_by_alt_text("What was handed in")
    shown.scroll_into_view_if_needed()
    page.wait_for_function(
        "image => image.complete && image.naturalWidth", arg=shown.element_handle()
    )
    captured(board, video)

    page.get_by_role("link", name="Steps and letters").click()
    write_down(page, "Report it to TikTok", "Sent", "Their reference is 4711.")
    assert not too_wide(page)
    board.look_again(30, StillThere.GONE)
    page.reload()
    page.get_by_text("The post is gone").wait_for()
    write_down(page, "Report it to TikTok", "answer", "Removed, they write.")
    page.get_by_role("link", name=f"Incident {number}", exact=True).click()
    page.locator("#do-closed summary").click()
    page.locator("#closed-reason").fill("TikTok has removed it.")
    page.get_by_role("button", name="Close it").click()
    page.get_by_text("The incident is closed.").wait_for()
    assert page.get_by_text("Gone since").is_visible()
    case = board.store.case(number)
    assert case is not None
    assert case.incident.state is IncidentState.CLOSED
    assert [event.act for event in case.history] == [Act.NOTE, Act.STEP, Act.STEP, Act.CLOSED]


def unfold_menu(page: Page) -> None:
    """On a phone it folds itself away when the script has run, which may be a moment later."""
    size = page.viewport_size
    if size is not None and size["width"] < 600:
        page.get_by_role("button", name="Menu").click()


def menu(page: Page, name: str) -> None:
    unfold_menu(page)
    page.get_by_role("navigation", name="Menu").get_by_role("link", name=name).click()


def captured(board: Dashboard, url: str) -> None:
    """The scheduler's next tick."""
    while promise := board.store.claim_capture(board.clock(), timedelta(minutes=5)):
        board.capture(CaptureMode.FULL, {"screenshot.png": picture(80, 60)}, promise)
        if promise.mention.url == url:
            return
    pytest.fail("nothing was promised of it")


def write_down(page: Page, step: str, progress: str, words: str) -> None:
    place = page.locator(".proof").filter(has=page.get_by_role("heading", name=step))
    place.get_by_text("Write down what you did").click()
    place.get_by_role("radio", name=re.compile(progress)).check()
    place.get_by_label("What exactly").fill(words)
    place.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. It is in the history").wait_for()


# Their own account, the door, and what is the same for everybody.
OPEN_TO_ALL = re.compile(
    r"/(trends|account|sign-(in|out)|second-step|invite|answer|static)?(/.*)?"
)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_governor_signs_in_and_reaches_only_trends(
    board: Dashboard, chrome: Browser, width: int
) -> None:
    board.publish("wexcombe")
    number = board.add_incident(
        f"They steal, all {width} of them",
        url=f"https://forum.wexcombe.example/{width}",
        categories=frozenset({Category.DEFAMATION}),
        severity=Severity.MEDIUM,
        mode=CaptureMode.FULL,
        files={"screenshot.png": picture(80, 60)},
    )
    case = board.store.case(number)
    assert case is not None
    page, _ = visitor(chrome, width)
    enter(page, board, f"{AccountRole.GOVERNOR}@wexcombepark.example")
    page.wait_for_url(f"{board.url}/trends")
    assert page.get_by_role("heading", level=1).is_visible()
    assert not too_wide(page)
    assert number not in page.content()
    unfold_menu(page)
    links = page.get_by_role("navigation", name="Menu").get_by_role("link")
    assert links.all_inner_texts() == ["Trends"]
    refused = 0
    for route in board.routes:
        if OPEN_TO_ALL.fullmatch(route.path) or "GET" not in (route.methods or ()):
            continue
        path = route.path.format_map(Every(number=number, evidence_id=case.evidence[0].id))
        answer = page.goto(board.url + path)
        assert answer is not None
        assert answer.status == 403, path
        assert number not in page.content()
        refused += 1
    assert refused >= 8


class Every(dict[str, str]):
    """Whatever else an address may ask for."""

    def __missing__(self, key: str) -> str:
        return "1"
