"""The dialects of feeds, read into one shape: RSS 0.9 to 2.0, Atom, JSON Feed."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import feedparser
from pydantic import BaseModel, ConfigDict, Field

from sources.errors import LayoutChanged
from sources.http import Answer
from sources.text import html_to_text, read_date, sha256, stable_id


class Item(BaseModel):
    """One entry, whichever dialect it came in; empty where it says nothing."""

    model_config = ConfigDict(frozen=True)
    id: str = ""
    link: str = ""
    title: str = ""
    body: str = ""
    author: str = ""
    date: str = ""


def read_feed(answer: Answer) -> tuple[dict[str, Item], bool]:
    """The items by their ids, oldest first, and whether the feed was whole.

    An id is Atom's id, RSS's guid or JSON Feed's id, else the link, else a hash of title
    and date. Raises LayoutChanged.
    """
    content = answer.content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content:
        raise LayoutChanged("the answer is empty")
    if content.startswith(b"{"):
        return _in_order([_json_item(item) for item in answer.read(_JsonFeed).items]), True
    if content[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise LayoutChanged("this is a web page, not a feed; please find the feed's own address")
    entries, whole = _whole_entries(content)
    return _in_order(_xml_items(entries, answer) if entries else []), whole


def _in_order(items: Sequence[Item]) -> dict[str, Item]:
    """Oldest first. Where not all have dates: feeds put the newest at the top."""
    shared = _shared(items, "id") | _shared(items, "link")
    found = {_key(item, shared): item for item in reversed(items)}
    dates = {key: date for key, item in found.items() if (date := read_date(item.date))}
    if len(dates) < len(found):
        return found
    return dict(sorted(found.items(), key=lambda pair: dates[pair[0]]))


def _shared(items: Sequence[Item], field: str) -> set[str]:
    """Values that different items have in common: some programs give all the same guid."""
    users: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in items:
        users[getattr(item, field)].add((item.title, item.date))
    return {value for value, by in users.items() if len(by) > 1}


def _key(item: Item, shared: set[str]) -> str:
    own = next((value for value in (item.id, item.link) if value and value not in shared), "")
    told = (item.title, item.date) if item.title and item.date else (item.title, item.body)
    return stable_id(own) or f"sha256:{sha256(*told)}"


_ROOT = re.compile(rb"<((?:\w+:)?(?:rss|feed|rdf))[\s>]", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)


def _whole_entries(content: bytes) -> tuple[bytes, bool]:
    """*content* up to its last finished entry when the end of the document is missing, and
    whether it was there. Half an entry is not an entry: it would be kept half for ever."""
    root = _ROOT.search(content)
    if root is None or _ROOT_END.search(content[-5000:]):
        return content, True
    ends = [match.end() for match in _ENTRY_END.finditer(content)]
    if not ends:
        return b"", False
    closing = b"</channel></rss>" if root[1].lower() == b"rss" else b"</" + root[1] + b">"
    return content[: ends[-1]] + closing, False


def _xml_items(content: bytes, answer: Answer) -> list[Item]:
    # As a stream: of bytes or str feedparser would try whether they are the name of a file.
    # Without the feed's address, or it would make one of a guid that is only a number.
    feed = feedparser.parse(
        io.BytesIO(content),
        response_headers={"content-type": _label(answer)},
        sanitize_html=False,  # only its words are kept, see html_to_text
        resolve_relative_uris=False,
    )
    if not feed.version and not feed.entries:
        what = "a web page" if answer.is_html else "neither RSS nor Atom nor JSON Feed"
        raise LayoutChanged(f"this is {what}; please find the feed's own address")
    return [_xml_item(entry) for entry in feed.entries]


def _label(answer: Answer) -> str:
    """The site's own content type while it helps; text/html would only mislead the parser."""
    label = answer.headers.get("content-type", "")
    charset = re.search(r"charset=\"?([\w.-]{1,40})", label, re.IGNORECASE)
    named = f"; charset={charset[1]}" if charset else ""
    return f"application/xml{named}"


def _xml_item(entry: Any) -> Item:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    return Item(
        id=str(entry.get("id") or ""),
        link=str(entry.get("link") or ""),
        title=_words(entry.get("title_detail") or {}),
        body=next((words for body in bodies if (words := _words(body))), ""),
        author=str(entry.get("author") or ""),
        date=str(entry.get("published") or entry.get("updated") or ""),
    )


def _words(detail: Any) -> str:
    value = str(detail.get("value") or "")
    return value if detail.get("type") == "text/plain" else html_to_text(value)


class _Author(BaseModel):
    name: str | None = None


class _JsonItem(BaseModel):
    id: str | int | float | None = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_text: str | None = None
    content_html: str | None = None
    summary: str | None = None
    date_published: str | None = None
    author: _Author | None = None
    authors: tuple[_Author, ...] | None = None


class _JsonFeed(BaseModel):
    version: str = Field(pattern=r"jsonfeed\.org/version/")
    items: tuple[_JsonItem, ...]


def _json_item(item: _JsonItem) -> Item:
    authors = item.authors or ((item.author,) if item.author else ())
    body = item.content_text or html_to_text(item.content_html or "") or item.summary or ""
    return Item(
        id="" if item.id is None else str(item.id),
        link=item.url or item.external_url or "",
        title=item.title or "",
        body=body,
        author=", ".join(a.name for a in authors if a.name),
        date=item.date_published or "",
    )
