"""Looking further than what first meets the eye: scrolling down, and putting away a banner.

A banner about cookies is refused, or closed; nothing is ever accepted. What was done is told
in the report.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import ElementHandle, Frame

from alerts.evidence.look import Look
from alerts.evidence.report import Action
from alerts.evidence.shots import height
from monitor.walls import wall_by_address

STEP, STEPS, SCROLL_SECONDS = 900, 20, 8.0  # CSS pixels, and how often
SETTLE_SECONDS = 1.5
BANNER_SECONDS = 3.0
_FRAMES = 8
_VIEWPORT = 900

_FIND = (Path(__file__).parent / "banner.js").read_text(encoding="utf-8")
_LABEL = "e => (e.innerText || e.value || e.getAttribute('aria-label') || e.id || '').trim()"


async def look_further(look: Look, asked: str) -> bool:
    """Whether there is more, or something else, to see now than at first."""
    before = await _sight(look)
    if wall_by_address(look.page.url, asked) is None:
        await look.pace.within(BANNER_SECONDS, _put_away_a_banner(look))
    await look.pace.within(SCROLL_SECONDS, _scroll(look))
    changed = bool(look.report.actions) and (
        await _sight(look) != before or any(a.what == "banner" for a in look.report.actions)
    )
    if changed:
        await look.pace.within(SETTLE_SECONDS, look.page.wait_for_load_state("networkidle"))
    return changed


async def _sight(look: Look) -> tuple[float, int]:
    """Other numbers mean that something was loaded or has moved."""
    return await height(look), look.gate.bytes


async def _scroll(look: Look) -> None:
    """A screen at a time to the bottom, or as far as we go; then back to the top."""
    steps = 0
    while steps < STEPS and steps * STEP + _VIEWPORT < await height(look):
        await look.page.mouse.wheel(0, STEP)
        await asyncio.sleep(0.05)
        steps += 1
    if steps:
        await look.page.mouse.wheel(0, -STEP * (steps + 1))
        look.report.actions.append(Action(what="scrolled", detail=f"{steps * STEP:,} pixels"))
    if steps == STEPS:
        look.report.limits.append(
            f"Scrolled no further than {STEPS * STEP:,} pixels; what comes later is not kept."
        )


async def _put_away_a_banner(look: Look) -> None:
    for frame in look.page.frames[:_FRAMES]:
        button = await _button(frame)
        if button is not None:
            label = str(await button.evaluate(_LABEL))[:80]
            look.report.actions.append(Action(what="banner", detail=label, frame=_host(frame)))
            await button.click(timeout=1500, no_wait_after=True)
            await asyncio.sleep(0.3)  # most fade away
            return


async def _button(frame: Frame) -> ElementHandle | None:
    found: Any = await frame.evaluate_handle(_FIND)
    return found.as_element()  # type: ignore[no-any-return]  # playwright: None if it is null


def _host(frame: Frame) -> str:
    return frame.url.partition("//")[2].partition("/")[0][:200]
