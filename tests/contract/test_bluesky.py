"""Bluesky, with an account and without; people, posts and tokens are invented."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from monitor.domain import School
from sources.bluesky import Bluesky
from sources.contract import Source
from sources.errors import AccessRefused, LayoutChanged, Unreachable
from sources.testing import SCHOOL, SourceContract, recorded

ANN = {"did": "did:plc:ann4x", "handle": "ann.bsky.example", "labels": []}
LINKED = replace(SCHOOL, website="https://www.wexcombepark.example/news")


def uri(number: int) -> str:
    return f"at://did:plc:ann4x/app.bsky.feed.post/3k{number}"


def post(number: int, text: str = "Parking at WPPS again", **more: Any) -> dict[str, Any]:
    record = {
        "$type": "app.bsky.feed.post",
        "text": text,
        "createdAt": f"2026-06-{number % 28 + 1:02}T09:00:00.000Z",
        **more.pop("record", {}),
    }
    return {
        "uri": uri(number),
        "cid": f"bafy{number}",
        "author": ANN,
        "record": record,
        "indexedAt": "2026-07-01T09:00:00.000Z",
        "labels": [],
        **more,
    }


NAME, ALIAS, TAG = '"Wexcombe Park Primary School"', '"WPPS" Wexcombe', "#wexcombepark"
LINK = "domain:wexcombepark.example"
POSTS = {
    NAME: [post(n) for n in range(1, 16)],
    ALIAS: [post(5), post(20)],
    TAG: [],
    LINK: [post(30)],
}


def search(request: httpx.Request, posts: dict[str, list[dict[str, Any]]]) -> httpx.Response:
    """Newest first; the cursor is an offset; seven a page, to have several."""
    asked = request.url.params
    assert (asked["sort"], asked["limit"]) == ("latest", "100")
    assert ("domain" in asked) == (asked["q"] == LINK)
    start = int(asked.get("cursor", "0"))
    found = posts[asked["q"]][::-1]
    more = {"cursor": str(start + 7)} if start + 7 < len(found) else {}
    return httpx.Response(200, json={"posts": found[start : start + 7], **more})


class TestWithAccount(SourceContract):
    """It logs in at its own server, and its session runs out in the middle of the visit."""

    source: ClassVar[Source] = Bluesky(
        name="bluesky",
        handle="@wexcombepark.bsky.example",
        app_password="env:TEST_BLUESKY_PASSWORD",
    )
    school: ClassVar[School] = LINKED
    expected: ClassVar[list[str]] = [uri(n) for n in (*range(1, 16), 20, 30)]
    expected_later: ClassVar[list[str]] = [uri(16), uri(21)]
    secret: ClassVar[str] = "abcd-not-a-real-password"

    @pytest.fixture(autouse=True)
    def _password(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_BLUESKY_PASSWORD", self.secret)

    def carries_secret(self, request: httpx.Request) -> bool:
        return self.secret.encode() in request.content

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._pds(request, POSTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        more = POSTS | {NAME: [*POSTS[NAME], post(16)], ALIAS: [*POSTS[ALIAS], post(21)]}
        return self._pds(request, more)

    def _pds(self, request: httpx.Request, posts: Any) -> httpx.Response:
        assert request.url.host == "bsky.social"
        method, token = request.url.path, request.headers.get("authorization", "")
        if method.endswith("createSession"):
            given = json.loads(request.content)
            assert given == {"identifier": "wexcombepark.bsky.example", "password": self.secret}
            return httpx.Response(200, json={"accessJwt": "access-1", "refreshJwt": "renew-1"})
        if method.endswith("refreshSession"):
            assert token == "Bearer renew-1"
            return httpx.Response(200, json={"accessJwt": "access-2", "refreshJwt": "renew-2"})
        late = request.url.params["q"] in (TAG, LINK)
        if token not in ("Bearer access-2", "Bearer access-1") or (late and "1" in token):
            return httpx.Response(400, json={"error": "ExpiredToken", "message": "expired"})
        return search(request, posts)

    def test_it_logs_in_once_a_visit_and_keeps_no_token(self) -> None:
        """Bluesky allows one account 300 logins a day."""
        asked: list[str] = []

        def counting(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path.rpartition(".")[2])
            return self.server(request)

        pages = self.pages(handler=counting)
        assert (asked.count("createSession"), asked.count("refreshSession")) == (1, 1)
        assert not any(word in page.cursor for page in pages for word in ("access", "renew"))

    def test_a_session_that_cannot_be_renewed_is_made_anew(self) -> None:
        logins: list[int] = []

        def forgetful(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("refreshSession"):
                return httpx.Response(401, json={"error": "ExpiredToken"})
            if request.url.path.endswith("createSession"):
                logins.append(1)
                token = f"access-{len(logins)}"
                return httpx.Response(200, json={"accessJwt": token, "refreshJwt": "renew-1"})
            return self.server(request)

        assert [m.external_id for m in self.mentions(handler=forgetful)] == self.expected
        assert len(logins) == 2

    def test_a_wrong_password_says_where_to_make_a_new_one(self) -> None:
        wrong = httpx.Response(401, json={"error": "AuthenticationRequired"})
        assert "App passwords" in str(self.trouble(lambda request: wrong))

    def test_a_login_is_never_sent_on_to_another_server(self) -> None:
        def elsewhere(request: httpx.Request) -> httpx.Response:
            assert request.url.host == "bsky.social"
            return httpx.Response(307, headers={"Location": "https://other.example/"})

        assert "sent on" in str(self.trouble(elsewhere))

    def test_a_cursor_the_server_dislikes_is_its_trouble_and_loses_nothing(self) -> None:
        """A bad cursor is answered with 500, InternalServerError."""

        def moody(request: httpx.Request) -> httpx.Response:
            if "cursor" in request.url.params:
                return httpx.Response(500, json={"error": "InternalServerError"})
            return self.server(request)

        with pytest.raises(Unreachable):
            self.pages(handler=moody)

    def test_posts_are_read_back_only_to_where_the_last_visit_began(self) -> None:
        asked: list[str] = []

        def counting(request: httpx.Request) -> httpx.Response:
            if "q" in request.url.params:
                asked.append(request.url.params["q"])
            return self.later_server(request)

        self.mentions(self.pages()[-1].cursor, counting)
        assert asked.count(NAME) == 1

    def test_a_password_that_is_not_there_is_said_in_words(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("TEST_BLUESKY_PASSWORD")
        found = self.trouble(self.server)
        assert isinstance(found, AccessRefused)
        assert "TEST_BLUESKY_PASSWORD is not set" in str(found)


class TestWithoutAccount(SourceContract):
    """Page one only: asking for the next is refused."""

    source: ClassVar[Source] = Bluesky(name="bluesky, as a visitor")
    expected: ClassVar[list[str]] = [uri(n) for n in (*range(9, 16), 5, 20)]
    expected_later: ClassVar[list[str]] = [uri(16)]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._appview(request, POSTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._appview(request, POSTS | {NAME: [*POSTS[NAME], post(16)]})

    def _appview(self, request: httpx.Request, posts: Any) -> httpx.Response:
        assert request.url.host == "api.bsky.app"
        assert "authorization" not in request.headers
        if "cursor" in request.url.params:
            return httpx.Response(403, html="<html>Request forbidden by administrative rules.")
        return search(request, posts)

    def test_a_closed_door_says_that_an_account_opens_it(self) -> None:
        found = self.trouble(lambda r: httpx.Response(403, html="<html>Request forbidden"))
        assert "app_password of a free account" in str(found)

    def test_who_hides_from_visitors_is_left_alone(self) -> None:
        shy = {**ANN, "labels": [{"val": "!no-unauthenticated"}]}
        posts = POSTS | {NAME: [post(1), post(2, author=shy)], ALIAS: []}
        found = self.mentions(handler=lambda r: self._appview(r, posts))
        assert [m.external_id for m in found] == [uri(1)]


def only(shown: dict[str, Any]) -> Any:
    """The mention made of one post."""

    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"posts": [shown]})

    pages = Bluesky(name="b").fetch(SCHOOL, None, recorded(server))
    return next(m for page in pages for m in page.mentions)


def test_which_post_it_answers_and_how_often_it_was_liked_is_kept() -> None:
    reply = {"root": {"uri": uri(7), "cid": "x"}, "parent": {"uri": uri(8), "cid": "y"}}
    shown = post(2, record={"reply": reply}, likeCount=4, repostCount=0, replyCount=None)
    found = only(shown | {"quoteCount": 1})
    assert found.answers == uri(8)
    assert found.counts == (("likes", 4), ("shares", 0), ("quotes", 1))
    assert only(post(2, record={"reply": "odd"})).answers == ""


def test_a_quoted_post_is_read_with_the_post_that_quotes_it() -> None:
    """The threat stands only in what is quoted; the post itself just says wow."""
    quoted = {
        "$type": "app.bsky.embed.record#view",
        "record": {
            "uri": uri(1),
            "author": {"did": "did:plc:bob", "handle": "bob.example"},
            "value": {"text": "Somebody should burn Wexcombe Park Primary School down"},
        },
    }
    raw = {"$type": "app.bsky.embed.record", "record": {"uri": uri(1), "cid": "x"}}
    found = only(post(2, "Wow.", record={"embed": raw}, embed=quoted))
    assert found.text == "Wow.\n\nSomebody should burn Wexcombe Park Primary School down"


def test_descriptions_of_pictures_and_cards_are_read() -> None:
    media = {
        "$type": "app.bsky.embed.recordWithMedia#view",
        "media": {"images": [{"thumb": "https://cdn.example/1", "alt": "The gate of WPPS"}]},
        "record": {"record": {"value": {"text": "Look"}, "embeds": [{"alt": "a film"}]}},
    }
    assert set(only(post(3, "Hm", embed=media)).text.split("\n\n")) == {
        *("Hm", "The gate of WPPS", "Look", "a film")
    }


def test_where_a_shortened_link_leads_is_read() -> None:
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": "https://wexcombepark.example/a"}
    record = {"facets": [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [feature]}]}
    found = only(post(4, "wexcombepark.exam...", record=record))
    assert found.text.endswith("https://wexcombepark.example/a")


@pytest.mark.parametrize("word", ["porn", "sexual", "nudity"])
def test_bluesky_s_warnings_make_a_post_sensitive(word: str) -> None:
    assert only(post(1, labels=[{"val": word}])).sensitive
    assert only(post(1, author={**ANN, "labels": [{"val": word}]})).sensitive
    quoted = {"record": {"value": {"text": "x"}, "labels": [{"val": word}]}}
    assert only(post(1, embed=quoted)).sensitive
    assert not only(post(1, labels=[{"val": word, "neg": True}])).sensitive


def test_other_labels_do_not() -> None:
    assert not only(post(1, labels=[{"val": "spam"}])).sensitive


def test_a_time_after_the_server_saw_the_post_is_not_believed() -> None:
    found = only(post(1, record={"createdAt": "2031-01-01T00:00:00Z"}))
    assert found.published_at.isoformat() == "2026-07-01T09:00:00+00:00"


def test_the_link_goes_by_the_permanent_id() -> None:
    found = only(post(1))
    assert found.url == "https://bsky.app/profile/did:plc:ann4x/post/3k1"
    assert found.author == "@ann.bsky.example"


def test_an_embed_nested_without_end_is_survived() -> None:
    nested: dict[str, Any] = {"alt": "deep"}
    for _ in range(150):
        nested = {"record": nested}
    assert only(post(1, "Hm", embed=nested)).text == "Hm"


def test_a_post_of_another_shape_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged):
        only({"uri": "javascript:alert(1)", "author": ANN, "record": {}})


def test_half_an_account_is_a_mistake() -> None:
    with pytest.raises(ValidationError, match="belong together"):
        Bluesky(name="b", handle="a.bsky.example")
