"""A place in trouble is left alone, by everybody, and says until when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.egress import Egress
from sources.errors import (
    AccessRefused,
    Captcha,
    ConsentWall,
    LayoutChanged,
    LoginWall,
    RateLimited,
    SourceError,
    Unreachable,
)
from sources.http import PoliteClient
from sources.testing import PUBLIC

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}
CAPTCHA = httpx.Response(403, headers=HTML | {"cf-mitigated": "challenge"})


class World:
    """One site, whose answers the test sets, and a clock that stands still."""

    def __init__(self) -> None:
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, text="hello")
        self.time, self.asked = 0.0, 0
        self.client = PoliteClient(
            Egress(resolve=lambda host, port: [PUBLIC]),
            gap=timedelta(0),
            transport=httpx.MockTransport(self._serve),
            clock=lambda: self.time,
            now=lambda: NOON + timedelta(seconds=self.time),
        )

    def _serve(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answer()

    def says(self, answer: httpx.Response) -> World:
        self.answer = lambda: answer
        return self

    def trouble(self, url: str = "https://site.example/") -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.client.get(url)
        return caught.value

    def well(self, url: str = "https://site.example/") -> bool:
        return self.client.get(url).status == 200


@pytest.fixture
def world() -> World:
    return World()


CONSENT = httpx.Response(
    200, html='<form action="https://consent.site.example/save">Before you go on</form>'
)


@pytest.mark.parametrize(
    ("answer", "error", "times", "rest"),
    [
        (CAPTCHA, Captcha, 1, 3600),
        (CONSENT, ConsentWall, 1, 3600),
        (httpx.Response(403), AccessRefused, 2, 3600),
        (httpx.Response(429), RateLimited, 1, 3600),
        (httpx.Response(429, headers={"Retry-After": "7"}), RateLimited, 1, 60),
        (httpx.Response(429, headers={"Retry-After": "7200"}), RateLimited, 1, 7200),
        (httpx.Response(500), Unreachable, 3, 300),
        (httpx.Response(503, headers={"Retry-After": "120"}), Unreachable, 1, 120),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_each_trouble_has_its_rest_and_its_name(
    world: World, answer: httpx.Response, error: type[SourceError], times: int, rest: int
) -> None:
    world.says(answer)
    for _ in range(times):
        assert world.trouble().until is None
    world.time += rest - 1
    resting = world.trouble("https://site.example/another")
    assert world.asked == times, "the network was touched"
    assert type(resting) is error
    assert resting.until == NOON + timedelta(seconds=rest)
    assert resting.retry_after == timedelta(seconds=1)
    assert "left alone until" in str(resting)
    world.time += 1
    world.says(httpx.Response(200, text="hello"))
    assert world.well()


@pytest.mark.parametrize(
    "answer",
    [
        *(httpx.Response(status) for status in (400, 401, 404, 410, 422, 451)),
        httpx.Response(200, html="<p>Please log in</p>"),
    ],
    ids=lambda answer: str(answer.status_code),
)
def test_the_trouble_of_one_page_or_one_key_is_not_the_sites(
    world: World, answer: httpx.Response
) -> None:
    world.says(answer)
    for n in range(5):
        assert world.trouble().until is None
        assert world.asked == n + 1


def test_one_shut_door_does_not_close_the_open_one_beside_it(world: World) -> None:
    """An API switched off (403), then the feed: visit after visit."""
    for _ in range(4):
        world.says(httpx.Response(403))
        assert world.trouble().until is None
        world.says(httpx.Response(200, text="hello"))
        assert world.well()


def test_all_views_and_threads_know_and_other_places_are_visited(world: World) -> None:
    world.says(CAPTCHA)
    world.trouble()
    found: list[SourceError] = []
    view = world.client.allowing(["10.0.0.1:80"])

    def ask() -> None:
        with pytest.raises(Captcha) as caught:
            view.get("https://site.example/x")
        found.append(caught.value)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 5
    assert world.asked == 1
    world.says(httpx.Response(200, text="hello"))
    assert world.well("https://other.example/")


def test_a_place_that_stays_down_is_asked_ever_less_often_but_every_hour(world: World) -> None:
    world.says(httpx.Response(500))
    rests = []
    for _ in range(3):
        world.trouble()
    for _ in range(6):
        resting = world.trouble()
        assert resting.retry_after is not None
        rests.append(resting.retry_after.total_seconds() / 60)
        world.time += resting.retry_after.total_seconds()
        assert world.trouble().until is None  # the one try
    assert rests == [5, 10, 20, 40, 60, 60]


def test_one_good_answer_wipes_the_slate(world: World) -> None:
    for _ in range(3):
        world.says(httpx.Response(500))
        world.trouble()
        world.trouble()
        world.says(httpx.Response(200, text="hello"))
        assert world.well()


def test_a_source_can_say_that_a_layout_changed(world: World) -> None:
    world.client.suspend("https://site.example/x?key=sesame", LayoutChanged("no posts in it"))
    resting = world.trouble()
    assert type(resting) is LayoutChanged
    assert resting.until == NOON + timedelta(hours=6)
    assert "sesame" not in str(resting)
    assert world.asked == 0
    world.client.suspend("https://new.example/", LoginWall("members only"))
    assert world.trouble("https://new.example/").until == NOON + timedelta(hours=1)


def test_being_told_so_is_no_new_trouble(world: World) -> None:
    world.says(httpx.Response(429))
    world.trouble()
    for _ in range(10):
        assert world.trouble().until == NOON + timedelta(hours=1)
