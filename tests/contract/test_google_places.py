"""Places API (New), written by hand; reviews and people are invented. What Google lets be read
but not kept is judged, and then gone: also from the database, whose bytes are looked through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from alerts.telling import Telling
from monitor.domain import Category, Role
from monitor.pipeline import poll
from monitor.store.store import Store
from nlp.assess import Assessor
from sources.contract import Source
from sources.errors import AccessRefused, RateLimited, SourceError, Unreachable
from sources.google_places import GooglePlaces
from sources.memory import digest
from sources.testing import SCHOOL, SourceContract, recorded

PLACE = "ChIJwexcombe-park_0001"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WORDS = {
    1: "Kind staff and a lovely garden.",
    2: "Nobody answers the telephone.",
    3: "I am going to stab Mr Deputy outside Wexcombe Park Primary School tomorrow at 3pm.",
    4: "We moved away and miss it.",
    5: "Parking is hopeless.",
}


def review(number: int, words: str = "", stars: int = 2) -> dict[str, Any]:
    said = {"text": words or WORDS.get(number, "New here."), "languageCode": "en-GB"}
    return {
        "name": f"places/{PLACE}/reviews/R{number}",
        "relativePublishTimeDescription": "a month ago",
        "rating": stars,
        "text": said,
        "originalText": said,
        "authorAttribution": {
            "displayName": "Ann Oak",
            "uri": "https://www.google.com/maps/contrib/1/reviews",
            "photoUri": "https://lh3.googleusercontent.com/a/1",
        },
        "publishTime": f"2026-06-{number:02}T09:00:00.123456789Z",
        "flagContentUri": "https://www.google.com/local/review/rap/report?postId=1",
        "googleMapsUri": f"https://www.google.com/maps/reviews/data=R{number}",
    }


def mark(number: int, words: str = "") -> str:
    name = f"places/{PLACE}/reviews/R{number}"
    said = words or WORDS.get(number, "New here.")
    return "review:" + digest(f"{name} {said}")


def refusal(status: int, reason: str) -> httpx.Response:
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    help_ = {"@type": "type.googleapis.com/google.rpc.Help", "links": []}
    complaint = {"code": status, "message": "zqxj", "status": "X", "details": [help_, info]}
    return httpx.Response(status, json={"error": complaint})


class TestGooglePlaces(SourceContract):
    source: ClassVar[Source] = GooglePlaces(name="maps", place=PLACE, key="env:TEST_PLACES_KEY")
    expected: ClassVar[list[str]] = [mark(n) for n in range(1, 5)]
    expected_later: ClassVar[list[str]] = [mark(5)]
    secret: ClassVar[str] = "AIza-not-a-real-key"

    @pytest.fixture(autouse=True)
    def _key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_PLACES_KEY", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        """In Google's own order, which is none of ours."""
        return self._place(request, [review(n) for n in (4, 1, 3, 2)])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._place(request, [review(n) for n in (5, 4, 1, 3, 2)])

    def _place(self, request: httpx.Request, reviews: list[Any]) -> httpx.Response:
        assert (
            str(request.url.copy_with(query=None))
            == f"https://places.googleapis.com/v1/places/{PLACE}"
        )
        if "x-goog-fieldmask" not in request.headers:
            return refusal(400, "INVALID_ARGUMENT")
        assert request.headers["x-goog-fieldmask"] == "id,reviews"
        if request.headers["x-goog-api-key"] != self.secret:
            return refusal(400, "API_KEY_INVALID")
        shown = {"reviews": reviews} if reviews else {}
        return httpx.Response(200, json={"id": PLACE, **shown})

    def test_one_that_was_changed_and_one_that_pushed_another_out_are_new(self) -> None:
        changed = review(2, "They answer now.", 4)
        shown = [review(6), changed, review(1), review(3)]
        found = self.mentions(self.pages()[-1].cursor, lambda r: self._place(r, shown))
        assert [m.external_id for m in found] == [mark(2, "They answer now."), mark(6)]

    def test_a_place_without_reviews_is_no_trouble(self) -> None:
        assert self.mentions(handler=lambda request: self._place(request, [])) == []

    def test_the_words_are_for_the_judge_and_what_is_kept_holds_none_of_them(
        self,
    ) -> None:
        one = next(m for m in self.mentions() if m.external_id == mark(2))
        assert (
            one.text == "Review of Wexcombe Park Primary School\n\nNobody answers the telephone."
        )
        assert "02 June 2026" in one.kept_as
        assert one.url == "https://www.google.com/maps/reviews/data=R2"
        assert not any(w in f"{one.kept_as}{one.author}" for w in ("telephone", "Nobody", "Ann"))

    def test_the_cursor_keeps_no_words(self) -> None:
        assert not any(w in p.cursor for p in self.pages() for w in ("garden", "Ann", "R1"))

    @pytest.mark.parametrize(
        ("answer", "error", "words"),
        [
            (refusal(400, "API_KEY_INVALID"), AccessRefused, "copy both again"),
            (refusal(403, "SERVICE_DISABLED"), AccessRefused, "switch on"),
            (refusal(403, "BILLING_DISABLED"), AccessRefused, "billing account"),
            (refusal(403, "API_KEY_SERVICE_BLOCKED"), AccessRefused, "not allowed"),
            (refusal(404, ""), Unreachable, "look it up anew"),
            (refusal(429, "RATE_LIMIT_EXCEEDED"), RateLimited, "used up"),
        ],
    )
    def test_what_google_means_is_said_in_words(
        self, answer: httpx.Response, error: type[SourceError], words: str
    ) -> None:
        found = self.trouble(lambda request: answer)
        assert type(found) is error
        assert words in str(found)
        assert "zqxj" not in str(found)

    def test_a_visit_is_one_request_and_none_are_made_more_often_than_hourly(self) -> None:
        asked: list[str] = []
        self.pages(handler=lambda r: asked.append(r.url.path) or self.server(r))
        assert len(asked) == 1
        assert self.source.plan(SCHOOL) == "About 31 requests to Google a month."
        with pytest.raises(ValidationError, match="charges for each visit"):
            GooglePlaces(name="m", place=PLACE, key="env:K", every="30m")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    yield store
    store.close()


def test_a_threat_in_a_review_is_told_and_not_one_of_its_words_is_written_down(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_PLACES_KEY", TestGooglePlaces.secret)
    source, client = TestGooglePlaces.source, recorded(TestGooglePlaces().server)
    telling = Telling.to({Role.HEAD: "head@wexcombepark.example"})
    polled = poll(SCHOOL, source, client, Assessor(), telling, store, lambda: NOW)
    assert (polled.error, polled.new, polled.incidents_opened) == (None, 4, 1)
    (case,) = store.cases()
    assert Category.THREAT in case.incident.categories
    assert case.incident.pictures_allowed  # nothing indecent is suspected
    assert case.evidence == ()  # a picture of the page would be a copy, too
    (sighting,) = case.sightings
    assert "please open the address and read it there" in sighting.mention.text
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("monitor.db*"))
    assert b"Our mark for it" in written
    for words in (b"stab Mr Deputy", b"stab", b"telephone", b"Ann Oak", b"Ann"):
        assert words not in written
