"""Google News: what British newspapers, local ones too, say of the school. No key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Canary, Every, Page, Source, by_a_word
from sources.errors import Unreachable
from sources.feed_formats import Item, read_feed
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.queries import queries
from sources.text import dated, joined, read_date, web_link
from sources.walls import wall
from sources.window import Window, in_batches

ADDRESS = "https://news.google.com/rss/search"
DAYS = 30  # how far back: the feed shows a hundred items, the closest ones and not the newest
ACCEPT = "application/rss+xml, application/xml;q=0.9"


class GoogleNews(Source):
    """Searches the news of the last month for each of the school's names."""

    kind: ClassVar[str] = "google_news"
    group: ClassVar[SourceGroup] = SourceGroup.NEWS
    about: ClassVar[About] = About(
        finds="headlines of British and world news sites, many local papers among them",
        cost="free, no key",
        limits="headlines only: the school may be named further down, where we do not see it; "
        "links lead by way of Google, which may ask for consent first; at most 100 items a search",
        terms="meant for personal, non-commercial reading of news; look no more than every 30 "
        "minutes",
    )
    every: Every = Field(
        timedelta(hours=1), description='how often to look; "30m" is the most that is polite'
    )
    queries: tuple[str, ...] = Field(
        (), max_length=5, description="more to search for, besides the school's names"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        seen = Seen(resume(Window, cursor).seen)
        broken = False
        for query in (*queries(school), *self.queries):
            items, whole = self._ask(query, client)
            found = (m for key, item in items.items() if (m := self._mention(key, item, seen)))
            yield from in_batches(found, seen)
            broken = broken or not whole
        if broken:
            raise Unreachable("the feed broke off in the middle; what was whole of it is kept")

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        """Without the nonsense: nobody knows if Google would guess at what was meant."""
        return by_a_word(nonsense)[:1]

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._ask(canary.words, client)[0])

    def _ask(self, query: str, client: PoliteClient) -> tuple[dict[str, Item], bool]:
        params = {"q": f"{query} when:{DAYS}d", "hl": "en-GB", "gl": "GB", "ceid": "GB:en"}
        answer = client.get(ADDRESS, params=params, accept=ACCEPT)
        if stopped := wall(answer, ADDRESS):
            raise stopped
        return read_feed(answer)

    def _mention(self, key: str, item: Item, seen: Seen) -> Mention | None:
        """None for a story that we have: the same one comes back with a new token as its id."""
        headline, publisher = split_title(item.title)
        url = web_link("", item.link)
        if url is None or not headline:
            return None
        if not seen.add(_story(headline, publisher, item.date)) and key not in seen:
            return None
        return Mention(
            source=self.name,
            external_id=key,
            url=url,
            text=joined(headline),
            author=publisher[:200],
            **dated(item.date),
        )


def split_title(title: str) -> tuple[str, str]:
    """ "Headline - Publisher", as Google writes it."""
    headline, dash, publisher = title.rpartition(" - ")
    return (headline.strip(), publisher.strip()) if dash else (title.strip(), "")


def _story(headline: str, publisher: str, date: str) -> str:
    """The same words by the same paper on the same day are the same story. Without the day a
    column that has one title each week would be read once and never again."""
    day = read_date(date)
    words = re.sub(r"\W+", " ", headline).strip().casefold()
    return f"story:{words}:{publisher.casefold()}:{day.date() if day else ''}"
