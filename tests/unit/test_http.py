"""What the client decides before and after it visits: addresses, turns, and statuses."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from monitor.egress import Egress
from sources.answer import Answer
from sources.errors import (
    AccessRefused,
    LayoutChanged,
    NotAllowed,
    RateLimited,
    SourceError,
    Unreachable,
)
from sources.http import PoliteClient, user_agent
from sources.manners import Manners, retry_after
from sources.testing import PUBLIC, Handler, recorded
from sources.web_address import read_address


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def hello(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, text="hello")


def unhurried(handler: Handler, clock: Clock) -> PoliteClient:
    return PoliteClient(
        Egress(resolve=lambda host, port: [PUBLIC]),
        transport=httpx.MockTransport(handler),
        clock=clock,
        sleep=clock.sleep,
    )


@pytest.mark.parametrize("rest", ["", "/", "/search", "/search?page=2&q=old", "/search#top"])
def test_what_is_asked_stands_in_the_address_whatever_its_letters(rest: str) -> None:
    asked = {"q": 'Ysgol "Pen & Bryn" = é漢+%#?', "page": "3"}
    found = read_address(f"https://a.example{rest}", asked)
    assert dict(found.params) == asked
    assert found == httpx.URL(f"https://a.example{rest}").copy_merge_params(asked)


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/hostname", "ftp://site.example/", "gopher://site.example/", "data:,hello"),
        *(
            "view-source:http://site.example/",
            "chrome://version",
            "javascript:alert(1)",
            "about:x",
        ),
        *("http:\\\\site.example\\", "http://site.example\\@127.0.0.1/", "http:/\\site.example/"),
        *("http://user@site.example/", "http://user:word@site.example/", "http://:word@x.example"),
        *(
            "http://",
            "http:///path",
            "//site.example/",
            "site.example",
            "",
            "http://[::1",
            "x" * 5000,
        ),
        *("http://site.example:99999/", "http://site.example:x/", "http://a b.example/"),
        *(
            "http://site.example/\r\nX-Evil: 1",
            "http://site.example/\x00",
            "\thttp://site.example",
        ),
        *("unix:/run/some.sock", "ws://site.example/", "jar:http://site.example!/x"),
    ],
)
def test_what_is_not_a_plain_web_address_is_never_visited(url: str) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"visited {request.url}")

    with pytest.raises(NotAllowed):
        recorded(never).get(url)


@pytest.mark.parametrize(
    "url", ["HTTP://site.example", "https://SITE.example./x?y#z", "http://bücher.example/ä"]
)
def test_a_plain_web_address_may_be_written_in_many_ways(url: str) -> None:
    assert recorded(hello).get(url).content == b"hello"


def test_a_redirect_on_a_recorded_site_is_checked_like_any_other() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": "http://169.254.169.254/latest"})

    with pytest.raises(NotAllowed, match="private network"):
        recorded(away).get("https://site.example/")


def test_two_visits_to_one_place_are_a_second_apart_and_others_need_not_wait() -> None:
    clock = Clock()
    client = unhurried(hello, clock)
    client.get("https://site.example/a")
    client.get("https://other.example/")
    assert clock.slept == []
    clock.now += 0.25
    client.allowing(["10.0.0.1:80"]).get("https://site.example/b")
    assert clock.slept == [0.75]


def test_a_place_that_asks_for_a_longer_gap_gets_it() -> None:
    clock = Clock()
    client = unhurried(hello, clock)
    for _ in range(2):
        client.get("https://site.example/", apart=timedelta(seconds=5))
    client.get("https://site.example/", apart=timedelta(seconds=0.5))
    assert clock.slept == [5.0, 1.0]


def test_a_redirect_waits_its_turn_too() -> None:
    def once(request: httpx.Request) -> httpx.Response:
        away = request.url.path == "/"
        return httpx.Response(302, headers={"Location": "/x"}) if away else hello(request)

    clock = Clock()
    assert unhurried(once, clock).get("https://site.example/").url == "https://site.example/x"
    assert clock.slept == [1.0]


def test_ten_threads_are_one_guest() -> None:
    clock = Clock()
    manners = Manners(timedelta(seconds=1), clock, clock.sleep)
    inside, most = [0], [0]

    def visit() -> None:
        with manners.turn("site.example:443"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1

    threads = [threading.Thread(target=visit) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.slept == [1.0] * 9
    assert most == [1]


def test_a_turn_ends_even_when_the_visit_fails() -> None:
    clock = Clock()
    client = unhurried(lambda request: httpx.Response(503), clock)
    for _ in range(2):
        with pytest.raises(Unreachable):
            client.get("https://site.example/")
    assert clock.slept == [1.0]


NOW = datetime(2026, 6, 20, 9, 0, 0, tzinfo=UTC)
DATE = {"Date": format_datetime(NOW, usegmt=True)}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7.5 "}, 7.5),
        ({"Retry-After": "Sat, 20 Jun 2026 09:02:00 GMT"}, 120),
        ({"Retry-After": "Sat, 20 Jun 2026 08:00:00 GMT"}, 0),
        ({"X-RateLimit-Reset": "2026-06-20T09:05:00.000Z"}, 300),
        ({"X-RateLimit-Reset": "2026-06-20T09:05:00"}, 300),
        ({"RateLimit-Reset": str(int(NOW.timestamp()) + 60)}, 60),
        ({"x-ratelimit-reset": "45"}, 45),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"Retry-After": "5", "X-RateLimit-Reset": "45"}, 5),
        ({"Retry-After": "soon", "X-RateLimit-Reset": "45"}, 45),
        ({"Retry-After": "99999999"}, 86400),
        ({"Retry-After": "99999999999999999999"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": ""}, None),
        ({}, None),
    ],
)
def test_the_time_to_stay_away_is_read_in_every_dialect(
    headers: dict[str, str], seconds: float | None
) -> None:
    wait = retry_after(httpx.Headers(headers | DATE))
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_the_sites_own_clock_decides_what_its_dates_mean() -> None:
    """A school's computer may be hours off."""
    headers = {
        "Date": "Thu, 01 Jan 2015 00:00:00 GMT",
        "Retry-After": "Thu, 01 Jan 2015 00:01:00 GMT",
    }
    assert retry_after(httpx.Headers(headers)) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, LayoutChanged, "answered 400"),
        (401, AccessRefused, "answered 401"),
        (403, AccessRefused, "answered 403"),
        (404, Unreachable, "answered 404"),
        (410, Unreachable, "gone for good"),
        (422, LayoutChanged, "answered 422"),
        (429, RateLimited, "site.example"),
        (451, AccessRefused, "answered 451"),
        (500, Unreachable, "answered 500"),
        (503, Unreachable, "answered 503"),
        (304, LayoutChanged, "answered 304"),
        (300, LayoutChanged, "answered 300"),
    ],
)
def test_every_status_has_its_error_and_neither_key_nor_body_is_shown(
    status: int, error: type[SourceError], says: str
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text="zqxj", headers={"Retry-After": "9"})

    with pytest.raises(error, match=says) as caught:
        recorded(refuse).get("https://site.example/secret-path", params={"key": "sesame"})
    assert caught.value.status == status
    assert not any(word in str(caught.value) for word in ("zqxj", "sesame", "secret-path"))
    if status in (429, 503):
        assert caught.value.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize(
    ("contact", "sent"),
    [
        ("", ""),
        ("office@school.example", " (+office@school.example)"),
        ("a@b.example\r\nX-Evil: (1)", " (+a@b.exampleX-Evil: 1)"),
    ],
)
def test_we_say_truthfully_who_we_are(contact: str, sent: str) -> None:
    name, _, rest = user_agent(contact).partition("/")
    assert name == "SchoolReputationMonitor"
    assert rest[0].isdigit()
    assert rest.partition(" ")[1] + rest.partition(" ")[2] == sent


@pytest.mark.parametrize(
    ("label", "body", "html"),
    [
        ("text/html; charset=utf-8", b"{}", True),
        ("application/json", b" \n<!DOCTYPE html><p>log in", True),
        ("", b"\xef\xbb\xbf<HTML><p>log in", True),
        ("application/json", b'{"html": "<html>"}', False),
        ("application/rss+xml", b"<rss>", False),
    ],
)
def test_a_page_for_people_is_recognised_by_its_label_or_its_first_words(
    label: str, body: bytes, html: bool
) -> None:
    headers = httpx.Headers({"Content-Type": label})
    answer = Answer(url="https://x.example", status=200, headers=headers, content=body)
    assert answer.is_html is html


def test_the_vocabulary_of_sources_is_light() -> None:
    """A command that reads no source must not pay for what reading needs."""
    heavy = ("sqlmodel", "spacy", "fastapi", "playwright", "feedparser", "bs4")
    loaded = f"[m for m in {heavy} if m in sys.modules]"
    code = f"import sys, sources.contract, sources.registry; print({loaded})"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


class _Unread(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        raise AssertionError("a byte of it was read")


@pytest.mark.parametrize("label", ["image/jpeg", "video/mp4", "application/octet-stream", ""])
def test_what_is_not_text_is_left_before_a_byte_of_it_is_read(label: str) -> None:
    def picture(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": label}, stream=_Unread())

    with pytest.raises(LayoutChanged, match="text"):
        recorded(picture).get("https://site.example/", types=("text/html", "text/plain"))
    page = recorded(lambda request: httpx.Response(200, html="hi"))
    assert page.get("https://site.example/", types=("text/html",)).content == b"hi"


@pytest.mark.parametrize(
    ("label", "charset"),
    [
        ("text/html; charset=windows-1252", "windows-1252"),
        ("text/html; Charset='UTF-16'", "UTF-16"),
        ("text/html", "utf-8"),
        ("text/html; charset=zqxj", "utf-8"),
        ("text/html; charset=base64", "utf-8"),
        ("text/html; charset=idna", "utf-8"),
    ],
)
def test_the_encoding_is_the_one_that_the_site_names_if_it_is_one(
    label: str, charset: str
) -> None:
    headers = httpx.Headers({"Content-Type": label})
    assert Answer(url="u", status=200, headers=headers, content=b"").charset == charset
