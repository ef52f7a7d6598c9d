"""X's recent search, written by hand from its manual; people, posts and ids are invented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from pydantic import ValidationError

from monitor.domain import School
from sources.contract import Source
from sources.errors import AccessRefused, LayoutChanged, RateLimited, SourceError
from sources.testing import SCHOOL, SourceContract, recorded
from sources.x import X
from sources.x_api import NoCredit
from sources.x_posts import id_at, time_of
from sources.x_purse import Purse, Spent, Walk

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINKED = replace(SCHOOL, website="https://www.wexcombepark.example/news")
QUESTION = (
    '(("Wexcombe Park Primary School") OR ("WPPS" Wexcombe) OR #wexcombepark OR @wexcombe_park '
    'OR url:"wexcombepark.example") -is:retweet -from:wexcombe_park'
)


class Fixed(X):
    """X at one noon."""

    def now(self) -> datetime:
        return NOW


def id_of(number: int) -> str:
    """Post 1 is from five days ago; each next one is an hour younger."""
    return id_at(NOW - timedelta(days=5) + timedelta(hours=number))


def post(number: int, text: str = "Parking at WPPS &amp; the gate again", **more: Any) -> Any:
    return {
        "id": id_of(number),
        "text": text,
        "author_id": "4711",
        "created_at": f"{time_of(id_of(number)):%Y-%m-%dT%H:%M:%S.000Z}",
        "edit_history_tweet_ids": [id_of(number)],
        "possibly_sensitive": False,
        **more,
    }


POSTS = [post(n) for n in range(1, 26)]


def search(asked: httpx.QueryParams, posts: list[Any], others: list[Any] | None = None) -> Any:
    """Newest first, between since_id and until_id, both exclusive."""
    assert asked["query"] == QUESTION
    size = int(asked["max_results"])
    assert 10 <= size <= 100
    since, until = int(asked.get("since_id", "0")), int(asked.get("until_id", str(1 << 63)))
    kept = [p for p in posts if since < int(p["id"]) < until][::-1]
    page = kept[:size]
    if not page:
        return {"meta": {"result_count": 0}}
    meta = {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"], "result_count": len(page)}
    more = {"next_token": "b26v89c19zqg8o3"} if len(kept) > size else {}
    includes = {"includes": {"tweets": others}} if others else {}
    return {"data": page, **includes, "meta": meta | more}


def problem(status: int, kind: str, **headers: str) -> httpx.Response:
    said = {"title": "zqxj", "detail": "zqxj", "type": f"https://api.x.com/2/problems/{kind}"}
    return httpx.Response(status, json=said, headers=headers)


class TestX(SourceContract):
    source: ClassVar[Source] = Fixed(
        name="x", token="env:TEST_X_TOKEN", handle="@wexcombe_park", posts_a_month=5000
    )
    school: ClassVar[School] = LINKED
    # Two pages: ten posts, then twenty at most. Within each the oldest comes first.
    expected: ClassVar[list[str]] = [id_of(n) for n in (*range(16, 26), *range(1, 16))]
    expected_later: ClassVar[list[str]] = [id_of(26), id_of(27)]
    secret: ClassVar[str] = "AAAA-not-a-real-token"

    @pytest.fixture(autouse=True)
    def _token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_X_TOKEN", self.secret)

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._x(request, POSTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._x(request, [*POSTS, post(26), post(27)])

    def _x(self, request: httpx.Request, posts: list[Any]) -> httpx.Response:
        assert request.url.host == "api.x.com"
        if request.headers["authorization"] != f"Bearer {self.secret}":
            return problem(401, "unauthorized")
        if request.url.path == "/2/usage/tweets":
            return httpx.Response(200, json={"data": {"project_cap": 3_000_000}})
        assert request.url.path == "/2/tweets/search/recent"
        return httpx.Response(200, json=search(request.url.params, posts))

    def test_a_quoted_post_and_the_whole_of_a_long_one_are_read(self) -> None:
        long = post(3, "The beginning of…", note_tweet={"text": "The beginning of the whole."})
        about = [{"type": "quoted", "id": "77"}, {"type": "replied_to", "id": "78"}]
        links = {"urls": [{"url": "https://t.co/x", "expanded_url": "https://far.example/a"}]}
        quoting = post(4, "Agreed", referenced_tweets=about, entities=links)
        others = [{"id": "77", "text": "The fair was &lt;awful&gt;"}, {"id": "78", "text": "Hm"}]
        answer = search_answer([long, quoting], others)
        found = {m.external_id: m.text for m in self.mentions(handler=lambda r: answer)}
        assert found[id_of(3)] == "The beginning of the whole."
        (reply,) = (m for m in self.mentions(handler=lambda r: answer) if m.answers)
        assert reply.answers == "https://x.com/i/web/status/78"
        assert reply.published_as == quoting["created_at"]
        assert found[id_of(4)] == "Agreed\n\nhttps://far.example/a\n\nThe fair was <awful>"

    @pytest.mark.parametrize("shared", ["retweet_count", "repost_count"])
    def test_how_often_it_was_liked_and_shared_is_kept_in_old_words_and_new(
        self, shared: str
    ) -> None:
        said = {"like_count": 4, shared: 2, "quote_count": 0, "reply_count": 1}
        counted = post(1, public_metrics=said | {"impression_count": 900, "bookmark_count": 1})
        answer = search_answer([counted, post(2, public_metrics=None)])
        found = {m.external_id: m.counts for m in self.mentions(handler=lambda r: answer)}
        assert found[id_of(2)] == ()
        assert dict(found[id_of(1)]) == {
            "likes": 4,
            "shares": 2,
            "quotes": 0,
            "replies": 1,
            "views": 900,
        }

    def test_what_x_calls_sensitive_is_sensitive_and_nobody_is_looked_up(self) -> None:
        answer = search_answer([post(1, possibly_sensitive=True), post(2)])
        found = self.mentions(handler=lambda r: answer)
        assert [(m.sensitive, m.author) for m in found] == [(True, ""), (False, "")]
        assert found[0].url == f"https://x.com/i/web/status/{id_of(1)}"

    def test_a_post_is_as_sensitive_as_the_one_that_it_shows(self) -> None:
        def about(kind: str) -> Any:
            return {"referenced_tweets": [{"type": kind, "id": "77"}]}

        posts = [post(1), post(2, **about("quoted")), post(3, **about("replied_to"))]
        answer = search_answer(posts, [{"id": "77", "text": "Hm", "possibly_sensitive": True}])
        found = self.mentions(handler=lambda r: answer)
        assert [m.sensitive for m in found] == [False, True, True]

    def test_an_empty_page_that_leads_on_is_not_the_end(self) -> None:
        onward = httpx.Response(200, json={"meta": {"result_count": 0, "next_token": "t1"}})

        def gappy(request: httpx.Request) -> httpx.Response:
            asked = request.url.params
            last = asked.get("until_id") == id_of(16) and "next_token" not in asked
            return onward if last else self.server(request)

        assert [m.external_id for m in self.mentions(handler=gappy)] == self.expected

    def test_a_few_empty_pages_in_a_row_are_the_end_and_what_comes_then_is_read(self) -> None:
        asked: list[httpx.QueryParams] = []

        def endless(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.params)
            if request.url.params.get("until_id") != id_of(16):
                return self.server(request)
            return httpx.Response(200, json={"meta": {"result_count": 0, "next_token": "t1"}})

        pages = self.pages(handler=endless)
        assert sum(len(page.mentions) for page in pages) == 10
        assert len(asked) == 1 + 1 + 4  # the usage, what is there, and four times nothing
        purse = Purse.model_validate_json(pages[-1].cursor)
        assert [walk.since for walk in purse.walks.values()] == [id_of(25)]
        assert purse.spent == 10
        later = self.mentions(pages[-1].cursor, self.later_server)
        assert [m.external_id for m in later] == self.expected_later

    def test_the_new_words_are_used_where_the_old_ones_are_refused(self) -> None:
        about = {
            "referenced_posts": [{"type": "quoted", "id": "77"}],
            "note_post": {"text": "Whole"},
        }
        renamed = search_answer([post(1, **about)], [{"id": "77", "text": "Quoted"}], word="posts")

        def modern(request: httpx.Request) -> httpx.Response:
            old = "tweet.fields" in request.url.params
            return problem(400, "invalid-request") if old else renamed

        assert [m.text for m in self.mentions(handler=modern)] == ["Whole\n\nQuoted"]

    def test_a_search_that_x_does_not_understand_says_where_to_look(self) -> None:
        def puzzled(request: httpx.Request) -> httpx.Response:
            asked = "query" in request.url.params
            return problem(400, "invalid-request") if asked else self.server(request)

        refused = self.trouble(puzzled)
        assert isinstance(refused, LayoutChanged)
        assert "queries" in str(refused)

    @pytest.mark.parametrize(
        ("answer", "error", "words"),
        [
            (problem(401, "unauthorized"), AccessRefused, "bearer token"),
            (problem(403, "client-forbidden"), AccessRefused, "credit"),
            (problem(402, "credits-depleted"), NoCredit, "console.x.com"),
            (problem(429, "usage-capped"), NoCredit, "spending limit"),
            (problem(429, "rate-limit-exceeded"), RateLimited, "slow down"),
        ],
    )
    def test_what_x_means_is_said_in_words(
        self, answer: httpx.Response, error: type[SourceError], words: str
    ) -> None:
        found = self.trouble(lambda request: answer)
        assert type(found) is error
        assert words in str(found)
        assert "zqxj" not in str(found)

    def test_a_limit_says_when_it_ends(self) -> None:
        slow = httpx.Response(429, headers={"x-rate-limit-reset": "400"})
        assert self.trouble(lambda request: slow).retry_after == timedelta(seconds=400)

    def test_being_forbidden_to_see_the_usage_is_no_reason_not_to_search(self) -> None:
        def private(request: httpx.Request) -> httpx.Response:
            usage = request.url.path.endswith("/usage/tweets")
            return problem(403, "client-forbidden") if usage else self.server(request)

        assert [m.external_id for m in self.mentions(handler=private)] == self.expected

    def test_a_wrong_token_is_noticed_before_anything_is_asked_that_costs(self) -> None:
        """`monitor check` reads one page only."""
        asked: list[str] = []

        def listening(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            return problem(401, "unauthorized")

        with pytest.raises(AccessRefused):
            next(self.visit(handler=listening))
        assert asked == ["/2/usage/tweets"]
        next(self.visit(handler=lambda r: asked.append(r.url.path) or self.server(r)))
        assert asked == ["/2/usage/tweets"] * 2


def search_answer(
    posts: list[Any], others: Sequence[Any] = (), word: str = "tweets"
) -> httpx.Response:
    body = {
        "data": posts[::-1],
        "includes": {word: [*others]},
        "meta": {"result_count": len(posts)},
    }
    return httpx.Response(200, json=body)


class Bill:
    """X as an accountant sees it: every post in an answer, and nothing else, costs."""

    def __init__(self, posts: int) -> None:
        self.cost, self.posts, self.broken = 0, [post(n) for n in range(1, posts + 1)], False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/2/usage/tweets":
            return httpx.Response(200, json={"data": {}})
        if self.broken:
            raise httpx.ReadError("cut", request=request)
        answer = search(request.url.params, self.posts, [{"id": "77", "text": "Quoted"}] * 2)
        self.cost += len(answer.get("data", ())) + len(
            answer.get("includes", {}).get("tweets", ())
        )
        return httpx.Response(200, json=answer)


def visit(
    bill: Bill, cursor: str | None, allowed: int, now: datetime = NOW
) -> tuple[int, str, Any]:
    """How many posts came, the cursor after them, and how the visit ended."""

    class Then(X):
        def now(self) -> datetime:
            return now

    source = Then(
        name="x", token="env:TEST_X_TOKEN", handle="wexcombe_park", posts_a_month=allowed
    )
    came = 0
    try:
        for page in source.fetch(LINKED, cursor, recorded(bill)):
            came, cursor = came + len(page.mentions), page.cursor
    except SourceError as error:
        return came, cursor or "", error
    return came, cursor or "", None


@pytest.fixture
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_X_TOKEN", "t")


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize("allowed", [30, 47, 60, 99, 100])
def test_a_month_never_costs_more_than_the_school_allows(allowed: int) -> None:
    bill, cursor, trouble = Bill(posts=90), None, None
    for hour in range(10):
        _, cursor, trouble = visit(bill, cursor, allowed, NOW + timedelta(hours=hour))
    assert bill.cost <= allowed
    assert Purse.model_validate_json(cursor or "").spent >= bill.cost
    assert isinstance(trouble, Spent)
    assert trouble.needs_a_person
    assert "posts_a_month" in str(trouble)


@pytest.mark.usefixtures("_token")
def test_the_next_month_reads_on_where_the_money_ran_out() -> None:
    bill = Bill(posts=40)
    early = NOW.replace(day=30, hour=23)
    bill.posts = [post(n + 260) for n in range(1, 41)]
    first, cursor, trouble = visit(bill, None, 40, early)
    assert isinstance(trouble, Spent)
    rest, cursor, trouble = visit(bill, cursor, 400, early + timedelta(hours=2))
    assert (first + rest, trouble) == (40, None)
    again, _, trouble = visit(bill, cursor, 40, early)  # the clock was put back
    assert (again, type(trouble)) == (0, Spent)


@pytest.mark.usefixtures("_token")
def test_a_question_that_was_cut_short_counts_as_paid_and_a_refused_one_does_not() -> None:
    bill = Bill(posts=3)
    bill.broken = True
    _, cursor, _ = visit(bill, None, 90)
    assert Purse.model_validate_json(cursor).spent == 30
    refused: Any = lambda request: problem(429, "rate-limit-exceeded")  # noqa: E731
    _, cursor, _ = visit(refused, cursor, 90)
    assert Purse.model_validate_json(cursor).spent == 30
    bill.broken = False
    came, cursor, _ = visit(bill, cursor, 90)
    assert (came, Purse.model_validate_json(cursor).spent) == (3, 35)


def test_an_id_older_than_the_memory_of_x_is_not_sent() -> None:
    old, older = id_at(NOW - timedelta(days=9)), id_at(NOW - timedelta(days=10))
    week = NOW - timedelta(days=7)
    assert Walk(since=old).within(week).since == id_at(week)
    left = Walk(since=older, newest=old, until=older).within(week)
    assert (left.since, left.until) == (id_at(week), "")


def test_long_profiles_are_asked_in_several_questions_none_too_long() -> None:
    many = replace(SCHOOL, aliases=tuple(f"{'W' * 60} {n}" for n in range(20)))
    questions = X(name="x", token="env:T", posts_a_month=90).questions(many)
    assert len(questions) > 1
    assert all(len(q) <= 512 and q.endswith(" -is:retweet") for q in questions)
    assert all(sum(f'{"W" * 60} {n}"' in q for q in questions) == 1 for n in range(20))


def test_the_school_must_say_what_it_may_cost_and_reads_it_back_in_dollars() -> None:
    with pytest.raises(ValidationError):
        X(name="x", token="env:T")  # type: ignore[call-arg] # that is the point
    told = X(name="x", token="env:T", posts_a_month=1000).plan(SCHOOL)
    assert told == "At most 1000 posts a month, which cost $5.00."
