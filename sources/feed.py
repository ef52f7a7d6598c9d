"""Any news feed: RSS, Atom or JSON Feed. Newspapers, blogs, forums and councils have them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Page, Source, WebAddress
from sources.errors import Emptied, Unreachable
from sources.feed_formats import Item, read_feed
from sources.http import Answer, PoliteClient, Validators
from sources.memory import Seen, digest, resume
from sources.text import dated, html_to_text, joined, web_link

ACCEPT = (
    "application/feed+json, application/atom+xml, application/rss+xml, "
    "application/xml;q=0.9, */*;q=0.1"
)
PAGE = 10  # mentions between two moves of the cursor
SEVERAL = 3  # items; a feed of one or two may well come to have none


class Feed(Source):
    """Every item of one feed; whether it is about the school is decided later."""

    kind: ClassVar[str] = "feed"
    group: ClassVar[SourceGroup] = SourceGroup.NEWS
    about: ClassVar[About] = About(
        finds="every item of a feed (RSS, Atom, JSON Feed): news sites, blogs, forums, councils",
        cost="free, no key",
        limits="a feed shows only its newest items, so visit it more often than it forgets them; "
        "a change to an item is noticed while the feed still shows it",
        terms="feeds are offered to be read by programs; the items stay their publisher's",
    )
    url: WebAddress = Field(description="the address of the feed itself, not of the page about it")

    def fetch(
        self,
        school: School,  # noqa: ARG002 # a feed is not asked questions; all of it is read
        cursor: str | None,
        client: PoliteClient,
    ) -> Iterator[Page]:
        before = resume(_State, cursor)
        validators = Validators(etag=before.etag, last_modified=before.modified)
        answer = client.get(str(self.url), accept=ACCEPT, validators=validators)
        if answer.not_modified:
            return
        items, whole = read_feed(answer)
        if whole and len(before.seen) >= SEVERAL and not items:
            raise Emptied
        mentions = [_mention(self.name, key, item, answer.url) for key, item in items.items()]
        yield from _pages(mentions, before, _after(answer, mentions), whole=whole)
        if not whole:
            raise Unreachable("the feed broke off in the middle; what was whole of it is kept")


class _State(BaseModel):
    etag: str = ""
    modified: str = ""
    seen: tuple[str, ...] = ()


def _pages(
    mentions: list[Mention], before: _State, after: _State, *, whole: bool
) -> Iterator[Page]:
    """What is new. The validators go into the last cursor only: half read is not read."""
    seen = Seen(before.seen, limit=None)
    new = [m for m in mentions if _as_shown(m) not in seen]
    for start in range(0, len(new), PAGE):
        page = new[start : start + PAGE]
        for mention in page:
            seen.add(_as_shown(mention))
        last = whole and start + PAGE >= len(new)
        state = after if last else _State(seen=seen.digests())
        yield Page(mentions=tuple(page), cursor=state.model_dump_json())
    if whole and not new:
        yield Page(mentions=(), cursor=after.model_dump_json())


def _after(answer: Answer, mentions: list[Mention]) -> _State:
    """Only what the feed still shows need be remembered."""
    return _State(
        etag=answer.validators.etag,
        modified=answer.validators.last_modified,
        seen=tuple(digest(_as_shown(m)) for m in mentions),
    )


def _as_shown(mention: Mention) -> str:
    """Feeds seldom say that an item was edited, so its words tell."""
    return f"{mention.external_id}\n{mention.text}"


def _mention(source: str, key: str, item: Item, base: str) -> Mention:
    return Mention(
        source=source,
        external_id=key,
        url=web_link(base, item.link) or web_link("", item.id) or base,
        text=joined(item.title, item.body),
        author=html_to_text(item.author)[:200],
        **dated(item.date),
        answers=item.answers,
        counts=item.counts,
    )
