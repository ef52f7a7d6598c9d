"""Discourse, the forum: posts that name the school, or every new post of a local one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Page, Source, WebAddress
from sources.counted import AsFacts, Tally, counted
from sources.errors import AccessRefused, Unreachable
from sources.http import Answer, PoliteClient
from sources.memory import Seen, resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.text import dated, html_to_text, joined, read_date

SHORTEST = 3  # characters that its search asks for at least
WINDOW = 50  # ids in one answer of posts.json
_LIKE = 2  # the number of this action. Source: Discourse's PostActionType


class Discourse(Source):
    """Searches for each name, newest first, and reads each post found in full; on request
    also all new posts."""

    kind: ClassVar[str] = "discourse"
    group: ClassVar[SourceGroup] = SourceGroup.FORUMS
    about: ClassVar[About] = About(
        finds="public posts of one Discourse forum that name the school, or all new ones",
        cost="free, no key",
        limits="only what the forum shows to visitors; a search reads its newest results only, "
        "and may know other forms of a word; that a post was edited is noticed only with "
        "all_posts, and while it is among the newest 50",
        terms="keep to the forum's rules; visit a few times a day",
    )
    url: WebAddress = Field(description="the forum, for example https://forum.example")
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )
    all_posts: bool = Field(
        False, description="whether to read every new post, too: for the forum of your town"
    )
    pages: int = Field(
        3, ge=1, le=20, description="pages to read back in one visit, of 50 posts or results"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(Place, cursor)
        for words in dict.fromkeys((*school.names, *self.queries)):
            if len(words) >= SHORTEST:
                read = self._search(words, place, client)
                yield from newest_first(f"search: {words}", read, place, pages=self.pages)
        if self.all_posts:
            yield from newest_first("all", self._all(client), place, pages=self.pages)
        place.tell_what_was_missed()

    def _search(self, words: str, place: Place, client: PoliteClient) -> Read:
        plain = words.replace('"', " ")

        def read(onward: str | None) -> Shown:
            number = onward or "1"
            params = {"q": f'"{plain}" order:latest', "page": number}
            found = self._ask("/search.json", params, client).read(_Found)
            if found.grouped and found.grouped.error:
                raise Unreachable("the forum says that it cannot search just now")
            titles = {topic.id: topic for topic in found.topics}
            seen = Seen(place.seen)
            posts = [p.under(titles.get(p.topic_id)) for p in found.posts]
            more = found.grouped is not None and bool(found.grouped.more)
            return Shown(
                ids=tuple(p.key for p in posts),
                mentions=tuple(
                    self._mention(p if p.key in seen else self._whole(p, client)) for p in posts
                ),
                onward=str(int(number) + 1) if more else None,
            )

        return read

    def _whole(self, found: _Post, client: PoliteClient) -> _Post:
        """A result holds only the words around the match: the post itself, if it is there."""
        try:
            post = self._ask(f"/posts/{found.id}.json", {}, client).read(_Post)
        except (AccessRefused, Unreachable) as error:
            if error.status in (403, 404, 410):
                return found
            raise
        return post.model_copy(update={"title": found.title, "slug": found.slug})

    def _all(self, client: PoliteClient) -> Read:
        def read(onward: str | None) -> Shown:
            params = {"before": onward} if onward else {}
            posts = self._ask("/posts.json", params, client).read(_Latest).posts
            return Shown(
                ids=tuple(p.key for p in posts),
                mentions=tuple(self._mention(p) for p in posts),
                onward=_before(posts, onward),
            )

        return read

    def _ask(self, path: str, params: dict[str, str], client: PoliteClient) -> Answer:
        address = f"{str(self.url).rstrip('/')}{path}"
        try:
            return client.get(address, params=params, accept="application/json")
        except AccessRefused as error:
            if error.status == 403 and error.until is None and type(error) is AccessRefused:
                raise AccessRefused("this forum may be for members only", status=403) from error
            raise

    def _mention(self, post: _Post) -> Mention:
        return Mention(
            source=self.name,
            external_id=post.key,
            url=self._address(post, post.number),
            text=joined(html_to_text(post.title), html_to_text(post.cooked or post.blurb)),
            author=f"@{post.username}"[:200] if post.username else "",
            **dated(post.created_at),
            edited_at=read_date(post.updated_at) if post.version > 1 and post.cooked else None,
            answers=self._address(post, post.answered) if post.answered else "",
            counts=counted(likes=post.liked, quotes=post.quotes, replies=post.replies),
        )

    def _address(self, post: _Post, number: int) -> str:
        """Of the post of that number in the same topic."""
        slug = quote(post.slug, safe="") or "-"
        return f"{str(self.url).rstrip('/')}/t/{slug}/{post.topic_id}/{number}"


def _before(posts: tuple[_Post, ...], before: str | None) -> str | None:
    """The id from which to read further back. An answer covers fifty ids, of which all may
    be hidden from visitors; that has not been seen on a real forum."""
    lowest = min((p.id for p in posts), default=int(before) - WINDOW if before else 1) - 1
    return str(lowest) if lowest > 0 else None


class _Topic(BaseModel):
    id: int
    title: str = ""
    slug: str = ""


class _Action(BaseModel):
    """What visitors did to a post, and how often."""

    id: Tally = None
    count: Tally = None


class _Post(BaseModel):
    """`blurb` in results, `cooked` (HTML) in posts; the title comes with one or apart, and so
    do the likes: `like_count` in results, one of `actions_summary` in posts."""

    id: int
    topic_id: int
    number: int = Field(1, alias="post_number")
    username: str = ""
    created_at: str | None = None
    updated_at: str | None = None
    version: int = 1
    blurb: str = ""
    cooked: str = ""
    title: str = Field("", alias="topic_title")
    slug: str = Field("", alias="topic_slug")
    to: Tally = Field(None, alias="reply_to_post_number")
    likes: Tally = Field(None, alias="like_count")
    actions: tuple[Annotated[_Action, AsFacts], ...] | None = Field(None, alias="actions_summary")
    quotes: Tally = Field(None, alias="quote_count")
    replies: Tally = Field(None, alias="reply_count")

    @property
    def answered(self) -> int:
        """The number of the post that it answers: the topic's first, where it names none."""
        return self.to or (1 if self.number > 1 else 0)

    @property
    def liked(self) -> int | None:
        """An action that nobody did is not in the list."""
        if self.likes is not None or self.actions is None:
            return self.likes
        return next((each.count for each in self.actions if each.id == _LIKE), 0)

    @property
    def key(self) -> str:
        return f"post:{self.id}"

    def under(self, topic: _Topic | None) -> _Post:
        known = {"title": topic.title, "slug": topic.slug} if topic else {}
        return self.model_copy(update=known)


class _Grouped(BaseModel):
    more: bool | None = Field(None, alias="more_full_page_results")
    error: str | None = None


class _Found(BaseModel):
    """Posts and topics are absent where nothing was found."""

    posts: tuple[_Post, ...] = ()
    topics: tuple[_Topic, ...] = ()
    grouped: _Grouped | None = Field(alias="grouped_search_result")


class _Latest(BaseModel):
    posts: tuple[_Post, ...] = Field(alias="latest_posts")
