"""The school's own Instagram account: comments under its posts, and posts that tag it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import Secret
from sources.contract import About, Page, Source
from sources.counted import Tally, counted
from sources.errors import AccessRefused
from sources.http import PoliteClient
from sources.memory import digest, resume
from sources.meta_graph import Graph, TokenEnded
from sources.newest_first import Place, Read, Shown, newest_first
from sources.text import dated, joined, web_link

POSTS = 25  # of the account, that are looked under for comments
PAGES = 2  # of each list in one visit: 100 comments under one post


class Instagram(Source):
    """The comments under the newest posts of the account, then what others tag it in."""

    kind: ClassVar[str] = "instagram"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="comments and replies under the 25 newest posts of the school's own Instagram "
        "account, and public posts in which others tag it: their words, never a picture",
        cost="free; a professional account, linked to the school's Facebook Page, and a token",
        limits="no other account, no story, no message, and no search; that the school is only "
        "mentioned (@) in somebody's words Instagram tells no program that asks; a comment has "
        "no address of its own; that comments come newest first is not verified",
        terms="Meta Platform Terms: only for running your own account; delete what is deleted "
        "there",
    )
    account: str = Field(
        pattern=r"^\d{3,30}$", description="the number of the professional account, not its name"
    )
    token: Secret = Field(description="the linked Page's access token, as env:NAME")
    tagged: bool = Field(True, description="whether to read posts that tag the account, too")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place, graph = resume(Place, cursor), Graph(self.token, client)
        asked = {"fields": _MEDIA, "limit": str(POSTS)}
        ours, _ = graph.list(f"{self.account}/media", asked, _Post, None)
        place.keep_only("under ", (post.id for post in ours))
        for post in ours:
            if post.comments != 0:
                read = self._comments(post, f"To {school.name}:", graph)
                yield from newest_first(f"under {post.id}", read, place, pages=PAGES)
        if self.tagged:
            yield from self._tags(school, place, graph)
        place.tell_what_was_missed()

    def _comments(self, post: _Post, under: str, graph: Graph) -> Read:
        def read(onward: str | None) -> Shown:
            asked = {"fields": _COMMENT, "limit": "50"}
            found, older = graph.list(f"{post.id}/comments", asked, _Comment, onward)
            said = (each for comment in found for each in comment.newest_first())
            others = [each for each in said if each.username != post.username or not post.username]
            return Shown(
                ids=tuple(comment.id for comment in found),
                mentions=tuple(self._comment(each, post, under) for each in others),
                onward=older,
                said={f"comment:{each.id}": digest(each.text) for each in others},
            )

        return read

    def _tags(self, school: School, place: Place, graph: Graph) -> Iterator[Page]:
        def read(onward: str | None) -> Shown:
            asked = {"fields": _TAGGED, "limit": "25"}
            found, older = graph.list(f"{self.account}/tags", asked, _Post, onward)
            under = f"About {school.name}:"
            mentions = tuple(self._post(post, under) for post in found)
            return Shown(
                ids=tuple(post.id for post in found),
                mentions=mentions,
                onward=older,
                said={f"tag:{post.id}": digest(post.caption) for post in found},
            )

        try:
            yield from newest_first("tags", read, place, pages=PAGES)
        except TokenEnded:
            raise
        except AccessRefused as error:
            raise AccessRefused(_NO_TAGS, status=error.status) from error

    def _comment(self, said: _Said, post: _Post, under: str) -> Mention:
        """With what it stands under: "he should be sacked" names nobody by itself."""
        return Mention(
            source=self.name,
            external_id=f"comment:{said.id}",
            url=post.address,
            answers=said.parent or post.address,
            counts=counted(likes=said.likes),
            text=joined(under, said.text),
            author=f"@{said.username}"[:200] if said.username else "",
            **dated(said.timestamp),
        )

    def _post(self, post: _Post, under: str) -> Mention:
        """One without words is left to a person: its picture may say what they do not."""
        return Mention(
            source=self.name,
            external_id=f"tag:{post.id}",
            url=post.address,
            text=joined(under, post.caption) if post.caption else "",
            counts=counted(likes=post.likes, replies=post.comments),
            author=f"@{post.username}"[:200] if post.username else "",
            **dated(post.timestamp),
        )


# Never media_url nor thumbnail_url: those are the pictures.
_MEDIA = "id,caption,permalink,timestamp,username,comments_count"
_TAGGED = f"{_MEDIA},like_count"
_REPLY = "id,text,timestamp,username,like_count"
_COMMENT = f"{_REPLY},replies{{{_REPLY}}}"
_NO_TAGS = (
    "posts that tag the account may not be read with this token; allow it, or tagged = false"
)

Text = Annotated[str, BeforeValidator(lambda value: value or "")]  # null where there is none
Number = Annotated[str, Field(pattern=r"^\d[\d_]{0,80}$")]


class _Said(BaseModel):
    id: Number
    text: Text = ""
    timestamp: str | None = None
    username: Text = ""
    likes: Tally = Field(None, alias="like_count")
    parent: str = ""  # the number of the comment that a reply answers


class _Replies(BaseModel):
    data: tuple[_Said, ...] = ()


class _Comment(_Said):
    replies: _Replies = _Replies()

    def newest_first(self) -> Iterator[_Said]:
        replies = sorted(self.replies.data, key=lambda reply: reply.timestamp or "", reverse=True)
        yield from (reply.model_copy(update={"parent": self.id}) for reply in replies)
        yield self


class _Post(BaseModel):
    id: Number
    caption: Text = ""
    permalink: str | None = None
    timestamp: str | None = None
    username: Text = ""
    comments: Tally = Field(None, alias="comments_count")
    likes: Tally = Field(None, alias="like_count")

    @property
    def address(self) -> str:
        return web_link("", self.permalink) or "https://www.instagram.com/"
