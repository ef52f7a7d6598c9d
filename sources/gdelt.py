"""GDELT: news of the whole world, indexed by an academic project. Free, and often overrun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, Field, model_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Every, Page, Source
from sources.errors import ErrorPage
from sources.http import Answer, PoliteClient
from sources.memory import Seen, resume
from sources.text import dated, joined, stable_id, web_link, without_fragment
from sources.window import Window, in_batches, oldest_first

ADDRESS = "https://api.gdeltproject.org/api/v2/doc/doc"
MOST = "250"  # articles in one answer; there is no second page
APART = timedelta(seconds=5)  # or it answers that it wants "one every 5 seconds"
FIRST, LATER = "90d", "30d"  # how far back; GDELT itself knows about three months


class Gdelt(Source):
    """Asks once for all the school's names that are more than one word."""

    kind: ClassVar[str] = "gdelt"
    group: ClassVar[SourceGroup] = SourceGroup.NEWS
    about: ClassVar[About] = About(
        finds="news articles on the web, by names of the school that are two words or more",
        cost="free, no key",
        limits="best effort: it is overrun and turns many visits away, which is no alarm; "
        "headlines only, the newest 250 of the last three months",
        terms="open to all, one visit every 5 seconds at most; twice a day is plenty",
    )
    every: Every = Field(
        timedelta(hours=12), description='how often to look; more than "12h" only gets refused'
    )
    country: str = Field(
        "UK", pattern=r"^([A-Z]{2})?$", description="country of the papers; empty for the world"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        query = self._query(school)
        if not query:
            return
        memory = resume(Window, cursor)
        answer = self._ask(query, LATER if memory.seen else FIRST, client)
        found = [m for article in answer.articles if (m := self._mention(article))]
        yield from in_batches(oldest_first(found), Seen(memory.seen))

    def _query(self, school: School) -> str:
        """GDELT refuses short words; brackets it takes around alternatives only. A nickname
        of one word would find all the world's."""
        clean = (re.sub(r"[^\w&' -]", " ", name) for name in school.names)
        phrases = [f'"{" ".join(name.split())}"' for name in clean if len(name.split()) > 1]
        either = f"({' OR '.join(phrases)})" if len(phrases) > 1 else "".join(phrases)
        return f"{either} sourcecountry:{self.country}" if either and self.country else either

    def _ask(self, query: str, span: str, client: PoliteClient) -> _Answer:
        params = {
            "query": query,
            "mode": "artlist",
            "format": "json",
            "maxrecords": MOST,
            "timespan": span,
            "sort": "datedesc",
        }
        answer = client.get(ADDRESS, params=params, accept="application/json", apart=APART)
        if not answer.content.lstrip().startswith(b"{"):
            raise ErrorPage("GDELT says in a web page what is wrong, if anything")
        return replace(answer, content=mended(answer)).read(_Answer)

    def _mention(self, article: _Article) -> Mention | None:
        url = web_link("", article.url)
        text = joined(closed_up(article.title))
        if url is None or not text:
            return None
        return Mention(
            source=self.name,
            external_id=stable_id(without_fragment(url)),
            url=url,
            text=text,
            author=article.domain[:200],
            **dated(article.seen),
        )


def mended(answer: Answer) -> bytes:
    """GDELT copies titles into its JSON with control characters and backslashes as they are."""
    plain = re.sub(rb"[\x00-\x1f]", b" ", answer.content)
    return re.sub(rb'\\(["\\/bfnrt]|u[0-9a-fA-F]{4})?', _escaped, plain)


def _escaped(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] else rb"\\"


def closed_up(title: str) -> str:
    """Without the spaces that GDELT puts around punctuation."""
    words = " ".join(title.split())
    return re.sub(r" ([,.;:!?%)\u2019])", r"\1", re.sub(r"([(\u2018\u00a3]) ", r"\1", words))


class _Article(BaseModel):
    url: str = ""
    title: str = ""
    domain: str = ""
    seen: str | None = Field(None, alias="seendate")


class _Answer(BaseModel):
    articles: tuple[_Article, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _nothing_or_articles(cls, value: object) -> object:
        """ "{}" is GDELT's way of saying that there are none; another object is none of its."""
        if isinstance(value, dict) and value and "articles" not in value:
            raise ValueError("not an answer of GDELT")
        return value
