"""What the Graph API answers about a Page. Any part may be withheld, to protect who wrote it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field

from sources.counted import AsFacts, AsText, Tally, counted
from sources.text import joined, web_link

_SITE = "https://www.facebook.com"

Said = Annotated[str, BeforeValidator(lambda value: value or "")]  # null where there is none


class Person(BaseModel):
    id: Said = ""
    name: Said = ""


class _Attachment(BaseModel):
    """A link or a picture: its words are read, the picture never."""

    title: Said = ""
    description: Said = ""
    type: Said = ""


class _Attachments(BaseModel):
    data: tuple[_Attachment, ...] = ()


class _Parent(BaseModel):
    """The comment that a reply answers."""

    id: Annotated[str, AsText] = ""


class Comment(BaseModel):
    """A comment or a reply; a post has the same and more."""

    id: str = Field(pattern=r"^\d[\d_]{2,80}$")
    message: Said = ""
    author: Person = Field(Person(), alias="from")
    created_time: str | None = None
    permalink_url: str | None = None
    attachment: _Attachment | None = None
    parent: Annotated[_Parent, AsFacts] = _Parent()
    likes: Tally = Field(None, alias="like_count")
    answered: Tally = Field(None, alias="comment_count")

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return counted(likes=self.likes, replies=self.answered)

    @property
    def address(self) -> str:
        return web_link("", self.permalink_url) or f"{_SITE}/{self.id}"

    @property
    def answered_comment(self) -> str:
        """The address of the comment that it answers; empty where it answers the post."""
        known = re.fullmatch(r"\d[\d_]{2,80}", self.parent.id, re.ASCII)
        return f"{_SITE}/{self.parent.id}" if known else ""

    @property
    def attached(self) -> tuple[_Attachment, ...]:
        return (self.attachment,) if self.attachment else ()

    @property
    def words(self) -> str:
        shown = (word for a in self.attached for word in (a.title, a.description))
        return joined(self.message, *shown)

    @property
    def has_picture(self) -> bool:
        return any("photo" in a.type or "video" in a.type for a in self.attached)


class _Summary(BaseModel):
    total_count: Tally = None


class _Summed(BaseModel):
    summary: Annotated[_Summary, AsFacts] = _Summary()


class _Shares(BaseModel):
    count: Tally = None


class Post(Comment):
    attachments: _Attachments = _Attachments()
    comments: Annotated[_Summed, AsFacts] = _Summed()
    reactions: Annotated[_Summed, AsFacts] = _Summed()
    shares: Annotated[_Shares, AsFacts] = _Shares()

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Reactions are likes and their like, angry faces too."""
        return counted(
            reactions=self.reactions.summary.total_count,
            shares=self.shares.count,
            replies=self.comments.summary.total_count,
        )

    @property
    def attached(self) -> tuple[_Attachment, ...]:
        return self.attachments.data

    @property
    def has_comments(self) -> bool:
        """Unless it is certain that there are none."""
        return self.comments.summary.total_count != 0


class _Story(BaseModel):
    id: Said = ""


class Recommendation(BaseModel):
    created_time: str | None = None
    recommendation_type: Said = ""
    review_text: Said = ""
    reviewer: Person = Person()
    story: _Story = Field(_Story(), alias="open_graph_story")
