"""Mojeek: a British search engine with an index of its own, for a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from monitor.domain import Mention
from monitor.secret import MissingSecret, Secret
from sources.contract import About
from sources.errors import AccessRefused, LayoutChanged, RateLimited
from sources.http import PoliteClient
from sources.queries import Query
from sources.text import Dated
from sources.web_search import WebSearch

API = "https://api.mojeek.com/search"
COUNT = 20  # results a search


class Mojeek(WebSearch):
    """One request for each search, the first twenty results."""

    kind: ClassVar[str] = "mojeek"
    about: ClassVar[About] = About(
        finds="web pages in Mojeek's own index, often other ones than the large engines show",
        cost="by agreement with Mojeek; ask for a price and a daily limit",
        limits="it knows fewer pages and hardly any posts of social networks; a changed page "
        "under an address already found is not noticed; the dates of its results, its error "
        "messages and its price are not verified",
        terms="those that you agree with Mojeek; Mojeek learns the school's name and nothing "
        "else; the key travels in the address of each request, encrypted",
    )
    key: Secret = Field(description="the key that Mojeek sends you, as env:NAME")
    per_day: int = Field(
        30, ge=1, le=10_000, description="the most searches in a day, for each school"
    )

    def find(self, query: Query, client: PoliteClient, *, recent: bool) -> list[Mention]:
        asked = _PARAMS | {"q": query.words}
        asked |= {"site": query.site} if query.site else {}
        asked |= {"since": "month"} if recent else {}
        try:
            asked["api_key"] = self.key.reveal()
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        answer = client.get(API, params=asked, accept="application/json")
        response = answer.read(_Answer).response
        _complain(response.status)
        found = (
            self.result(r.url, r.title, r.desc, at=_moment(r.pdate)) for r in response.results
        )
        return [mention for mention in found if mention]


_PARAMS = {"fmt": "json", "t": str(COUNT), "safe": "0", "rb": "GB", "rbb": "10"}


def _complain(status: str) -> None:
    """Its errors come with HTTP status 200 and a sentence, which is not ours to quote."""
    if status == "OK":
        return
    if "limit" in status.casefold():
        raise RateLimited("Mojeek says that the day's limit is reached")
    if not status.startswith("ERROR"):
        raise LayoutChanged("Mojeek answered with a status that we do not know")
    raise AccessRefused("Mojeek does not accept the request; please check the key")


def _moment(published: Any) -> Dated | None:
    """Seconds since 1970, as a number or as text; anything else is no date."""
    try:
        moment = datetime.fromtimestamp(int(published), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    if not 1970 < moment.year < 2200:
        return None
    return Dated(published_at=moment, published_as=str(published))


class _Result(BaseModel):
    url: str | None = None
    title: str | None = None
    desc: str | None = None
    pdate: Any = None


class _Response(BaseModel):
    status: str
    results: tuple[_Result, ...] = ()


class _Answer(BaseModel):
    response: _Response
