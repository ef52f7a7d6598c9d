"""The Guardian and the Observer, whole articles, by the paper's own service. Free key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import MissingSecret, Secret
from sources.contract import About, Canary, Page, Source, by_a_word
from sources.errors import AccessRefused
from sources.http import Answer, PoliteClient
from sources.memory import Seen, resume
from sources.queries import queries
from sources.text import dated, html_to_text, joined, stable_id, web_link
from sources.window import in_batches, oldest_first

ADDRESS = "https://content.guardianapis.com/search"
PAGES = 10  # of fifty articles in one visit; the rest waits for the next
MARGIN = timedelta(days=7)  # an article may appear under a date that we have already passed


class Guardian(Source):
    """The newest fifty articles at the first visit, then each one since, oldest first."""

    kind: ClassVar[str] = "guardian"
    group: ClassVar[SourceGroup] = SourceGroup.NEWS
    about: ClassVar[About] = About(
        finds="articles of the Guardian and the Observer that name the school anywhere",
        cost="free, with a key for non-commercial use that comes by e-mail",
        limits="these two papers only; a key allows some hundreds of visits a day",
        terms="non-commercial use under the terms of the Guardian Open Platform",
    )
    key: Secret = Field(description="your developer key, kept elsewhere: env:NAME")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        state = resume(_State, cursor)
        since, seen = state.since, Seen(state.seen)
        today = self.now().astimezone(UTC).date()
        for number in range(1, PAGES + 1):
            answer = self._ask(_query(school), since, number, client)
            for page in in_batches(self._mentions(answer), seen):
                state = state.after(page.mentions, seen, today)
                yield Page(mentions=page.mentions, cursor=state.model_dump_json())
            if since is None or number >= answer.pages:
                return

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        return by_a_word(nonsense)

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._ask(canary.words, None, 1, client).results)

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def _ask(self, query: str, since: date | None, number: int, client: PoliteClient) -> _Found:
        params = {
            "q": query,
            "use-date": "published",
            "show-fields": "headline,trailText,byline,bodyText",
            "page-size": "50",
            "page": str(number),
            "order-by": "oldest" if since else "newest",
        }
        if since:
            params["from-date"] = (since - MARGIN).isoformat()
        return self._get(params, client).read(_Answer).response

    def _get(self, params: dict[str, str], client: PoliteClient) -> Answer:
        """With the key in a header; the manual names only the address, where it stays in
        every log on the way, so that is for the case that the header is not known."""
        accept = "application/json"
        try:
            key = self.key.reveal()
            return client.get(ADDRESS, params=params, headers={"api-key": key}, accept=accept)
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        except AccessRefused as error:
            if error.status != 401:
                raise
        return client.get(ADDRESS, params={**params, "api-key": key}, accept=accept)

    def _mentions(self, answer: _Found) -> list[Mention]:
        return oldest_first(m for article in answer.results if (m := self._mention(article)))

    def _mention(self, article: _Article) -> Mention | None:
        url, said = web_link("", article.url), article.fields
        text = joined(
            html_to_text(said.headline or article.title), html_to_text(said.trail), said.body
        )
        if url is None or not text:
            return None
        return Mention(
            source=self.name,
            external_id=stable_id(article.id),
            url=url,
            text=text,
            author=html_to_text(said.byline)[:200],
            **dated(article.date),
        )


def _query(school: School) -> str:
    """All names in one question: each costs a visit, and a day has few."""
    alternatives = [query.replace('" ', '" AND ') for query in queries(school)]
    return " OR ".join(f"({one})" if " AND " in one else one for one in alternatives)


class _State(BaseModel):
    since: date | None = None  # the day of the newest article handed over
    seen: tuple[str, ...] = ()

    def after(self, mentions: tuple[Mention, ...], seen: Seen, today: date) -> _State:
        """No later than *today*: one false date of next year must not hide this one."""
        days = [m.published_at.astimezone(UTC).date() for m in mentions if m.published_at]
        newest = max([*days, self.since or date.min])
        since = None if newest == date.min else min(newest, today)
        return _State(since=since, seen=seen.digests())


class _Fields(BaseModel):
    headline: str = ""
    trail: str = Field("", alias="trailText")
    byline: str = ""
    body: str = Field("", alias="bodyText")


class _Article(BaseModel):
    id: str = Field(min_length=1)
    title: str = Field("", alias="webTitle")
    url: str = Field("", alias="webUrl")
    date: str | None = Field(None, alias="webPublicationDate")
    fields: _Fields = _Fields()


class _Found(BaseModel):
    pages: int = 1
    results: tuple[_Article, ...]


class _Answer(BaseModel):
    response: _Found
