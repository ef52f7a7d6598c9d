"""Lemmy on a recording; people, communities and posts are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import LayoutChanged, RateLimited
from sources.lemmy import Lemmy
from sources.testing import SCHOOL, SourceContract, recorded

BASE = "https://lemmy.example"


def ap(kind: str, number: int) -> str:
    return f"https://other.example/{kind}/{number}"


def _view(number: int, **more: Any) -> dict[str, Any]:
    return {
        "post": {
            "id": number,
            "name": f"Story {number} of Wexcombe Park Primary School",
            "ap_id": ap("post", number),
            "published": f"2026-06-{number % 28 + 1:02}T09:00:00.123456",
            "nsfw": False,
            "removed": False,
            "deleted": False,
            **more.pop("post", {}),
        },
        "creator": {"name": "ann", "actor_id": "https://other.example/u/ann"},
        "community": {"name": "wexshire", "title": "Wexshire", "nsfw": False},
        "counts": {"score": 1, "comments": 0},
        **more,
    }


def _comment(number: int, content: str) -> dict[str, Any]:
    comment = {
        "id": number,
        "content": content,
        "ap_id": ap("comment", number),
        "published": f"2026-06-{number % 28 + 1:02}T10:00:00Z",
        "path": f"0.{number}",
    }
    return _view(900, comment=comment)


NAMED = [_view(n) for n in range(1, 53)]  # one page and two more
OTHER = _view(60, post={"name": "A primary school in a park, not in Wexcombe"})
REMOVED = _view(61, post={"removed": True})
COMMENTS = [_comment(1, "my two go to #WPPS"), _comment(2, "the water WPPSX pump")]


class TestLemmy(SourceContract):
    """The server searches for single words; what does not name the school is left out."""

    source: ClassVar[Source] = Lemmy(name="lemmy", url=BASE)
    expected: ClassVar[list[str]] = [*(ap("post", n) for n in range(1, 53)), ap("comment", 1)]
    expected_later: ClassVar[list[str]] = [ap("post", 70), ap("comment", 3)]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, [*NAMED, OTHER, REMOVED], COMMENTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        comments = [*COMMENTS, _comment(3, "the head of WPPS")]
        return self._search(request, [*NAMED, OTHER, REMOVED, _view(70)], comments)

    def _search(
        self, request: httpx.Request, posts: list[Any], comments: list[Any]
    ) -> httpx.Response:
        asked = request.url.params
        assert request.url.path == "/api/v3/search"
        assert (asked["sort"], asked["listing_type"]) == ("New", "All")
        first = (int(asked["page"]) - 1) * int(asked["limit"])
        known = posts if asked["type_"] == "Posts" else comments
        wanted = known if (asked["q"] == "WPPS") == (known is comments) else []
        page = wanted[::-1][first : first + int(asked["limit"])]
        shown = {"posts": [], "comments": [], "communities": [], "users": []}
        return httpx.Response(200, json={**shown, asked["type_"].lower(): page})

    def test_being_asked_too_often_is_said_with_400(self) -> None:
        answer = httpx.Response(400, json={"error": "rate_limit_error"})
        assert isinstance(self.trouble(lambda request: answer), RateLimited)

    def test_another_400_is_a_changed_layout(self) -> None:
        answer = httpx.Response(400, json={"error": "unknown"})
        assert isinstance(self.trouble(lambda request: answer), LayoutChanged)

    def test_a_search_whose_results_are_mostly_noise_still_stops_where_it_began(self) -> None:
        """The noise counts for knowing where we were, or each visit would read four pages."""
        noise = [_view(n, post={"name": "Nothing to do with it"}) for n in range(100, 300)]
        asked: list[str] = []

        def noisy(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params["page"])
            return self._search(request, noise, [])

        cursor = self.pages(handler=noisy)[-1].cursor
        assert max(asked) == "4"
        asked.clear()
        assert self.mentions(cursor, noisy) == []
        assert set(asked) == {"1"}


def only(shown: dict[str, Any]) -> Any:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"posts": [shown], "comments": []})

    pages = Lemmy(name="l", url=BASE).fetch(SCHOOL, None, recorded(server))
    return next(m for page in pages for m in page.mentions)


@pytest.mark.parametrize("more", [{"post": {"nsfw": True}}, {"community": {"nsfw": True}}])
def test_what_is_not_safe_for_work_is_sensitive(more: dict[str, Any]) -> None:
    assert only(_view(1, **more)).sensitive


def test_a_comment_answers_its_post_and_each_says_how_often_it_was_liked_and_answered() -> None:
    said = {"score": 1, "upvotes": 3, "downvotes": 2, "comments": 2}
    post = only(_view(1, counts=said))
    assert (post.answers, dict(post.counts)) == ("", {"likes": 3, "dislikes": 2, "replies": 2})
    assert post.published_as == "2026-06-02T09:00:00.123456"
    comment = only(_comment(1, "at WPPS") | {"counts": {"upvotes": 1, "child_count": 0}})
    assert (comment.answers, comment.counts) == (ap("post", 900), (("likes", 1), ("replies", 0)))


@pytest.mark.parametrize(
    ("path", "answered"),
    [("0.7.8.1", f"{BASE.rstrip('/')}/comment/8"), ("0.x.1", ""), ("0.7.1?", ""), (None, "")],
)
def test_an_answer_to_a_comment_leads_to_that_comment(path: Any, answered: str) -> None:
    view = _comment(1, "at WPPS")
    view["comment"]["path"] = path
    assert only(view).answers == (answered or ap("post", 900))


def test_a_time_without_a_zone_is_utc_and_the_author_has_a_server() -> None:
    found = only(_view(1))
    assert found.published_at - datetime(2026, 6, 2, 9, tzinfo=UTC) < timedelta(seconds=1)
    assert found.author == "@ann@other.example"
    assert not found.sensitive


def test_body_description_and_link_are_read() -> None:
    more = {"body": "See *this*", "alt_text": "the gate", "url": "https://gazette.example/1"}
    found = only(_view(1, post=more))
    assert found.text.endswith("See *this*\n\nthe gate\n\nhttps://gazette.example/1")
