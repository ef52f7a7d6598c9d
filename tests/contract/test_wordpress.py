"""A WordPress site by its interface, and by its feeds where that is shut. All is invented."""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
import pytest

from monitor.domain import Mention
from sources.contract import Source
from sources.errors import AccessRefused, RateLimited, SourceError, Unreachable
from sources.testing import SCHOOL, Handler, SourceContract, recorded
from sources.wordpress import WordPress

SITE: WordPress = WordPress(name="the paper", url="https://paper.example")  # type: ignore[arg-type] # as TOML gives it


EDITED = "Story 3 \u2013 Wexcombe\n\nThe head is a thief."


def post(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": n,
        "link": f"https://paper.example/2026/06/story-{n}/",
        "date_gmt": f"2026-06-{n % 28 + 1:02}T09:00:00",
        "modified_gmt": f"2026-06-{n % 28 + 1:02}T09:00:00",
        "title": {"rendered": f"Story {n} &#8211; Wexcombe"},
        "content": {"rendered": f"<p>What happened on day {n}.</p>", "protected": False},
        **more,
    }


def comment(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "link": f"https://paper.example/2026/06/story-1/#comment-{n}",
        "post": 1,
        "parent": n - 1,
        "date_gmt": f"2026-06-{n % 28 + 1:02}T10:00:00",
        "author_name": f"reader{n}",
        "content": {"rendered": f"<p>What reader {n} thinks of WPPS.</p>"},
    }


def rest(request: httpx.Request, posts: list[Any], comments: list[Any]) -> httpx.Response:
    """As WordPress 6 does: X-WP-TotalPages, and 400 past the end."""
    asked = request.url.params
    found = {"/wp-json/wp/v2/posts": posts, "/wp-json/wp/v2/comments": comments}[request.url.path]
    key = "modified_gmt" if asked["orderby"] == "modified" else "date_gmt"
    found = sorted(found, key=lambda item: (item[key], item["id"]), reverse=True)
    size, number = int(asked["per_page"]), int(asked["page"])
    total = max(1, -(-len(found) // size))
    if number > total:
        code = {"code": "rest_post_invalid_page_number", "data": {"status": 400}}
        return httpx.Response(400, json=code)
    shown = found[(number - 1) * size : number * size]
    return httpx.Response(200, json=shown, headers={"X-WP-TotalPages": str(total)})


class TestInterface(SourceContract):
    source: ClassVar[Source] = SITE
    expected: ClassVar[list[str]] = [
        *(f"posts:{n}" for n in range(1, 26)),
        *(f"comments:{n}" for n in range(1, 13)),
    ]
    expected_later: ClassVar[list[str]] = [
        "posts:26",
        "posts:3",
        "comments:13",
    ]

    def server(self, request: httpx.Request) -> httpx.Response:
        return rest(request, [post(n) for n in range(1, 26)], [comment(n) for n in range(1, 13)])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        edited = post(
            3,
            modified_gmt="2026-07-01T09:00:00",
            content={"rendered": "<p>The head is a thief.</p>"},
        )
        posts = [edited if n == 3 else post(n) for n in range(1, 27)]
        return rest(request, posts, [comment(n) for n in range(1, 14)])


def feed(request: httpx.Request, posts: int, comments: int) -> httpx.Response:
    """The interface shut by a plugin, the feeds open; titles padded, as comments have them."""
    if request.url.path.startswith("/wp-json"):
        return httpx.Response(401, json={"code": "rest_not_logged_in"})
    if request.url.path == "/feed/":
        items = "".join(
            f"<item><title>Story {n}</title><link>https://paper.example/story-{n}/</link>"
            f"<pubDate>Mon, {n:02} Jun 2026 09:00:00 +0000</pubDate>"
            f'<guid isPermaLink="false">https://paper.example/?p={n}</guid>'
            f"<description>Day {n}.</description></item>"
            for n in range(posts, 0, -1)
        )
    else:
        assert request.url.path == "/comments/feed/"
        items = "".join(
            f"<item><title>\n\t\tComment on Story 1\t\tby reader{n}\t</title>"
            f"<link>https://paper.example/story-1/#comment-{n}</link>"
            f"<pubDate>Mon, {n:02} Jun 2026 10:00:00 +0000</pubDate>"
            f'<guid isPermaLink="false">https://paper.example/?p=1#comment-{n}</guid>'
            f"<description>Thought {n}.</description></item>"
            for n in range(comments, 0, -1)
        )
    return httpx.Response(
        200,
        content=f"<?xml version='1.0'?><rss version='2.0'><channel>{items}</channel></rss>",
        headers={"Content-Type": "application/rss+xml"},
    )


def test_a_comment_says_which_comment_or_post_it_answers() -> None:
    mentions, _ = read(lambda request: rest(request, [post(1)], [comment(1), comment(2)]))
    found = {m.external_id: m for m in mentions}
    assert found["posts:1"].answers == ""
    assert found["comments:1"].answers == "https://paper.example/?p=1"
    assert found["comments:2"].answers == "https://paper.example/?p=1#comment-1"
    assert found["comments:2"].published_as == "2026-06-03T10:00:00"


def test_an_edited_post_comes_again_under_its_id_with_both_times() -> None:
    case = TestInterface()
    cursor = case.pages()[-1].cursor
    (edited,) = [m for m in case.mentions(cursor, case.later_server) if m.edited_at]
    assert (edited.external_id, edited.text) == ("posts:3", EDITED)
    assert edited.published_at is not None
    assert edited.edited_at is not None
    assert edited.edited_at > edited.published_at


class TestFeeds(SourceContract):
    source: ClassVar[Source] = SITE
    expected: ClassVar[list[str]] = [
        *(f"posts:{n}" for n in range(1, 11)),
        *(f"comments:{n}" for n in range(1, 11)),
    ]
    expected_later: ClassVar[list[str]] = ["posts:11", "comments:11", "comments:12"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return feed(request, 10, 10)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return feed(request, 11, 12)


def read(
    handler: Handler, source: WordPress = SITE, cursor: str | None = None
) -> tuple[list[Mention], str]:
    pages = list(source.fetch(SCHOOL, cursor, recorded(handler)))
    return [m for page in pages for m in page.mentions], pages[-1].cursor


def test_changing_over_from_the_interface_to_the_feeds_repeats_nothing() -> None:
    _, cursor = read(TestInterface().server)
    found, cursor = read(lambda request: feed(request, 10, 10), cursor=cursor)
    assert found == []
    assert read(TestInterface().server, cursor=cursor)[0] == []


def test_a_comments_padded_title_is_one_line() -> None:
    found, _ = read(lambda request: feed(request, 1, 1))
    assert found[-1].text == "Comment on Story 1 by reader1\n\nThought 1."


def test_the_page_past_the_end_is_never_asked_for() -> None:
    """It costs some servers dear; and where one vanishes in between, it is no error."""
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["page"])
        answer = rest(request, [post(n) for n in range(1, 21)], [])
        assert answer.status_code == 200
        return answer

    assert len(read(site)[0]) == 20
    assert asked == ["1", "1"]

    def shrinking(request: httpx.Request) -> httpx.Response:
        answer = rest(request, [post(n) for n in range(1, 21)], [])
        if answer.status_code == 200:
            answer.headers["X-WP-TotalPages"] = "2"
        return answer

    assert len(read(shrinking)[0]) == 20


def test_a_post_saved_again_without_a_change_hides_no_new_one() -> None:
    """It rises to the top of the list; what is new below it is still read."""
    _, cursor = read(lambda r: rest(r, [post(n) for n in range(1, 26)], []))
    later = [post(n) for n in range(1, 60)]
    later[4] = post(5, modified_gmt="2027-01-01T09:00:00")
    for n in range(26, 60):
        later[n - 1] |= {"date_gmt": "2026-12-01T09:00:00", "modified_gmt": "2026-12-01T09:00:00"}
    found, _ = read(lambda r: rest(r, later, []), cursor=cursor)
    assert {f"posts:{n}" for n in range(26, 60)} <= {m.external_id for m in found}


def test_on_request_only_what_names_the_school_is_read() -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("search", ""))
        return rest(request, [post(1)], [])

    source = SITE.model_copy(update={"search": True, "comments": False})
    assert [m.external_id for m in read(site, source)[0]] == ["posts:1"]
    assert asked == list(SCHOOL.names)

    def shut(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/wp-json"):
            return httpx.Response(404, json={"code": "rest_no_route"})
        assert request.url.params["feed"] == "rss2"
        return feed(httpx.Request("GET", "https://paper.example/feed/"), 2, 0)

    assert [m.external_id for m in read(shut, source)[0]] == ["posts:1", "posts:2"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(429, html="<p>Slow down"), RateLimited),
        (httpx.Response(503), Unreachable),
        (httpx.Response(403, headers={"cf-mitigated": "challenge"}), AccessRefused),
    ],
)
def test_a_site_in_trouble_is_not_asked_for_its_feeds_too(
    answer: httpx.Response, error: type[SourceError]
) -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return answer

    with pytest.raises(error):
        read(site)
    assert asked == ["/wp-json/wp/v2/posts"]


def test_comments_that_are_closed_do_not_hide_the_posts() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/posts"):
            return rest(request, [post(1)], [])
        return httpx.Response(404)

    found: list[Mention] = []
    pages = SITE.fetch(SCHOOL, None, recorded(site))
    with pytest.raises(Unreachable):
        found.extend(mention for page in pages for mention in page.mentions)
    assert [m.external_id for m in found] == ["posts:1"]
    assert read(site, SITE.model_copy(update={"comments": False}))[0] == found
