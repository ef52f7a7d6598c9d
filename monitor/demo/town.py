"""The sample town: seven small web servers on loopback, and a configuration that watches them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from monitor.demo.forum import Forum
from monitor.demo.homepages import HomePages
from monitor.demo.mastodon import Mastodon
from monitor.demo.newspaper import Newspaper
from monitor.demo.place import Place
from monitor.demo.posts import Post, Where, at, read_articles, read_posts, read_school
from monitor.demo.reviews import Reviews
from monitor.demo.search_engine import Page, SearchEngine
from monitor.demo.wiki import Wiki
from monitor.domain import School

MARKER = "# Sample town of monitor demo: this folder is replaced when the demo runs again."
MAIL_DOMAIN = "wexcombepark.example"
CONTACTS = {
    "head": f"head@{MAIL_DOMAIN}",
    "chair_of_governors": f"chair@{MAIL_DOMAIN}",
    "dsl": f"dsl@{MAIL_DOMAIN}",
    "office": f"office@{MAIL_DOMAIN}",
}


class Town:
    """All the places. Use it as a context manager, or call `start` and `stop`.

    *now* is when the story takes place: posts are so many hours older than that. The
    ports are taken when the town is made, and freed by `stop`.
    """

    def __init__(self, now: datetime) -> None:
        self.school: School = read_school()
        self.posts = read_posts()
        self.search = SearchEngine(now)
        self.mastodon = Mastodon(at(Where.MASTODON, self.posts), now)
        self.wiki = Wiki(read_articles(), at(Where.WIKI, self.posts), now)
        self.newspaper = Newspaper(at(Where.NEWSPAPER, self.posts), now)
        self.forum = Forum(at(Where.FORUM, self.posts), now)
        self.reviews = Reviews(at(Where.REVIEWS, self.posts), now)
        self.homepages = HomePages(at(Where.SEARCH, self.posts))
        self.search.read(self._indexed(now))

    @property
    def all(self) -> tuple[Place, ...]:
        return (
            self.search,
            self.mastodon,
            self.wiki,
            self.newspaper,
            self.forum,
            self.reviews,
            self.homepages,
        )

    @property
    def places(self) -> list[str]:
        """ "host:port" of every server."""
        return [place.address for place in self.all]

    def link(self, post: Post) -> str:
        """The permalink of a post."""
        links = {
            Where.SEARCH: self.homepages.link,
            Where.MASTODON: self.mastodon.link,
            Where.WIKI: self.wiki.link,
            Where.NEWSPAPER: self.newspaper.link,
            Where.FORUM: self.forum.link,
            Where.REVIEWS: self.reviews.link,
        }
        return links[post.where](post)

    def start(self) -> None:
        for place in self.all:
            place.start()

    def stop(self) -> None:
        with ExitStack() as stack:  # one that fails must not keep the others open
            for place in self.all:
                stack.callback(place.stop)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def config_toml(self, *, smtp_port: int) -> str:
        """A complete configuration of the monitor for this town, ready to be written."""
        lines = [
            MARKER,
            'data_dir = "data"',
            'database = "sqlite"',
            "",
            *_school(self.school),
            *self._sources(),
            *_mail(smtp_port),
            "[evidence]",
            "timestamp_authorities = []  # nobody outside need hear of an invented town",
            "",
            "[network]",
            f"allow = {_toml(self.places)}",
        ]
        return "\n".join(lines) + "\n"

    def _indexed(self, now: datetime) -> Iterable[Page]:
        """What the search engine would find if it read everything it can."""
        for post in self.posts:
            if post.where not in (Where.MASTODON, Where.WIKI):
                yield Page(
                    url=self.link(post),
                    title=post.title,
                    text=post.text,
                    published=post.published(now),
                )

    def _sources(self) -> list[str]:
        wiki = f'url = {_toml(self.wiki.api)}\narticles = ["Wexcombe"]'
        return [
            *_source("searxng", "Web search", f"url = {_toml(self.search.url)}\n{_KNOWN}"),
            *_source("mastodon", "Mastodon", f"url = {_toml(self.mastodon.url)}"),
            *_source("mediawiki", "Encyclopedia", wiki),
            *_source("feed", "Newspaper", f'url = "{self.newspaper.url}/feed.xml"'),
            *_source("feed", "Forum", f'url = "{self.forum.url}/latest.atom"'),
            *_source("feed", "Reviews", f'url = "{self.reviews.url}/latest.json"'),
        ]


# This engine knows nothing of the school's own website; of the town it does.
_KNOWN = 'must_find = "Wexcombe"'


def _school(school: School) -> list[str]:
    words = ("id", "name", "urn", "town", "county", "postcode", "website", "headteacher")
    lists = ("aliases", "handles", "hashtags", "homonyms")
    staff = ", ".join(
        f"{{ name = {_toml(s.name)}, role = {_toml(s.role)} }}" for s in school.staff
    )
    return [
        "[[schools]]",
        *(f"{key} = {_toml(getattr(school, key))}" for key in (*words, *lists)),
        f"staff = [{staff}]",
        "",
        "[schools.contacts]",
        *(f"{role} = {_toml(address)}" for role, address in CONTACTS.items()),
        "",
        "[schools.hours]  # the demonstration tells at any hour, and each matter by itself",
        'school_days = "00:00-24:00"',
        'other_days = "00:00-24:00"',
        "",
    ]


def _source(kind: str, name: str, keys: str) -> list[str]:
    return ["[[sources]]", f'kind = "{kind}"', f'name = "{name}"', keys, 'every = "6h"', ""]


def _mail(port: int) -> list[str]:
    return [
        "[alerts]",
        "mails_an_hour = 200",
        "",
        "[alerts.email]",
        'host = "127.0.0.1"',
        f"port = {port}",
        'security = "none"',
        f'from = "monitor@{MAIL_DOMAIN}"',
        "",
    ]


def _toml(value: str | list[str] | tuple[str, ...]) -> str:
    """JSON's way of writing text and lists of text is TOML's as well."""
    return json.dumps(value, ensure_ascii=False)
