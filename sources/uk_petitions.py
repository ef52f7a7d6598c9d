"""Petitions to Parliament, or to the Senedd, that name the school."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel, Field, HttpUrl

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Canary, Every, Page, Source, WebAddress, by_a_word
from sources.counted import Tally, counted
from sources.errors import TooLarge
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.queries import queries
from sources.text import dated, joined
from sources.window import Window, in_batches, oldest_first

PAGES = 20  # of fifty petitions, for one name


class UkPetitions(Source):
    """Every petition that has all the words of one of the school's names, whatever its state."""

    kind: ClassVar[str] = "uk_petitions"
    group: ClassVar[SourceGroup] = SourceGroup.RECORDS
    about: ClassVar[About] = About(
        finds="petitions to the UK Parliament, or to the Senedd, in whose words the school is "
        "named: open, closed and rejected ones",
        cost="free, no key",
        limits="petitions on commercial sites are not here; a change to a petition already "
        "found is not noticed",
        terms="Open Parliament Licence; once a day is plenty",
    )
    every: Every = Field(timedelta(days=1), description='how often to look; "1d" is plenty')
    url: WebAddress = Field(
        HttpUrl("https://petition.parliament.uk"),
        description="the petitions site; for Wales https://petitions.senedd.wales",
    )
    queries: tuple[str, ...] = Field(
        (), max_length=5, description="more to search for, besides the school's names"
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        seen = Seen(resume(Window, cursor).seen)
        for query in (*queries(school), *self.queries):
            for petitions in self._found(query, client):
                yield from in_batches(oldest_first(map(self._mention, petitions)), seen)

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        return by_a_word(nonsense)

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._ask(canary.words, 1, client).data)

    def _found(self, query: str, client: PoliteClient) -> Iterator[tuple[_Petition, ...]]:
        for number in range(1, PAGES + 1):
            answer = self._ask(query, number, client)
            yield answer.data
            if not answer.data or not answer.links.next:
                return
        raise TooLarge(f"more than {PAGES * 50} petitions have the words of one name; shorten it")

    def _ask(self, query: str, number: int, client: PoliteClient) -> _Answer:
        params = {"q": query, "state": "all", "page": str(number)}
        address = f"{str(self.url).rstrip('/')}/petitions.json"
        return client.get(address, params=params, accept="application/json").read(_Answer)

    def _mention(self, petition: _Petition) -> Mention:
        said = petition.attributes
        return Mention(
            source=self.name,
            external_id=str(petition.id),
            url=f"{str(self.url).rstrip('/')}/petitions/{petition.id}",
            text=joined(said.action, said.background or "", said.details or ""),
            author=(said.creator or "")[:200],
            **dated(said.opened_at or said.created_at),
            counts=counted(signatures=said.signatures),
        )


class _Attributes(BaseModel):
    action: str = Field(min_length=1)
    background: str | None = None
    details: str | None = Field(None, alias="additional_details")
    creator: str | None = Field(None, alias="creator_name")
    created_at: str | None = None
    opened_at: str | None = None
    signatures: Tally = Field(None, alias="signature_count")


class _Petition(BaseModel):
    id: int
    attributes: _Attributes


class _Links(BaseModel):
    next: str | None = None


class _Answer(BaseModel):
    links: _Links
    data: tuple[_Petition, ...]
