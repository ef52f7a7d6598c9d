"""Brave on a recording written by hand; people, posts and places are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest

from monitor.domain import Mention
from sources.brave import Brave
from sources.contract import Source
from sources.errors import AccessRefused, RateLimited, SourceError
from sources.testing import SCHOOL, Handler, SourceContract, recorded

KEY = "sesame-7-not-a-real-key"
FETE = {
    "title": "Summer fete &amp; fair",
    "url": "https://gazette.example/fete#top",
    "description": "Wexcombe Park Primary School held its <strong>fete</strong>",
    "age": "2 days ago",
    "page_age": "2026-11-18T08:00:00",
    "extra_snippets": ["The head opened it."],
    "meta_url": {"hostname": "gazette.example"},
}
NEWS = {"title": "Roof", "url": "https://news.example/roof", "description": "The roof leaks."}
THREAD = {
    "title": "Any good?",
    "url": "https://forum.example/t/9",
    "description": "A thread",
    "data": {"forum_name": "F", "question": "Is WPPS any good?", "top_comment": "Loved it."}
    | {"num_answers": 3, "score": "12"},
}
NEW = {"title": "New", "url": "https://blog.example/new", "description": "WPPS again"}
VIDEO = {"title": "Fete", "url": "https://tiktok.example/v/1", "description": "At the fete"}


def _answer(**parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "search",
        "query": {"original": "x", "more_results_available": False},
        **{name: {"type": name, "results": results} for name, results in parts.items()},
    }


RESULTS = {
    '"Wexcombe Park Primary School"': _answer(web=[FETE], news=[NEWS], discussions=[THREAD]),
    '"WPPS" Wexcombe': _answer(web=[THREAD, {"title": "no address"}]),
    'site:tiktok.com "Wexcombe Park Primary School"': _answer(web=[VIDEO]),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_BRAVE_KEY", KEY)


class TestBrave(SourceContract):
    source: ClassVar[Source] = Brave(name="brave", key="env:TEST_BRAVE_KEY", per_day=1000)
    expected: ClassVar[list[str]] = [
        "https://forum.example/t/9",
        "https://news.example/roof",
        "https://gazette.example/fete",
        "https://tiktok.example/v/1",
    ]
    expected_later: ClassVar[list[str]] = ["https://blog.example/new"]
    secret: ClassVar[str] = KEY

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._found(request, RESULTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._found(request, RESULTS | {'"WPPS" Wexcombe': _answer(web=[NEW, THREAD])})

    def _found(self, request: httpx.Request, known: dict[str, Any]) -> httpx.Response:
        asked = request.url.params
        assert (request.url.host, request.url.path) == (
            "api.search.brave.com",
            "/res/v1/web/search",
        )
        assert (asked["count"], asked["country"], asked["safesearch"]) == ("20", "GB", "off")
        assert request.headers["x-subscription-token"] == KEY
        return httpx.Response(200, json=known.get(asked["q"], _answer()))


def _brave(**keys: Any) -> Brave:
    return Brave.model_validate({"name": "n", "key": "env:TEST_BRAVE_KEY", **keys})


def _mentions(handler: Handler) -> dict[str, Mention]:
    pages = _brave().fetch(SCHOOL, None, recorded(handler))
    return {m.external_id: m for page in pages for m in page.mentions}


def _trouble(answer: httpx.Response) -> SourceError:
    with pytest.raises(SourceError) as caught:
        list(_brave().fetch(SCHOOL, None, recorded(lambda request: answer)))
    return caught.value


def test_a_result_is_read_with_its_excerpts_and_its_date() -> None:
    """`age` is words for people; `page_age` is the date."""
    fete = _mentions(TestBrave().server)["https://gazette.example/fete"]
    assert fete.text == (
        "Summer fete & fair\n\nWexcombe Park Primary School held its fete\n\nThe head opened it."
    )
    assert fete.published_at == datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert fete.published_as == "2 days ago"


def test_a_thread_is_read_with_its_question_and_best_answer() -> None:
    thread = _mentions(TestBrave().server)["https://forum.example/t/9"]
    assert "Is WPPS any good?" in thread.text
    assert "Loved it." in thread.text
    assert thread.published_at is None
    assert thread.counts == (("replies", 3),)


def test_every_second_round_asks_for_the_last_month_only() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("freshness", ""))
        return httpx.Response(200, json=_answer())

    source = _brave(per_day=1000, without=["handles", "social", "forums", "reviews"])
    cursor = None
    for _ in range(3):
        cursor = list(source.fetch(SCHOOL, cursor, recorded(answer)))[-1].cursor
    assert asked == ["", "", "pm", "pm", "", ""]


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_key_that_brave_does_not_know_comes_with_the_cure(status: int) -> None:
    """It answers 422 where others answer 401."""
    found = _trouble(httpx.Response(status, json={"error": {"code": "zqxj"}}))
    assert isinstance(found, AccessRefused)
    assert "copy it again" in str(found)
    assert "zqxj" not in str(found)


def test_a_month_that_is_used_up_says_where_to_look() -> None:
    body = {"type": "ErrorResponse", "error": {"code": "RATE_LIMITED", "status": 429}}
    found = _trouble(httpx.Response(429, json=body, headers={"Retry-After": "60"}))
    assert isinstance(found, RateLimited)
    assert found.retry_after == timedelta(seconds=60)
    assert "credit" in str(found)
    assert isinstance(_trouble(httpx.Response(402)), AccessRefused)


def test_a_key_that_is_not_where_it_should_be_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_BRAVE_KEY")
    found = _trouble(httpx.Response(200, json=_answer()))
    assert isinstance(found, AccessRefused)
    assert "TEST_BRAVE_KEY" in str(found)
