"""Pictures of the whole page, at one dot for each CSS pixel; a very long one in several tiles."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from alerts.evidence.look import Look
from alerts.evidence.report import AFTER, SCREENSHOT

MAX_HEIGHT, MAX_WIDTH = 30_000, 4_000  # CSS pixels of one picture
MAX_TILES = 4
SECONDS = 8.0
NO_PICTURE = "No picture could be taken of the page: it never stood still."


async def photograph(look: Look) -> None:
    """The page as it came: SCREENSHOT, and for what lies beyond it a tile for each 30,000 px."""
    if not await _shoot(look, SCREENSHOT, 0):
        look.report.notes.append(NO_PICTURE)
        return
    look.report.picture = True
    for number, top in _further(await height(look)):
        if not await _shoot(look, f"screenshot-tile-{number}.png", top):
            look.report.limits.append(f"No picture could be taken below {top:,} pixels.")
            return


async def photograph_again(look: Look) -> None:
    """The page after we scrolled, and put away a banner."""
    if not await _shoot(look, AFTER, 0):
        look.report.limits.append("No second picture could be taken.")


async def height(look: Look) -> float:
    """Of the page in CSS pixels; 0 if it cannot be told."""
    metrics = await look.pace.within(2.0, look.session.send("Page.getLayoutMetrics"))
    return float(metrics["cssContentSize"]["height"]) if metrics else 0.0


def _further(page_height: float) -> Iterator[tuple[int, int]]:
    """The number and the top of each tile after the first."""
    tops = range(MAX_HEIGHT, int(page_height), MAX_HEIGHT)
    return enumerate(tops[: MAX_TILES - 1], 2)


async def _shoot(look: Look, name: str, top: int) -> bool:
    picture = await look.pace.within(SECONDS, _picture(look, top))
    if picture is not None:
        look.keep(name, picture)
    return picture is not None


async def _picture(look: Look, top: int) -> bytes:
    size = (await look.session.send("Page.getLayoutMetrics"))["cssContentSize"]
    clip = {
        "x": 0,
        "y": top,
        "width": max(1, min(size["width"], MAX_WIDTH)),
        "height": max(1, min(size["height"] - top, MAX_HEIGHT)),
        "scale": 1,
    }
    wanted = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    answer = await look.session.send("Page.captureScreenshot", wanted)
    if top == 0:
        _tell_what_is_cut(look, size["width"], size["height"])
    return base64.b64decode(answer["data"])


def _tell_what_is_cut(look: Look, width: float, page_height: float) -> None:
    if page_height > MAX_HEIGHT * MAX_TILES or width > MAX_WIDTH:
        shown = min(page_height, MAX_HEIGHT * MAX_TILES)
        sentence = (
            f"The page is {width:.0f} by {page_height:.0f} pixels; "
            f"the pictures show the first {min(width, MAX_WIDTH):.0f} by {shown:.0f}."
        )
        if sentence not in look.report.limits:
            look.report.limits.append(sentence)
