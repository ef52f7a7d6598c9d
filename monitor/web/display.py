"""How what strangers wrote, and when, is shown: nothing hidden, nothing live. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote, urlsplit

from monitor.domain import ABOUT_SCHOOL, Reason
from monitor.visible import visible, written_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of the post to which the same reasons apply. `ends`: numbers to write after it."""

    text: str
    flagged: bool = False
    about: bool = False
    ends: tuple[int, ...] = ()


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
    return written_out(url, lambda unseen: quote(unseen, errors="replace"))


def place(url: str) -> str:
    """The name of the site, for lists; "" where the address has none."""
    try:
        return visible(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def size(count: int) -> str:
    return f"{count} bytes" if count < 1000 else f"{count / 1000:,.0f} kB"
