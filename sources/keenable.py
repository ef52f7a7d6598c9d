"""Keenable: a search engine that may be asked without a key; best effort."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, Field

from monitor.domain import Mention
from sources.contract import About
from sources.http import PoliteClient
from sources.phrases import names_any
from sources.queries import Query
from sources.text import dated
from sources.web_search import WebSearch

API = "https://api.keenable.ai/v1/search/public"
COUNT = 10  # results a search; more are not known to be given without a key


class Keenable(WebSearch):
    """One request for each search; of the results those in which the phrase really stands."""

    kind: ClassVar[str] = "keenable"
    about: ClassVar[About] = About(
        finds="web pages that name the school, some of them recent",
        cost="free, no key",
        limits="best effort: a young company's offer for trying out, which may end any day; it "
        "searches by meaning, so we keep only results whose excerpt names what was asked for",
        terms="Keenable learns the school's name and nothing else; its terms of use could not "
        "be verified; leave this source out if your school does not want that",
    )
    per_day: int = Field(
        40, ge=1, le=10_000, description="the most searches in a day, for each school"
    )

    def find(self, query: Query, client: PoliteClient, *, recent: bool) -> list[Mention]:
        asked: dict[str, str | int] = {
            "query": query.words,
            "max_results": COUNT,
            "snippet_max_length": 1000,
        }
        asked |= {"site": query.site} if query.site else {}
        asked |= {"acquired_after": "31d"} if recent else {}  # when it was indexed, not written
        found = client.post(API, json=asked, headers=_HEADERS).read(_Answer)
        return [m for r in found.results if (m := self._mention(r, query))]

    def _mention(self, result: _Result, query: Query) -> Mention | None:
        """None also for a result of which there is nothing to read, or not what was asked."""
        if not (result.description or result.snippet):
            return None
        mention = self.result(
            result.url,
            result.title,
            result.description,
            result.snippet,
            at=dated(result.published),
        )
        if mention is None or not query.phrases:
            return mention
        return mention if names_any(f"{mention.text} {mention.url}", query.phrases) else None


_HEADERS = {"X-Keenable-Title": "School Reputation Monitor"}  # required where there is no key


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    description: str | None = None
    snippet: str | None = None
    published: str | None = Field(None, alias="published_at")


class _Answer(BaseModel):
    results: tuple[_Result, ...]
