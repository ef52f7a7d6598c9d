"""Opening a browser so that a hostile page stays inside it: its sandbox is always on."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from alerts.evidence.errors import NoBrowser, NotNow
from alerts.evidence.launcher import ABSENT, NO_DRIVER, NO_SANDBOX, prepare

# WebRTC and QUIC would go round the proxy; the names are resolved by the gate alone. A Chromium
# with windows takes the policy from the first flag, one without from the second.
FLAGS = (
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--gaia-url=http://127.0.0.1:9",
    "--component-updater=url-source=http://127.0.0.1:9",
    "--apps-gallery-update-url=http://127.0.0.1:9",
)
# The last is what Chromium 156 says when its setuid helper is there but may not raise its rights.
_NO_SANDBOX_SIGNS = ("usable sandbox", "sandboxing failed", "zygote process exited prematurely")
_UNSAFE = ("--no-sandbox", "--no-zygote", "--single-process", "--disable-namespace-sandbox")


@contextlib.asynccontextmanager
async def open_browser(scratch: Path, browser: Path, proxy: str) -> AsyncIterator[BrowserContext]:
    """A fresh browser with its sandbox on, all of whose traffic goes to *proxy*.

    Raises NoBrowser when that cannot be had, NotNow when the browser failed to start.
    """
    launcher = prepare(scratch, browser)
    async with _driver() as playwright:
        try:
            context = await playwright.chromium.launch_persistent_context(
                scratch / "home" / "profile",
                executable_path=launcher,
                chromium_sandbox=True,
                args=list(FLAGS),
                proxy={"server": proxy},
                env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                accept_downloads=False,
                service_workers="block",
                permissions=[],
                viewport={"width": 1280, "height": 900},
                locale="en-GB",
                timezone_id="Europe/London",
                timeout=20_000,
            )
        except Error as fault:
            raise _why_not_started(fault) from fault
        try:
            await _make_sure_of_the_sandbox(context)
            yield context
        finally:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(5):
                    await context.close()


@contextlib.asynccontextmanager
async def _driver() -> AsyncIterator[Playwright]:
    """Playwright runs a Node.js of its own, and has no error of its own for one that fails."""
    manager = async_playwright()
    try:
        playwright = await manager.start()
    except Exception as fault:
        raise NoBrowser(NO_DRIVER) from fault
    try:
        yield playwright
    finally:
        await playwright.stop()


def _why_not_started(fault: Error) -> NoBrowser | NotNow:
    message = str(fault).lower()
    if any(sign in message for sign in _NO_SANDBOX_SIGNS):
        return NoBrowser(NO_SANDBOX)
    if "enoent" in message or "eacces" in message or "exec format" in message:
        return NoBrowser(ABSENT)
    return NotNow("The browser did not start.")


async def _make_sure_of_the_sandbox(context: BrowserContext) -> None:
    """A system's own start script may add flags; believe only the browser itself."""
    if context.browser is None:
        raise NoBrowser(NO_SANDBOX)
    session = await context.browser.new_browser_cdp_session()
    info = await session.send("SystemInfo.getInfo")
    line = str(info["commandLine"])
    if any(flag in line.split() for flag in _UNSAFE):
        raise NoBrowser(NO_SANDBOX)
