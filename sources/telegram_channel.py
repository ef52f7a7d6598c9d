"""Public Telegram channels, as Telegram's own web preview shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, ClassVar

from bs4 import BeautifulSoup
from bs4.element import Tag
from pydantic import AfterValidator, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import About, Page, Source
from sources.counted import shown
from sources.errors import LayoutChanged, SourceError, TooLarge
from sources.http import Answer, PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.text import dated, html_to_text, joined, web_link

SITE = "https://t.me"
LARGEST = 2_000_000  # bytes of one page, ten times what twenty long messages need
PAGES = 10  # of about twenty messages each, in one visit to one channel


def _channel(name: str) -> str:
    """Its bare name, however it was written down."""
    bare = re.sub(r"^(https?://)?t\.me/(s/)?|^@", "", name.strip()).rstrip("/")
    if not re.fullmatch(r"[A-Za-z]\w{2,31}", bare, re.ASCII):
        raise ValueError("write the channel's public name, for example wexcombenews")
    return bare


class TelegramChannel(Source):
    """Every message of the named channels; whether it is about the school is decided later."""

    kind: ClassVar[str] = "telegram_channel"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="every message of the public Telegram channels that you name",
        cost="free, no key",
        limits="only public channels: groups, private channels and comments cannot be seen, and "
        "there is no search of all Telegram; the first visit reads about 200 messages; pictures "
        "and films carry no warning, and a message without words is passed over; that one was "
        "edited is not noticed",
        terms="the pages are offered to anyone; visit them about once an hour",
    )
    channels: tuple[Annotated[str, AfterValidator(_channel)], ...] = Field(
        min_length=1, description="public names of channels, as in t.me/NAME"
    )

    def fetch(
        self,
        school: School,  # noqa: ARG002 # a channel is not asked questions; all of it is read
        cursor: str | None,
        client: PoliteClient,
    ) -> Iterator[Page]:
        place = resume(Place, cursor)
        trouble: SourceError | None = None
        for channel in dict.fromkeys(self.channels):
            try:
                read = self._reader(channel, client)
                yield from newest_first(channel, read, place, pages=PAGES, whole=True)
            except LayoutChanged as error:
                trouble = trouble or error  # the other channels may still be read
        if trouble:
            raise trouble
        place.tell_what_was_missed()

    def _reader(self, channel: str, client: PoliteClient) -> Read:
        def read(onward: str | None) -> Shown:
            older = {"before": onward} if onward else None
            answer = client.get(f"{SITE}/s/{channel}", params=older, accept="text/html", page=True)
            messages = read_channel(answer, channel)
            oldest = min((number for number, _ in messages), default=1)
            found = (_mention(self.name, channel, n, tag) for n, tag in reversed(messages))
            return Shown(
                ids=tuple(f"{channel}/{number}" for number, _ in reversed(messages)),
                mentions=tuple(m for m in found if m),
                onward=str(oldest) if oldest > 1 else None,
            )

        return read


def read_channel(answer: Answer, channel: str) -> list[tuple[int, Tag]]:
    """The messages of *channel* by number, oldest first. Raises LayoutChanged, TooLarge."""
    if "/s/" not in answer.url:
        raise LayoutChanged(
            f"Telegram has no public channel called {channel}; a group, a private channel and "
            "one with another name cannot be read"
        )
    if len(answer.content) > LARGEST:
        raise TooLarge(f"a page of {channel} is larger than twenty messages can be")
    page = answer.content.decode("utf-8", "replace")
    if page.count("<") > 2 * page.count(">") + 100:  # noise: its parsing would take for ever
        raise LayoutChanged("this is not a page of Telegram's")
    tree = BeautifulSoup(page, "html.parser")
    found = [(n, tag) for tag in tree.select("[data-post]") if (n := _number(tag))]
    if not found and not tree.select_one(".tgme_channel_history, .tgme_channel_info"):
        raise LayoutChanged("this is not a page of a Telegram channel")
    return sorted(dict(found).items())


def _number(tag: Tag) -> int:
    found = re.fullmatch(r"\w+/(\d{1,18})", str(tag["data-post"]), re.ASCII)
    return int(found[1]) if found else 0


# What there is to read in a message, in the order in which it is shown. The classes of
# polls, files and previews of links are not documented; without them the rest is read.
_WORDS = (
    ".js-message_text, .tgme_widget_message_document_title, .tgme_widget_message_document_extra, "
    ".tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text, "
    ".link_preview_title, .link_preview_description"
)


def _mention(source: str, channel: str, number: int, message: Tag) -> Mention | None:
    words = joined(*(html_to_text(str(part)) for part in message.select(_WORDS)))
    if not words:
        return None
    views = message.select_one(".tgme_widget_message_views")
    time = message.select_one("time[datetime]")
    return Mention(
        source=source,
        external_id=f"{channel}/{number}",
        url=web_link(SITE, _href(message, "a.tgme_widget_message_date"))
        or f"{SITE}/{channel}/{number}",
        text=words,
        author=f"@{channel}",
        **dated(str(time["datetime"]) if time else None, time.get_text() if time else ""),
        answers=web_link(SITE, _href(message, "a.tgme_widget_message_reply")) or "",
        counts=shown("views", views.get_text()) if views else (),
    )


def _href(message: Tag, which: str) -> str | None:
    link = message.select_one(which)
    return str(link["href"]) if link and link.get("href") else None
