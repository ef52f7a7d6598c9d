"""The Graph API on the school's own Instagram account, written by hand; people are invented."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused
from sources.instagram import Instagram
from sources.meta_graph import TokenEnded
from sources.testing import SourceContract, recorded

ACCOUNT = "17841400000"
US = "wexcombepark"


def said(id_: str, day: int, text: str = "The gate was shut", by: str = "ann_oak") -> Any:
    return {
        "id": id_,
        "text": text,
        "username": by,
        "timestamp": f"2026-06-{day:02}T09:00:00+0000",
    }


def comment(id_: str, day: int, *replies: Any, **more: str) -> Any:
    return said(id_, day, **more) | ({"replies": {"data": [*replies]}} if replies else {})


def media(id_: str, day: int, caption: str | None = "Our fair", by: str = US, **more: Any) -> Any:
    return {
        "id": id_,
        "caption": caption,
        "permalink": f"https://www.instagram.com/p/{id_}/",
        "username": by,
        "timestamp": f"2026-06-{day:02}T09:00:00+0000",
        **more,
    }


OURS = [
    media("31", 20, comments_count=3),
    media("32", 10, comments_count=0),
    media("33", 5, comments_count=12),
]
OWN_REPLY = said("512", 21, by=US)
UNDER = {
    "31": [
        comment("53", 24) | {"like_count": 2},
        comment("51", 20, said("513", 22), OWN_REPLY, said("511", 21)),
    ],
    "33": [comment(str(n), n - 60) for n in range(72, 60, -1)],
}
LIKED = {"like_count": 5, "comments_count": 0}
TAGS = [
    media("41", 12, "Proud of @wexcombepark", "ann_oak", **LIKED),
    media("40", 11, None, "ben_elm"),
]


def key(one: Any, what: str = "comment") -> str:
    return f"{what}:{one['id']}"


def listing(items: list[Any], asked: httpx.QueryParams) -> httpx.Response:
    """Newest first, eight a page."""
    start = int(asked.get("after", "0"))
    paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(start + 8)}}
    if start + 8 < len(items):
        paging["next"] = "https://graph.facebook.com/v26.0/x?access_token=zqxj"
    return httpx.Response(200, json={"data": items[start : start + 8], "paging": paging})


def fault(code: int) -> httpx.Response:
    return httpx.Response(400, json={"error": {"message": "zqxj", "code": code}})


class TestInstagram(SourceContract):
    source: ClassVar[Source] = Instagram(name="ig", account=ACCOUNT, token="env:TEST_IG_TOKEN")
    expected: ClassVar[list[str]] = [
        *(key(said(id_, 1)) for id_ in ("51", "511", "513", "53")),
        *(key(said(str(n), 1)) for n in range(61, 73)),
        *(key(one, "tag") for one in reversed(TAGS)),
    ]
    expected_later: ClassVar[list[str]] = [
        key(said("514", 1)),  # a reply to an old comment
        key(said("54", 1)),
        key(said("34", 1)),
        "tag:42",
    ]
    secret: ClassVar[str] = "EAAB-not-a-real-token"

    @pytest.fixture(autouse=True)
    def _token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_IG_TOKEN", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._graph(request, OURS, UNDER, TAGS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        replies = (said("514", 25), *UNDER["31"][1]["replies"]["data"])
        first = [comment("54", 26), UNDER["31"][0], comment("51", 20, *replies)]
        ours = [OURS[0], media("32", 10, comments_count=1), OURS[2]]
        under = UNDER | {"31": first, "32": [comment("34", 27)]}
        return self._graph(request, ours, under, [media("42", 27, "Again", "ann_oak"), *TAGS])

    def _graph(self, request: httpx.Request, ours: Any, under: Any, tags: Any) -> httpx.Response:
        assert request.url.host == "graph.facebook.com"
        if request.headers["authorization"] != f"Bearer {self.secret}":
            return fault(190)
        fields = request.url.params["fields"]
        assert "media_url" not in fields
        assert "thumbnail" not in fields
        path = request.url.path.removeprefix("/v26.0/")
        if path == f"{ACCOUNT}/media":
            return listing(ours, request.url.params)
        if path == f"{ACCOUNT}/tags":
            return listing(tags, request.url.params)
        return listing(under[path.removesuffix("/comments")], request.url.params)

    def test_a_comment_says_where_it_stands_and_leads_to_the_post(self) -> None:
        found = {m.external_id: m for m in self.mentions()}
        one = found[key(said("511", 1))]
        assert one.text.startswith("To Wexcombe Park Primary School:\n\n")
        assert (one.author, one.url) == ("@ann_oak", "https://www.instagram.com/p/31/")
        assert one.answers == "51"  # the comment, which has no address
        assert found[key(said("51", 1))].answers == one.url
        assert found[key(said("53", 1))].counts == (("likes", 2),)
        assert found["tag:41"].counts == (("likes", 5), ("replies", 0))
        assert one.published_as == "2026-06-21T09:00:00+0000"

    def test_what_was_edited_is_read_again_as_what_it_was(self) -> None:
        first = comment("51", 20, said("513", 22, "The gate was open"), OWN_REPLY, said("511", 21))
        under = UNDER | {"31": [UNDER["31"][0], first]}
        tags = [TAGS[0] | {"caption": "Ashamed of @wexcombepark"}, TAGS[1]]
        found = self.mentions(self.pages()[-1].cursor, lambda r: self._graph(r, OURS, under, tags))
        assert [m.external_id for m in found] == ["comment:513", "tag:41"]
        assert [m.text.partition("\n\n")[2] for m in found] == [
            "The gate was open",
            "Ashamed of @wexcombepark",
        ]

    def test_a_tagged_picture_without_words_is_left_to_a_person(self) -> None:
        found = {m.external_id: m for m in self.mentions(handler=self.server)}
        assert found[key(TAGS[1], "tag")].text == ""
        assert "Proud of" in found[key(TAGS[0], "tag")].text

    def test_every_mention_has_words_and_leads_to_the_web(self) -> None:
        """But for a picture that somebody tagged without a word."""
        for mention in self.mentions():
            assert mention.text.strip() or mention.external_id == key(TAGS[1], "tag")
            assert mention.url.startswith("https://")

    def test_a_dead_token_says_who_must_act(self) -> None:
        found = self.trouble(lambda request: fault(190))
        assert isinstance(found, TokenEnded)
        assert "Whoever manages the school's Page" in str(found)

    def test_tags_that_may_not_be_read_are_told_last_and_can_be_left_out(self) -> None:
        def narrow(request: httpx.Request) -> httpx.Response:
            return fault(10) if request.url.path.endswith("/tags") else self.server(request)

        found = self.trouble(narrow)
        assert isinstance(found, AccessRefused)
        assert "tagged = false" in str(found)
        less = Instagram(name="ig", account=ACCOUNT, token="env:TEST_IG_TOKEN", tagged=False)
        pages = list(less.fetch(self.school, None, recorded(narrow)))
        assert [m.external_id for page in pages for m in page.mentions] == self.expected[:-2]
