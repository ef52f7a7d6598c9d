"""A screenshot as it may be shown: drawn anew, so that nothing but the picture is left of what
strangers had a hand in. Never where a picture could be indecent (incident.screenshot_of)."""

from __future__ import annotations

from enum import StrEnum
from io import BytesIO

from PIL import Image

_MOST = 60_000_000  # pixels; a screenshot has at most 1,280 times 30,000
_SPECK = 24  # pixels across: enough for colours, too few for a face or a word
# Pillow raises each of them, for files that are broken or make a bomb.
_BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


class Look(StrEnum):
    """How it is shown; grey is easier to bear."""

    COLOUR = "colour"
    GREY = "grey"
    BLURRED = "blurred"


def drawn_anew(png: bytes, look: Look) -> bytes | None:
    """PNG in, PNG out; None for what is no picture, or too large a one."""
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as picture:
            if picture.width * picture.height > _MOST:
                return None
            return _written(_as(picture.convert("RGB"), look))
    except _BROKEN:
        return None


def _as(picture: Image.Image, look: Look) -> Image.Image:
    match look:
        case Look.GREY:
            return picture.convert("L")
        case Look.BLURRED:
            height = max(1, round(_SPECK * picture.height / picture.width))
            return picture.resize((_SPECK, min(height, 50 * _SPECK)), Image.Resampling.BOX)
        case Look.COLOUR:
            return picture


def _written(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", compress_level=1)  # it goes once, to the next room
    return out.getvalue()
