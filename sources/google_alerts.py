"""A Google Alert delivered as a feed: Google's view of web, news and discussions, no key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from pydantic import Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import MissingSecret, Secret
from sources.contract import About, Every, Page, Source
from sources.errors import AccessRefused, Unreachable
from sources.feed_formats import Item, read_feed
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.text import dated, joined, web_link
from sources.walls import wall
from sources.window import Window, in_batches

ACCEPT = "application/atom+xml, application/xml;q=0.9"
NOWHERE = "https://www.google.com/alerts"  # never the feed's own address: it is a secret


class GoogleAlerts(Source):
    """Reads one alert. The school decides at Google what it searches for."""

    kind: ClassVar[str] = "google_alerts"
    group: ClassVar[SourceGroup] = SourceGroup.SEARCH
    about: ClassVar[About] = About(
        finds="new pages, news and discussions that Google finds for a search of your own",
        cost="free; needs a Google account, once, to make the alert",
        limits="shows the newest 20 or so, and only what Google thinks worth telling; some "
        "accounts are not offered the feed",
        terms="whoever knows the feed's address can read it, so it is kept as a secret",
    )
    every: Every = Field(
        timedelta(minutes=30), description='how often to look; "30m" is the most that is polite'
    )
    url: Secret = Field(
        description="where the address of the alert's feed is kept, as env:NAME: "
        "whoever knows the address can read the alert"
    )

    def fetch(
        self,
        school: School,  # noqa: ARG002 # the alert was made for the school, at Google
        cursor: str | None,
        client: PoliteClient,
    ) -> Iterator[Page]:
        address = self._address()
        answer = client.get(address, accept=ACCEPT)
        if stopped := wall(answer, address):
            raise stopped
        items, whole = read_feed(answer)
        mentions = (self._mention(key, item) for key, item in items.items())
        yield from in_batches(mentions, Seen(resume(Window, cursor).seen))
        if not whole:
            raise Unreachable("the feed broke off in the middle; what was whole of it is kept")

    def _address(self) -> str:
        try:
            address = self.url.reveal().strip()
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        if not is_alert(address):
            raise AccessRefused(_NOT_AN_ALERT)
        return address

    def _mention(self, key: str, item: Item) -> Mention:
        return Mention(
            source=self.name,
            external_id=key,
            url=unwrapped(item.link) or web_link("", item.link) or NOWHERE,
            text=joined(item.title, item.body) or _NO_WORDS,
            **dated(item.date),
        )


_NO_WORDS = "(Google gave no words of this page.)"
_NOT_AN_ALERT = (
    "what is kept there is not the address of an alert's feed, which begins with "
    "https://www.google.com/alerts/feeds/; copy it from the alert's RSS symbol"
)
_GOOGLE = re.compile(r"(www\.)?google\.(com|[a-z]{2}|com?\.[a-z]{2})")


def is_alert(address: str) -> bool:
    """Whether *address* is that of a feed of Google Alerts; .co.uk and so on are the same."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    known = _GOOGLE.fullmatch(host) and parts.path.startswith("/alerts/feeds/")
    return parts.scheme == "https" and bool(known)


def unwrapped(link: str) -> str | None:
    """The page itself, out of Google's link to it. Its address is not always escaped in
    there, so it ends where Google's own parameters begin and not at the next "&"."""
    found = re.search(r"[?&](?:url|q)=(.+?)(?:&(?:ct|cd|sa|ved|usg)=|$)", link)
    if found is None:
        return None
    inner = found[1]
    return web_link("", inner if inner.startswith(("http://", "https://")) else unquote(inner))
