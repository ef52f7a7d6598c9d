"""Lemmy: posts and comments of the communities that one server knows (feddit.uk, say)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.answer import judge
from sources.contract import About, Canary, Page, Source, WebAddress, by_a_word
from sources.counted import AsText, Tally, counted
from sources.errors import RateLimited
from sources.http import PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.phrases import names_any
from sources.text import dated, joined, stable_id, web_link

LIMIT = 50  # a page; the most a server gives
PAGES = 4  # of one search in one visit
Kind = Literal["Posts", "Comments"]


class Lemmy(Source):
    """Asks for each name among posts, then among comments, and keeps what really names it."""

    kind: ClassVar[str] = "lemmy"
    group: ClassVar[SourceGroup] = SourceGroup.FORUMS
    about: ClassVar[About] = About(
        finds="public Lemmy posts and comments that name the school, as one server knows them",
        cost="free, no key",
        limits="a server knows only the communities that its own people follow; at most the 200 "
        "newest results of each search are read; how a server says that it is asked too often "
        "has not been seen; that a post was edited is not noticed",
        terms="keep to the server's rules; public posts only, in small numbers",
    )
    url: WebAddress = Field(description="the server, for example https://feddit.uk")
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(Place, cursor)
        phrases = tuple(dict.fromkeys((*school.names, *self.queries)))
        for phrase in phrases:
            for kind in ("Posts", "Comments"):
                read = self._reader(phrase, kind, phrases, client)
                yield from newest_first(f"{kind}: {phrase}", read, place, pages=PAGES)
        place.tell_what_was_missed()

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        return by_a_word(nonsense)

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._ask(canary.words, "Posts", "1", client))

    def _reader(
        self, phrase: str, kind: Kind, phrases: Sequence[str], client: PoliteClient
    ) -> Read:
        def read(onward: str | None) -> Shown:
            number = onward or "1"
            items = self._ask(phrase, kind, number, client)
            public = (self._mention(item) for item in items if item.is_public)
            return Shown(
                ids=tuple(item.body.ap_id for item in items),
                mentions=tuple(m for m in public if names_any(m.text, phrases)),
                onward=str(int(number) + 1) if len(items) >= LIMIT else None,
            )

        return read

    def _ask(self, phrase: str, kind: Kind, number: str, client: PoliteClient) -> Sequence[_Item]:
        params = {
            "q": phrase,
            "type_": kind,
            "sort": "New",
            "listing_type": "All",
            "limit": str(LIMIT),
            "page": number,
        }
        answer = client.get(
            f"{str(self.url).rstrip('/')}/api/v3/search",
            params=params,
            accept="application/json",
            expect=(400,),
        )
        if answer.status == 400:
            complain_as_lemmy(answer.content, self.url.host or "")
        judge(answer.status, answer.headers, self.url.host or "")
        found = answer.read(_Found)
        return found.posts if kind == "Posts" else found.comments

    def _mention(self, item: _Item) -> Mention:
        return Mention(
            source=self.name,
            external_id=stable_id(item.body.ap_id),
            url=web_link(str(self.url), item.body.ap_id) or str(self.url),
            text=item.words,
            author=item.creator.address,
            **dated(item.body.published),
            sensitive=item.sensitive,
            answers=self._answered(item.comment, item.post),
            counts=counted(
                likes=item.counts.likes,
                dislikes=item.counts.dislikes,
                replies=item.counts.replies,
            ),
        )

    def _answered(self, comment: _Comment | None, post: _Post) -> str:
        """A path is 0, then the comments above it by this server's own numbers, then itself."""
        if comment is None:
            return ""
        above = re.fullmatch(r"0(?:\.\d{1,18})*\.(\d{1,18})\.\d{1,18}", comment.path, re.ASCII)
        return f"{str(self.url).rstrip('/')}/comment/{above[1]}" if above else post.ap_id


def complain_as_lemmy(content: bytes, host: str) -> None:
    """Lemmy says "slow down" as 400 with a word in it; that word is from its source code."""
    if b"rate_limit" in content[:500]:
        raise RateLimited(host, status=400)


class _Creator(BaseModel):
    name: str = ""
    actor_id: str = ""

    @property
    def address(self) -> str:
        """@name@server, as people write it there."""
        host = urlsplit(self.actor_id).hostname or ""
        return (f"@{self.name}@{host}" if host else f"@{self.name}")[:200]


class _Community(BaseModel):
    nsfw: bool = False


class _Body(BaseModel):
    """What posts and comments have in common. Both are written in Markdown."""

    ap_id: str = Field(min_length=1)
    published: str | None = None
    removed: bool = False
    deleted: bool = False


class _Post(_Body):
    name: str = ""
    body: str | None = None
    url: str | None = None
    alt: str | None = Field(None, alias="alt_text")
    nsfw: bool = False


class _Comment(_Body):
    content: str = ""
    path: Annotated[str, AsText] = ""


class _Counts(BaseModel):
    """A post's answers are its comments, a comment's are its children."""

    likes: Tally = Field(None, alias="upvotes")
    dislikes: Tally = Field(None, alias="downvotes")
    replies: Tally = Field(None, validation_alias=AliasChoices("comments", "child_count"))


class _Item(BaseModel):
    """A post, or a comment with the post that it stands under."""

    post: _Post
    comment: _Comment | None = None
    creator: _Creator
    community: _Community = _Community()
    counts: _Counts = _Counts()

    @property
    def body(self) -> _Body:
        return self.comment or self.post

    @property
    def words(self) -> str:
        if self.comment:
            return joined(self.comment.content)
        return joined(
            self.post.name, self.post.body or "", self.post.alt or "", self.post.url or ""
        )

    @property
    def is_public(self) -> bool:
        return not (self.body.removed or self.body.deleted)

    @property
    def sensitive(self) -> bool:
        return self.post.nsfw or self.community.nsfw


class _Found(BaseModel):
    posts: tuple[_Item, ...]
    comments: tuple[_Item, ...]
