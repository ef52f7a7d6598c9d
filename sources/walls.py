"""A wall in front of a page is an error of its source: monitor/walls.py knows them all."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from monitor.domain import Shows
from monitor.walls import is_challenge, wall_by_address, wall_by_words
from sources.answer import Answer
from sources.errors import Captcha, ConsentWall, LoginWall, SourceError
from sources.text import html_to_text

_SMALL = 80_000  # bytes; no wall is larger, unless it is a login that we were sent on to
_ERRORS: dict[Shows, type[SourceError]] = {
    Shows.BOT_WALL: Captcha,
    Shows.CONSENT_WALL: ConsentWall,
    Shows.LOGIN_WALL: LoginWall,
}


def challenged(headers: Mapping[str, str], host: str, status: int) -> SourceError | None:
    """The error for an answer whose headers say that it is a test and not the page."""
    return Captcha(host, status=status) if is_challenge(headers) else None


def wall(answer: Answer, asked: str) -> SourceError | None:
    """The error for *answer*, if it is a wall in front of what lies at *asked*."""
    if not answer.is_html:
        return None
    found = wall_by_address(answer.url, asked) or _by_its_words(answer.content)
    return _ERRORS[found](urlsplit(answer.url).hostname or "") if found else None


def _by_its_words(content: bytes) -> Shows | None:
    if len(content) > _SMALL:
        return None
    html = content.decode("utf-8", "replace")
    return wall_by_words(html, html_to_text(html))
