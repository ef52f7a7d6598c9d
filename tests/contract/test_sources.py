"""Each kind of source on recordings written by hand; people, posts and places are invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
import pytest

from monitor.secret import Reference
from sources.contract import Source
from sources.feed import Feed
from sources.mastodon import Mastodon
from sources.mediawiki import MediaWiki
from sources.searxng import Searxng
from sources.testing import SourceContract


def _rss(numbers: range, etag: str) -> httpx.Response:
    """Newest first, as newspapers print it."""
    items = "".join(
        f"<item><guid isPermaLink='false'>gazette-{n}</guid>"
        f"<title>Story {n} of Wexcombe</title><link>https://gazette.example/story/{n}</link>"
        f"<pubDate>Mon, {n:02} Jun 2026 09:30:00 BST</pubDate>"
        f"<description>&lt;p&gt;What the council said on day {n}.&lt;/p&gt;</description></item>"
        for n in reversed(numbers)
    )
    return httpx.Response(
        200,
        headers={"Content-Type": "application/rss+xml", "ETag": etag},
        content=f"<?xml version='1.0'?><rss version='2.0'><channel><title>Gazette</title>{items}"
        "</channel></rss>".encode(),
    )


class TestRss(SourceContract):
    source: ClassVar[Source] = Feed(name="the gazette", url="https://gazette.example/feed")
    expected: ClassVar[list[str]] = [f"gazette-{n}" for n in range(1, 24)]
    expected_later: ClassVar[list[str]] = ["gazette-24", "gazette-25"]
    asks_if_changed: ClassVar[bool] = True

    def server(self, request: httpx.Request) -> httpx.Response:
        return _rss(range(1, 24), '"one"')

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return _rss(range(1, 26), '"two"')


class TestAtom(SourceContract):
    source: ClassVar[Source] = Feed(name="a blog", url="https://blog.example/atom.xml")
    expected: ClassVar[list[str]] = [f"tag:blog.example,2026:{n}" for n in range(1, 13)]
    expected_later: ClassVar[list[str]] = ["tag:blog.example,2026:13"]
    asks_if_changed: ClassVar[bool] = True

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._atom(range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._atom(range(1, 14))

    def _atom(self, numbers: range) -> httpx.Response:
        entries = "".join(
            f"<entry><id>tag:blog.example,2026:{n}</id><title type='html'>Day &amp;amp; night {n}"
            f"</title><link href='/{n}'/><updated>2026-06-{n:02}T08:00:00+01:00</updated>"
            "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>Words.</p></div>"
            "</content></entry>"
            for n in reversed(numbers)
        )
        return httpx.Response(
            200,
            headers={
                "Content-Type": "application/atom+xml",
                "Last-Modified": "Mon, 15 Jun 2026 08:00:00 GMT",
            },
            content=f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode(),
        )


class TestJsonFeed(SourceContract):
    source: ClassVar[Source] = Feed(name="a forum", url="https://forum.example/feed.json")
    expected: ClassVar[list[str]] = [str(n) for n in range(1, 13)]
    expected_later: ClassVar[list[str]] = ["13"]
    asks_if_changed: ClassVar[bool] = True

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._json(range(1, 13))

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._json(range(1, 14))

    def _json(self, numbers: range) -> httpx.Response:
        items = [
            {
                "id": n,
                "url": f"https://forum.example/t/{n}",
                "title": f"Thread {n}",
                "content_html": "<p>Anyone know <b>WPPS</b>?</p>",
                "date_published": f"2026-06-{n:02}T10:00:00Z",
                "authors": [{"name": "parent_of_three"}],
            }
            for n in reversed(numbers)
        ]
        return httpx.Response(
            200,
            headers={"ETag": 'W/"x"'},
            json={"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": items},
        )


RESULTS: dict[str, list[dict[str, Any]]] = {
    '"Wexcombe Park Primary School"': [
        {
            "url": "https://gazette.example/fete#top",
            "title": "Summer fete",
            "content": "Wexcombe Park Primary School held its fete",
            "publishedDate": "2026-06-20T00:00:00",
            "engine": "gazette",
        },
        {"url": "magnet:?xt=urn:x", "title": "a film", "content": "not a page"},
        {"url": "https://reviews.example/wexcombe-park", "title": "Reviews", "content": None},
    ],
    '"WPPS" Wexcombe': [
        {"url": "https://gazette.example/fete", "title": "Summer fete", "content": "again"},
        {"url": "https://forum.example/t/9", "title": "WPPS", "content": "parking at WPPS"},
    ],
}


class TestSearxng(SourceContract):
    source: ClassVar[Source] = Searxng(
        name="web search", url="https://search.example/", pages=2, per_day=1000
    )
    expected: ClassVar[list[str]] = [
        "https://gazette.example/fete",
        "https://reviews.example/wexcombe-park",
        "https://forum.example/t/9",
    ]
    expected_later: ClassVar[list[str]] = ["https://blog.example/new"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._results(request, RESULTS)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        new = {"url": "https://blog.example/new", "title": "New", "content": "WPPS in the news"}
        more = {query: [*found] for query, found in RESULTS.items()}
        more['"WPPS" Wexcombe'].insert(0, new)
        return self._results(request, more)

    def _results(self, request: httpx.Request, known: Mapping[str, Any]) -> httpx.Response:
        assert request.url.path == "/search"
        assert request.url.params["format"] == "json"
        first = request.url.params["pageno"] == "1"
        found = known.get(request.url.params["q"], []) if first else []
        return httpx.Response(200, json={"results": found, "unresponsive_engines": []})


def _status(number: int, tag: str, **more: Any) -> dict[str, Any]:
    return {
        "id": str(1_000 + number),
        "uri": f"https://social.example/users/ann/statuses/{number}",
        "url": f"https://social.example/@ann/{number}",
        "created_at": f"2026-06-{number % 28 + 1:02}T09:00:00.000Z",
        "account": {"acct": "ann"},
        "content": f"<p>Post {number} <a href='https://social.example/tags/{tag}'>#{tag}</a></p>",
        "spoiler_text": "",
        "sensitive": False,
        "visibility": "public",
        "media_attachments": [],
        **more,
    }


def _timeline(request: httpx.Request, posts: list[dict[str, Any]]) -> httpx.Response:
    """As Mastodon does: the ones next after min_id, but newest first, and a Link header."""
    after = int(request.url.params.get("min_id", "0"))
    limit = int(request.url.params["limit"])
    page = [p for p in posts if int(p["id"]) > after][:limit][::-1]
    if not page:
        return httpx.Response(200, json=[])
    here = request.url.copy_with(query=None)
    ends = page[-1]["id"], page[0]["id"]
    link = f'<{here}?max_id={ends[0]}>; rel="next", <{here}?min_id={ends[1]}>; rel="prev"'
    return httpx.Response(200, json=page, headers={"Link": link})


TAGGED = {
    "wexcombepark": [_status(n, "wexcombepark") for n in range(1, 48)],
    "wexcombeparkprimaryschool": [
        _status(5, "wexcombepark"),
        _status(60, "wexcombeparkprimaryschool"),
    ],
}


class TestMastodonHashtags(SourceContract):
    source: ClassVar[Source] = Mastodon(name="our server", url="https://social.example")
    expected: ClassVar[list[str]] = [
        f"https://social.example/users/ann/statuses/{n}" for n in (*range(1, 48), 60)
    ]
    expected_later: ClassVar[list[str]] = ["https://social.example/users/ann/statuses/71"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return _timeline(request, TAGGED[request.url.path.rpartition("/")[2]])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        tag = request.url.path.rpartition("/")[2]
        new = [_status(71, tag)] if tag == "wexcombepark" else []
        return _timeline(request, TAGGED[tag] + new)


class TestMastodonSearch(SourceContract):
    """The token comes from the environment, as in a school's configuration."""

    source: ClassVar[Source] = Mastodon(
        name="search", url="https://social.example", token="env:TEST_MASTODON_TOKEN"
    )
    expected: ClassVar[list[str]] = [
        f"https://social.example/users/ann/statuses/{n}" for n in (1, 2, 90, 91)
    ]
    expected_later: ClassVar[list[str]] = ["https://social.example/users/ann/statuses/92"]
    secret: ClassVar[str] = "sesame-7-not-a-real-token"

    @pytest.fixture(autouse=True)
    def _token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TEST_MASTODON_TOKEN", self.secret)
        assert Reference("env", "TEST_MASTODON_TOKEN").reveal() == self.secret

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request, [91, 90])

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return self._answer(request, [92, 91, 90])

    def _answer(self, request: httpx.Request, named: list[int]) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {self.secret}":
            return httpx.Response(401, json={"error": "The access token is invalid"})
        if request.url.path == "/api/v2/search":
            private = _status(99, "x", visibility="private")
            found = [private, *(_status(n, "x") for n in named)]
            return httpx.Response(200, json={"statuses": found})
        tagged = [_status(1, "a"), _status(2, "a")] if "school" not in request.url.path else []
        return _timeline(request, tagged)


def _revision(number: int, parent: int, **more: Any) -> dict[str, Any]:
    return {
        "revid": number,
        "parentid": parent,
        "user": "~2026-4711",
        "timestamp": f"2026-06-{number - 100:02}T10:00:00Z",
        "comment": f"edit {number}",
        **more,
    }


HISTORY = [_revision(101, 0), _revision(102, 101), _revision(103, 102, texthidden=True)]
FOUND = [
    {"pageid": 7, "title": "Wexcombe", "snippet": "<span>Wexcombe</span> Park", "timestamp": None},
    {"pageid": 8, "title": "Fetes", "snippet": "a fete", "timestamp": "2026-05-01T00:00:00Z"},
]
PAGES = {
    7: "Wexcombe is a town.\nWexcombe Park Primary School stands by the river.\nIt has a mill.",
    8: "A fete is held at WPPS each June.",
}
DIFF = (
    '<tr><td class="diff-addedline"><div>The head, it is said, resigned. '
    "<ins>Nobody knows why.</ins> The end.</div></td></tr>"
)


class TestMediaWiki(SourceContract):
    source: ClassVar[Source] = MediaWiki(
        name="encyclopaedia", url="https://wiki.example/", articles=("Wexcombe Park School",)
    )
    expected: ClassVar[list[str]] = [
        *("revision:101", "revision:102", "revision:103"),
        *("page:7", "page:8"),
    ]
    expected_later: ClassVar[list[str]] = ["revision:104", "page:9"]

    def server(self, request: httpx.Request) -> httpx.Response:
        return self._api(request, HISTORY, FOUND)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        new = {"pageid": 9, "title": "Mills", "snippet": "the mill", "timestamp": None}
        return self._api(request, [*HISTORY, _revision(104, 103)], [*FOUND, new])

    def _api(
        self, request: httpx.Request, history: list[dict[str, Any]], found: list[dict[str, Any]]
    ) -> httpx.Response:
        asked = request.url.params
        assert request.url.path == "/w/api.php"
        assert (asked["format"], asked["formatversion"], asked["maxlag"]) == ("json", "2", "5")
        return httpx.Response(200, json=self._answer(asked, history, found))

    def _answer(
        self, asked: httpx.QueryParams, history: list[dict[str, Any]], found: list[dict[str, Any]]
    ) -> dict[str, Any]:
        if asked["action"] == "compare":
            return {"compare": {"body": DIFF}}
        if asked.get("list") == "search":
            first = asked["srsearch"].startswith('"Wexcombe')
            return {"query": {"search": found if first else found[1:]}}
        if "revids" in asked or "pageids" in asked:
            return {"query": {"pages": self._contents(asked)}}
        since = asked.get("rvstart", "")
        kept = [r for r in history if r["timestamp"] >= since]
        ordered = kept if asked.get("rvdir") == "newer" else kept[::-1]
        page = {"pageid": 5, "title": asked["titles"], "revisions": ordered}
        return {"batchcomplete": True, "query": {"pages": [page]}}

    def _contents(self, asked: httpx.QueryParams) -> list[dict[str, Any]]:
        def page(pageid: int, revid: int, words: str) -> dict[str, Any]:
            slots = {"main": {"contentmodel": "wikitext", "content": words}}
            return {
                "pageid": pageid,
                "title": "x",
                "revisions": [{"revid": revid, "slots": slots}],
            }

        if "revids" in asked:
            return [page(5, int(asked["revids"]), "The school opened in 1911.")]
        return [page(int(i), 1, PAGES.get(int(i), "WPPS")) for i in asked["pageids"].split("|")]
