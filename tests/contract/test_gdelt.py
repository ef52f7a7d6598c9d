"""GDELT on recordings written by hand; papers and stories are invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import httpx
import pytest

from monitor.egress import Egress
from sources.contract import Source
from sources.errors import ErrorPage, RateLimited
from sources.gdelt import Gdelt, closed_up
from sources.http import PoliteClient
from sources.testing import PUBLIC, SCHOOL, SourceContract, recorded


def _article(number: int, **more: Any) -> dict[str, Any]:
    return {
        "url": f"https://paper.example/story/{number}",
        "url_mobile": "",
        "title": f"Wexcombe Park Primary School , day {number} : a fete",
        "seendate": f"202611{number:02}T101500Z",
        "socialimage": "https://paper.example/x.jpg",
        "domain": "paper.example",
        "language": "English",
        "sourcecountry": "United Kingdom",
        **more,
    }


class TestGdelt(SourceContract):
    source: ClassVar[Source] = Gdelt(name="world news")
    expected: ClassVar[list[str]] = [f"https://paper.example/story/{n}" for n in range(1, 13)]
    expected_later: ClassVar[list[str]] = ["https://paper.example/story/13"]
    nothing: ClassVar[object] = {}

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._list(request, range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._list(request, range(1, 14))

    def _list(self, request: httpx.Request, numbers: range) -> httpx.Response:
        asked = request.url.params
        assert (asked["mode"], asked["format"], asked["maxrecords"]) == ("artlist", "json", "250")
        assert asked["query"] == '"Wexcombe Park Primary School" sourcecountry:UK'
        return httpx.Response(200, json={"articles": [_article(n) for n in reversed(numbers)]})

    def test_the_title_is_read_without_gdelts_spaces(self) -> None:
        first = self.mentions()[0]
        assert first.text == "Wexcombe Park Primary School, day 1: a fete"
        assert first.author == "paper.example"

    def test_the_first_visit_looks_back_further_than_the_later_ones(self) -> None:
        asked: list[str] = []

        def listening(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params["timespan"])
            return self.server(request)

        self.pages(self.pages(handler=listening)[-1].cursor, listening)
        assert asked == ["90d", "30d"]

    def test_control_characters_and_stray_backslashes_in_titles_are_mended(self) -> None:
        body = (
            b'{"articles":[{"url":"https://a.example/1","seendate":"20261101T101500Z",'
            b'"title":"Say \\"hi\\" \x0b at Wexcombe\\\'s C:\\school"}]}'
        )
        (found,) = self.mentions(handler=lambda _: httpx.Response(200, content=body))
        assert found.text == 'Say "hi" at Wexcombe\\\'s C:\\school'

    def test_an_error_page_is_no_alarm_and_not_quoted(self) -> None:
        page = httpx.Response(200, html="The specified phrase is too short.")
        found = self.trouble(lambda _: page)
        assert isinstance(found, ErrorPage)
        assert not found.needs_a_person
        assert "phrase" not in str(found)

    def test_being_turned_away_is_no_alarm(self) -> None:
        found = self.trouble(lambda _: httpx.Response(429, text="use the bulk files"))
        assert isinstance(found, RateLimited)
        assert not found.needs_a_person


def _asked(**school: Any) -> list[str]:
    asked: list[str] = []

    def listening(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["query"])
        return httpx.Response(200, json={})

    list(Gdelt(name="n", country="").fetch(replace(SCHOOL, **school), None, recorded(listening)))
    return asked


def test_all_names_of_several_words_are_asked_for_at_once() -> None:
    asked = _asked(aliases=("WPPS", 'Wexcombe "Park" Primary'))
    assert asked == ['("Wexcombe Park Primary School" OR "Wexcombe Park Primary")']


def test_two_visits_are_five_seconds_apart() -> None:
    slept: list[float] = []
    client = PoliteClient(
        Egress(resolve=lambda _host, _port: [PUBLIC]),
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json={})),
        clock=lambda: 0.0,
        sleep=slept.append,
    )
    for _ in range(2):
        list(Gdelt(name="n").fetch(SCHOOL, None, client))
    assert slept == [5.0]


def test_a_school_of_one_word_is_not_asked_for_at_all() -> None:
    """It would find the news of every place and person of that name."""
    assert _asked(name="Wexcombe", aliases=()) == []


@pytest.mark.parametrize(
    ("title", "plain"),
    [("Snow , ice ; and ( some ) wind .", "Snow, ice; and (some) wind."), ("Plain", "Plain")],
)
def test_punctuation_is_closed_up(title: str, plain: str) -> None:
    assert closed_up(title) == plain
