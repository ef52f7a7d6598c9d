"""Captures per minute: sealed evidence of a page, beside a bare screenshot of the same page."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playwright.async_api import async_playwright

from alerts.evidence.capture import capture
from alerts.evidence.errors import EvidenceError
from alerts.evidence.launcher import ABSENT, end_browser, find_browser, prepare
from alerts.evidence.pdf import print_pdf
from monitor.demo.posts import Where
from monitor.demo.town import Town
from monitor.domain import CaptureMode, CapturePromise, EvidenceState, Mention
from monitor.egress import Egress
from tests.bench.table import Figure, Section

PAGES = 6
TITLE = "Capturing evidence"
_PUBLIC = (Where.SEARCH, Where.NEWSPAPER, Where.FORUM, Where.REVIEWS)


class Spoilt(Exception):
    """What was measured is not what the figure says; the message tells what happened."""


def captures() -> Section:
    """Each page is captured by us and then by the bare browser, so both have the same day."""
    browser = find_browser()
    if why := _why_no_browser(browser):
        return Section(title=TITLE, note=f"not measured. {why}")
    assert browser is not None
    with Town(datetime.now(UTC)) as town, tempfile.TemporaryDirectory() as folder:
        egress = Egress(frozenset(town.places))
        urls = [town.link(post) for post in town.posts if post.where in _PUBLIC][:PAGES]
        ours, bare, scraped = [], [], []
        for number, url in enumerate(urls):
            ours.append(_per_minute(partial(_ours, url, number, Path(folder), egress, browser)))
            bare.append(_per_minute(partial(_bare, url, browser)))
            if SCRAPER:
                scraped.append(_per_minute(partial(_scraped, url, Path(folder))))
    return Section(
        title=TITLE,
        figures=(
            Figure(what="capture, mode full", unit="per minute", values=tuple(ours), decimals=1),
            _beside("a bare Playwright screenshot and MHTML", bare),
            *([_beside("shot-scraper, a screenshot", scraped)] if scraped else []),
        ),
        note="pages of the sample town; a fresh browser for each, started in the same sandbox; "
        "ours waits until the page is quiet, goes through the gate, keeps DOM, MHTML, PDF and "
        "WACZ too, and seals what it found; shot-scraper is measured where it is installed and "
        "finds a Chrome, which it runs without a sandbox",
    )


SCRAPER = shutil.which("shot-scraper")


def _beside(what: str, values: list[float]) -> Figure:
    return Figure(what=f"beside: {what}", unit="per minute", values=tuple(values), decimals=1)


def _scraped(url: str, folder: Path) -> None:
    shot = folder / "scraped.png"
    command = [str(SCRAPER), url, "-b", "chrome", "-o", str(shot), "--silent"]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode or not shot.exists():
        raise Spoilt(f"shot-scraper failed: {done.stderr.decode(errors='replace')[-300:]}")
    shot.unlink()


def _why_no_browser(browser: Path | None) -> str:
    try:
        print_pdf("<!doctype html><title>bench</title>", browser)
    except EvidenceError as error:
        return str(error)
    return "" if browser else ABSENT


def _per_minute(job: Callable[[], None]) -> float:
    started = time.perf_counter()
    job()
    return 60 / (time.perf_counter() - started)


def _ours(url: str, number: int, folder: Path, egress: Egress, browser: Path) -> None:
    mention = Mention(source="bench", external_id=str(number), url=url, text="")
    promise = CapturePromise(
        id=f"ev-{number}", school="bench", mention=mention, mode=CaptureMode.FULL
    )
    evidence = capture(
        promise, folder, egress=egress, clock=lambda: datetime.now(UTC), browser=browser
    )
    if evidence.state is not EvidenceState.SEALED:
        raise Spoilt(f"a page of the sample town was not captured whole: {evidence.note}")


def _bare(url: str, browser: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        try:
            asyncio.run(_screenshot(url, prepare(scratch, browser), scratch))
        finally:
            end_browser(scratch)


async def _screenshot(url: str, launcher: Path, scratch: Path) -> None:
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            scratch / "home" / "profile",
            executable_path=launcher,
            chromium_sandbox=True,
            viewport={"width": 1280, "height": 900},
        )
        await context.pages[0].goto(url)
        page = context.pages[0]
        await page.screenshot(path=scratch / "page.png", full_page=True)
        session = await context.new_cdp_session(page)
        copy = await session.send("Page.captureSnapshot", {"format": "mhtml"})
        (scratch / "page.mhtml").write_text(copy["data"])
        await context.close()
