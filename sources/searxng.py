"""A SearXNG search engine of one's own: the whole web, without a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from monitor.domain import Mention, School
from sources.contract import About, Page, Source, WebAddress
from sources.errors import AccessRefused, Unreachable
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.queries import queries
from sources.text import html_to_text, joined, read_date, stable_id, web_link, without_fragment


class Searxng(Source):
    """Asks for each of the school's names, and hands over each address found once."""

    kind: ClassVar[str] = "searxng"
    about: ClassVar[About] = About(
        finds="web pages, news and public posts that the search engines behind it know",
        cost="free, no key; you (or your council) run the SearXNG server",
        limits="its engines rest when asked too often, so a result that is missing today proves "
        "nothing; a changed page under an address already found is not noticed",
        terms="the terms of the search engines it asks are yours to keep; visit it a few times "
        "a day",
    )
    url: WebAddress = Field(description="the address of your SearXNG, as you open it to search")
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )
    pages: int = Field(
        1, ge=1, le=5, description="pages of results to read for each search; 1 is the kindest"
    )
    language: str = Field("en-GB", pattern=r"^[a-zA-Z-]{2,12}$", description="language of results")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        seen = Seen(resume(_State, cursor).seen)
        trouble: Unreachable | None = None
        for query in (*queries(school), *self.queries):
            for number in range(1, self.pages + 1):
                answer = self._ask(query, number, client)
                if not answer.results:
                    # The other searches may still succeed; this one is told at the end.
                    trouble = trouble or (_nobody_answered(answer) if number == 1 else None)
                    break
                found = [m for r in answer.results if (m := self._mention(r))]
                new = tuple(m for m in found if seen.add(m.external_id))
                yield Page(mentions=new, cursor=_State(seen=seen.digests()).model_dump_json())
        if trouble:
            raise trouble

    def _ask(self, query: str, number: int, client: PoliteClient) -> _Answer:
        base = str(self.url).rstrip("/").removesuffix("/search")
        params = {
            "q": query,
            "format": "json",
            "language": self.language,
            "pageno": str(number),
            "safesearch": "0",
        }
        try:
            return client.get(f"{base}/search", params=params, accept=_JSON).read(_Answer)
        except AccessRefused as error:
            raise AccessRefused(_HOW, status=error.status) from error

    def _mention(self, result: _Result) -> Mention | None:
        """None for a result that leads nowhere on the web (a magnet link, say)."""
        url = web_link(str(self.url), result.url)
        if url is None:
            return None
        return Mention(
            source=self.name,
            external_id=stable_id(without_fragment(url)),
            url=url,
            text=joined(html_to_text(result.title or ""), html_to_text(result.content or "")),
            author=(result.author or "")[:200],
            published_at=read_date(result.published),
        )


_JSON = "application/json"
_HOW = (
    "if it is your own SearXNG, its JSON answers are probably off: "
    "in its settings.yml, under search: formats:, add a line - json, and restart it"
)


def _nobody_answered(answer: _Answer) -> Unreachable | None:
    """No results is only an answer if anybody was there to give it."""
    silent = len(answer.unresponsive)
    if not silent:
        return None
    return Unreachable(f"search engines behind it that did not answer: {silent}; no results")


class _State(BaseModel):
    seen: tuple[str, ...] = ()


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    content: str | None = None
    author: str | None = None
    published: str | None = Field(None, alias="publishedDate")


class _Answer(BaseModel):
    results: tuple[_Result, ...]
    unresponsive: tuple[Any, ...] = Field((), alias="unresponsive_engines")
