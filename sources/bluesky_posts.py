"""A post as Bluesky shows it, and every word that a reader of it sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, Field, JsonValue

from sources.counted import Tally
from sources.text import joined, read_date, web_link

# Bluesky's own warnings about pictures, given by the author or by its moderators.
INDECENT = frozenset({"porn", "sexual", "nudity"})
MEMBERS_ONLY = "!no-unauthenticated"
_WORDS = ("text", "title", "description", "alt")  # in the order in which they are shown
_DEPTH = 12  # a quote of a quote with a picture is eight


class Label(BaseModel):
    val: str = ""
    neg: bool = False


class Author(BaseModel):
    did: str = Field(pattern=r"^did:[a-z]+:[A-Za-z0-9._:%-]+$")
    handle: str = ""
    labels: tuple[Label, ...] = ()


class Record(BaseModel):
    text: str = ""
    created: str | None = Field(None, alias="createdAt")
    facets: JsonValue = None
    reply: JsonValue = None


class Post(BaseModel):
    """One of the answer's `posts`. What it quotes, and the words about its pictures, are in
    `embed` only, whose shapes are many and still growing: they are read by their keys."""

    uri: str = Field(pattern=r"^at://[^/]+/[^/]+/[^/]+$")
    author: Author
    record: Record
    embed: JsonValue = None
    indexed: str | None = Field(None, alias="indexedAt")
    labels: tuple[Label, ...] = ()
    likes: Tally = Field(None, alias="likeCount")
    shares: Tally = Field(None, alias="repostCount")
    replies: Tally = Field(None, alias="replyCount")
    quotes: Tally = Field(None, alias="quoteCount")

    @property
    def answers(self) -> str:
        parent = self.record.reply.get("parent") if isinstance(self.record.reply, dict) else None
        return next(_values(parent, "uri"), "")[:300]

    @property
    def words(self) -> str:
        """What it says, then what it shows or quotes, then where its links lead."""
        links = (*_links(self.record.facets), *_links(self.embed))
        shown = [link for link in links if link not in self.record.text]
        return joined(self.record.text, *_texts(self.embed), *shown)

    @property
    def link(self) -> str:
        """By the author's permanent id: a handle may be given to somebody else."""
        key = self.uri.rpartition("/")[2]
        return f"https://bsky.app/profile/{self.author.did}/post/{key}"

    @property
    def published_at(self) -> datetime | None:
        """What the author's program claims, unless that lies after the server saw it."""
        claimed, seen = read_date(self.record.created), read_date(self.indexed)
        return min(claimed, seen) if claimed and seen else claimed or seen

    @property
    def published_as(self) -> str:
        """As the author's program wrote it, whatever that says."""
        return self.record.created or self.indexed or ""

    @property
    def sensitive(self) -> bool:
        given = {label.val for label in (*self.labels, *self.author.labels) if not label.neg}
        return not INDECENT.isdisjoint(given | set(_values(self.embed, "val")))

    @property
    def members_only(self) -> bool:
        return any(label.val == MEMBERS_ONLY and not label.neg for label in self.author.labels)


class Found(BaseModel):
    posts: tuple[Post, ...]
    cursor: str | None = None


def _texts(part: JsonValue, depth: int = _DEPTH) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (said for key in _WORDS if isinstance(said := part.get(key), str))
    for inner in _inside(part, depth):
        yield from _texts(inner, depth - 1)


def _links(part: JsonValue) -> Iterator[str]:
    for found in _values(part, "uri"):
        if found.startswith(("https://", "http://")) and web_link("", found):
            yield found


def _values(part: JsonValue, key: str, depth: int = _DEPTH) -> Iterator[str]:
    if isinstance(part, dict) and isinstance(found := part.get(key), str):
        yield found
    for inner in _inside(part, depth):
        yield from _values(inner, key, depth - 1)


def _inside(part: JsonValue, depth: int) -> list[JsonValue]:
    if depth == 0:
        return []
    if isinstance(part, dict):
        return list(part.values())
    return part if isinstance(part, list) else []
