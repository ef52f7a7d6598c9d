"""Discourse: searches read newest first, posts in full, and every new post on request."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar

import httpx
import pytest

from monitor.domain import Mention
from sources.contract import Source
from sources.discourse import Discourse
from sources.errors import AccessRefused, RateLimited, Unreachable
from sources.testing import SCHOOL, Handler, SourceContract, recorded

FORUM = Discourse(name="the forum", url="https://forum.example")  # type: ignore[arg-type] # as TOML gives it
TOPIC = {"id": 7, "title": "Parking &amp; the gate", "slug": "parking-the-gate"}


def hit(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "username": f"parent{n}",
        "created_at": f"2026-06-{n % 28 + 1:02}T09:00:00.000Z",
        "blurb": f"...of post {n} on WPPS...",
        "post_number": n,
        "topic_id": 7,
    }


def whole(n: int) -> dict[str, Any]:
    words = {"cooked": f"<p>All of post {n} on WPPS.</p>", "topic_slug": TOPIC["slug"]}
    return {k: v for k, v in hit(n).items() if k != "blurb"} | words


def search(found: list[int], number: int, size: int = 8) -> httpx.Response:
    shown = found[(number - 1) * size : number * size]
    more = len(found) > number * size
    grouped = {"more_full_page_results": more or None, "error": None, "term": "x"}
    body: dict[str, Any] = {"grouped_search_result": grouped}
    if shown:  # absent where nothing was found
        body |= {"posts": [hit(n) for n in shown], "topics": [TOPIC]}
    return httpx.Response(200, json=body)


def forum(request: httpx.Request, named: list[int], called: list[int]) -> httpx.Response:
    assert request.headers["accept"] == "application/json"
    if one := re.fullmatch(r"/posts/(\d+)\.json", request.url.path):
        return httpx.Response(200, json=whole(int(one[1])))
    assert request.url.path == "/search.json"
    words = request.url.params["q"]
    assert words.endswith(" order:latest")
    by_name = words.startswith('"Wexcombe')
    found = sorted(named if by_name else called, reverse=True)
    return search(found, int(request.url.params["page"]))


class TestSearch(SourceContract):
    source: ClassVar[Source] = FORUM
    expected: ClassVar[list[str]] = [f"post:{n}" for n in (*range(1, 15), 21, 22)]
    expected_later: ClassVar[list[str]] = ["post:23", "post:24"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return forum(request, list(range(1, 15)), [14, 21, 22])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return forum(request, [*range(1, 15), 23], [14, 21, 22, 23, 24])


def latest(request: httpx.Request, ids: list[int]) -> httpx.Response:
    if request.url.path == "/search.json":
        return search([], 1)
    assert request.url.path == "/posts.json"
    before = int(request.url.params.get("before", "9999"))
    shown = [n for n in sorted(ids, reverse=True) if before - 10 < n <= before]
    shown = shown if "before" in request.url.params else sorted(ids, reverse=True)[:10]
    return httpx.Response(200, json={"latest_posts": [whole(n) for n in shown]})


class TestEveryPost(SourceContract):
    source: ClassVar[Source] = FORUM.model_copy(update={"all_posts": True, "pages": 8})
    expected: ClassVar[list[str]] = [f"post:{n}" for n in range(1, 26)]
    expected_later: ClassVar[list[str]] = ["post:26", "post:27"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return latest(request, list(range(1, 26)))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return latest(request, list(range(1, 28)))


def read(handler: Handler, cursor: str | None = None) -> tuple[list[Mention], str]:
    pages = list(FORUM.fetch(SCHOOL, cursor, recorded(handler)))
    return [m for page in pages for m in page.mentions], pages[-1].cursor


def test_a_post_is_read_in_full_under_its_title_and_has_its_own_address() -> None:
    found, _ = read(lambda request: forum(request, [9], []))
    assert found[0].text == "Parking & the gate\n\nAll of post 9 on WPPS."
    assert found[0].url == "https://forum.example/t/parking-the-gate/7/9"
    assert found[0].author == "@parent9"


def test_what_a_post_answers_and_how_often_it_was_liked_is_kept() -> None:
    acts = [{"id": 2, "count": 3, "can_act": True}, {"id": 6, "count": 1}]
    more: dict[str, Any] = {"reply_to_post_number": 4, "actions_summary": acts}
    more |= {"reply_count": 2, "quote_count": 0}

    def site(request: httpx.Request) -> httpx.Response:
        answer = forum(request, [9], [])
        post = json.loads(answer.content)
        return httpx.Response(200, json=post | more) if "cooked" in post else answer

    found, _ = read(site)
    assert found[0].answers == "https://forum.example/t/parking-the-gate/7/4"
    assert found[0].counts == (("likes", 3), ("quotes", 0), ("replies", 2))
    assert found[0].published_as == "2026-06-10T09:00:00.000Z"
    more |= {"reply_to_post_number": None, "actions_summary": [], "reply_count": "odd"}
    found, _ = read(site)
    assert found[0].answers == "https://forum.example/t/parking-the-gate/7/1"
    assert found[0].counts == (("likes", 0), ("quotes", 0))


def test_a_post_already_read_is_not_asked_for_again() -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return forum(request, [9], [9])

    _, cursor = read(site)
    assert asked.count("/posts/9.json") == 1
    read(site, cursor)
    assert asked.count("/posts/9.json") == 1


def test_of_a_post_that_was_taken_down_since_the_words_of_the_result_are_kept() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        gone = request.url.path.startswith("/posts/")
        return httpx.Response(404) if gone else forum(request, [9], [])

    assert read(site)[0][0].text.endswith("...of post 9 on WPPS...")


def test_a_forum_for_members_only_says_so() -> None:
    refusal = {"errors": ["You are not permitted"], "error_type": "not_logged_in"}
    with pytest.raises(AccessRefused, match="members only"):
        read(lambda request: httpx.Response(403, json=refusal))


def test_a_search_that_is_switched_off_is_an_error_and_not_an_empty_list() -> None:
    body = {"grouped_search_result": {"error": "zqxj", "more_full_page_results": None}}
    with pytest.raises(Unreachable) as caught:
        read(lambda request: httpx.Response(200, json=body))
    assert "zqxj" not in str(caught.value)


def test_too_many_searches_are_named_so() -> None:
    slow = {"errors": ["slow"], "error_type": "rate_limit", "extras": {"wait_seconds": 9}}
    with pytest.raises(RateLimited):
        read(lambda request: httpx.Response(429, content=json.dumps(slow)))
