"""The Graph API on the school's own Page, written by hand; people and posts are invented."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

import httpx
import pytest

from sources.contract import Source
from sources.errors import AccessRefused, RateLimited, SourceError, Unreachable
from sources.facebook_page import FacebookPage
from sources.meta_graph import TokenEnded
from sources.testing import SourceContract, recorded

PAGE = "104711"
US = {"id": PAGE, "name": "Wexcombe Park Primary School"}
ANN = {"id": "900", "name": "Ann Oak"}


def said(id_: str, day: int, message: str, by: Any = ANN, **more: Any) -> dict[str, Any]:
    who = {"from": by} if by else {}
    return {
        "id": id_,
        "message": message,
        "created_time": f"2026-06-{day:02}T09:00:00+0000",
        "permalink_url": f"https://www.facebook.com/permalink/{id_}",
        **who,
        **more,
    }


def post(number: int, message: str, by: Any = ANN, comments: int = 0, **more: Any) -> Any:
    total = {"comments": {"data": [], "summary": {"total_count": comments}}}
    return said(f"{PAGE}_{number}", number, message, by, **total, **more)


def comment(
    number: int, message: str = "The gate was shut again", by: Any = ANN, **more: Any
) -> Any:
    return said(f"5_{number:03}", 1 + number % 28, message, by, **more)


OURS = (1, 13, 14)  # the second of them has comments
FEED = [
    post(n, "Our fair is on", US, comments=int(n == 13))
    if n in OURS
    else post(n, f"Visitor's post {n}", None if n == 7 else ANN)
    for n in range(1, 16)
]
COMMENTS = [comment(1), comment(2), comment(3, "Thank you all", US), comment(4)]
TAGGED = [said("77_1", 3, "Well done to the school")]
RATINGS = [
    {
        "created_time": "2026-06-02T09:00:00+0000",
        "recommendation_type": "negative",
        "review_text": "Nobody answers the telephone.",
        "reviewer": ANN,
        "open_graph_story": {"id": "880"},
    }
]


def key(one: Any, what: str = "post") -> str:
    return f"{what}:{one['id']}"


def listing(items: list[Any], asked: httpx.QueryParams) -> httpx.Response:
    """Newest first, eight a page; the address of the next page holds the token."""
    start, newest = int(asked.get("after", "0")), items[::-1]
    paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(start + 8)}}
    if start + 8 < len(newest):
        paging["next"] = f"https://graph.facebook.com/v26.0/x?access_token=zqxj&after={start + 8}"
    return httpx.Response(200, json={"data": newest[start : start + 8], "paging": paging})


def fault(code: int, status: int = 400) -> httpx.Response:
    said = {"message": "zqxj", "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    return httpx.Response(status, json={"error": said})


class TestFacebookPage(SourceContract):
    source: ClassVar[Source] = FacebookPage(name="our Page", page=PAGE, token="env:TEST_FB_TOKEN")
    expected: ClassVar[list[str]] = [
        *(key(FEED[n - 1]) for n in range(1, 16) if n not in OURS),
        *(key(COMMENTS[n], "comment") for n in (0, 1, 3)),
        key(TAGGED[0]),
        "recommendation:880",
    ]
    expected_later: ClassVar[list[str]] = [
        key(post(20, "A new one")),
        key(comment(5), "comment"),
    ]
    secret: ClassVar[str] = "EAAB-not-a-real-token"

    @pytest.fixture(autouse=True)
    def _token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_FB_TOKEN", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._graph(request, FEED, COMMENTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._graph(request, [*FEED, post(20, "A new one")], [*COMMENTS, comment(5)])

    def _graph(self, request: httpx.Request, feed: list[Any], under: list[Any]) -> httpx.Response:
        assert request.url.host == "graph.facebook.com"
        if request.headers["authorization"] != f"Bearer {self.secret}":
            return fault(190)
        version, path = request.url.path[1:].split("/", 1)
        assert version == "v26.0"
        assert "picture" not in request.url.params["fields"]
        lists = {"feed": feed, "tagged": TAGGED, "ratings": RATINGS}
        if path.endswith("/comments"):
            assert path == f"{PAGE}_13/comments"  # the others are known to have none
            assert request.url.params["order"] == "reverse_chronological"
            return listing(under, request.url.params)
        return listing(lists[path.removeprefix(f"{PAGE}/")], request.url.params)

    def test_what_is_said_comes_with_where_it_stands_and_leads_there(self) -> None:
        found = {m.external_id: m for m in self.mentions()}
        one = found[key(COMMENTS[0], "comment")]
        assert one.text == ("To Wexcombe Park Primary School:\n\nThe gate was shut again")
        assert (one.author, one.url) == ("Ann Oak", "https://www.facebook.com/permalink/5_001")
        assert found[key(FEED[6])].author == ""  # withheld
        assert found[self.expected[-1]].text.startswith("Does not recommend Wexcombe")

    def test_how_often_it_was_liked_and_shared_and_what_it_answers_is_kept(self) -> None:
        counted = post(2, "Hm", reactions={"summary": {"total_count": 9}}, shares={"count": 1})
        reply = comment(2, like_count=3, comment_count=0, parent={"id": "5_001"})
        odd = comment(4, like_count="many", parent="odd")
        feed = [counted, FEED[12]]
        under = [comment(1), reply, odd]
        found = {
            m.external_id: m for m in self.mentions(handler=lambda r: self._graph(r, feed, under))
        }
        assert found[key(counted)].counts == (("reactions", 9), ("shares", 1), ("replies", 0))
        assert found[key(reply, "comment")].counts == (("likes", 3), ("replies", 0))
        assert found[key(reply, "comment")].answers == "https://www.facebook.com/5_001"
        assert found[key(odd, "comment")].answers == FEED[12]["permalink_url"]
        assert found[key(odd, "comment")].counts == ()
        assert found[key(reply, "comment")].published_as == "2026-06-03T09:00:00+0000"

    def test_an_edited_comment_is_read_again_as_the_comment_that_it_was(self) -> None:
        edited = [comment(1), comment(2, "The gate was open"), *COMMENTS[2:]]
        cursor = self.pages()[-1].cursor
        pages = self.pages(cursor, lambda r: self._graph(r, FEED, edited))
        found = [m for page in pages for m in page.mentions]
        assert [m.external_id for m in found] == [key(COMMENTS[1], "comment")]
        assert found[0].text.endswith("The gate was open")
        assert self.mentions(pages[-1].cursor, lambda r: self._graph(r, FEED, edited)) == []

    def test_a_changed_verdict_is_the_recommendation_that_it_was(self) -> None:
        changed = [RATINGS[0] | {"recommendation_type": "positive"}]

        def later(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/ratings"):
                return listing(changed, request.url.params)
            return self.server(request)

        found = self.mentions(self.pages()[-1].cursor, later)
        assert [m.external_id for m in found] == ["recommendation:880"]
        assert found[0].text.startswith("Recommends Wexcombe")

    def test_a_picture_without_words_is_left_to_a_person(self) -> None:
        shown = {"attachments": {"data": [{"type": "photo"}]}}
        linked = {"attachments": {"data": [{"type": "share", "title": "Head must go"}]}}
        feed = [post(1, "", **shown), post(2, "", **linked), post(3, "")]
        found = self.mentions(handler=lambda r: self._graph(r, feed, []))[:3]
        assert [m.text.rpartition("\n\n")[2] for m in found] == [
            "",
            "Head must go",
            "To Wexcombe Park Primary School:",
        ]

    @pytest.mark.parametrize(
        ("answer", "error", "words"),
        [
            (fault(190), TokenEnded, "must log in to Facebook and make a new one"),
            (fault(190, 401), TokenEnded, "Whoever manages the school's Page"),
            (fault(10, 403), AccessRefused, "permission"),
            (fault(200), AccessRefused, "permission"),
            (fault(100), AccessRefused, "compare the number"),
            (fault(4, 403), RateLimited, "slow down"),
            (fault(32), RateLimited, "slow down"),
            (fault(613), RateLimited, "slow down"),
            (fault(2, 500), Unreachable, "trouble of its own"),
        ],
    )
    def test_what_facebook_means_is_said_in_words(
        self, answer: httpx.Response, error: type[SourceError], words: str
    ) -> None:
        found = self.trouble(lambda request: answer)
        assert type(found) is error
        assert words in str(found)
        assert "zqxj" not in str(found)
        assert found.needs_a_person == isinstance(found, AccessRefused)

    def test_what_the_token_may_not_read_is_told_after_the_rest_was_read(self) -> None:
        def narrow(request: httpx.Request) -> httpx.Response:
            return fault(10) if request.url.path.endswith("/tagged") else self.server(request)

        found, trouble = _until_trouble(self, narrow)
        assert found == [one for one in self.expected if one != key(TAGGED[0])]
        assert 'without = ["tagged"]' in str(trouble)
        content = FacebookPage(name="n", page=PAGE, token="env:TEST_FB_TOKEN", without=("tagged",))
        pages = list(content.fetch(self.school, None, recorded(narrow)))
        assert [m.external_id for page in pages for m in page.mentions] == found

    def test_recommendations_that_facebook_no_longer_gives_are_no_trouble(self) -> None:
        def modern(request: httpx.Request) -> httpx.Response:
            return fault(12) if request.url.path.endswith("/ratings") else self.server(request)

        assert [m.external_id for m in self.mentions(handler=modern)] == self.expected[:-1]

    def test_that_facebook_ends_something_else_is_told_after_the_rest_was_read(self) -> None:
        def modern(request: httpx.Request) -> httpx.Response:
            return fault(12) if request.url.path.endswith("/tagged") else self.server(request)

        found, trouble = _until_trouble(self, modern)
        assert found == [one for one in self.expected if one != key(TAGGED[0])]
        assert "no longer offers" in str(trouble)
        assert 'without = ["tagged"]' in str(trouble)
        assert trouble.needs_a_person

    def test_a_token_that_ends_in_the_middle_is_told_as_what_it_is(self) -> None:
        def ended(request: httpx.Request) -> httpx.Response:
            return fault(190) if request.url.path.endswith("/tagged") else self.server(request)

        assert isinstance(self.trouble(ended), TokenEnded)

    @pytest.mark.parametrize("header", ["X-App-Usage", "X-Page-Usage"])
    def test_we_stop_before_meta_shuts_us_out(self, header: str) -> None:
        asked: list[str] = []

        def busy(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            answer = self.server(request)
            answer.headers[header] = json.dumps({"call_count": 81, "total_time": 3})
            return answer

        found = self.trouble(busy)
        assert (type(found), found.retry_after) == (RateLimited, timedelta(hours=1))
        assert len(asked) == 1

    def test_the_address_of_an_older_page_is_ours_and_only_its_place_is_theirs(self) -> None:
        asked: list[httpx.QueryParams] = []

        def aged(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params)
            more = "https://evil.example/?access_token=zqxj&until=12&limit=9&__paging_token=p"
            found = {"data": [FEED[len(asked)]], "paging": {"next": more}}
            return httpx.Response(200, json=found)

        list(zip(range(1), self.visit(handler=aged), strict=False))
        assert (asked[1]["until"], asked[1]["__paging_token"]) == ("12", "p")
        assert (asked[1]["limit"], "access_token" in asked[1]) == ("25", False)


def _until_trouble(contract: SourceContract, handler: Any) -> tuple[list[str], SourceError]:
    found: list[str] = []
    try:
        for page in contract.visit(handler=handler):
            found += [m.external_id for m in page.mentions]
    except SourceError as error:
        return found, error
    pytest.fail("nobody was told")
