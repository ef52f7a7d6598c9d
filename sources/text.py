"""From what sites send to what people read: plain text, whole dates, safe links."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from html.parser import HTMLParser
from typing import TypedDict
from urllib.parse import urldefrag, urljoin, urlsplit

TEXT_LIMIT = 100_000  # characters of one mention; a novel is not a post
_HTML_LIMIT = 250_000
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
    *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p"),
    *("pre", "section", "table", "td", "th", "tr", "ul"),
}


def html_to_text(html: str) -> str:
    """The words of a fragment of HTML, a line for each block, with the words that describe
    its pictures: a picture is never fetched, its description is read like anything else."""
    html = html[:_HTML_LIMIT]
    opened, closed = html.count("<"), html.count(">")
    if not opened:
        return tidy(unescape(html))
    if opened > 2 * closed + 100:  # noise; html.parser would need the square of its length
        return _without_tags(html)
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # "<![x[" and its like: html.parser gives up, no browser does
        return _without_tags(html)
    return tidy("".join(reader.words))


def _without_tags(html: str) -> str:
    return tidy(unescape(re.sub(r"<[^<>]*>?", " ", html)))


class _Reader(HTMLParser):
    """Reads along without building a tree: twenty thousand nested tags cost no more than
    as many in a row."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unread = ""  # the script or style that we are in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._unread = tag
        elif tag == "img":
            self.words.append(f" {dict(attrs).get('alt') or ''} ")
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("script", "style"):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.words.append(data)


def tidy(text: str) -> str:
    """Without padding, blank runs and NUL (which PostgreSQL cannot keep); bounded."""
    lines = (
        re.sub(r"[ \t\r\f\v\xa0]+", " ", line).strip() for line in _storable(text).split("\n")
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:TEXT_LIMIT]


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def joined(*parts: str) -> str:
    """Title, body and so on as one text; a part that repeats an earlier one is left out."""
    kept: list[str] = []
    for part in map(tidy, parts):
        if part and part not in kept:
            kept.append(part)
    return "\n\n".join(kept)[:TEXT_LIMIT]


# Zone names that e-mail's own rules do not know, as British and European feeds write them.
_ZONES = {"BST": "+0100", "WET": "+0000", "WEST": "+0100", "CET": "+0100", "CEST": "+0200"}


def read_date(text: str | None) -> datetime | None:
    """RFC 822 or ISO 8601, aware; without a zone it is taken for UTC. None if it is neither."""
    words = (text or "").strip()
    zone = words.rpartition(" ")[2]
    if zone in _ZONES:
        words = f"{words[: -len(zone)]}{_ZONES[zone]}"
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(words)
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            if not 1970 <= aware.astimezone(UTC).year < 2200:
                return None
        except (ValueError, OverflowError, IndexError, TypeError):
            continue
        return aware
    return None


class Dated(TypedDict):
    """When a post was written, as a Mention has it."""

    published_at: datetime | None
    published_as: str


UNDATED = Dated(published_at=None, published_as="")


def dated(text: str | None, shown: str = "") -> Dated:
    """The time that *text* tells, and how it stands there: *shown*, where a page tells people
    the time in other words than programs."""
    return Dated(published_at=read_date(text), published_as=shown.strip() or text or "")


def written(day: datetime) -> str:
    """As people in Britain write it: 3 November 2026."""
    return f"{day.day} {day:%B %Y}"


_ODD_IN_LINK = re.compile(r"[\x00-\x20\\]")


def web_link(base: str, href: str | None) -> str | None:
    """*href* seen from *base*, if it leads to the web: never javascript: or data:."""
    try:
        link = urljoin(base, unescape((href or "").strip()))
        parts = urlsplit(link)
    except ValueError:
        return None
    odd = _ODD_IN_LINK.search(link) or len(link) > 4000
    if not href or odd or parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return _storable(link)


def without_fragment(url: str) -> str:
    return urldefrag(url).url


def stable_id(text: str) -> str:
    """*text* itself while it is short enough for a key, its SHA-256 otherwise."""
    text = _storable(text).strip()
    return text if len(text) <= 200 else f"sha256:{sha256(text)}"


def sha256(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
