"""Reddit's search feed and its API on recordings; people and posts are invented."""

from __future__ import annotations

import base64
from html import escape
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from sources.contract import Source
from sources.errors import AccessRefused, LayoutChanged, RateLimited, Unreachable
from sources.reddit import Reddit
from sources.testing import SCHOOL, SourceContract, recorded

QUESTION = '"Wexcombe Park Primary School" OR ("WPPS" AND "Wexcombe")'


def entry(number: int) -> str:
    """The body is HTML within HTML, and ends with a line of Reddit's own."""
    body = (
        f'<!-- SC_OFF --><div class="md"><p>Is WPPS shut on day {number}?</p></div><!-- SC_ON -->'
        ' &#32; submitted by &#32; <a href="https://www.reddit.com/user/ann"> /u/ann </a>'
        ' &#32; to &#32; <a href="https://www.reddit.com/r/wexshire/"> r/wexshire </a>'
        '<br/> <span><a href="https://www.reddit.com/x">[link]</a></span>'
        ' &#32; <span><a href="https://www.reddit.com/x">[comments]</a></span>'
    )
    return (
        f"<entry><author><name>/u/ann</name><uri>https://www.reddit.com/user/ann</uri></author>"
        f'<category term="wexshire" label="r/wexshire"/><content type="html">{escape(body)}'
        f"</content><id>t3_a{number}</id>"
        f'<link href="https://www.reddit.com/r/wexshire/comments/a{number}/question/" />'
        f"<updated>2026-06-{number:02}T09:00:00+00:00</updated>"
        f"<published>2026-06-{number:02}T09:00:00+00:00</published>"
        f"<title>Question {number} &amp;amp; answer</title></entry>"
    )


def feed(numbers: range) -> httpx.Response:
    entries = "".join(map(entry, reversed(numbers)))
    return httpx.Response(
        200,
        headers={"Content-Type": "application/atom+xml; charset=UTF-8"},
        content=f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}'
        "</feed>".encode(),
    )


class TestFeed(SourceContract):
    """One request a visit: Reddit answers about one a minute."""

    source: ClassVar[Source] = Reddit(name="reddit", permitted=True)
    expected: ClassVar[list[str]] = [f"t3_a{n}" for n in range(1, 14)]
    expected_later: ClassVar[list[str]] = ["t3_a14", "t3_a15"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._feed(request, range(1, 14))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._feed(request, range(1, 16))

    def _feed(self, request: httpx.Request, numbers: range) -> httpx.Response:
        assert (request.url.host, request.url.path) == ("www.reddit.com", "/search.rss")
        assert request.url.params["q"] == QUESTION
        return feed(numbers)

    def test_a_post_is_its_own_words(self) -> None:
        first = self.mentions()[0]
        assert first.text == "Question 1 & answer\n\nIs WPPS shut on day 1?"
        assert first.author == "u/ann"
        assert first.url == "https://www.reddit.com/r/wexshire/comments/a1/question/"

    def test_one_visit_is_one_request(self) -> None:
        assert self._count_requests() == 1

    def test_no_picture_is_trusted_where_reddit_does_not_say(self) -> None:
        assert all(m.sensitive for m in self.mentions())

    def test_a_feed_that_breaks_off_is_asked_for_again(self) -> None:
        def broken(request: httpx.Request) -> httpx.Response:
            whole = feed(range(1, 14)).content
            return httpx.Response(200, content=whole[: len(whole) // 2])

        assert isinstance(self.trouble(broken), Unreachable)

    def test_seconds_until_it_answers_again_are_kept(self) -> None:
        slow = httpx.Response(429, headers={"x-ratelimit-reset": "41"})
        found = self.trouble(lambda request: slow)
        assert isinstance(found, RateLimited)
        assert found.retry_after is not None
        assert found.retry_after.total_seconds() == 41


def api_post(number: int, **more: Any) -> dict[str, Any]:
    data = {
        "id": f"b{number}",
        "name": f"t3_b{number}",
        "title": f"WPPS, part {number}",
        "selftext": "Anyone?",
        "author": "ann",
        "subreddit": "wexshire",
        "permalink": f"/r/wexshire/comments/b{number}/wpps/",
        "created_utc": 1_780_000_000.0 + number,
        "over_18": False,
        **more,
    }
    return {"kind": "t3", "data": data}


class TestApp(SourceContract):
    source: ClassVar[Source] = Reddit(
        name="reddit app",
        permitted=True,
        client_id="wexcombe-1",
        client_secret="env:TEST_REDDIT_SECRET",
    )
    expected: ClassVar[list[str]] = [f"t3_b{n}" for n in range(1, 13)]
    expected_later: ClassVar[list[str]] = ["t3_b13"]
    secret: ClassVar[str] = "not-a-real-secret"

    @pytest.fixture(autouse=True)
    def _secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_REDDIT_SECRET", self.secret)

    def carries_secret(self, request: httpx.Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme == "Basic" and self.secret.encode() in base64.b64decode(given)

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._reddit(request, range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._reddit(request, range(1, 14))

    def _reddit(self, request: httpx.Request, numbers: range) -> httpx.Response:
        if request.url.path == "/api/v1/access_token":
            assert request.method == "POST"
            assert request.content == b"grant_type=client_credentials"
            right = self.carries_secret(request)
            token = {"access_token": "bearer-1", "token_type": "bearer", "expires_in": 86400}
            return httpx.Response(200, json=token) if right else httpx.Response(401)
        assert request.url.host == "oauth.reddit.com"
        assert request.headers["authorization"] == "Bearer bearer-1"
        assert request.url.params["q"] == QUESTION
        return self._listing(request, [*numbers][::-1])

    def _listing(self, request: httpx.Request, newest: list[int]) -> httpx.Response:
        after = request.url.params.get("after", "")
        start = newest.index(int(after.removeprefix("t3_b"))) + 1 if after else 0
        page = newest[start : start + 5]
        more = f"t3_b{page[-1]}" if start + 5 < len(newest) else None
        data = {"children": [api_post(n) for n in page], "after": more}
        return httpx.Response(200, json={"kind": "Listing", "data": data})

    def test_a_wrong_secret_is_a_matter_for_a_person(self) -> None:
        found = self.trouble(lambda request: httpx.Response(401))
        assert isinstance(found, AccessRefused)
        assert found.needs_a_person

    def test_the_token_is_kept_nowhere(self) -> None:
        assert not any("bearer-1" in page.cursor for page in self.pages())


def only(shown: dict[str, Any]) -> Any:
    def server(request: httpx.Request) -> httpx.Response:
        data = {"children": [shown], "after": None}
        return httpx.Response(200, json={"access_token": "t", "data": data})

    source = Reddit(name="r", permitted=True, client_id="a", client_secret="env:HOME")
    pages = source.fetch(SCHOOL, None, recorded(server))
    return next(m for page in pages for m in page.mentions)


def test_reddit_s_own_warning_is_kept() -> None:
    assert only(api_post(1, over_18=True)).sensitive
    assert not only(api_post(1)).sensitive


def test_how_often_it_was_liked_and_answered_is_kept() -> None:
    assert only(api_post(1, ups=7, num_comments=2)).counts == (("likes", 7), ("replies", 2))


def test_the_time_is_kept_as_reddit_writes_it_in_seconds() -> None:
    assert only(api_post(1, created_utc=1781946000.0)).published_as == "1781946000.0"


def test_what_was_removed_there_is_not_kept_as_words() -> None:
    found = only(api_post(1, selftext="[removed]", author="[deleted]"))
    assert (found.text, found.author) == ("WPPS, part 1", "")


def test_a_link_to_another_place_is_no_permalink() -> None:
    with pytest.raises(LayoutChanged):
        only(api_post(1, name="../../x"))
    assert only(api_post(1, permalink="javascript:alert(1)")).url == "https://www.reddit.com"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "permitted"),
        ({"permitted": False}, "stays off until Reddit has allowed it"),
        ({"permitted": True, "client_id": "a"}, "belong together"),
    ],
)
def test_it_stays_off_until_the_school_says_that_it_may(given: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Reddit(name="r", **given)
