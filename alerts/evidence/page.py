"""One visit to one page: opened, waited for, read and photographed, each step in bounds.

The page is hostile until proven otherwise: it may never load, never stop, or ask questions
for ever. A step that does not end in time leaves a note, and the next step is tried.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Dialog, Error, Page

from alerts.evidence.errors import Never, NotNow
from alerts.evidence.gate import Gate, Verdict
from alerts.evidence.journey import Journey
from alerts.evidence.report import HTTP_ERROR, SCREENSHOT, TEXT, Report

MAX_HEIGHT, MAX_WIDTH = 30_000, 4_000  # CSS pixels
MAX_TEXT = 2_000_000  # characters
ANSWER_SECONDS, LOAD_SECONDS, QUIET_SECONDS = 15.0, 10.0, 2.0
TEXT_SECONDS, PICTURE_SECONDS = 4.0, 8.0
UNFINISHED = "The page never finished loading; what had appeared by then is kept."
LOGIN = "The page asked for a login; what a visitor without one sees is kept."
_LOGIN_PATH = re.compile(
    r"/(log-?in|sign-?in|sign_in|signup|checkpoint|sessions?/new|auth)\b", re.I
)
_FEW_WORDS = 1_500  # a page with more to read than this is not just a login form
_T = TypeVar("_T")


async def visit(
    context: BrowserContext, gate: Gate, url: str, folder: Path, report: Report
) -> None:
    """Capture *url* into *folder* (SCREENSHOT and TEXT), and tell of it in *report*.

    Raises NotNow when no page appeared, Never when none ever will; OSError from the disk.
    """
    page = context.pages[0]
    _keep_it_quiet(context, page)
    session = await context.new_cdp_session(page)
    await _introduce(session, report)
    journey = Journey(gate)
    await journey.listen(session)
    try:
        await _go(page, journey, gate, url)
        await _wait(page, journey, gate, report)
        await _read(page, report, folder)
        await _photograph(session, report, folder)
    finally:
        journey.tell(report)
    _judge(report, gate, url)
    moved = _turned_away(journey, gate)
    if moved:
        report.notes.append(str(moved))


def _keep_it_quiet(context: BrowserContext, page: Page) -> None:
    page.on("dialog", _dismiss)
    context.on("page", _close)


async def _dismiss(dialog: Dialog) -> None:
    with contextlib.suppress(Error):
        await dialog.dismiss()


async def _close(popup: Page) -> None:
    with contextlib.suppress(Error):
        await popup.close()


async def _introduce(session: CDPSession, report: Report) -> None:
    version = await session.send("Browser.getVersion")
    report.browser, report.user_agent = version["product"], version["userAgent"]


async def _go(page: Page, journey: Journey, gate: Gate, url: str) -> None:
    try:
        await page.goto(url, wait_until="commit", timeout=ANSWER_SECONDS * 1000)
    except Error as fault:
        raise _why_not(fault, journey, gate) from fault


def _why_not(fault: Error, journey: Journey, gate: Gate) -> Never | NotNow:
    at_the_gate = _turned_away(journey, gate)
    if at_the_gate:
        return at_the_gate
    message = str(fault)
    if "ERR_CERT" in message or "ERR_SSL" in message:
        return Never("The site's certificate is not valid, so the page was not opened.")
    if "ownload" in message or "ERR_ABORTED" in message:
        return Never("The address leads to a file and not to a page, so it was not fetched.")
    if "ERR_TOO_MANY_REDIRECTS" in message:
        return Never("The site sent us round in circles and never showed a page.")
    if "imeout" in message:
        return NotNow("The site did not answer in time.")
    return NotNow("The site could not be reached.")


def _turned_away(journey: Journey, gate: Gate) -> Never | NotNow | None:
    """What the gate did about the newest document; its empty 403 would look like a page."""
    decision = gate.verdict(journey.url)
    if decision is None or decision.verdict is Verdict.ALLOWED:
        return None
    if decision.verdict is Verdict.REFUSED:
        return Never(f"The page leads to an address that must not be opened: {decision.why}.")
    return NotNow(f"The site could not be reached ({decision.why}).")


async def _wait(page: Page, journey: Journey, gate: Gate, report: Report) -> None:
    try:
        await page.wait_for_load_state("load", timeout=LOAD_SECONDS * 1000)
    except Error:
        report.notes.append(UNFINISHED)
    else:
        with contextlib.suppress(Error):  # a page may well go on talking; it has loaded
            await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
    turned_away = _turned_away(journey, gate)
    if turned_away:
        raise turned_away


async def _read(page: Page, report: Report, folder: Path) -> None:
    text = await _in_time(page.inner_text("body", timeout=TEXT_SECONDS * 1000), TEXT_SECONDS)
    if text is None:
        report.notes.append("The words of the page could not be read: it never stood still.")
        return
    if len(text) > MAX_TEXT:
        report.limits.append(f"Of the words, the first {MAX_TEXT:,} characters are kept.")
    (folder / TEXT).write_text(text[:MAX_TEXT], encoding="utf-8", errors="replace")
    report.text = True
    if len(text) < _FEW_WORDS and await _in_time(_asks_for_a_password(page), TEXT_SECONDS):
        report.notes.append(LOGIN)


async def _asks_for_a_password(page: Page) -> bool:
    return await page.locator("input[type=password]:visible").count() > 0


async def _photograph(session: CDPSession, report: Report, folder: Path) -> None:
    picture = await _in_time(_picture(session, report), PICTURE_SECONDS)
    if picture is None:
        report.notes.append("No picture could be taken of the page: it never stood still.")
        return
    (folder / SCREENSHOT).write_bytes(picture)
    report.picture = True


async def _picture(session: CDPSession, report: Report) -> bytes:
    """A PNG of the whole page at one picture dot for each CSS pixel."""
    size = (await session.send("Page.getLayoutMetrics"))["cssContentSize"]
    clip = {
        "x": 0,
        "y": 0,
        "width": max(1, min(size["width"], MAX_WIDTH)),
        "height": max(1, min(size["height"], MAX_HEIGHT)),
        "scale": 1,
    }
    wanted = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    answer = await session.send("Page.captureScreenshot", wanted)
    if size["height"] > MAX_HEIGHT or size["width"] > MAX_WIDTH:
        report.limits.append(
            f"The page is {size['width']:.0f} by {size['height']:.0f} pixels; "
            f"the picture shows the first {clip['width']:.0f} by {clip['height']:.0f}."
        )
    return base64.b64decode(answer["data"])


async def _in_time(step: Awaitable[_T], seconds: float) -> _T | None:
    """What *step* gives, or None when it fails or is not done within *seconds*."""
    try:
        async with asyncio.timeout(seconds):
            return await step
    except (Error, TimeoutError):
        return None


def _judge(report: Report, gate: Gate, url: str) -> None:
    """Note whatever may make this another page than the one that was asked for."""
    status = report.status or 0
    if status in (404, 410):
        report.notes.append(f"The site says that this page does not exist (HTTP {status}).")
    elif status >= 400:
        report.notes.append(HTTP_ERROR.format(status=status))
    if LOGIN not in report.notes and _sent_to_login(url, report.final_url):
        report.notes.append(LOGIN)
    if gate.full:
        report.notes.append(
            f"The page is larger than {gate.max_bytes:,} bytes; the rest is not kept."
        )


def _sent_to_login(asked: str, final: str) -> bool:
    found = _LOGIN_PATH.search(urlsplit(final).path)
    return bool(found) and not _LOGIN_PATH.search(urlsplit(asked).path)
