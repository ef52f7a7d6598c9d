"""Keenable on a recording written by hand; people, posts and places are invented."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import NotAllowed
from sources.keenable import Keenable
from sources.testing import SCHOOL, SourceContract, recorded

FETE = {
    "url": "https://gazette.example/fete",
    "title": "Summer fete",
    "description": None,
    "snippet": "Wexcombe Park Primary School held its fete",
    "published_at": "2026-11-18T09:00:00Z",
}
FAR = {"url": "https://far.example/", "title": "A park", "description": "Another primary school"}
BLANK = {"url": "https://blank.example/", "title": "Wexcombe Park Primary School", "snippet": ""}
THREAD = {
    "url": "https://forum.example/t/9",
    "title": "Parking",
    "description": "At WPPS, again",
    "snippet": None,
    "published_at": None,
}
NEW = {"url": "https://blog.example/new", "title": "New", "description": "about WPPS"}
RESULTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ('"Wexcombe Park Primary School"', ""): [FETE, FAR, BLANK],
    ('"WPPS" Wexcombe', ""): [FETE | {"snippet": "WPPS"}, THREAD],
}


class TestKeenable(SourceContract):
    source: ClassVar[Source] = Keenable(name="keenable", per_day=1000)
    expected: ClassVar[list[str]] = ["https://gazette.example/fete", "https://forum.example/t/9"]
    expected_later: ClassVar[list[str]] = ["https://blog.example/new"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._found(request, RESULTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        named = ('"WPPS" Wexcombe', "")
        return self._found(request, RESULTS | {named: [NEW, *RESULTS[named]]})

    def _found(
        self, request: httpx.Request, known: dict[tuple[str, str], list[dict[str, Any]]]
    ) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/v1/search/public")
        assert request.headers["x-keenable-title"]
        asked = json.loads(request.content)
        return httpx.Response(
            200, json={"results": known.get((asked["query"], asked.get("site", "")), [])}
        )


def _kept(result: dict[str, Any], **keys: Any) -> list[str]:
    source = Keenable.model_validate({"name": "n", **keys})
    client = recorded(lambda request: httpx.Response(200, json={"results": [result]}))
    pages = source.fetch(SCHOOL, None, client)
    return [m.external_id for page in pages for m in page.mentions]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Wexcombe Park Primary School is fine", True),
        ("WEXCOMBE  PARK\nPRIMARY-SCHOOL", True),
        ("the park at Wexcombe has a primary school", False),
        ("Wexcombe Park Hotel", False),
    ],
)
def test_what_only_resembles_the_phrase_is_left_out(words: str, kept: bool) -> None:
    """It searches by meaning; quotation marks are not known to have an effect."""
    only_the_name = ["aliases", "handles", "social", "forums", "reviews"]
    result = {"url": "https://x.example/", "title": "t", "description": words}
    assert bool(_kept(result, without=only_the_name)) is kept


def test_a_query_of_the_schools_own_without_a_phrase_is_not_filtered() -> None:
    everything = ["names", "aliases", "handles", "social", "forums", "reviews"]
    assert _kept(FAR, without=everything, queries=["parks in Wexcombe"])


def test_a_place_that_sends_the_question_on_is_not_followed() -> None:
    source = Keenable.model_validate({"name": "n"})
    moved = httpx.Response(307, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(NotAllowed):
        list(source.fetch(SCHOOL, None, recorded(lambda request: moved)))
