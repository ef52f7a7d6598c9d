"""A person's browser in front of the dashboard: a real Chromium, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from alerts.evidence.launcher import end_browser, prepare
from tests.integration.dashboard import PASSWORD, Dashboard

WIDTHS = (390, 1280)
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "build/assets/node_modules/axe-core/axe.min.js"
_AXE_RUNS = (
    "async () => (await axe.run()).violations.flatMap("
    "(v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target} ${n.html.slice(0, 200)}`))"
)


@contextmanager
def chromium(scratch: Path, browser: Path) -> Iterator[Browser]:
    """*scratch*: an empty folder of ours."""
    start = scratch / "start"
    profile = scratch / "home" / "profile"  # the last one named is used, and this one is ours
    launcher = prepare(scratch, browser)
    start.write_text(f'#!/bin/sh\nexec "{launcher}" "$@" "--user-data-dir={profile}"\n')
    start.chmod(0o755)
    try:
        with sync_playwright() as playwright:
            yield playwright.chromium.launch(executable_path=start, chromium_sandbox=True)
    finally:
        end_browser(scratch)


def open_page(browser: Browser, width: int, *, script: bool = True) -> Page:
    """In a context of its own: nobody is signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 600 else 800},
        java_script_enabled=script,
        locale="en-GB",
        timezone_id="Europe/London",
        bypass_csp=False,
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    return page


def enter(page: Page, board: Dashboard, email: str) -> None:
    page.goto(f"{board.url}/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if page.url.partition("?")[0].endswith("/second-step"):
        page.get_by_label("Six figures").fill(board.code(email))
        page.get_by_role("button", name="Continue").click()


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands, by WCAG 2.2 and good practice."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_AXE_RUNS)
    return found


def too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways (WCAG 2.2, 1.4.10)."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return wide
