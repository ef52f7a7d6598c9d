"""Google News on a recording written by hand; papers, people and stories are invented."""

from __future__ import annotations

from html import escape
from typing import ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import ConsentWall, TooLarge, Unreachable
from sources.google_news import GoogleNews, split_title
from sources.testing import SourceContract

Story = tuple[str, str, str, int]  # token, headline, publisher, day of June

PARK: list[Story] = [
    ("CBMi01", "Wexcombe Park pupils win a prize", "Wexcombe Gazette", 1),
    ("CBMi02", "Letters - what readers say", "Wexcombe Gazette", 8),
    ("CBMi03", "Letters - what readers say", "Wexcombe Gazette", 15),
    ("CBMi04", "Council to mend the school's roof", "Wexshire Echo", 16),
]
WPPS: list[Story] = [
    ("CBMi04", "Council to mend the school's roof", "Wexshire Echo", 16),
    ("CBMi05", "WPPS closes early for snow", "Wexshire Echo", 3),
]


def _rss(stories: list[Story]) -> httpx.Response:
    """As Google writes it: no order to rely on, opaque links, no words but the headline."""
    items = "".join(
        f"<item><title>{escape(headline)} - {publisher}</title>"
        f"<link>https://news.google.com/rss/articles/{token}?oc=5</link>"
        f"<guid isPermaLink='false'>{token}</guid>"
        f"<pubDate>Mon, {day:02} Jun 2026 07:00:00 GMT</pubDate>"
        f"<description>&lt;a href='x'&gt;{escape(headline)}&lt;/a&gt;&amp;nbsp;"
        f"&lt;font&gt;{publisher}&lt;/font&gt;</description>"
        f"<source url='https://paper.example'>{publisher}</source></item>"
        for token, headline, publisher, day in stories
    )
    return httpx.Response(
        200,
        headers={"Content-Type": "application/xml; charset=utf-8"},
        content=f"<?xml version='1.0'?><rss version='2.0'><channel>{items}</channel></rss>",
    )


class TestGoogleNews(SourceContract):
    source: ClassVar[Source] = GoogleNews(name="news")
    expected: ClassVar[list[str]] = ["CBMi01", "CBMi02", "CBMi03", "CBMi04", "CBMi05"]
    expected_later: ClassVar[list[str]] = ["CBMi06"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, [])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        """With one story more, and one that came back under another token."""
        again = ("CBMi99", "Wexcombe Park pupils win a prize!", "Wexcombe Gazette", 1)
        return self._search(request, [again, ("CBMi06", "A fete", "Wexshire Echo", 20)])

    def _search(self, request: httpx.Request, more: list[Story]) -> httpx.Response:
        asked = request.url.params
        assert (request.url.host, request.url.path) == ("news.google.com", "/rss/search")
        assert (asked["hl"], asked["gl"], asked["ceid"]) == ("en-GB", "GB", "GB:en")
        assert asked["q"].endswith(" when:30d")
        return _rss([*PARK, *more] if "Wexcombe Park" in asked["q"] else WPPS)

    def test_the_headline_is_the_text_and_the_paper_its_author(self) -> None:
        first = self.mentions()[0]
        assert first.text == "Wexcombe Park pupils win a prize"
        assert first.author == "Wexcombe Gazette"
        assert first.url == "https://news.google.com/rss/articles/CBMi01?oc=5"

    def test_a_column_of_the_same_title_each_week_is_a_story_each_week(self) -> None:
        letters = [m for m in self.mentions() if m.text.startswith("Letters")]
        assert [m.external_id for m in letters] == ["CBMi02", "CBMi03"]

    def test_the_consent_page_is_named_and_never_read_as_news(self) -> None:
        def european(request: httpx.Request) -> httpx.Response:
            if request.url.host == "consent.google.com":
                return httpx.Response(200, html="<!doctype html><p>Before you continue</p>")
            return httpx.Response(302, headers={"Location": "https://consent.google.com/m?x=1"})

        assert isinstance(self.trouble(european), ConsentWall)

    def test_a_feed_that_breaks_off_says_so_and_keeps_what_was_whole(self) -> None:
        def cut(request: httpx.Request) -> httpx.Response:
            whole = self.server(request).content
            return httpx.Response(200, content=whole[: whole.rindex(b"<item>") + 20])

        found: list[str] = []

        def read() -> None:
            for page in self.visit(handler=cut):
                found.extend(m.external_id for m in page.mentions)

        with pytest.raises(Unreachable):
            read()
        assert found == ["CBMi01", "CBMi02", "CBMi03", "CBMi04"]

    def test_a_flood_of_items_is_refused(self) -> None:
        flood = b"<rss><channel>" + b"<item/>" * 100_000 + b"</channel></rss>"
        assert isinstance(self.trouble(lambda _: httpx.Response(200, content=flood)), TooLarge)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Snow - Wexshire Echo", ("Snow", "Wexshire Echo")),
        ("Snow - and ice - Echo", ("Snow - and ice", "Echo")),
        ("Snow", ("Snow", "")),
        ("", ("", "")),
    ],
)
def test_a_title_is_split_at_its_last_dash(title: str, parts: tuple[str, str]) -> None:
    assert split_title(title) == parts
