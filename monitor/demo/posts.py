"""What people say in the sample town, read from posts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from monitor.domain import School, StaffMember

FILE = Path(__file__).with_name("posts.toml")


class Where(StrEnum):
    """The places of the town. `search` is a page that only the search engine knows of."""

    SEARCH = "search"
    MASTODON = "mastodon"
    WIKI = "wiki"
    NEWSPAPER = "newspaper"
    FORUM = "forum"
    REVIEWS = "reviews"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One invented post. Which of the later fields are filled depends on the place."""

    id: str
    where: Where
    author: str
    text: str
    hours_ago: float
    name: str = ""  # the author's display name
    title: str = ""  # headline, thread, review or edit comment
    board: str = ""  # forum
    article: str = ""  # wiki: the article to which the text was added
    stars: int = 0  # reviews
    tags: tuple[str, ...] = ()  # hashtags beside those in the text
    language: str = "en"
    look: str = ""  # search: how the page is dressed
    picture: bool = False
    sensitive: bool = False  # the site's own warning that the picture may be indecent

    def published(self, now: datetime) -> datetime:
        return now - timedelta(hours=self.hours_ago)

    @property
    def paragraphs(self) -> list[str]:
        return [p.strip() for p in self.text.split("\n\n") if p.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the town's encyclopedia said before the story begins."""

    title: str
    text: str


def read_posts() -> tuple[Post, ...]:
    """Every post, oldest first."""
    posts = (_post(table) for table in _file()["posts"])
    return tuple(sorted(posts, key=lambda post: -post.hours_ago))


def at(where: Where, posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(post for post in posts if post.where is where)


def read_articles() -> tuple[Article, ...]:
    return tuple(Article(title=a["title"], text=a["text"].strip()) for a in _file()["articles"])


def read_school() -> School:
    table = dict(_file()["school"])
    staff = tuple(StaffMember(**member) for member in table.pop("staff"))
    lists = {key: tuple(value) for key, value in table.items() if isinstance(value, list)}
    return School(**{**table, **lists, "staff": staff})


def _post(table: Mapping[str, Any]) -> Post:
    # The expectations are for tests alone (see expected.py); a post does not carry them.
    kept = {key: value for key, value in table.items() if key != "expect"}
    kept["where"] = Where(kept["where"])
    kept["text"] = kept["text"].strip()
    kept["tags"] = tuple(kept.get("tags", ()))
    return Post(**kept)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
