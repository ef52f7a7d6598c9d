"""The Guardian's service on a recording written by hand; articles are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused
from sources.guardian import Guardian
from sources.testing import SourceContract, recorded

QUERY = '"Wexcombe Park Primary School" OR ("WPPS" AND Wexcombe)'


def _article(number: int) -> dict[str, Any]:
    return {
        "id": f"education/2026/article-{number}",
        "type": "article",
        "webTitle": f"Article {number}",
        "webUrl": f"https://www.theguardian.com/education/2026/article-{number}",
        "webPublicationDate": f"2026-{1 + number // 28:02}-{1 + number % 28:02}T09:00:00Z",
        "fields": {
            "headline": f"Fete &amp; raffle {number}",
            "trailText": "<p>What the <strong>town</strong> said</p>",
            "byline": "A Writer",
            "bodyText": f"Wexcombe Park Primary School, {number}.",
        },
    }


def _day(article: dict[str, Any]) -> str:
    return str(article["webPublicationDate"])[:10]


class TestGuardian(SourceContract):
    source: ClassVar[Source] = Guardian(name="Guardian", key="env:TEST_GUARDIAN")
    expected: ClassVar[list[str]] = [f"education/2026/article-{n}" for n in range(1, 13)]
    expected_later: ClassVar[list[str]] = [f"education/2026/article-{n}" for n in range(13, 80)]
    secret: ClassVar[str] = "00000000-not-a-real-key"

    @pytest.fixture(autouse=True)
    def _key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_GUARDIAN", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._search(request, range(1, 80))

    def _search(self, request: httpx.Request, numbers: range) -> httpx.Response:
        if not self.carries_secret(request):
            return httpx.Response(401, json={"message": "Unauthorized"})
        return self._answer(request.url.params, [_article(n) for n in numbers])

    def _answer(self, asked: httpx.QueryParams, all_: list[dict[str, Any]]) -> httpx.Response:
        assert asked["q"] == QUERY
        size, page = int(asked["page-size"]), int(asked["page"])
        kept = [a for a in all_ if _day(a) >= asked.get("from-date", "")]
        ordered = kept[::-1] if asked["order-by"] == "newest" else kept
        found = {
            "status": "ok",
            "total": len(kept),
            "currentPage": page,
            "pages": -(-len(kept) // size),
            "results": ordered[(page - 1) * size : page * size],
        }
        return httpx.Response(200, json={"response": found})

    def test_an_article_is_read_whole_and_without_markup(self) -> None:
        first = self.mentions()[0]
        assert first.text == (
            "Fete & raffle 1\n\nWhat the town said\n\nWexcombe Park Primary School, 1."
        )
        assert (first.author, first.url) == (
            "A Writer",
            "https://www.theguardian.com/education/2026/article-1",
        )

    def test_an_article_that_appears_under_a_passed_date_is_found(self) -> None:
        cursor = self.pages(handler=lambda r: self._search(r, range(5, 13)))[-1].cursor
        late = self.mentions(cursor, lambda r: self._search(r, range(8, 14)))
        assert [m.external_id for m in late] == ["education/2026/article-13"]
        early = self.mentions(cursor, lambda r: self._search(r, range(1, 13)))
        assert "education/2026/article-4" not in [m.external_id for m in early]
        cursor = self.pages(handler=lambda r: self._search(r, range(10, 13)))[-1].cursor
        back_dated = self.mentions(cursor, self.server)
        assert "education/2026/article-9" in [m.external_id for m in back_dated]

    def test_a_false_date_in_the_future_hides_nothing(self) -> None:
        future = _article(1) | {"id": "x", "webPublicationDate": "2199-01-01T00:00:00Z"}
        clock = staticmethod(lambda: datetime(2026, 1, 20, tzinfo=UTC))
        source = type("Dated", (Guardian,), {"now": clock})(name="n", key="env:TEST_GUARDIAN")
        cursor = _last_cursor(source, self, [_article(1), future])
        assert date(2026, 1, 20).isoformat() in cursor

    def test_a_service_that_wants_the_key_in_the_address_gets_it_there(self) -> None:
        def old(request: httpx.Request) -> httpx.Response:
            if request.url.params.get("api-key") != self.secret:
                return httpx.Response(401, json={"message": "Unauthorized"})
            return self._answer(request.url.params, [_article(1)])

        assert [m.external_id for m in self.mentions(handler=old)] == ["education/2026/article-1"]

    def test_a_wrong_key_is_named_and_not_shown(self) -> None:
        unknown = httpx.Response(401, json={"message": "Unauthorized"})
        error = self.trouble(lambda _: unknown)
        assert isinstance(error, AccessRefused)
        assert self.secret not in f"{error!r}{error.__cause__!r}{error.__context__!r}"

    def test_an_error_in_a_good_status_is_an_error(self) -> None:
        said = {"response": {"status": "error", "message": "zqxj"}}
        assert "zqxj" not in str(self.trouble(lambda _: httpx.Response(200, json=said)))


def _last_cursor(source: Source, contract: TestGuardian, all_: list[dict[str, Any]]) -> str:
    client = recorded(lambda request: contract._answer(request.url.params, all_))
    return list(source.fetch(contract.school, None, client))[-1].cursor
