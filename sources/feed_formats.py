"""The dialects of feeds, read into one shape: RSS 0.9 to 2.0, Atom, JSON Feed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field

from sources.counted import shown
from sources.errors import LayoutChanged, TooLarge
from sources.feed_xml import MOST_ITEMS, MOST_MARKUP, markup, name_of, read_entries
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
    answers: str = ""
    counts: tuple[tuple[str, int], ...] = ()


def read_feed(answer: Answer) -> tuple[dict[str, Item], bool]:
    """The items by their ids, oldest first, and whether the feed was whole.

    An id is Atom's id, RSS's guid or JSON Feed's id, else the link, else a hash of title
    and date. Raises LayoutChanged.
    """
    content = answer.content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content:
        raise LayoutChanged("the answer is empty")
    if content.startswith(b"{"):
        return _in_order(_json_items(content, answer)), True
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
    label = answer.headers.get("content-type", "")
    charset = re.search(r"charset=\"?([\w.-]{1,40})", label, re.IGNORECASE)
    try:
        entries = read_entries(content, charset[1] if charset else "")
    except LayoutChanged:
        what = "a web page" if answer.is_html else "neither RSS nor Atom nor JSON Feed"
        raise LayoutChanged(f"this is {what}; please find the feed's own address") from None
    return [_xml_item(entry) for entry in entries]


_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_BODIES = ("content:encoded", "content", "description", "summary")
_AUTHORS = ("dc:creator", "author")
_DATES = ("published", "pubDate", "issued", "dc:date", "updated", "modified", "dc:modified")


def _xml_item(entry: etree._Element) -> Item:
    parts: dict[str, etree._Element] = {}
    for child in entry:
        if child.get("rel", "alternate") == "alternate":
            parts.setdefault(name_of(child), child)
    return Item(
        id=_plain(parts, "id", "guid") or entry.get(_ABOUT, ""),
        link=_link(parts),
        title=_words(parts, "title"),
        body=next((words for name in _BODIES if (words := _words(parts, name))), ""),
        author=_plain(parts, *_AUTHORS),
        date=_plain(parts, *_DATES),
        answers=_answered(parts),
        counts=_counts(parts, entry),
    )


Parts = Mapping[str, "etree._Element"]


def _link(parts: Parts) -> str:
    link = parts.get("link")
    return (link.get("href") or _plain(parts, "link")) if link is not None else ""


_STATISTICS = ".//{http://search.yahoo.com/mrss/}statistics"


def _answered(parts: Parts) -> str:
    node = parts.get("thread:in-reply-to")
    return (node.get("href") or node.get("ref") or "")[:500] if node is not None else ""


def _counts(parts: Parts, entry: etree._Element) -> tuple[tuple[str, int], ...]:
    """WordPress and Blogger say how many comments there are, YouTube how often it was seen."""
    seen = entry.find(_STATISTICS)
    return (
        *shown("replies", _plain(parts, "slash:comments", "thread:total")),
        *(shown("views", seen.get("views", "")) if seen is not None else ()),
    )


def _plain(parts: Parts, *names: str) -> str:
    """The first of *names* that says anything; of an Atom author the name, not the address."""
    for name in names:
        if (node := parts.get(name)) is not None:
            named = next((child for child in node if name_of(child) == "name"), node)
            if said := " ".join("".join(map(str, named.itertext())).split()):
                return said
    return ""


def _words(parts: Parts, name: str) -> str:
    """RSS is HTML throughout; Atom says which it is, and is text where it does not."""
    node = parts.get(name)
    if node is None:
        return ""
    kind = node.get("type", "")
    text = kind in ("text", "text/plain") or (not kind and "Atom" in str(node.tag))
    inner = "".join(markup(node))
    return inner if text and len(node) == 0 else html_to_text(inner)


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


def _json_items(content: bytes, answer: Answer) -> list[Item]:
    if content.count(b"{") > MOST_MARKUP:
        raise TooLarge(f"the feed has more than {MOST_MARKUP} objects")
    items = answer.read(_JsonFeed).items
    if len(items) > MOST_ITEMS:
        raise TooLarge(f"the feed has more than {MOST_ITEMS} items")
    return [_json_item(item) for item in items]


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
