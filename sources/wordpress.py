"""A WordPress site: its posts and what is said under them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, Field, RootModel

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.answer import judge
from sources.contract import About, Page, Source, WebAddress
from sources.counted import Tally
from sources.errors import (
    AccessRefused,
    Captcha,
    Emptied,
    LayoutChanged,
    SourceError,
    Unreachable,
)
from sources.feed import ACCEPT
from sources.feed_formats import Item, read_feed
from sources.http import PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.text import dated, html_to_text, joined, read_date, stable_id, web_link

POSTS, COMMENTS = "posts", "comments"
_PER_PAGE = {POSTS: 20, COMMENTS: 50}  # whole articles: a hundred would be more than we read
_FIELDS = {
    POSTS: "id,link,date_gmt,modified_gmt,title,content",
    COMMENTS: "id,link,post,parent,date_gmt,author_name,content",
}
_FEEDS = {POSTS: "/feed/", COMMENTS: "/comments/feed/"}


class WordPress(Source):
    """Reads by WordPress's own interface, and by the feeds where a site has shut that."""

    kind: ClassVar[str] = "wordpress"
    group: ClassVar[SourceGroup] = SourceGroup.NEWS
    about: ClassVar[About] = About(
        finds="every post of a WordPress site (a local paper, a blog, a residents' group), "
        "edited ones again, and the comments under them",
        cost="free, no key",
        limits="only comments that were approved, and not that one was edited; a site that shut "
        "its interface shows its newest ten or so of each, and no edits",
        terms="the interface and feeds are offered to programs; the words stay their author's",
    )
    url: WebAddress = Field(description="the site's front page, for example https://paper.example")
    comments: bool = Field(True, description="whether to read what is said under the posts, too")
    search: bool = Field(
        False, description="whether to read only what names the school: for a large newspaper"
    )
    pages: int = Field(
        5, ge=1, le=50, description="pages to read back in one visit, of 20 posts or 50 comments"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(Place, cursor)
        trouble: SourceError | None = None
        for what in (POSTS, COMMENTS) if self.comments else (POSTS,):
            try:
                for name in school.names if self.search else ("",):
                    yield from self._read(what, name, place, client)
            except SourceError as error:
                if not (_is_shut(error) or isinstance(error, Emptied)):
                    raise trouble or error from None
                trouble = trouble or error  # the comments are read all the same
        if trouble:
            raise trouble
        place.tell_what_was_missed()

    def _read(self, what: str, name: str, place: Place, client: PoliteClient) -> Iterator[Page]:
        search, whole = f"{what}: {name}", what == POSTS and not name
        try:
            # Read to its end before a page of it is handed over; so it fails whole or not.
            read = self._by_interface(what, name, client)
            yield from newest_first(search, read, place, pages=self.pages, whole=whole)
        except SourceError as error:
            if not _is_shut(error):
                raise
            read = self._by_feed(what, name, client)
            yield from newest_first(f"feed of {search}", read, place, pages=1, whole=whole)

    def _by_interface(self, what: str, name: str, client: PoliteClient) -> Read:
        def read(onward: str | None) -> Shown:
            number = int(onward or "1")
            params = {
                "per_page": str(_PER_PAGE[what]),
                "page": str(number),
                "_fields": _FIELDS[what],
                "orderby": "modified" if what == POSTS else "date_gmt",
                "order": "desc",
            } | ({"search": name} if name else {})
            answer = client.get(
                f"{self._base}/wp-json/wp/v2/{what}",
                params=params,
                accept="application/json",
                expect=(400,),
            )
            if answer.status == 400 and number > 1:  # fewer pages than a moment ago
                return Shown(ids=(), mentions=())
            judge(answer.status, answer.headers, self.url.host or "")
            found = answer.read(_Found).root
            total = answer.headers.get("x-wp-totalpages", "")
            # To ask for a page past the end is an error there, and may cost it dear.
            more = int(total) > number if re.fullmatch(r"\d{1,6}", total) else False
            return Shown(
                ids=tuple(f"{item.id}:{item.modified}" for item in found),
                mentions=tuple(self._mention(what, item) for item in found),
                onward=str(number + 1) if more else None,
            )

        return read

    def _by_feed(self, what: str, name: str, client: PoliteClient) -> Read:
        path, params = _FEEDS[what], None
        if name and what == POSTS:
            path, params = "/", {"s": name, "feed": "rss2"}

        def read(onward: str | None) -> Shown:  # noqa: ARG001 # a feed has one page
            answer = client.get(f"{self._base}{path}", params=params, accept=ACCEPT)
            items, whole = read_feed(answer)
            if not whole:
                raise Unreachable("the feed broke off in the middle")
            mentions = tuple(self._fed(what, key, item) for key, item in items.items())[::-1]
            return Shown(ids=tuple(m.external_id for m in mentions), mentions=mentions)

        return read

    @property
    def _base(self) -> str:
        return str(self.url).rstrip("/")

    def _mention(self, what: str, item: _Item) -> Mention:
        edited = what == POSTS and item.modified > item.date
        return Mention(
            source=self.name,
            external_id=f"{what}:{item.id}",
            url=web_link(self._base, item.link) or self._base,
            text=joined(_line(item.title.rendered), html_to_text(item.content.rendered)),
            author=_line(item.author)[:200],
            **dated(item.date),
            edited_at=read_date(item.modified) if edited else None,
            answers=self._answered(item),
        )

    def _answered(self, item: _Item) -> str:
        """By the address that every WordPress knows, whatever its posts are called."""
        if not item.post:
            return ""
        return f"{self._base}/?p={item.post}" + (f"#comment-{item.parent}" if item.parent else "")

    def _fed(self, what: str, key: str, item: Item) -> Mention:
        """The same ids as by the interface, so that changing over repeats nothing."""
        number = re.search(r"#comment-(\d+)$" if what == COMMENTS else r"[?&]p=(\d+)$", item.id)
        return Mention(
            source=self.name,
            external_id=f"{what}:{number[1]}" if number else stable_id(f"{what}:{key}"),
            url=web_link(self._base, item.link) or self._base,
            text=joined(_line(item.title), item.body),
            author=_line(item.author)[:200],
            **dated(item.date),
            answers=item.answers,
            counts=item.counts,
        )


def _is_shut(error: SourceError) -> bool:
    """The interface is off, hidden or not WordPress's; not: the site itself is in trouble."""
    if isinstance(error, Captcha | Emptied) or error.until is not None:
        return False
    if isinstance(error, AccessRefused | LayoutChanged):
        return True
    return isinstance(error, Unreachable) and error.status in (404, 410)


def _line(html: str) -> str:
    """A title on one line: WordPress pads those of comments with tabs and ends of lines."""
    return " ".join(html_to_text(html).split())


class _Rendered(BaseModel):
    rendered: str = ""


class _Item(BaseModel):
    """Dates are in UTC without saying so, and alike in length: text compares like time."""

    id: int
    link: str = ""
    post: Tally = None  # under which a comment stands, and the comment that it answers, if any
    parent: Tally = None
    date: str = Field("", alias="date_gmt")
    modified: str = Field("", alias="modified_gmt")
    author: str = Field("", alias="author_name")
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()


class _Found(RootModel[tuple[_Item, ...]]):
    pass
