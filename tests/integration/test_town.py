"""The sample town answers as the real services do, and its pages need nobody else."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest

from monitor.demo.posts import Where
from monitor.demo.town import Town

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TAG = "/api/v1/timelines/tag/wexcombepark"
VOID = {"meta", "link", "img", "input", "br", "col"}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with Town(NOW) as town:
        yield town


@pytest.fixture(scope="module")
def web() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


class Checked(HTMLParser):
    """Whether every element is closed, and what a browser would load for the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("script", "iframe", "object", "embed"):
            self.loads.append(tag)
        if tag == "link" and found.get("rel") != "alternate":
            self.loads.append(found.get("href") or "")
        self.loads += [
            found[name] or "" for name in ("src", "srcset", "background") if name in found
        ]
        self.ids += [found["id"] or ""] if "id" in found else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def every_page(town: Town) -> list[str]:
    indexes = [f"{place.url}/" for place in town.all]
    tags = [f"{town.mastodon.url}/tags/wexcombepark", f"{town.wiki.url}/wiki/Wexcombe"]
    results = [f"{town.search.url}/search?q=Wexcombe"]
    return [*indexes, *tags, *results, *map(town.link, town.posts)]


def test_every_page_is_whole_html_that_loads_nothing_from_elsewhere(
    town: Town, web: httpx.Client
) -> None:
    for url in every_page(town):
        answer = web.get(url)
        assert answer.status_code == 200, url
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.text.startswith("<!doctype html>")
        page = Checked(answer.text)
        assert page.open == [], url
        assert len(set(page.ids)) == len(page.ids)
        assert all(one == "data:," or one.startswith("/media/") for one in page.loads), url
        assert "url(" not in answer.text
        assert "@import" not in answer.text


def test_the_permalink_of_each_post_shows_its_words(town: Town, web: httpx.Client) -> None:
    links = [town.link(post) for post in town.posts]
    assert len(set(links)) == len(links)
    for post, link in zip(town.posts, links, strict=True):
        page = _words(web.get(link).text)
        assert all(_words(part) in page for part in post.paragraphs), post.id


class Reader(HTMLParser):
    """Collects the text as a reader sees it, without tags and entities."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)


def _words(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return " ".join("".join(reader.pieces).split())


def test_pages_escape_what_a_visitor_sends(town: Town, web: httpx.Client) -> None:
    answer = web.get(f"{town.search.url}/search", params={"q": '"><script>alert(1)</script>'})
    assert "<script" not in answer.text
    answer = web.get(f"{town.mastodon.url}/tags/<script>alert(1)")
    assert "<script" not in answer.text


def test_an_unknown_path_is_404_at_every_place(town: Town, web: httpx.Client) -> None:
    for place in town.all:
        for path in ("/nothing/here", "/t/cake-sale/999", "/wiki/Nowhere", "/review/none"):
            assert web.get(place.url + path).status_code == 404, place.name


def test_every_place_lets_robots_in(town: Town, web: httpx.Client) -> None:
    for place in town.all:
        assert "Allow: /" in web.get(f"{place.url}/robots.txt").text


def test_head_gives_the_headers_of_get_without_a_body(town: Town, web: httpx.Client) -> None:
    answer = web.head(f"{town.newspaper.url}/feed.xml")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


# the search engine


def _search(town: Town, web: httpx.Client, **query: str) -> list[dict[str, object]]:
    answer = web.get(f"{town.search.url}/search", params={"format": "json", **query})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {
        "query",
        "results",
        "answers",
        "corrections",
        "infoboxes",
        "suggestions",
        "unresponsive_engines",
    }
    results: list[dict[str, object]] = body["results"]
    return results


def test_the_search_engine_gives_the_keys_of_searxng(town: Town, web: httpx.Client) -> None:
    first = _search(town, web, q='"Wexcombe Park Primary"')[0]
    assert {"url", "title", "content", "engine", "publishedDate", "parsed_url"} <= set(first)
    assert datetime.fromisoformat(str(first["publishedDate"])).tzinfo is None
    parsed = first["parsed_url"]
    assert isinstance(parsed, list)
    assert len(parsed) == 6


def test_the_search_engine_finds_phrases_and_nothing_else(town: Town, web: httpx.Client) -> None:
    links = {town.link(post): post for post in town.posts}
    found = [links[str(r["url"])] for r in _search(town, web, q='"Wexcombe Park School"')]
    assert {post.id for post in found} == {"page-memories", "review-four"}
    assert _search(town, web, q='"School Park Wexcombe"') == []
    assert _search(town, web, q="wexcombe kangaroo") == []


def test_the_search_engine_knows_or_and_minus(town: Town, web: httpx.Client) -> None:
    either = {r["url"] for r in _search(town, web, q='"Wexcombe Park School" OR cider')}
    assert len(either) == 3
    ohio = {r["url"] for r in _search(town, web, q="Ohio")}
    badgers = {r["url"] for r in _search(town, web, q="Ohio -badgers")}
    assert badgers < ohio


def test_the_search_engine_gives_fifteen_results_a_page_and_then_none(
    town: Town, web: httpx.Client
) -> None:
    pages = [_search(town, web, q="Wexcombe OR the OR a", pageno=str(n)) for n in range(1, 5)]
    counts = [len(page) for page in pages]
    assert counts[0] == 15
    assert 0 < counts[1] <= 15
    assert counts[-1] == 0
    urls = [r["url"] for page in pages for r in page]
    assert len(set(urls)) == len(urls)


def test_the_search_engine_heeds_the_time_range(town: Town, web: httpx.Client) -> None:
    week = _search(town, web, q="Wexcombe", time_range="week")
    oldest = NOW.replace(tzinfo=None) - timedelta(days=7)
    assert week
    assert all(datetime.fromisoformat(str(r["publishedDate"])) >= oldest for r in week)
    assert _search(town, web, q="Wexcombe", time_range="day") == []  # it is 36 hours late


def test_the_search_engine_refuses_as_searxng_does(town: Town, web: httpx.Client) -> None:
    url = f"{town.search.url}/search"
    nothing = web.get(url, params={"format": "json"})
    assert (nothing.status_code, nothing.json()) == (400, {"error": "No query"})
    switched_off = web.get(url, params={"format": "rss", "q": "x"})
    assert switched_off.status_code == 403
    assert "html" in switched_off.headers["content-type"]


def test_the_search_engine_takes_a_form_and_tells_its_configuration(
    town: Town, web: httpx.Client
) -> None:
    posted = web.post(f"{town.search.url}/search", data={"q": "cider", "format": "json"})
    assert len(posted.json()["results"]) == 1
    (engine,) = web.get(f"{town.search.url}/config").json()["engines"]
    assert engine["enabled"]


def test_one_post_is_seen_by_search_and_by_the_forums_feed(town: Town, web: httpx.Client) -> None:
    feed = feedparser.parse(web.get(f"{town.forum.url}/latest.atom").content)
    found = {r["url"] for r in _search(town, web, q='"Wexcombe Park Primary" fair')}
    both = found & {entry.link for entry in feed.entries}
    assert both == {f"{town.forum.url}/t/where-did-the-summer-fair-money-go/1"}


# Mastodon


def _ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200
    return [int(status["id"]) for status in answer.json()]


def test_a_hashtag_timeline_has_the_shape_of_mastodon(town: Town, web: httpx.Client) -> None:
    statuses = web.get(town.mastodon.url + TAG, params={"limit": 40}).json()
    assert len(statuses) == sum(post.where is Where.MASTODON for post in town.posts)
    for status in statuses:
        assert isinstance(status["id"], str)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["created_at"])
        assert status["content"] == "" or status["content"].startswith("<p>")
        assert any(tag["name"] == "wexcombepark" for tag in status["tags"])
        assert status["account"]["acct"]
        assert web.get(status["url"]).status_code == 200


def test_a_timeline_pages_back_by_its_link_header_without_gaps(
    town: Town, web: httpx.Client
) -> None:
    url, seen = f"{town.mastodon.url}{TAG}?limit=7", []
    while ids := _ids(answer := web.get(url)):
        seen += ids
        assert answer.links["prev"]["url"].startswith(town.mastodon.url)
        url = answer.links["next"]["url"]
    assert seen == sorted(seen, reverse=True)
    assert seen == _ids(web.get(town.mastodon.url + TAG, params={"limit": 40}))


def test_min_id_walks_forward_without_gaps_and_since_id_skips(
    town: Town, web: httpx.Client
) -> None:
    url = town.mastodon.url + TAG
    everything = sorted(_ids(web.get(url, params={"limit": 40})))
    cursor, seen = everything[0], [everything[0]]
    while ids := _ids(web.get(url, params={"limit": 6, "min_id": cursor})):
        assert ids == sorted(ids, reverse=True)
        seen += sorted(ids)
        cursor = ids[0]
    assert seen == everything
    newest = _ids(web.get(url, params={"limit": 6, "since_id": everything[0]}))
    assert sorted(newest) == everything[-6:]
    oldest = _ids(web.get(url, params={"limit": 6, "min_id": 0}))
    assert sorted(oldest) == everything[:6]


def test_a_timeline_gives_twenty_unless_asked_and_never_more_than_forty(
    town: Town, web: httpx.Client
) -> None:
    assert len(_ids(web.get(town.mastodon.url + TAG))) == 20
    assert len(_ids(web.get(town.mastodon.url + TAG, params={"limit": 10**12}))) <= 40
    assert _ids(web.get(f"{town.mastodon.url}/api/v1/timelines/tag/nobodysaysthis")) == []


def test_the_instance_says_that_anybody_may_read_hashtags(town: Town, web: httpx.Client) -> None:
    instance = web.get(f"{town.mastodon.url}/api/v2/instance").json()
    access = instance["configuration"]["timelines_access"]["hashtag_feeds"]
    assert access == {"local": "public", "remote": "public"}


def test_search_without_a_token_finds_hashtags_only(town: Town, web: httpx.Client) -> None:
    found = web.get(f"{town.mastodon.url}/api/v2/search", params={"q": "wexcombe"}).json()
    assert found["statuses"] == []
    assert {tag["name"] for tag in found["hashtags"]} == {"wexcombe", "wexcombepark"}


def test_an_unknown_api_path_is_a_json_404(town: Town, web: httpx.Client) -> None:
    answer = web.get(f"{town.mastodon.url}/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})


def test_the_picture_posts_carry_an_attachment_without_words(
    town: Town, web: httpx.Client
) -> None:
    statuses = web.get(town.mastodon.url + TAG, params={"limit": 40}).json()
    pictured = [status for status in statuses if status["media_attachments"]]
    assert sorted(status["sensitive"] for status in pictured) == [False, True]
    (attachment,) = pictured[0]["media_attachments"]
    assert attachment["description"] is None
    assert web.get(attachment["url"]).content.startswith(b"\x89PNG")


# the encyclopedia


def _wiki(town: Town, web: httpx.Client, **query: str) -> dict[str, object]:
    answer = web.get(town.wiki.api, params={"format": "json", "formatversion": "2", **query})
    assert answer.status_code == 200
    body: dict[str, object] = answer.json()
    return body


def _history(town: Town, web: httpx.Client, **query: str) -> tuple[list[dict[str, object]], str]:
    """Revisions of the town's article, and where they continue."""
    base = {"action": "query", "prop": "revisions", "titles": "Wexcombe", "rvdir": "newer"}
    body = _wiki(town, web, **base, rvprop="ids|timestamp|user|comment|size|tags|flags", **query)
    (page,) = body["query"]["pages"]  # type: ignore[index]  # the shape is what is tested
    carry = body.get("continue", {}).get("rvcontinue", "")  # type: ignore[attr-defined]
    return page.get("revisions", []), carry


def test_search_finds_articles_with_the_phrase(town: Town, web: httpx.Client) -> None:
    body = _wiki(town, web, action="query", list="search", srsearch='"Wexcombe Park Primary"')
    (hit,) = body["query"]["search"]  # type: ignore[index]
    assert hit["title"] == "Wexcombe"
    assert {"ns", "pageid", "snippet", "timestamp", "wordcount"} <= set(hit)


def test_search_pages_by_sroffset(town: Town, web: httpx.Client) -> None:
    asked = {"action": "query", "list": "search", "srsearch": "Wexcombe", "srlimit": "2"}
    first = _wiki(town, web, **asked)
    assert first["continue"]["sroffset"] == 2  # type: ignore[index]
    second = _wiki(town, web, **asked, sroffset="2")
    assert "continue" not in second
    assert "batchcomplete" in second


def test_revisions_come_oldest_first_from_a_moment_on(town: Town, web: httpx.Client) -> None:
    everything, _ = _history(town, web)
    times = [str(revision["timestamp"]) for revision in everything]
    assert times == sorted(times)
    later, _ = _history(town, web, rvstart=times[2])
    assert later == everything[2:]
    assert everything[-1]["user"] == "~2026-41188-07"


def test_revisions_page_by_rvcontinue(town: Town, web: httpx.Client) -> None:
    everything, _ = _history(town, web)
    seen, carry = _history(town, web, rvlimit="1")
    while carry:
        more, carry = _history(town, web, rvlimit="1", rvcontinue=carry)
        seen += more
    assert seen == everything


def test_revisions_and_pages_can_be_asked_for_by_their_ids(town: Town, web: httpx.Client) -> None:
    first = _history(town, web)[0][0]
    asked = {"action": "query", "prop": "revisions", "rvprop": "ids|content", "rvslots": "main"}
    body = _wiki(town, web, **asked, revids=f"{first['revid']}|999999")
    (page,) = body["query"]["pages"]  # type: ignore[index]
    assert "market town" in page["revisions"][0]["slots"]["main"]["content"]
    assert "999999" in body["query"]["badrevids"]  # type: ignore[index]
    body = _wiki(town, web, **asked, pageids=f"{page['pageid']}|777")
    newest, missing = body["query"]["pages"]  # type: ignore[index]
    assert "Thorncote" in newest["revisions"][0]["slots"]["main"]["content"]
    assert missing == {"pageid": 777, "missing": True}


def test_a_missing_article_is_said_to_be_missing(town: Town, web: httpx.Client) -> None:
    body = _wiki(town, web, action="query", prop="revisions", titles="Atlantis")
    assert body["query"]["pages"] == [{"ns": 0, "title": "Atlantis", "missing": True}]  # type: ignore[index]


@pytest.mark.parametrize("difftype", ["inline", "table"])
def test_compare_gives_what_was_added(town: Town, web: httpx.Client, difftype: str) -> None:
    last = _history(town, web)[0][-1]
    asked = {"fromrev": str(last["parentid"]), "torev": str(last["revid"])}
    body = _wiki(town, web, action="compare", **asked, difftype=difftype)
    diff = body["compare"]["body"]  # type: ignore[index]
    assert "Thorncote" in diff
    assert "market town" not in diff
    page = web.get(f"{town.wiki.url}/w/index.php?diff={last['revid']}&oldid={last['parentid']}")
    assert "Thorncote" in page.text


def test_what_goes_wrong_comes_with_status_200_as_in_mediawiki(
    town: Town, web: httpx.Client
) -> None:
    assert _wiki(town, web, action="nonsense")["error"]["code"] == "badvalue"  # type: ignore[index]
    plain = _wiki(town, web, action="nonsense", errorformat="plaintext")
    assert plain["errors"][0]["code"] == "badvalue"  # type: ignore[index]
    gone = _wiki(town, web, action="compare", fromrev="1", torev="2")
    assert gone["error"]["code"] == "nosuchrevid"  # type: ignore[index]


# feeds


@pytest.mark.parametrize(
    ("place", "path", "version"),
    [("newspaper", "/feed.xml", "rss20"), ("forum", "/latest.atom", "atom10")],
)
def test_the_feeds_are_sound_and_lead_to_their_pages(
    town: Town, web: httpx.Client, place: str, path: str, version: str
) -> None:
    answer = web.get(getattr(town, place).url + path)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == version
    assert len(feed.entries) >= 6
    for entry in feed.entries:
        assert entry.id
        assert entry.published_parsed
        assert entry.author
        assert web.get(entry.link).status_code == 200


def test_the_json_feed_is_version_1_1(town: Town, web: httpx.Client) -> None:
    feed = web.get(f"{town.reviews.url}/latest.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for item in feed["items"]:
        assert item["id"]
        assert item["content_text"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert web.get(item["url"]).status_code == 200


@pytest.mark.parametrize(
    ("place", "path"),
    [("newspaper", "/feed.xml"), ("forum", "/latest.atom"), ("reviews", "/latest.json")],
)
def test_a_feed_that_has_not_changed_is_304(
    town: Town, web: httpx.Client, place: str, path: str
) -> None:
    url = getattr(town, place).url + path
    first = web.get(url)
    etag, changed = first.headers["etag"], first.headers["last-modified"]
    for known in ({"If-None-Match": f'"other", W/{etag}'}, {"If-Modified-Since": changed}):
        again = web.get(url, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    stale = {"If-None-Match": '"other"', "If-Modified-Since": changed}
    assert web.get(url, headers=stale).status_code == 200


# the town as a whole


def test_every_request_is_noted(town: Town, web: httpx.Client) -> None:
    web.get(f"{town.homepages.url}/noted")
    assert town.homepages.asked[-1] == "/noted"


def test_stop_frees_ports_and_threads_even_of_visitors_who_linger() -> None:
    before = set(threading.enumerate())
    town = Town(NOW)
    town.start()
    address = urlsplit(town.forum.url)
    silent = socket.create_connection((str(address.hostname), int(address.port or 0)))
    with httpx.Client(trust_env=False) as web:
        assert web.get(f"{town.forum.url}/").status_code == 200
    town.stop()
    silent.close()
    assert set(threading.enumerate()) <= before
    for place in town.places:
        host, _, port = place.partition(":")
        with socket.socket() as probe:
            assert probe.connect_ex((host, int(port))) != 0


def test_a_town_that_was_never_started_can_be_stopped() -> None:
    Town(NOW).stop()


def test_a_broken_request_does_not_end_a_place(town: Town, web: httpx.Client) -> None:
    host, _, port = town.search.address.partition(":")
    with socket.create_connection((host, int(port))) as rude:
        rude.sendall(b"\x00\xff nonsense\r\n\r\n")
        rude.recv(1000)
    huge = web.get(f"{town.search.url}/search?format=json&q=cider&pageno={'9' * 5000}")
    assert huge.status_code == 200
