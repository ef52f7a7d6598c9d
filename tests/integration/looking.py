"""Pictures of every page, on a phone and on a desk, to be looked at: `make pages`, or

python -m tests.integration.looking FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from alerts.evidence.launcher import find_browser
from monitor.account_role import AccountRole
from monitor.audit import Act as Audited
from monitor.audit import Trace
from monitor.domain import (
    ABOUT_SCHOOL,
    Act,
    Assessment,
    CaptureMode,
    Category,
    Event,
    Mention,
    Reason,
    Role,
    Sentiment,
    Severity,
)
from monitor.lessons import Clue, ClueKind, Learnt, LessonAct, LessonDeed
from monitor.store.entry import Entry
from tests.integration.chromium import WIDTHS, chromium, enter, open_page
from tests.integration.dashboard import PASSWORD, Dashboard, Phone, picture, running


def furnish(board: Dashboard) -> str:
    """A few invented incidents; the number of the one that has everything."""
    text = "Wexcombe Park: we know where Mr Deputy lives and they will burn it down on Friday"
    number = board.add_incident(
        text,
        because=(
            _reason(ABOUT_SCHOOL, text, "Wexcombe Park", "name"),
            _reason("threat", text, "burn it down", "arson"),
        ),
        mode=CaptureMode.FULL,
        files={"screenshot.png": picture(), "page.txt": b"words"},
        alerts=(Role.HEAD, Role.DSL),
    )
    board.add_incident(
        "The teachers are useless and the head lies to everyone, ask anyone in town",
        url="https://forum.wexcombe.example/post/2",
        categories=frozenset({Category.DEFAMATION}),
        severity=Severity.MEDIUM,
    )
    board.add_incident(
        "To nie jest dobre miejsce",
        url="https://social.example/@somebody/2",
        categories=frozenset(),
        severity=Severity.NONE,
        not_assessed="another language",
        mode=CaptureMode.LINK,
    )
    _talk(board)
    _teach(board, number)
    board.publish("wexcombe")
    return number


def _teach(board: Dashboard, number: str) -> None:
    """One lesson that counts, and one that somebody took back."""
    words = ("Garden Centre", "Motors")
    clues = (Clue(kind=ClueKind.AFTER, words=each, name="Wexcombe Park") for each in words)
    event = Event(
        act=Act.NOTE, at=board.clock(), by="office@wexcombepark.example", role="office", reason="."
    )
    with board.store.working(number) as folder:
        assert folder is not None
        folder.learn(Learnt(new=tuple(clues)), event)
    deed = LessonDeed(act=LessonAct.TAKEN_BACK, at=event.at, by=event.by, role=event.role)
    trace = Trace(
        act=Audited.LESSON_TAKEN_BACK, subject="lesson 2", actor="account 1", at=event.at
    )
    assert board.store.turn(2, deed, trace)


def _talk(board: Dashboard) -> None:
    """What people said of the school this term, and that it was looked for."""
    tones = (Sentiment.POSITIVE, Sentiment.POSITIVE, Sentiment.NEUTRAL, Sentiment.NEGATIVE)
    for n in range(60):
        seen = board.clock.now - timedelta(days=n)
        with board.store.recording("wexcombe", "town forum") as book:
            book.went_well(seen, timedelta(days=1))
        mention = Mention(
            source="town forum",
            external_id=f"talk {n}",
            url=f"https://forum.wexcombe.example/talk/{n}",
            text="What a lovely fair",
        )
        tone = tones[n % 7 % 4]
        judged = Assessment(
            about_school=True,
            relevance=1,
            model="test",
            sentiment=tone,
            criticism=tone is Sentiment.NEGATIVE,
        )
        entry = Entry(
            school="wexcombe",
            mention=mention,
            place=mention.url,
            story="",
            assessment=judged,
            seen_at=seen,
        )
        assert board.store.keep(entry)


def _reason(category: str, text: str, words: str, rule: str) -> Reason:
    start = text.index(words)
    return Reason(category=category, start=start, end=start + len(words), text=words, rule=rule)


def pages(number: str) -> Iterator[tuple[str, str]]:
    """A name and an address for each page that a head can open."""
    yield "today", "/today"
    yield "incidents", "/incidents"
    yield "filtered", "/incidents?state=open&severity=high"
    yield "searched", "/incidents?words=%22burn+it%22+dep*"
    yield "incident", f"/incidents/{number}"
    yield "author", f"/incidents/{number}/authors/A1"
    yield "steps", f"/incidents/{number}/steps"
    yield "hand-in-asks", f"/incidents/{number}/hand-in"
    yield "hand-in", f"/incidents/{number}/hand-in?indecent=no"
    yield "hand-in-barred", f"/incidents/{number}/hand-in?indecent=not_sure"
    yield "report", "/report"
    yield "trends", "/trends"
    yield "sources", "/sources"
    yield "school", "/school"
    yield "account", "/account"
    yield "people", "/people"
    yield "person", "/people/1"
    yield "audit", "/audit"
    yield "sent", "/report/sent"
    yield "colleague", "/report/colleague"


def pages_of_admin() -> Iterator[tuple[str, str]]:
    """The same for what an administrator can open, and a head cannot."""
    yield "today-admin", "/today"
    yield "people-admin", "/people"
    yield "person-admin", "/people/1"
    yield "person-add", "/people/add"
    yield "person-change", "/people/1/change"
    yield "audit-admin", "/audit"


def pages_of_trust() -> Iterator[tuple[str, str]]:
    """The same for somebody who has the counts of several schools."""
    yield "trust", "/trust"
    yield "trust-trends", "/trends"


def at_the_door(page: Page, board: Dashboard, email: str) -> Iterator[str]:
    """Each page that a person who is new meets before all others, by name; *email* has no
    password yet."""
    link = board.accounts.add(email, AccountRole.DSL, ["wexcombe"])
    page.goto(f"{board.url}/invite/{link}")
    yield "invite"
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Set password").click()
    yield "sign-in"
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("I cannot use the picture").click()
    yield "set-up"
    secret = "".join((page.locator(".secret code").text_content() or "").split())
    board.phones[email] = Phone(secret, board.clock)
    page.get_by_label("Type the six figures").fill(board.code(email))
    page.get_by_role("button", name="Continue").click()
    yield "recovery-codes"
    page.get_by_role("button", name="I have them: continue").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("I do not have my phone here").click()
    yield "second-step"
    link = board.accounts.add(f"colleague-of-{email}", AccountRole.STAFF, ["wexcombe"])
    page.goto(f"{board.url}/invite/{link}")
    yield "invite-colleague"
    page.get_by_role("button", name="Open the form").click()
    yield "report-colleague"


def new_passkey(page: Page, board: Dashboard, email: str) -> Iterator[str]:
    """Somebody who is signed in adds one; the device is asked on the last page."""
    page.goto(f"{board.url}/account")
    page.get_by_text("Add a passkey").click()
    page.get_by_label("A name for it").fill("Office computer")
    page.get_by_role("button", name="Continue").click()
    yield "passkey-mistake"
    page.locator("#passkey-proof").fill(board.code(email))
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Make the passkey").wait_for()
    yield "passkey"


def new_person(page: Page, board: Dashboard, email: str) -> Iterator[str]:
    """An administrator, who is signed in, adds somebody."""
    page.goto(f"{board.url}/people/add")
    page.get_by_role("button", name="Make the account").click()
    yield "person-mistake"
    page.get_by_label("Their e-mail address").fill(email)
    page.get_by_label("Office:").check()
    page.get_by_role("button", name="Make the account").click()
    page.get_by_label("Link", exact=True).wait_for()
    yield "person-link"


def main(folder: Path) -> None:
    browser = find_browser()
    if browser is None:
        sys.exit("There is no browser on this computer.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as data,
        TemporaryDirectory() as scratch,
        running(Path(data), name="localhost") as board,
        chromium(Path(scratch), browser) as chrome,
    ):
        number, email = furnish(board), board.add_account(AccountRole.HEAD)
        admin = board.add_account(AccountRole.ADMIN)
        trust = board.add_account(AccountRole.GOVERNOR, *board.schools)
        for width in WIDTHS:
            page = open_page(chrome, width)
            for name in at_the_door(page, board, f"dsl{width}@wexcombepark.example"):
                take(page, folder / f"{name}-{width}.png")
            page = open_page(chrome, width)
            enter(page, board, email)
            take_each(page, board, pages(number), folder, width)
            for name in new_passkey(page, board, email):
                take(page, folder / f"{name}-{width}.png")
            page = open_page(chrome, width)
            enter(page, board, trust)
            take_each(page, board, pages_of_trust(), folder, width)
            page = open_page(chrome, width)
            enter(page, board, admin)
            take_each(page, board, pages_of_admin(), folder, width)
            for name in new_person(page, board, f"office{width}@wexcombepark.example"):
                take(page, folder / f"{name}-{width}.png")


def take_each(
    page: Page, board: Dashboard, pages: Iterator[tuple[str, str]], folder: Path, width: int
) -> None:
    for name, path in pages:
        page.goto(board.url + path)
        take(page, folder / f"{name}-{width}.png")


def take(page: Page, path: Path) -> None:
    """The whole page, with pictures that would come only once one scrolls; in few colours."""
    page.evaluate("document.querySelectorAll('img').forEach((image) => image.loading = 'eager')")
    page.wait_for_load_state("networkidle")
    with Image.open(BytesIO(page.screenshot(full_page=True))) as picture:
        few = picture.convert("RGB").quantize(64, method=Image.Quantize.MAXCOVERAGE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
