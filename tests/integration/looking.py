"""Pictures of every page, on a phone and on a desk, to be looked at:

python -m tests.integration.looking FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.evidence.launcher import find_browser
from monitor.domain import ABOUT_SCHOOL, CaptureMode, Category, Reason, Role, Severity
from monitor.store.accounts import AccountRole
from tests.integration.chromium import WIDTHS, chromium, enter, open_page
from tests.integration.dashboard import PASSWORD, Dashboard, picture, running


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
    return number


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
    yield "steps", f"/incidents/{number}/steps"
    yield "report", "/report"
    yield "trends", "/trends"
    yield "sources", "/sources"


def main(folder: Path) -> None:
    browser = find_browser()
    if browser is None:
        sys.exit("There is no browser on this computer.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as data,
        TemporaryDirectory() as scratch,
        running(Path(data)) as board,
        chromium(Path(scratch), browser) as chrome,
    ):
        number, email = furnish(board), board.add_account(AccountRole.HEAD)
        for width in WIDTHS:
            page = open_page(chrome, width)
            page.goto(f"{board.url}/sign-in")
            page.screenshot(path=folder / f"sign-in-{width}.png", full_page=True)
            enter(page, board.url, email, PASSWORD)
            for name, path in pages(number):
                page.goto(board.url + path)
                page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
