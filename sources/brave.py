"""Brave Search: an index of the web of its own, with news and forum threads, for a key."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, Field

from monitor.domain import Mention
from monitor.secret import MissingSecret, Secret
from sources.contract import About
from sources.counted import Tally, counted
from sources.errors import AccessRefused, LayoutChanged, RateLimited
from sources.http import Answer, PoliteClient
from sources.queries import Query
from sources.text import dated
from sources.web_search import WebSearch

API = "https://api.search.brave.com/res/v1/web/search"
COUNT = 20  # results a search; the most there are for one payment


class Brave(WebSearch):
    """One request for each search: web pages, news and forum threads together."""

    kind: ClassVar[str] = "brave"
    about: ClassVar[About] = About(
        finds="web pages, news, forum threads and public posts in Brave's own index",
        cost="$5 for 1,000 searches; $5 a month are free, which is 33 a day; needs a bank card, "
        "and what goes beyond is charged: set the limit in its dashboard to $5",
        limits="20 results a search; posts reach it days late or never; a changed page under an "
        "address already found is not noticed; how it says that the month's credit is used up "
        "is not verified",
        terms="results may be kept only as far as your plan allows; Brave learns the school's "
        "name and nothing else",
    )
    key: Secret = Field(description="the key (Subscription Token) from its dashboard, as env:NAME")
    per_day: int = Field(
        33, ge=1, le=10_000, description="the most searches in a day, for each school"
    )

    def find(self, query: Query, client: PoliteClient, *, recent: bool) -> list[Mention]:
        found = self._ask(query, client, recent=recent).read(_Answer)
        threads = found.discussions.results if found.discussions else ()
        pages = (r for part in (found.news, found.web) if part for r in part.results)
        mentions = [self._mention(result) for result in (*threads, *pages)]
        return [mention for mention in mentions if mention]

    def _ask(self, query: Query, client: PoliteClient, *, recent: bool) -> Answer:
        asked = _PARAMS | {"q": str(query)} | ({"freshness": "pm"} if recent else {})
        try:
            headers = {"X-Subscription-Token": self.key.reveal()}
            return client.get(API, params=asked, headers=headers, accept="application/json")
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        except RateLimited as error:
            wait = error.retry_after
            raise RateLimited(_OFTEN, retry_after=wait, status=error.status) from error
        except (AccessRefused, LayoutChanged) as error:
            # 422 is how it answers a key that it does not know; 402 is not verified.
            how = {401: _KEY, 403: _KEY, 422: _KEY, 402: _OFTEN}.get(error.status or 0)
            if how is None:
                raise
            raise AccessRefused(how, status=error.status) from error

    def _mention(self, result: _Result) -> Mention | None:
        thread = result.data
        said = (thread.title, thread.question, thread.top_comment) if thread else ()
        return self.result(
            result.url,
            result.title,
            result.description,
            *(result.extra or ()),
            *said,
            at=dated(result.page_age, result.age or ""),
            counts=counted(replies=thread.replies) if thread else (),
        )


_PARAMS = {
    "count": str(COUNT),
    "country": "GB",
    "search_lang": "en",
    "safesearch": "off",  # what is abusive is what must be found; no picture is fetched
    "spellcheck": "false",
    "text_decorations": "false",
    "result_filter": "web,news,discussions",
}
_KEY = "Brave does not accept the key; copy it again from api-dashboard.search.brave.com"
_OFTEN = (
    "Brave wants fewer searches, or the month's credit is used up; "
    "see Usage at api-dashboard.search.brave.com"
)


class _Thread(BaseModel):
    title: str | None = None
    question: str | None = None
    top_comment: str | None = None
    replies: Tally = Field(None, alias="num_answers")


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    description: str | None = None
    page_age: str | None = None
    age: str | None = None  # the same as Brave's own pages show it: "2 days ago"
    extra: tuple[str, ...] | None = Field(None, alias="extra_snippets")
    data: _Thread | None = None


class _Part(BaseModel):
    results: tuple[_Result, ...] = ()


class _Answer(BaseModel):
    type: Literal["search"]
    web: _Part | None = None
    news: _Part | None = None
    discussions: _Part | None = None
