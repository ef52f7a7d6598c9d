"""What YouTube's Data API answers. The shape of comments is from long use, not from its manual."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from pydantic import BaseModel, Field

from sources.counted import AsFacts, Tally
from sources.text import html_to_text, joined


class _Id(BaseModel):
    video: str = Field("", alias="videoId", pattern=r"^[\w-]*$", max_length=40)


class _Item(BaseModel):
    id: _Id


class Found(BaseModel):
    items: tuple[_Item, ...]
    onward: str | None = Field(None, alias="nextPageToken")


class _VideoSnippet(BaseModel):
    title: str = ""
    description: str = ""
    channel: str = Field("", alias="channelTitle")
    published: str | None = Field(None, alias="publishedAt")


class _Rating(BaseModel):
    youtube: str = Field("", alias="ytRating")


class _Details(BaseModel):
    rating: _Rating = Field(_Rating(), alias="contentRating")


class _Statistics(BaseModel):
    views: Tally = Field(None, alias="viewCount")
    likes: Tally = Field(None, alias="likeCount")
    replies: Tally = Field(None, alias="commentCount")


class Video(BaseModel):
    id: str = Field(pattern=r"^[\w-]+$", max_length=40)
    snippet: _VideoSnippet
    details: _Details = Field(_Details(), alias="contentDetails")
    statistics: Annotated[_Statistics, AsFacts] = _Statistics()

    @property
    def title(self) -> str:
        return html_to_text(self.snippet.title)

    @property
    def words(self) -> str:
        return joined(self.title, self.snippet.description)

    @property
    def is_for_adults(self) -> bool:
        return self.details.rating.youtube == "ytAgeRestricted"


class Videos(BaseModel):
    items: tuple[Video, ...]


class _CommentSnippet(BaseModel):
    text: str = Field("", alias="textDisplay")
    author: str = Field("", alias="authorDisplayName")
    published: str | None = Field(None, alias="publishedAt")
    video: str = Field("", alias="videoId", pattern=r"^[\w-]*$", max_length=40)
    parent: str = Field("", alias="parentId", max_length=120)
    likes: Tally = Field(None, alias="likeCount")


class Comment(BaseModel):
    id: str = Field(pattern=r"^[\w.-]+$", max_length=120)
    snippet: _CommentSnippet
    replies: Tally = None  # of a comment, but not of a reply, its thread says how many

    @property
    def link(self) -> str:
        return f"{self._video}&lc={self.id}"

    @property
    def answers(self) -> str:
        """A reply answers a comment, a comment the video."""
        parent = quote(self.snippet.parent, safe="")
        return f"{self._video}&lc={parent}" if parent else self._video

    @property
    def _video(self) -> str:
        return f"https://www.youtube.com/watch?v={self.snippet.video}"


class _Top(BaseModel):
    video: str = Field("", alias="videoId", pattern=r"^[\w-]*$", max_length=40)
    comment: Comment = Field(alias="topLevelComment")
    replies: Tally = Field(None, alias="totalReplyCount")


class _Replies(BaseModel):
    comments: tuple[Comment, ...] = ()


class Thread(BaseModel):
    """A comment, and up to five of its replies."""

    id: str
    snippet: _Top
    replies: _Replies = _Replies()

    def newest_first(self) -> Iterator[Comment]:
        yield from self.replies.comments  # they come newest first
        yield self.snippet.comment.model_copy(update={"replies": self.snippet.replies})


class Threads(BaseModel):
    items: tuple[Thread, ...]
    onward: str | None = Field(None, alias="nextPageToken")
