"""One visit to one page: opened, waited for, read and photographed, each step in bounds.

The page is hostile until proven otherwise: it may never load, never stop, or ask questions
for ever. A step that does not end in time leaves a note, and the next step is tried.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import BrowserContext, CDPSession, Dialog, Error, Page

from alerts.evidence.archive import keep_archive
from alerts.evidence.certificates import refused_certificate
from alerts.evidence.copies import keep_copies, keep_dom, read_words
from alerts.evidence.errors import Never, NotNow
from alerts.evidence.further import look_further
from alerts.evidence.gate import Gate, Verdict
from alerts.evidence.journey import Journey
from alerts.evidence.look import Look
from alerts.evidence.pace import Pace
from alerts.evidence.report import Report
from alerts.evidence.shots import photograph, photograph_again
from alerts.evidence.traffic import Traffic

ANSWER_SECONDS, LOAD_SECONDS, QUIET_SECONDS = 15.0, 10.0, 2.0
LOAD_SHARE = 0.5  # of what time there is, so that some is left to keep what appeared
UNFINISHED = "The page never finished loading; what had appeared by then is kept."
TOO_LARGE = "The page is larger than {most:,} bytes; the rest is not kept."


Keep = Callable[[Look, str], Awaitable[None]]
"""What is kept of the page that has appeared; the address is the one asked for."""


async def visit(
    context: BrowserContext,
    gate: Gate,
    url: str,
    folder: Path,
    report: Report,
    seconds: float,
    keep: Keep,
) -> None:
    """Open *url*, *keep* it in *folder* within *seconds*, and tell of it in *report*.

    Raises NotNow when no page appeared, Never when none ever will; OSError from the disk.
    """
    page, began = context.pages[0], time.monotonic()
    _keep_it_quiet(context, page)
    session = await context.new_cdp_session(page)
    await _introduce(session, report)
    journey = Journey(gate)
    await journey.listen(session)
    look = Look(
        page=page,
        session=session,
        gate=gate,
        folder=folder,
        report=report,
        pace=Pace(seconds),
        traffic=Traffic(context, gate),
    )
    try:
        await _go(look, journey, url)
        await _wait(look, journey)
        await keep(look, url)
    finally:
        journey.tell(report)
        report.seconds = round(time.monotonic() - began, 3)
    if gate.full:
        report.notes.append(TOO_LARGE.format(most=gate.max_bytes))
    if moved := _turned_away(journey, gate):
        report.notes.append(str(moved))


async def keep_all(look: Look, url: str) -> None:
    """As a visitor first sees it; then, if looking further shows more, once again."""
    report = look.report
    await read_words(look)
    await photograph(look)
    if not (report.text or report.picture):
        return  # it never stands still, and every further step would only take its time
    if await look_further(look, url):
        await photograph_again(look)
        await read_words(look)
    await keep_copies(look)
    await keep_archive(look)


async def keep_words(look: Look, _url: str) -> None:
    """For a later look: no picture, and nothing that outlives it but the words."""
    await read_words(look)
    await keep_dom(look)


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


async def _go(look: Look, journey: Journey, url: str) -> None:
    most = min(ANSWER_SECONDS, look.pace.left)
    try:
        await look.page.goto(url, wait_until="commit", timeout=most * 1000)
    except Error as fault:
        if _CERTIFICATE.search(str(fault)):
            asking = refused_certificate(look.gate, journey.url)
            journey.refused = await look.pace.within(3.0, asking)
        raise _why_not(fault, journey, look) from fault


def _why_not(fault: Error, journey: Journey, look: Look) -> Never | NotNow:
    if at_the_gate := _turned_away(journey, look.gate):
        return at_the_gate
    message = str(fault)
    if found := _CERTIFICATE.search(message):
        look.report.certificate_error = found[0]
        return Never(
            f"The site's certificate is not valid ({_wrong_with(found[0])}), so the "
            "page was not opened."
        )
    for sign, (error, sentence) in _SIGNS.items():
        if sign in message:
            return error(sentence)
    return NotNow("The site could not be reached.")


_CERTIFICATE = re.compile(r"ERR_(?:CERT|SSL)_\w+")
_WRONG = {
    "DATE": "it has run out or is not valid yet",
    "AUTHORITY": "nobody whom browsers trust has signed it",
    "COMMON_NAME": "it is for another site",
    "REVOKED": "it was revoked",
}
_A_FILE = "The address leads to a file and not to a page, so it was not fetched."
_SIGNS: dict[str, tuple[type[Never | NotNow], str]] = {
    "ownload": (Never, _A_FILE),
    "ERR_ABORTED": (Never, _A_FILE),
    "ERR_TOO_MANY_REDIRECTS": (Never, "The site sent us round in circles and showed no page."),
    "imeout": (NotNow, "The site did not answer in time."),
}


def _wrong_with(error: str) -> str:
    return next((words for sign, words in _WRONG.items() if sign in error), error)


def _turned_away(journey: Journey, gate: Gate) -> Never | NotNow | None:
    """What the gate did about the newest document; its empty 403 would look like a page."""
    decision = gate.verdict(journey.url)
    if decision is None or decision.verdict is Verdict.ALLOWED:
        return None
    if decision.verdict is Verdict.REFUSED:
        return Never(f"The page leads to an address that must not be opened: {decision.why}.")
    return NotNow(f"The site could not be reached ({decision.why}).")


async def _wait(look: Look, journey: Journey) -> None:
    most = min(LOAD_SECONDS, look.pace.left * LOAD_SHARE)
    try:
        await look.page.wait_for_load_state("load", timeout=most * 1000)
    except Error:
        look.report.notes.append(UNFINISHED)
    else:
        with contextlib.suppress(Error):  # a page may well go on talking; it has loaded
            await look.page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
    if turned_away := _turned_away(journey, look.gate):
        raise turned_away
