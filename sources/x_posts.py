"""A post as X shows it, in the old words (tweets) and in the new ones (posts)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field

from sources.counted import AsFacts, Tally, counted
from sources.text import html_to_text, joined

_EPOCH = 1_288_834_974_657  # milliseconds: when the clock within X's ids began


class _Url(BaseModel):
    leads_to: str = Field("", alias="expanded_url")


class _Entities(BaseModel):
    urls: tuple[_Url, ...] = ()


class _Note(BaseModel):
    """The whole of a long post, of which `text` is the beginning."""

    text: str = ""


class _Reference(BaseModel):
    type: str = ""
    id: str = ""


class _Metrics(BaseModel):
    likes: Tally = Field(None, alias="like_count")
    shares: Tally = Field(None, validation_alias=AliasChoices("retweet_count", "repost_count"))
    quotes: Tally = Field(None, alias="quote_count")
    replies: Tally = Field(None, alias="reply_count")
    views: Tally = Field(None, alias="impression_count")


class Post(BaseModel):
    id: str = Field(pattern=r"^[1-9]\d{0,19}$")
    text: str = ""
    created_at: str | None = None
    sensitive: bool = Field(False, alias="possibly_sensitive")
    entities: _Entities | None = None
    note: _Note | None = Field(None, validation_alias=AliasChoices("note_tweet", "note_post"))
    metrics: Annotated[_Metrics, AsFacts] = Field(_Metrics(), alias="public_metrics")
    refers_to: tuple[_Reference, ...] = Field(
        (), validation_alias=AliasChoices("referenced_tweets", "referenced_posts")
    )

    @property
    def words(self) -> str:
        """What it says, then where its links lead: the text itself has them shortened."""
        said = self.note.text if self.note and self.note.text else self.text
        links = (url.leads_to for url in self.entities.urls) if self.entities else ()
        return joined(html_to_text(said), *links)

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        said = self.metrics
        return counted(
            likes=said.likes,
            shares=said.shares,
            quotes=said.quotes,
            replies=said.replies,
            views=said.views,
        )

    def is_about(self, other: Post) -> bool:
        return any(one.id == other.id for one in self.refers_to)

    @property
    def answers(self) -> tuple[str, ...]:
        return tuple(
            one.id for one in self.refers_to if one.type == "replied_to" and one.id.isdecimal()
        )

    @property
    def quotes(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.refers_to if one.type == "quoted")


class _Includes(BaseModel):
    posts: tuple[Post, ...] = Field((), validation_alias=AliasChoices("tweets", "posts"))


class _Meta(BaseModel):
    next_token: str | None = None


class Found(BaseModel):
    """A page of posts, newest first, with the ones that they quote or answer."""

    data: tuple[Post, ...] = ()
    includes: _Includes = _Includes()
    meta: _Meta

    @property
    def paid_for(self) -> int:
        """Each post in the answer costs, also one that is only quoted."""
        return len(self.data) + len(self.includes.posts)

    def is_sensitive(self, post: Post) -> bool:
        """Its page shows what it quotes or answers, too."""
        return post.sensitive or any(
            each.sensitive and post.is_about(each) for each in self.includes.posts
        )

    def words_of(self, post: Post) -> str:
        quoted = {each.id: each for each in self.includes.posts}
        return joined(post.words, *(quoted[id_].words for id_ in post.quotes if id_ in quoted))


def time_of(id_: str) -> datetime:
    """When the post of this id was written: ids tell the time."""
    return datetime.fromtimestamp(((int(id_) >> 22) + _EPOCH) / 1000, UTC)


def id_at(moment: datetime) -> str:
    """The id that a post written then would have."""
    return str((int(moment.timestamp() * 1000) - _EPOCH) << 22)
