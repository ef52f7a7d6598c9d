"""Telegram's preview of public channels, on pages written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from sources.contract import Source
from sources.errors import LayoutChanged, TooLarge
from sources.telegram_channel import TelegramChannel
from sources.testing import SourceContract, recorded

HEAD = '<!DOCTYPE html><html><body><div class="tgme_channel_info">A channel</div>'


def message(channel: str, number: int, inner: str | None = None) -> str:
    words = f"News {number} of the <b>town</b><br/>and more" if inner is None else inner
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message js-widget_message" data-post="{channel}/{number}">'
        '<a class="tgme_widget_message_owner_name" href="https://t.me/x">Town News</a>'
        '<a class="tgme_widget_message_reply" href="https://t.me/x/1">'
        '<div class="js-message_reply_text">what was answered</div></a>'
        f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'
        '<span class="tgme_widget_message_views">1.2K</span>'
        f'<a class="tgme_widget_message_date" href="https://t.me/{channel}/{number}">'
        f'<time datetime="2026-06-{number % 28 + 1:02}T09:00:00+00:00">09:00</time></a>'
        "</div></div>"
    )


def preview(request: httpx.Request, channels: dict[str, list[int]]) -> httpx.Response:
    """Five a page, the newest at the bottom, as Telegram does with twenty."""
    if request.url.path == "/robots.txt":
        return httpx.Response(404)
    channel = request.url.path.rpartition("/")[2]
    if channel not in channels:
        if "/s/" in request.url.path:
            return httpx.Response(302, headers={"Location": f"https://t.me/{channel}"})
        return httpx.Response(200, html="<html><body>Send a message to them</body></html>")
    before = int(request.url.params.get("before", "1000000"))
    shown = [n for n in channels[channel] if n < before][-5:]
    return httpx.Response(200, html=HEAD + "".join(message(channel, n) for n in shown))


TOWN = [3, *range(5, 18)]


class TestTelegramChannel(SourceContract):
    source: ClassVar[Source] = TelegramChannel(
        name="telegram", channels=("wexcombenews", "https://t.me/s/wexshire", "@wexshire")
    )
    expected: ClassVar[list[str]] = [*(f"wexcombenews/{n}" for n in TOWN), "wexshire/2"]
    expected_later: ClassVar[list[str]] = [
        *(f"wexcombenews/{n}" for n in range(18, 25)),
        "wexshire/3",
    ]

    def server(self, request: httpx.Request) -> httpx.Response:
        return preview(request, {"wexcombenews": TOWN, "wexshire": [2]})

    def later_server(self, request: httpx.Request) -> httpx.Response:
        more = {"wexcombenews": [*TOWN, *range(18, 25)], "wexshire": [2, 3]}
        return preview(request, more)

    def test_a_message_comes_with_its_own_words_only(self) -> None:
        first = self.mentions()[0]
        assert first.text == "News 3 of the town\nand more"
        assert (first.url, first.author) == ("https://t.me/wexcombenews/3", "@wexcombenews")

    def test_a_message_says_what_it_answers_how_often_it_was_seen_and_the_time_as_shown(
        self,
    ) -> None:
        first = self.mentions()[0]
        assert first.answers == "https://t.me/x/1"
        assert first.counts == (("views_about", 1200),)
        assert first.published_as == "09:00"

    def test_a_channel_that_is_not_public_is_told_after_the_others_are_read(self) -> None:
        visit = self.visit(handler=lambda r: preview(r, {"wexshire": [2]}))
        assert [m.external_id for m in next(visit).mentions] == ["wexshire/2"]
        with pytest.raises(LayoutChanged, match="no public channel called wexcombenews"):
            next(visit)

    def test_a_channel_with_nothing_in_it_is_no_error(self) -> None:
        assert (
            self.mentions(handler=lambda r: preview(r, {"wexcombenews": [], "wexshire": []})) == []
        )

    def test_a_channel_of_thousands_is_not_read_whole(self) -> None:
        asked: list[str] = []

        def long(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url))
            return preview(request, {"wexcombenews": list(range(1, 5000)), "wexshire": []})

        self.pages(handler=long)
        assert len(asked) <= 12

    def test_the_sites_wish_not_to_be_read_is_kept(self) -> None:
        def unwilling(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/robots.txt":
                return httpx.Response(200, text="User-agent: *\nDisallow: /s/")
            return self.server(request)

        assert "asks programs not to read" in str(self.trouble(unwilling))


def texts(inner: str, **more: Any) -> list[str]:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, html=HEAD + message("town", 1, inner))

    return read(server)


def read(server: Callable[[httpx.Request], httpx.Response]) -> list[str]:
    pages = TelegramChannel(name="t", channels=("town",)).fetch(
        school=None,  # type: ignore[arg-type] # a channel is the same for every school
        cursor=None,
        client=recorded(server),
    )
    return [m.text for page in pages for m in page.mentions]


def test_polls_files_and_previews_are_read() -> None:
    inner = (
        'Vote</div><div class="tgme_widget_message_poll_question">Sack the head?</div>'
        '<div class="tgme_widget_message_poll_option_text">Yes</div>'
        '<div class="link_preview_title">Gazette</div>'
        '<div class="tgme_widget_message_document_title">list.pdf</div><div>'
    )
    assert texts(inner)[0].split("\n\n") == [
        "Vote",
        "Sack the head?",
        "Yes",
        "Gazette",
        "list.pdf",
    ]


def test_a_picture_without_words_is_passed_over() -> None:
    assert texts("") == []


def test_hostile_markup_is_words_or_nothing() -> None:
    assert texts('<script>alert(1)</script><img src="x" onerror="y" alt="the gate">') == [
        "the gate"
    ]


@pytest.mark.parametrize(
    "noise",
    ["<" * 400_000, "<div>" * 100_000, "<a b='" * 50_000],
    ids=["signs", "never closed", "half a tag"],
)
def test_a_page_of_noise_is_a_changed_layout(noise: str) -> None:
    with pytest.raises(LayoutChanged):
        read(lambda request: httpx.Response(200, html=noise))


def test_a_page_without_end_is_not_read() -> None:
    with pytest.raises(TooLarge):
        read(lambda request: httpx.Response(200, html=HEAD + "<b>x</b>" * 400_000))


@pytest.mark.parametrize("name", ["", "two words", "../etc", "t.me/+AbCdEf", "a/b", "1town"])
def test_what_is_no_name_of_a_channel_is_a_mistake(name: str) -> None:
    with pytest.raises(ValidationError, match="public name"):
        TelegramChannel(name="t", channels=(name,))
