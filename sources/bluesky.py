"""Bluesky: posts that name the school, carry its hashtags or link to its website."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import Secret
from sources.bluesky_login import Anonymous, Login
from sources.bluesky_posts import Found, Post
from sources.contract import About, Canary, Page, Source, WebAddress, by_a_word
from sources.counted import counted
from sources.http import PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.queries import queries
from sources.text import stable_id

SEARCH = "app.bsky.feed.searchPosts"
LIMIT = 100  # posts a page; more is answered with 400
WITH_ACCOUNT = "https://bsky.social"
WITHOUT = "https://api.bsky.app"  # public.api.bsky.app refuses searches


class Bluesky(Source):
    """Searches with the school's own account, or without one as far as Bluesky allows."""

    kind: ClassVar[str] = "bluesky"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="public Bluesky posts that name the school, use its hashtags or link to its "
        "website; what they quote and the descriptions of their pictures are read, too",
        cost="free; a free account makes it reliable",
        limits="without an account only the newest 100 posts of each search, no posts of people "
        "who hide them from visitors, and Bluesky may refuse at any time; one visit is one "
        "login, of which an account has 300 a day; that a search by website finds all links is "
        "not promised by Bluesky",
        terms="Bluesky asks for few, human-directed searches: keep to one visit an hour or less",
    )
    url: WebAddress | None = Field(
        None,
        description="the account's own server; needed only if it is not one of Bluesky's",
    )
    handle: str = Field(
        "",
        pattern=r"^(@?[A-Za-z0-9.-]+\.[A-Za-z]+)?$",
        description="the account that searches, for example wexcombepark.bsky.social",
    )
    app_password: Secret | None = Field(
        None,
        description="an app password (Settings, Privacy and security), as env:NAME; never the "
        "account's own password",
    )
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )
    pages: int = Field(
        5, ge=1, le=25, description="with an account: how many hundreds of posts to read back"
    )

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if bool(self.handle) != bool(self.app_password):
            raise ValueError("handle and app_password belong together: give both, or neither")
        return self

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(Place, cursor)
        door = self._door(client)
        for search in self._searches(school):
            yield from newest_first(
                search["q"], self._reader(search, door), place, pages=self._pages
            )
        place.tell_what_was_missed()

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        return by_a_word(nonsense)

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._reader({"q": canary.words}, self._door(client))(None).ids)

    @property
    def _pages(self) -> int:
        return self.pages if self.app_password else 1

    def _door(self, client: PoliteClient) -> Login | Anonymous:
        if self.app_password is None:
            return Anonymous(str(self.url or WITHOUT), client)
        server = str(self.url or WITH_ACCOUNT)
        return Login(server, self.handle.lstrip("@"), self.app_password, client)

    def _searches(self, school: School) -> tuple[dict[str, str], ...]:
        """By words, by hashtag, by the website that is linked to: each once."""
        tags = (f"#{tag.lstrip('#')}" for tag in school.hashtags)
        words = dict.fromkeys((*queries(school), *tags, *self.queries))
        host = (urlsplit(school.website).hostname or "").removeprefix("www.")
        linking = ({"q": f"domain:{host}", "domain": host},) if host else ()
        return (*({"q": q} for q in words), *linking)

    def _reader(self, search: dict[str, str], door: Login | Anonymous) -> Read:
        def read(onward: str | None) -> Shown:
            more = {"cursor": onward} if onward else {}
            asked = {**search, "sort": "latest", "limit": str(LIMIT), **more}
            found = door.get(SEARCH, asked).read(Found)
            return Shown(
                ids=tuple(post.uri for post in found.posts),
                mentions=tuple(self._mention(p) for p in found.posts if door.may_show(p)),
                onward=found.cursor if found.posts else None,
            )

        return read

    def _mention(self, post: Post) -> Mention:
        return Mention(
            source=self.name,
            external_id=stable_id(post.uri),
            url=post.link,
            text=post.words,
            author=f"@{post.author.handle}"[:200],
            published_at=post.published_at,
            published_as=post.published_as,
            sensitive=post.sensitive,
            answers=post.answers,
            counts=counted(
                likes=post.likes, shares=post.shares, quotes=post.quotes, replies=post.replies
            ),
        )
