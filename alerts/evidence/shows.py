"""What a page showed when it was opened: the post, or something that stands in its place.

A wall, an empty page or a polite "not here" often comes with status 200. The best proof that
a page is the post is the post: where its words stand on the page, weaker marks count nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.domain import Shows
from monitor.walls import is_challenge, wall_by_address, wall_by_words

SENTENCES = {
    Shows.LOGIN_WALL: "The page asked for a login; what a visitor without one sees is kept.",
    Shows.CONSENT_WALL: "The site showed a page about cookies and consent instead of the post. "
    "We agree to nothing in your name.",
    Shows.BOT_WALL: "The site wanted proof that a person is asking, which we do not fake, "
    "so the post was not seen.",
    Shows.GONE: "The site says that this page does not exist (HTTP {status}).",
    Shows.SOFT_404: "The site showed a page that says the post is not there, or its front page.",
    Shows.BLANK: "The page was blank: it held no words and no picture.",
    Shows.ERROR: "The site refused to show the page, or failed (HTTP {status}).",
}
_IT_IS_THERE, _IT_IS_NOT = 0.5, 0.2  # of a post's words in a row
_IN_A_ROW = 4
_FEW, _SOME = 60, 150  # words
_WORD = re.compile(r"\w+")
_NOT_THERE = re.compile(
    r"\b(?:page|post|tweet|thread|topic|comment|video|content|account|profile|link|article)"
    r"(?: you(?:'re| are)? (?:requested|wanted|looking for|trying to (?:see|reach|view)))?"
    r" (?:(?:is|are|was|has been|have been|may have been|might have been)"
    r" (?:no longer )?(?:unavailable|removed|deleted|taken down)"
    r"|(?:is|are|was)(?: not|n't| no longer) (?:available|here|found)"
    r"|(?:could|can)(?: ?not|n't|'t) be found|(?:does|do)(?: not|n't) exist"
    r"|no longer exists?|not found|unavailable)"
    r"|\b(?:can(?:not|'?t)|could ?n[o']t|unable to) find (?:that|this|the)"
    r" (?:page|post|topic|thread)|\berror 404\b|\b404\b.{0,20}\bnot found\b"
    r"|\bno longer available\b|\bnothing (?:was )?found here\b",
    re.IGNORECASE,
)
_NEEDS_SCRIPT = re.compile(r"\benable javascript\b|\bjavascript is (?:disabled|required)", re.I)
_PICTURE = re.compile(r"<(?:img|picture|video|canvas|svg|object|embed|iframe)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A page as it came to a visitor. `words` is what one reads of `html`."""

    url: str
    asked: str
    html: str
    words: str
    status: int | None = None
    title: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(page: Seen, post: str = "") -> Shows:
    """What *page* is; *post* holds the words that were to be found on it, if any are known."""
    status, headers = page.status or 0, {n.lower(): v for n, v in page.headers.items()}
    if status in (404, 410):
        return Shows.GONE
    if status in (401, 407):
        return Shows.LOGIN_WALL
    if is_challenge(headers) or status == 999:  # LinkedIn's own number for "no robots"
        return Shows.BOT_WALL
    return wall_by_address(page.url, page.asked) or _by_words(page, post, status)


def _by_words(page: Seen, post: str, status: int) -> Shows:
    found = words_found(post, page.words)
    if found is not None and found >= _IT_IS_THERE and status < 400:
        return Shows.POST
    if wall := wall_by_words(page.html, page.words):
        return wall
    if status >= 400:
        return Shows.ERROR
    if _is_blank(page):
        return Shows.BLANK
    return Shows.SOFT_404 if _says_it_is_not_there(page, found) else Shows.POST


def _is_blank(page: Seen) -> bool:
    few = len(page.words.split()) <= _FEW
    empty = not page.words.strip() and not _PICTURE.search(page.html)
    return empty or (few and _NEEDS_SCRIPT.search(page.words) is not None)


def _says_it_is_not_there(page: Seen, found: float | None) -> bool:
    if found is not None and found >= _IT_IS_NOT:
        return False
    if _sent_to_the_front_page(page) and found is not None:
        return True
    short = len(page.words.split()) <= (_FEW if found is None else _SOME)
    return _is_said(page.title) or (short and _is_said(page.words))


def _is_said(words: str) -> bool:
    return _NOT_THERE.search(words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")) is not None


def _sent_to_the_front_page(page: Seen) -> bool:
    end, start = urlsplit(page.url), urlsplit(page.asked)
    return end.path in ("", "/") and not end.query and len(start.path) > 1


def words_found(post: str, page: str) -> float | None:
    """How much of *post* stands on *page*, 0..1, in runs of four words; None without words."""
    return Words(post).found_on(Words(page))


class Words:
    """A text as its words, split once, however many others it is held against."""

    def __init__(self, text: str) -> None:
        self._words = _WORD.findall(text.casefold())
        self._runs: dict[int, set[tuple[str, ...]]] = {}

    def found_on(self, page: Words) -> float | None:
        """How much of this stands on *page*; see `words_found`."""
        length = min(_IN_A_ROW, len(self._words))
        wanted = self.runs(length)
        return len(wanted & page.runs(length)) / len(wanted) if wanted else None

    def runs(self, length: int) -> set[tuple[str, ...]]:
        if length not in self._runs:
            starts = range(len(self._words) - length + 1) if length else ()
            self._runs[length] = {tuple(self._words[at : at + length]) for at in starts}
        return self._runs[length]
