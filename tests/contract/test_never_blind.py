"""What answers and shows nothing is noticed: searches whose answers are known, and lists that
were full. On recordings; people and posts are invented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sources.bluesky import Bluesky
from sources.contract import EVERYBODYS_WORD, Source
from sources.errors import Emptied, Unreachable
from sources.feed import Feed
from sources.google_news import GoogleNews
from sources.guardian import Guardian
from sources.lemmy import Lemmy
from sources.mastodon import Mastodon
from sources.reddit import Reddit
from sources.testing import SCHOOL, recorded
from sources.uk_petitions import UkPetitions
from sources.whatdotheyknow import WhatDoTheyKnow
from sources.wordpress import WordPress
from sources.youtube import YouTube

NONSENSE = "bcdfghjklmn pqrstvwxzbc"
BASE = "https://place.example"
POST = {
    "uri": "at://did:plc:a/app.bsky.feed.post/1",
    "cid": "c",
    "author": {"did": "did:plc:a", "handle": "a.example"},
    "record": {"text": "Our school"},
}
LEMMY = {
    "post": {"ap_id": f"{BASE}/post/1", "name": "Our school"},
    "creator": {"name": "ann"},
}
EVENT = {"id": 1, "event_type": "sent", "info_request": {"url_title": "meals"}}
RSS = "<rss version='2.0'><channel><title>Paper</title>{}</channel></rss>"


def _json(found: object, nothing: object) -> tuple[httpx.Response, httpx.Response]:
    return httpx.Response(200, json=found), httpx.Response(200, json=nothing)


def _listing(*posts: object) -> object:
    """What Reddit says to an app, and the token by which it is one."""
    return {"access_token": "t", "data": {"children": posts}}


def _rss(items: int) -> httpx.Response:
    one = f"<item><guid>{{0}}</guid><link>{BASE}/{{0}}</link><title>Fair {{0}}</title></item>"
    body = RSS.format("".join(one.format(n) for n in range(items)))
    return httpx.Response(200, text=body, headers={"content-type": "application/rss+xml"})


def _article(id_: str) -> dict[str, Any]:
    return {"id": id_, "webTitle": "A school", "webUrl": f"{BASE}/{id_}"}


KINDS: dict[str, tuple[Source, tuple[httpx.Response, httpx.Response]]] = {
    "bluesky": (
        Bluesky(name="n"),
        _json({"posts": [POST]}, {"posts": []}),
    ),
    "lemmy": (
        Lemmy.model_validate({"name": "n", "url": BASE}),
        _json({"posts": [LEMMY], "comments": []}, {"posts": [], "comments": []}),
    ),
    "guardian": (
        Guardian.model_validate({"name": "n", "key": "env:KEY"}),
        _json({"response": {"results": [_article("a")]}}, {"response": {"results": []}}),
    ),
    "whatdotheyknow": (WhatDoTheyKnow(name="n"), _json([EVENT], [])),
    "uk_petitions": (
        UkPetitions(name="n"),
        _json(
            {"links": {}, "data": [{"id": 1, "attributes": {"action": "Mend schools"}}]},
            {"links": {}, "data": []},
        ),
    ),
    "reddit": (
        Reddit.model_validate(
            {"name": "n", "permitted": True, "client_id": "i", "client_secret": "env:KEY"}
        ),
        _json(_listing({"data": {"name": "t3_a", "title": "Our school"}}), _listing()),
    ),
    "youtube": (
        YouTube.model_validate({"name": "n", "key": "env:KEY"}),
        _json({"items": [{"id": {"videoId": "a"}}]}, {"items": []}),
    ),
    "google_news": (GoogleNews(name="n"), (_rss(1), _rss(0))),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "k")


@pytest.mark.parametrize("kind", KINDS)
def test_a_place_that_searches_finds_everybodys_word_and_no_nonsense(kind: str) -> None:
    source, (found, nothing) = KINDS[kind]
    for answer in (found, nothing):
        with recorded(lambda _, answer=answer: answer) as client:  # type: ignore[misc]
            said = [source.finds(one, client) for one in source.canaries(SCHOOL, NONSENSE)]
            assert set(said) == {answer is found}
    asked: list[str] = []

    def listening(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":  # to log in is no question
            asked.append(f"{request.url.path} {request.url.params}")
        return found

    with recorded(listening) as client:
        for canary in source.canaries(SCHOOL, NONSENSE):
            source.finds(canary, client)
    assert EVERYBODYS_WORD in asked[0]
    assert all(NONSENSE.split()[0] in one for one in asked[1:])


def _server(tag_has_posts: bool, trending: list[dict[str, str]]) -> Callable[..., httpx.Response]:
    status = {"id": "1", "uri": f"{BASE}/1", "account": {"acct": "ann"}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/trends/tags":
            return httpx.Response(200, json=trending)
        popular = request.url.path.endswith("/gardening")
        return httpx.Response(200, json=[status] if tag_has_posts and popular else [])

    return answer


def test_a_hashtag_that_a_server_calls_popular_must_have_posts_there() -> None:
    mastodon = Mastodon.model_validate({"name": "n", "url": BASE})
    trending = [{"name": "gardening"}]
    for has_posts in (True, False):
        with recorded(_server(has_posts, trending)) as client:
            popular, nonsense = mastodon.canaries(SCHOOL, NONSENSE)
            assert mastodon.finds(popular, client) is has_posts
            assert mastodon.finds(nonsense, client) is False
    with recorded(_server(True, [])) as client, pytest.raises(Unreachable):
        mastodon.finds(popular, client)


class Shelf:
    """A place that shows so many items, read as often as a test likes."""

    def __init__(self, source: Source, answer: Callable[[int], httpx.Response]) -> None:
        self._source, self._answer = source, answer
        self._cursor: str | None = None

    def read(self, items: int) -> int:
        """How many of them are new."""
        new = 0
        with recorded(lambda _: self._answer(items)) as client:
            for page in self._source.fetch(SCHOOL, self._cursor, client):
                new, self._cursor = new + len(page.mentions), page.cursor
        return new


def _posts(items: int) -> httpx.Response:
    return httpx.Response(200, json=[_wordpress(n) for n in range(items)])


def _wordpress(number: int) -> dict[str, Any]:
    title, link = {"rendered": f"Fair {number}"}, f"{BASE}/{number}"
    return {"id": number, "link": link, "title": title, "content": {"rendered": "<p>Fine.</p>"}}


PLACES = {
    "feed": (Feed.model_validate({"name": "n", "url": f"{BASE}/feed"}), _rss),
    "wordpress": (
        WordPress.model_validate({"name": "n", "url": BASE, "comments": False}),
        _posts,
    ),
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_list_that_was_full_and_is_empty_is_a_trouble_and_no_quiet_day(kind: str) -> None:
    shelf = Shelf(*PLACES[kind])
    assert shelf.read(3) == 3
    with pytest.raises(Emptied, match="blind"):
        shelf.read(0)
    assert shelf.read(4) == 1, "what it knew it still knows"


@pytest.mark.parametrize("kind", PLACES)
def test_one_or_two_things_may_well_have_been_taken_down(kind: str) -> None:
    shelf = Shelf(*PLACES[kind])
    assert [shelf.read(2), shelf.read(0), shelf.read(0)] == [2, 0, 0]


def test_where_questions_are_dear_no_canary_is_asked() -> None:
    """Reddit's feed stands one question a minute; a day of few searches has none to spare."""
    assert Reddit.model_validate({"name": "n", "permitted": True}).canaries(SCHOOL, NONSENSE) == ()
    few, many = (
        YouTube.model_validate({"name": "n", "key": "env:KEY", "per_day": day}) for day in (9, 10)
    )
    assert few.canaries(SCHOOL, NONSENSE) == ()
    assert few.budget(None).allowed == many.budget(None).allowed == 9
