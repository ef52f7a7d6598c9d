"""Reddit: posts that name the school, by its search feed or, better, with an approved app.

Never on by itself: Reddit wants to be asked first, so a school has to say that it may.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import ClassVar, Self

from pydantic import Field, model_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import MissingSecret, Secret
from sources.contract import About, Canary, Page, Source, by_a_word
from sources.errors import AccessRefused, Unreachable
from sources.feed_formats import Item, read_feed
from sources.http import PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.reddit_api import Listing, Token
from sources.text import dated, html_to_text, joined, stable_id, web_link

SITE = "https://www.reddit.com"
API = "https://oauth.reddit.com"
PAGES = 5  # of a hundred posts each, in one visit with an app


class Reddit(Source):
    """One question for all names at once: without an app, two a minute are too many."""

    kind: ClassVar[str] = "reddit"
    group: ClassVar[SourceGroup] = SourceGroup.FORUMS
    about: ClassVar[About] = About(
        finds="public Reddit posts that name the school; not comments",
        cost="free; an app of your own must be approved by Reddit, which often refuses",
        limits="without an app one request a minute at most, the newest 100 posts, no word on "
        "which pictures are indecent (so none is ever fetched), and Reddit may refuse at any "
        "time; a post that is deleted there later stays here until your retention ends; that one "
        "was edited is not noticed",
        terms="Reddit forbids automated reading that it has not approved: ask it first, or find "
        "the same posts through a web search source",
    )
    permitted: bool = Field(
        description="write true once Reddit has allowed you this; see docs/connect/reddit.md",
    )
    client_id: str = Field("", pattern=r"^[\w-]*$", description="the id of your approved app")
    client_secret: Secret | None = Field(
        None, description="the secret of your approved app, as env:NAME"
    )
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.permitted:
            raise ValueError(
                "this source stays off until Reddit has allowed it: write permitted = true "
                "then, or remove the source"
            )
        if bool(self.client_id) != bool(self.client_secret):
            raise ValueError("client_id and client_secret belong together: give both, or neither")
        return self

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(Place, cursor)
        question = ask_for(school, self.queries)
        if self.client_secret is None:
            yield from newest_first("feed", self._feed(question, client), place, pages=1)
        else:
            yield from newest_first("app", self._app(question, client), place, pages=PAGES)
        place.tell_what_was_missed()

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        """Only with an app: without one, three questions in a row are two too many."""
        return by_a_word(nonsense) if self.client_secret else ()

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._app(canary.words, client)(None).ids)

    def _feed(self, question: str, client: PoliteClient) -> Read:
        def read(onward: str | None) -> Shown:  # noqa: ARG001 # a feed has one page
            params = {"q": question, "sort": "new", "t": "month", "limit": "100"}
            answer = client.get(f"{SITE}/search.rss", params=params, accept="application/atom+xml")
            items, whole = read_feed(answer)
            if not whole:
                raise Unreachable("Reddit's feed broke off in the middle")
            newest = tuple(reversed(items))
            found = tuple(self._from_feed(key, items[key]) for key in newest)
            return Shown(ids=newest, mentions=found)

        return read

    def _from_feed(self, key: str, item: Item) -> Mention:
        return Mention(
            source=self.name,
            external_id=stable_id(key),
            url=web_link(SITE, item.link) or SITE,
            text=joined(html_to_text(item.title), without_footer(item.body)),
            author=item.author.removeprefix("/")[:200],
            **dated(item.date),
            sensitive=True,  # the feed does not say, and Reddit holds much that is
        )

    def _app(self, question: str, client: PoliteClient) -> Read:
        token = ""

        def read(onward: str | None) -> Shown:
            nonlocal token
            token = token or self._log_in(client)
            more = {"after": onward} if onward else {}
            params = {"q": question, "sort": "new", "t": "month", "type": "link", "limit": "100"}
            listing = client.get(
                f"{API}/search",
                params={**params, "raw_json": "1", **more},
                headers={"Authorization": f"Bearer {token}"},
                accept="application/json",
            ).read(Listing)
            posts = tuple(child.data for child in listing.data.children)
            return Shown(
                ids=tuple(post.name for post in posts),
                mentions=tuple(post.mention(self.name, SITE) for post in posts),
                onward=listing.data.after,
            )

        return read

    def _log_in(self, client: PoliteClient) -> str:
        assert self.client_secret is not None
        try:
            pair = f"{self.client_id}:{self.client_secret.reveal()}"
            basic = base64.b64encode(pair.encode()).decode()
            form = {"grant_type": "client_credentials"}
            answer = client.post(
                f"{SITE}/api/v1/access_token",
                form=form,
                headers={"Authorization": f"Basic {basic}"},
            )
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        return answer.read(Token).access_token


def ask_for(school: School, more: tuple[str, ...] = ()) -> str:
    """All names in one question: the exact name, or another name together with the town."""
    town = f' AND "{school.town}"' if school.town else ""
    others = (f'("{alias}"{town})' for alias in school.aliases)
    return " OR ".join((f'"{school.name}"', *others, *more))


def without_footer(words: str) -> str:
    """A post's words without "submitted by /u/somebody to r/somewhere [link] [comments]"."""
    return re.sub(r"\s*submitted by\s+/?u/\S+\s.*\Z", "", words, flags=re.DOTALL)
