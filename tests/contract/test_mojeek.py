"""Mojeek on a recording written by hand; people, posts and places are invented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused, LayoutChanged, RateLimited, SourceError
from sources.mojeek import Mojeek
from sources.testing import SCHOOL, SourceContract, recorded

KEY = "sesame-7-not-a-real-key"
FETE = {
    "url": "https://gazette.example/fete",
    "title": "Summer <b>fete</b>",
    "desc": "Wexcombe Park Primary School held its fete",
    "pdate": 1781946000,
}
REVIEW = {"url": "https://schoolguide.example/1", "title": "Reviews", "desc": "Kind staff"}
THREAD = {"url": "https://forum.example/t/9", "title": "WPPS", "desc": "parking", "pdate": "x"}
NEW = {"url": "https://blog.example/new", "title": "New", "desc": "WPPS", "pdate": "1782118800"}
RESULTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ('"Wexcombe Park Primary School"', ""): [FETE],
    ('"WPPS" Wexcombe', ""): [FETE, THREAD, {"url": "magnet:?xt=urn:x", "title": "film"}],
    ('"Wexcombe Park Primary School"', "schoolguide.co.uk"): [REVIEW],
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_MOJEEK_KEY", KEY)


def _response(status: str, **more: Any) -> httpx.Response:
    return httpx.Response(200, json={"response": {"status": status, **more}})


class TestMojeek(SourceContract):
    source: ClassVar[Source] = Mojeek(name="mojeek", key="env:TEST_MOJEEK_KEY", per_day=1000)
    expected: ClassVar[list[str]] = [
        "https://gazette.example/fete",
        "https://forum.example/t/9",
        "https://schoolguide.example/1",
    ]
    expected_later: ClassVar[list[str]] = ["https://blog.example/new"]
    secret: ClassVar[str] = KEY
    secret_in_address: ClassVar[bool] = True

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._found(request, RESULTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        named = ('"WPPS" Wexcombe', "")
        return self._found(request, RESULTS | {named: [NEW, *RESULTS[named]]})

    def _found(
        self, request: httpx.Request, known: dict[tuple[str, str], list[dict[str, Any]]]
    ) -> httpx.Response:
        asked = request.url.params
        assert (request.url.path, asked["fmt"], asked["api_key"]) == ("/search", "json", KEY)
        found = known.get((asked["q"], asked.get("site", "")), [])
        head = {"query": asked["q"], "start": 1, "return": len(found)}
        return _response("OK", head=head, results=found)


def _mojeek() -> Mojeek:
    return Mojeek.model_validate({"name": "n", "key": "env:TEST_MOJEEK_KEY"})


def _trouble(answer: httpx.Response) -> SourceError:
    with pytest.raises(SourceError) as caught:
        list(_mojeek().fetch(SCHOOL, None, recorded(lambda request: answer)))
    return caught.value


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("ERROR: Daily Limit Reached", RateLimited),
        ("ERROR: zqxj", AccessRefused),
        ("zqxj", LayoutChanged),
    ],
)
def test_errors_that_come_with_status_200_are_errors(
    status: str, error: type[SourceError]
) -> None:
    found = _trouble(_response(status))
    assert type(found) is error
    assert "zqxj" not in str(found)


@pytest.mark.parametrize(
    ("pdate", "moment"),
    [
        (1781946000, datetime(2026, 6, 20, 9, tzinfo=UTC)),
        ("1781946000", datetime(2026, 6, 20, 9, tzinfo=UTC)),
        (None, None),
        ("", None),
        ("20 June", None),
        (0, None),
        (10**30, None),
        ([1], None),
    ],
)
def test_a_date_is_read_if_it_is_one(pdate: Any, moment: datetime | None) -> None:
    """What its dates look like is not verified."""
    result = {"url": "https://x.example/", "title": "t", "desc": "d", "pdate": pdate}
    client = recorded(lambda request: _response("OK", results=[result]))
    page = next(_mojeek().fetch(SCHOOL, None, client))
    assert [m.published_at for m in page.mentions] == [moment]
    assert [m.published_as for m in page.mentions] == [str(pdate) if moment else ""]


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500])
def test_the_key_in_the_address_appears_in_no_error_nor_its_causes(status: int) -> None:
    headers = {"Location": f"http://127.0.0.1/search?api_key={KEY}"}
    error: BaseException | None = _trouble(httpx.Response(status, headers=headers))
    while error is not None:
        assert KEY not in str(error)
        assert KEY not in repr(error)
        error = error.__cause__ or error.__context__


def test_a_key_that_is_not_where_it_should_be_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_MOJEEK_KEY")
    found = _trouble(_response("OK"))
    assert isinstance(found, AccessRefused)
    assert "TEST_MOJEEK_KEY" in str(found)
