"""Reddit's answers to an app."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from monitor.domain import Mention
from sources.counted import Tally, counted
from sources.text import joined, web_link

_GONE = frozenset({"[removed]", "[deleted]"})


class Token(BaseModel):
    access_token: str = Field(min_length=1, repr=False)


class Post(BaseModel):
    name: str = Field(pattern=r"^t\d_\w+$")
    title: str = ""
    selftext: str = ""
    author: str = ""
    permalink: str = ""
    created: float | None = Field(None, alias="created_utc", ge=0, lt=7e9)
    over_18: bool = False
    likes: Tally = Field(None, alias="ups")
    replies: Tally = Field(None, alias="num_comments")

    def mention(self, source: str, site: str) -> Mention:
        return Mention(
            source=source,
            external_id=self.name,
            url=web_link(site, self.permalink) or site,
            text=joined(self.title, "" if self.selftext in _GONE else self.selftext),
            author="" if self.author in _GONE else f"u/{self.author}"[:200],
            published_at=datetime.fromtimestamp(self.created, UTC) if self.created else None,
            published_as=str(self.created) if self.created else "",
            sensitive=self.over_18,
            counts=counted(likes=self.likes, replies=self.replies),
        )


class _Child(BaseModel):
    data: Post


class _Children(BaseModel):
    children: tuple[_Child, ...]
    after: str | None = None


class Listing(BaseModel):
    data: _Children
