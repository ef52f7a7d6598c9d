"""How what strangers wrote, and when, is shown: nothing hidden, nothing live. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, urlsplit

from monitor.domain import ABOUT_SCHOOL, Reason

# Characters that are not seen but reorder, join or hide those that are (Unicode TR 36),
# and surrogates without a partner, which no page can carry.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    "\ufff0-\ufffb]"
    # The joiner and the tags are also part of emoji (families, the flag of Wales).
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]"
)
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of the post to which the same reasons apply. `ends`: numbers to write after it."""

    text: str
    flagged: bool = False
    about: bool = False
    ends: tuple[int, ...] = ()


def visible(text: str) -> str:
    """*text* with its unseen characters written out, as in [U+202E]."""
    text = text.replace("\r\n", "\n")
    text = _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)
    return _STACKED.sub(r"\1", text)


def pieces(text: str, reasons: Sequence[Reason]) -> list[Piece]:
    """*text* cut where reasons begin and end, the cuts being made before `visible`."""
    edges = {0, len(text)} | {e for r in reasons for e in (r.start, r.end) if 0 <= e <= len(text)}
    cuts = sorted(edges)
    return [_piece(text, reasons, *span) for span in pairwise(cuts)]


def _piece(text: str, reasons: Sequence[Reason], start: int, end: int) -> Piece:
    over = [r for r in reasons if r.start <= start and end <= r.end]
    return Piece(
        text=visible(text[start:end]),
        flagged=any(r.category != ABOUT_SCHOOL for r in over),
        about=any(r.category == ABOUT_SCHOOL for r in over),
        ends=tuple(n for n, r in enumerate(reasons, 1) if r in over and r.end == end),
    )


def address(url: str) -> str:
    """The same address, with what cannot be seen written in %."""
    return _UNSEEN.sub(lambda found: quote(found[0], errors="replace"), url)


def place(url: str) -> str:
    """The name of the site, for lists; "" where the address has none."""
    try:
        return visible(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:,.0f} kB"
