"""A SearXNG search engine of one's own: the whole web, without a key."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from monitor.domain import Mention
from sources.contract import About, WebAddress
from sources.counted import AsText, shown
from sources.errors import AccessRefused
from sources.http import PoliteClient
from sources.queries import Query
from sources.text import dated
from sources.web_search import NobodyAnswered, WebSearch


class Searxng(WebSearch):
    """Asks one's own server, which asks the search engines."""

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
    per_day: int = Field(
        40, ge=1, le=10_000, description="the most searches in a day, for each school"
    )
    pages: int = Field(
        1, ge=1, le=5, description="pages of results to read for each search; 1 is the kindest"
    )
    language: str = Field("en-GB", pattern=r"^[a-zA-Z-]{2,12}$", description="language of results")

    def find(
        self,
        query: Query,
        client: PoliteClient,
        *,
        recent: bool,  # noqa: ARG002 # engines that cannot tell would silently give nothing
    ) -> list[Mention]:
        found: list[Mention] = []
        for number in range(1, self.pages + 1):
            answer = self._ask(str(query), number, client)
            if not answer.results:
                if number == 1 and answer.unresponsive:
                    raise _nobody_answered(answer)
                break
            found += [m for r in answer.results if (m := self._mention(r))]
        return found

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
        return self.result(
            result.url,
            result.title,
            result.content,
            author=result.author or "",
            at=dated(result.published),
            counts=shown("views", result.views),
        )


_JSON = "application/json"
_HOW = (
    "if it is your own SearXNG, its JSON answers are probably off: "
    "in its settings.yml, under search: formats:, add a line - json, and restart it"
)


def _nobody_answered(answer: _Answer) -> NobodyAnswered:
    """No results is only an answer if anybody was there to give it."""
    silent = len(answer.unresponsive)
    return NobodyAnswered(f"search engines behind it that did not answer: {silent}; no results")


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    content: str | None = None
    author: str | None = None
    views: Annotated[str, AsText] = ""
    published: str | None = Field(None, alias="publishedDate")


class _Answer(BaseModel):
    results: tuple[_Result, ...]
    unresponsive: tuple[Any, ...] = Field((), alias="unresponsive_engines")
