"""Wexcombe Talk: boards, threads, a page for each post, and an Atom feed of the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from monitor.demo.pages import not_found, page, slug
from monitor.demo.place import Answer, Place, Request, conditional
from monitor.demo.posts import Post

FEED_HOURS = 48  # how long a post stays in the feed
ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One post in its thread; `number` counts from one."""

    post: Post
    number: int
    published: datetime

    @property
    def path(self) -> str:
        return f"/t/{slug(self.post.title)}/{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    title: str
    board: str
    posts: tuple[Said, ...]

    @property
    def path(self) -> str:
        return f"/t/{slug(self.title)}"


class Forum(Place):
    def __init__(self, posts: Iterable[Post], now: datetime) -> None:
        super().__init__("Wexcombe Talk")
        self._threads = _threads(posts, now)
        self._by_path = {thread.path: thread for thread in self._threads}
        self._said = {said.path: said for thread in self._threads for said in thread.posts}
        self._boards = {f"/b/{slug(thread.board)}": thread.board for thread in self._threads}

    def link(self, post: Post) -> str:
        return self.url + next(s.path for s in self._said.values() if s.post == post)

    def answer(self, request: Request) -> Answer:
        path = request.path
        if path == "/latest.atom":
            return self._feed(request)
        if path == "/" or path in self._boards:
            return self._board(self._boards.get(path))
        said = self._said.get(path)
        thread = self._by_path.get(path.rpartition("/")[0] if said else path)
        if thread is None:
            return not_found(self.name)
        return page("forum_thread.html", forum=self.name, thread=thread, chosen=said)

    def _board(self, board: str | None) -> Answer:
        threads = [t for t in self._threads if board is None or t.board == board]
        return page(
            "forum_board.html", forum=self.name, board=board, boards=self._boards, threads=threads
        )

    def _feed(self, request: Request) -> Answer:
        recent = [s for s in self._said.values() if s.post.hours_ago <= FEED_HOURS]
        recent.sort(key=lambda said: said.published, reverse=True)
        changed = recent[0].published.replace(microsecond=0)
        body = ElementTree.tostring(
            self._atom(recent, changed), encoding="utf-8", xml_declaration=True
        )
        return conditional(request, body, "application/atom+xml; charset=utf-8", changed)

    def _atom(self, recent: Iterable[Said], changed: datetime) -> ElementTree.Element:
        feed = ElementTree.Element("feed", xmlns=ATOM)
        _text(feed, "id", f"{self.url}/latest.atom")
        _text(feed, "title", f"{self.name}: latest posts")
        _text(feed, "updated", changed.isoformat())
        ElementTree.SubElement(feed, "link", rel="self", href=f"{self.url}/latest.atom")
        for said in recent:
            self._entry(feed, said)
        return feed

    def _entry(self, feed: ElementTree.Element, said: Said) -> None:
        entry = ElementTree.SubElement(feed, "entry")
        published = said.published.isoformat(timespec="seconds")
        _text(entry, "id", f"tag:talk.wexcombe.example,2026:{said.post.id}")
        _text(entry, "title", said.post.title)
        ElementTree.SubElement(entry, "link", rel="alternate", href=f"{self.url}{said.path}")
        _text(entry, "published", published)
        _text(entry, "updated", published)
        _text(ElementTree.SubElement(entry, "author"), "name", said.post.author)
        content = ElementTree.SubElement(entry, "content", type="text")
        content.text = said.post.text


def _threads(posts: Iterable[Post], now: datetime) -> list[Thread]:
    """Threads, the one with the newest post first."""
    by_title: dict[str, list[Said]] = {}
    for post in sorted(posts, key=lambda post: -post.hours_ago):
        thread = by_title.setdefault(post.title, [])
        thread.append(Said(post=post, number=len(thread) + 1, published=post.published(now)))
    threads = [
        Thread(title=title, board=said[0].post.board, posts=tuple(said))
        for title, said in by_title.items()
    ]
    return sorted(threads, key=lambda thread: thread.posts[-1].published, reverse=True)


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text
