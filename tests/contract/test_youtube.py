"""YouTube's Data API on recordings; people, films and comments are invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused, RateLimited, Unreachable
from sources.testing import SCHOOL, SourceContract, recorded
from sources.youtube import YouTube

CHANNEL = "UC" + "x" * 22
QUESTION = '"Wexcombe Park Primary School"|"WPPS Wexcombe"'
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)  # two in the afternoon in California


class Fixed(YouTube):
    """YouTube on one afternoon."""

    def now(self) -> datetime:
        return EVENING


def video(number: int, **more: Any) -> dict[str, Any]:
    snippet = {
        "publishedAt": f"2026-06-{number:02}T09:00:00Z",
        "channelId": "UCy",
        "channelTitle": "Town Films",
        "title": f"Sports day {number} &amp; more",
        "description": "Filmed at Wexcombe Park Primary School.",
        **more.pop("snippet", {}),
    }
    details = {"contentDetails": {"duration": "PT1M", "contentRating": {}}}
    return {"kind": "youtube#video", "id": f"vid-{number}", "snippet": snippet, **details, **more}


def comment(id_: str, video_id: str, text: str = "Well done") -> dict[str, Any]:
    snippet: dict[str, Any] = {
        "videoId": video_id,
        "textDisplay": text,
        "authorDisplayName": "@ann",
        "publishedAt": "2026-06-20T09:00:00Z",
        "updatedAt": "2026-06-20T09:00:00Z",
        "likeCount": 4,
    }
    if "." in id_:
        snippet["parentId"] = id_.partition(".")[0]
    return {"id": id_, "snippet": snippet}


def thread(id_: str, video_id: str, *replies: str) -> dict[str, Any]:
    snippet = {"videoId": video_id, "topLevelComment": comment(id_, video_id)}
    answers = [comment(f"{id_}.{reply}", video_id) for reply in replies]
    more = {"replies": {"comments": answers}} if answers else {}
    return {"id": id_, "snippet": {**snippet, "totalReplyCount": len(replies)}, **more}


NOISE = video(9, snippet={"title": "A park", "description": "Wexcombe has no primary school"})
FILMS = {f"vid-{n}": video(n) for n in range(1, 14)} | {"vid-9": NOISE}
UNDER = {"vid-13": [thread("Ug13b", "vid-13", "2", "1"), thread("Ug13a", "vid-13")]}
ON_CHANNEL = [thread("UgChan", "own-film")]


def refusal(status: int, reason: str) -> httpx.Response:
    complaint = {"code": status, "message": "zqxj", "errors": [{"reason": reason}]}
    return httpx.Response(status, json={"error": complaint})


def youtube(
    request: httpx.Request,
    films: dict[str, Any] = FILMS,
    under: dict[str, Any] = UNDER,
    on_channel: list[Any] = ON_CHANNEL,
) -> httpx.Response:
    asked, resource = request.url.params, request.url.path.rpartition("/")[2]
    assert request.url.host == "www.googleapis.com"
    if resource == "videos" and asked["id"] == "0":
        return httpx.Response(200, json={"items": []})
    if resource == "videos":
        assert "statistics" in asked["part"]
        return httpx.Response(200, json={"items": [films[i] for i in asked["id"].split(",")]})
    if resource == "search":
        assert (asked["q"], asked["order"], asked["type"]) == (QUESTION, "date", "video")
        newest = [*films][::-1]
        start = int(asked.get("pageToken", "0"))
        items = [{"id": {"videoId": i}, "snippet": {}} for i in newest[start : start + 8]]
        more = {"nextPageToken": str(start + 8)} if start + 8 < len(newest) else {}
        return httpx.Response(200, json={"items": items, **more})
    assert resource == "commentThreads"
    if "allThreadsRelatedToChannelId" in asked:
        return httpx.Response(200, json={"items": on_channel})
    if asked["videoId"] == "vid-12":
        return refusal(403, "commentsDisabled")
    return httpx.Response(200, json={"items": under.get(asked["videoId"], [])})


class TestYouTube(SourceContract):
    source: ClassVar[Source] = Fixed(name="youtube", key="env:TEST_YOUTUBE_KEY", channel=CHANNEL)
    expected: ClassVar[list[str]] = [
        *(f"video:vid-{n}" for n in range(1, 14) if n != 9),
        "comment:UgChan",
        *("comment:Ug13a", "comment:Ug13b", "comment:Ug13b.1", "comment:Ug13b.2"),
    ]
    expected_later: ClassVar[list[str]] = ["video:vid-14", "comment:UgChan2", "comment:Ug14"]
    secret: ClassVar[str] = "AIza-not-a-real-key"

    @pytest.fixture(autouse=True)
    def _key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_YOUTUBE_KEY", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        return youtube(request)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return youtube(
            request,
            FILMS | {"vid-14": video(14)},
            UNDER | {"vid-14": [thread("Ug14", "vid-14")]},
            [thread("UgChan2", "own-film"), *ON_CHANNEL],
        )

    def test_a_comment_comes_with_what_it_stands_under(self) -> None:
        found = {m.external_id: m for m in self.mentions()}
        assert found["comment:Ug13b.1"].text == "Sports day 13 & more\n\nWell done"
        assert found["comment:UgChan"].text.startswith("Comment on the channel of Wexcombe")
        assert found["comment:Ug13b"].answers == "https://www.youtube.com/watch?v=vid-13"
        assert found["comment:Ug13b.1"].answers.endswith("?v=vid-13&lc=Ug13b")
        assert found["comment:Ug13b"].counts == (("likes", 4), ("replies", 2))
        assert found["comment:Ug13b.1"].counts == (("likes", 4),)
        assert found["comment:Ug13b"].published_as == "2026-06-20T09:00:00Z"
        assert found["comment:Ug13b"].url == "https://www.youtube.com/watch?v=vid-13&lc=Ug13b"

    def test_how_often_a_video_was_seen_and_liked_is_kept_where_youtube_says(self) -> None:
        films = FILMS | {"vid-1": video(1, statistics={"viewCount": "1204", "likeCount": "7"})}
        films["vid-2"] = video(2, statistics="odd")
        found = {m.external_id: m for m in self.mentions(handler=lambda r: youtube(r, films))}
        assert found["video:vid-1"].counts == (("views", 1204), ("likes", 7))
        assert found["video:vid-2"].counts == ()

    def test_a_video_that_takes_no_comments_does_not_keep_the_others_from_being_read(self) -> None:
        asked: list[str] = []

        def listening(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params.get("videoId", ""))
            return self.server(request)

        self.pages(handler=listening)
        assert asked.count("vid-12") == 1
        assert len({*asked} - {""}) == 10

    def test_spent_quota_says_until_midnight_in_california(self) -> None:
        found = self.trouble(lambda request: refusal(403, "quotaExceeded"))
        assert isinstance(found, RateLimited)
        assert found.retry_after == timedelta(hours=10)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (refusal(400, "badRequest"), "does not accept the key"),
            (refusal(403, "accessNotConfigured"), "switch on"),
            (refusal(403, "ipRefererBlocked"), "restrictions"),
            (refusal(404, "channelNotFound"), "no channel with this id"),
        ],
    )
    def test_what_google_means_is_said_in_words(self, answer: httpx.Response, words: str) -> None:
        found = self.trouble(lambda request: answer)
        assert isinstance(found, AccessRefused)
        assert words in str(found)
        assert "zqxj" not in str(found)


def searches(source: YouTube, cursor: str | None) -> tuple[int, str]:
    """How many searches a visit pays for, and the cursor after it."""
    asked: list[str] = []

    def counting(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        return youtube(request, {k: FILMS[k] for k in [*FILMS][-len(asked) :]}, {}, [])

    for page in source.fetch(SCHOOL, cursor, recorded(counting)):
        cursor = page.cursor
    return asked.count("search"), cursor or ""


def test_a_days_searches_are_never_more_than_the_school_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_YOUTUBE_KEY", "k")
    source = Fixed(name="y", key="env:TEST_YOUTUBE_KEY", per_day=3)
    cursor: str | None = None
    paid = []
    for _ in range(5):
        count, cursor = searches(source, cursor)
        paid.append(count)
    assert (sum(paid), paid[-1]) == (3, 0)

    class Tomorrow(YouTube):
        def now(self) -> datetime:
            return EVENING + timedelta(days=1)

    assert searches(Tomorrow(name="y", key="env:TEST_YOUTUBE_KEY", per_day=3), cursor)[0] > 0

    class Yesterday(YouTube):
        """The clock was put back."""

        def now(self) -> datetime:
            return EVENING - timedelta(days=1)

    assert searches(Yesterday(name="y", key="env:TEST_YOUTUBE_KEY", per_day=3), cursor)[0] == 0


def test_a_search_that_fails_is_paid_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Google counts it; so do we, before we ask."""
    monkeypatch.setenv("TEST_YOUTUBE_KEY", "k")
    source = Fixed(name="y", key="env:TEST_YOUTUBE_KEY", per_day=2)

    def failing(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if "q" in request.url.params else youtube(request)

    visit = source.fetch(SCHOOL, None, recorded(failing))
    cursor = next(visit).cursor
    with pytest.raises(Unreachable):
        next(visit)
    assert searches(source, cursor)[0] == 0


def test_a_wrong_key_is_noticed_before_anything_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    """`monitor check` reads one page only."""
    monkeypatch.setenv("TEST_YOUTUBE_KEY", "k")
    wrong = recorded(lambda request: refusal(400, "keyInvalid"))
    visit = Fixed(name="y", key="env:TEST_YOUTUBE_KEY").fetch(SCHOOL, None, wrong)
    with pytest.raises(AccessRefused, match="does not accept the key"):
        next(visit)


def test_what_is_for_adults_is_sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_YOUTUBE_KEY", "k")
    rated = {"contentDetails": {"contentRating": {"ytRating": "ytAgeRestricted"}}}
    source = Fixed(name="y", key="env:TEST_YOUTUBE_KEY")
    films = {"vid-1": video(1, **rated), "vid-2": video(2)}
    pages = source.fetch(SCHOOL, None, recorded(lambda r: youtube(r, films, {}, [])))
    assert [m.sensitive for page in pages for m in page.mentions] == [True, False]
