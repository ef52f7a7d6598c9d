"""WhatDoTheyKnow: requests for information made to the school or naming it, and answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from pydantic import BaseModel, Field, RootModel

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Canary, Page, Source, by_a_word
from sources.errors import AccessRefused, TurnedAway
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.queries import queries
from sources.text import dated, html_to_text, joined, web_link
from sources.window import Window, in_batches, oldest_first

SITE = "https://www.whatdotheyknow.com"
_DONE = {
    "sent": "request for information",
    "resent": "request for information, sent again",
    "followup_sent": "follow-up to a request for information",
    "response": "answer to a request for information",
    "comment": "remark on a request for information",
}


class WhatDoTheyKnow(Source):
    """The newest 25 things that happened on the site for each of the school's names."""

    kind: ClassVar[str] = "whatdotheyknow"
    group: ClassVar[SourceGroup] = SourceGroup.RECORDS
    about: ClassVar[About] = About(
        finds="freedom of information requests to the school, its trust or council that name it, "
        "with their follow-ups, answers and remarks",
        cost="free, no key",
        limits="the first lines only; the newest 25 for each name; now and then the site's "
        "guard against robots turns visitors away for a while",
        terms="what people wrote stays theirs: link to it; a few visits a day",
    )
    queries: tuple[str, ...] = Field(
        (), max_length=5, description='more to search for, for example "requested_from:wexcombe"'
    )

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        seen = Seen(resume(Window, cursor).seen)
        for query in (*queries(school), *self.queries):
            events = self._ask(query, client)
            found = (self._mention(event) for event in events if event.type in _DONE)
            yield from in_batches(oldest_first(found), seen)

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        return by_a_word(nonsense)

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(self._ask(canary.words, client))

    def _ask(self, query: str, client: PoliteClient) -> tuple[_Event, ...]:
        # A "/" would be read as one of the address's own.
        words = quote(query.replace("/", " "), safe="")
        try:
            answer = client.get(f"{SITE}/feed/search/{words}.json", accept="application/json")
        except AccessRefused as error:
            if error.status != 403:
                raise
            raise TurnedAway("www.whatdotheyknow.com", status=403) from error
        return answer.read(_Events).root

    def _mention(self, event: _Event) -> Mention:
        body = f" to {event.body.name}" if event.body.name else ""
        words = html_to_text(event.snippet)
        return Mention(
            source=self.name,
            external_id=str(event.id),
            url=web_link(SITE, _address(event)) or SITE,
            text=joined(event.request.title, f"({_DONE[event.type]}{body})", words),
            author=event.user.name[:200] if event.type != "response" else event.body.name[:200],
            **dated(event.created_at),
            answers="" if event.type == "sent" else f"{SITE}{_request(event)}",
        )


def _address(event: _Event) -> str:
    """The site gives no address; its pages have an anchor for each message."""
    for name, number in (
        ("incoming", event.incoming),
        ("outgoing", event.outgoing),
        ("comment", event.comment),
    ):
        if number is not None:
            return f"{_request(event)}#{name}-{number}"
    return _request(event)


def _request(event: _Event) -> str:
    return f"/request/{quote(event.request.url_title)}"


class _Request(BaseModel):
    url_title: str = Field(min_length=1)
    title: str = ""


class _Named(BaseModel):
    name: str = ""


class _Event(BaseModel):
    id: int
    type: str = Field(alias="event_type")
    created_at: str | None = None
    incoming: int | None = Field(None, alias="incoming_message_id")
    outgoing: int | None = Field(None, alias="outgoing_message_id")
    comment: int | None = Field(None, alias="comment_id")
    snippet: str = ""
    request: _Request = Field(alias="info_request")
    body: _Named = Field(_Named(), alias="public_body")
    user: _Named = _Named()


class _Events(RootModel[tuple[_Event, ...]]):
    pass
