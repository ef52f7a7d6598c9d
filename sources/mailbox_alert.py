"""A mail of Google Alerts, item by item: each is a page that Google found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from monitor.domain import Mention
from sources.google_alerts import unwrapped
from sources.mailbox_letter import Letter
from sources.text import joined, stable_id, web_link, without_fragment
from sources.wrapped_links import unfolded

_MOST = 100  # items of one mail
_TAG = 5000  # characters of one tag; its link has at most 4,000
_CHROME = re.compile(r"flag as irrelevant|see more results|edit this alert|unsubscribe", re.I)
_OVER = "/alerts/edit"  # from here on Google speaks of the alert itself
_WRAPPED = re.compile(r"<(https://www\.google\.[a-z.]{2,6}/url\?[^\s<>]+)>")


@dataclass(slots=True)
class Item:
    url: str
    title: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def alerts(source: str, letter: Letter) -> Iterator[Mention]:
    """The pages in an alert, as the mail names them; each once, however often it is told."""
    items = [item for html in letter.html for item in _items(html)] or _plain_items(letter.plain)
    for item in items[:_MOST]:
        page = unfolded(item.url)
        yield Mention(
            source=source,
            external_id=stable_id(without_fragment(page)),
            url=page,
            text=joined(" ".join(item.title), _without_chrome(" ".join(item.words))) or page,
            **letter.header.dated,
        )


def _without_chrome(words: str) -> str:
    return _CHROME.split(words, maxsplit=1)[0]


def _items(html: str) -> list[Item]:
    reader = _Reader()
    try:
        reader.feed(_in_order(html))
        reader.close()
    except AssertionError:  # html.parser gives up on some noise; what was read stays
        pass
    return [item for item in reader.items if "".join(item.title).strip()]


def _in_order(html: str) -> str:
    """Without comments, and without what opens and is never closed: html.parser needs the
    square of the length of such noise."""
    html = re.sub(r"<[!?][^<>]*>?", " ", html)
    return re.sub(rf"<(?![^<>]{{1,{_TAG}}}>)", " ", html)


def _plain_items(text: str) -> list[Item]:
    """In the plain version an item is a few lines and then its link in angle brackets."""
    items, start = [], 0
    for found in _WRAPPED.finditer(text):
        if link := unwrapped(found[1]):
            before = re.split(r"===[^=\n]*===", text[start : found.start()])[-1]
            items.append(Item(url=link, title=[before.strip()]))
        start = found.end()
    return items


class _Reader(HTMLParser):
    """An item begins with a link to a page; the next words are its title, then its snippet."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.items: list[Item] = []
        self._in_link, self._over, self._unread = False, False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._unread = tag
        if tag == "a" and not self._over:
            self._follow(dict(attrs).get("href") or "")

    def _follow(self, href: str) -> None:
        link = web_link("", href) or ""
        page = unwrapped(link) if "/url?" in link else None
        self._in_link = False
        self._over = self._over or _is_over(link)
        if page is not None and not self._over:
            new = not self.items or self.items[-1].url != page
            if new:  # a second link to the same page names the newspaper
                self.items.append(Item(url=page))
            self._in_link = new

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unread:
            self._unread = ""
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        if self._over or self._unread or not self.items:
            return
        item = self.items[-1]
        (item.title if self._in_link and not item.words else item.words).append(data.strip())


def _is_over(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return "google." in parts.netloc and parts.path.startswith((_OVER, "/alerts/remove"))
