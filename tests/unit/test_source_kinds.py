"""How each kind reads what real sites send. People, posts and places are invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from monitor.domain import Mention
from sources import registry
from sources.answer import Answer
from sources.contract import Source
from sources.counted import shown
from sources.errors import AccessRefused, LayoutChanged, RateLimited, SourceError, Unreachable
from sources.feed import Feed
from sources.feed_formats import read_feed
from sources.mastodon import Mastodon
from sources.mediawiki import MediaWiki
from sources.mediawiki_diff import added_words
from sources.memory import Seen
from sources.searxng import Searxng
from sources.testing import SCHOOL, Handler, recorded
from sources.text import html_to_text, joined, read_date, stable_id, web_link
from sources.web_search import WebSearch


def build(kind: type[Source], **keys: Any) -> Source:
    return kind.model_validate({"name": "n", **keys})


def visit(source: Source, handler: Handler, cursor: str | None = None) -> list[Mention]:
    pages = source.fetch(SCHOOL, cursor, recorded(handler))
    return [mention for page in pages for mention in page.mentions]


def always(answer: httpx.Response) -> Handler:
    return lambda request: answer


def trouble(source: Source, answer: httpx.Response) -> SourceError:
    with pytest.raises(SourceError) as caught:
        visit(source, always(answer))
    return caught.value


# Words, dates and links


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one</p><p>two &amp; three</p>", "one\n\ntwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>see <a href='x'>this</a>, <b>now</b></p>", "see this, now"),
        ("<script>alert(1)</script><style>p{}</style>seen<!-- hidden -->", "seen"),
        (
            "before <img src='x.jpg' alt='a child by the gate'> after",
            "before a child by the gate after",
        ),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ("caf&eacute; &#8217; &lt;b&gt;", "café \u2019 <b>"),
        ("<p>unclosed <b>tags <i>everywhere", "unclosed tags everywhere"),
        ("https://x.example/?a=1&amp;b=2", "https://x.example/?a=1&b=2"),
        ("<?xml version='1.0'?><p>page</p>", "page"),
        ("<![zqxj[ <p>rejected</p>", "rejected"),
        ("nul\x00 and \ud800", "nul and ?"),
        ("  padded\t\twith\r\n\n\n\n\nmuch  ", "padded with\n\nmuch"),
    ],
)
def test_html_becomes_what_a_person_reads(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_text_of_any_length_or_depth_is_bounded() -> None:
    assert len(html_to_text("<p>" + "a" * 1_000_000)) == 100_000
    assert html_to_text("<div>" * 300 + "deep" + "</div>" * 300) == "deep"
    assert html_to_text("<div>" * 20_000 + "deeper") == "deeper"
    assert "words" in html_to_text("<a href='" * 20_000 + ">words")


def test_a_title_that_the_body_repeats_is_said_once() -> None:
    assert joined("Fete", "", "Fete ", "On Sunday") == "Fete\n\nOn Sunday"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("Sat, 20 Jun 2026 10:30:00 BST", "2026-06-20T09:30"),
        ("Sat, 20 Jun 2026 10:30:00 GMT", "2026-06-20T10:30"),
        ("Sat, 20 Jun 2026 10:30:00 +0100", "2026-06-20T09:30"),
        ("20 Jun 2026 10:30:00 EST", "2026-06-20T15:30"),
        ("2026-06-20T10:30:00+01:00", "2026-06-20T09:30"),
        ("2026-06-20T10:30:00.123Z", "2026-06-20T10:30"),
        ("2026-06-20T10:30:00", "2026-06-20T10:30"),
        ("2026-06-20", "2026-06-20T00:00"),
        ("  Sat, 20 Jun 2026 10:30:00 CEST\n", "2026-06-20T08:30"),
    ],
)
def test_a_date_is_read_with_its_zone(written: str, utc: str) -> None:
    found = read_date(written)
    assert found is not None
    assert found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M") == utc


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "Invalid Date",
        "yesterday",
        "31 Feb 2026 10:00:00 GMT",
        "0001-01-01T00:00:00+14:00",
        "11111111111111",
    ],
)
def test_what_is_no_date_is_none(written: str | None) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("/story/1", "https://site.example:8443/story/1"),
        ("https://other.example/x", "https://other.example/x"),
        (" https://other.example/x\n", "https://other.example/x"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("", None),
        (None, None),
        ("http://[broken", None),
        ("https://other.example/a b", None),
    ],
)
def test_a_link_leads_to_the_web_or_nowhere(href: str | None, link: str | None) -> None:
    assert web_link("https://site.example:8443/feed", href) == link


def test_an_id_fits_a_key_and_stays_the_same() -> None:
    long = "https://site.example/" + "a" * 500
    assert stable_id("guid-1") == "guid-1"
    assert stable_id(long) == stable_id(long)
    assert len(stable_id(long)) < 100
    assert stable_id(long) != stable_id(long + "b")


def test_memory_forgets_the_oldest_that_is_no_longer_shown() -> None:
    seen = Seen(limit=3)
    assert [seen.add(i) for i in "abca"] == [True, True, True, False]
    assert seen.add("d")
    kept = Seen(seen.digests(), limit=3)
    assert [i in kept for i in "abcd"] == [True, False, True, True]


# Feeds


def feed(content: str | bytes, content_type: str = "application/rss+xml") -> Answer:
    raw = content if isinstance(content, bytes) else content.encode()
    headers = httpx.Headers({"Content-Type": content_type})
    return Answer(url="https://site.example/feed", status=200, headers=headers, content=raw)


def rss(*items: str) -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel>{inner}</channel></rss>"


def test_the_fullest_body_is_taken_and_its_markup_is_not() -> None:
    item = (
        "<guid>1</guid><title>Q &amp;amp; A</title><description>short</description>"
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        "<![CDATA[<p>All of <b>it</b>.</p>]]></content:encoded>"
        "<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>A. Writer</dc:creator>"
    )
    items, whole = read_feed(feed(rss(item)))
    found = items["1"]
    assert whole
    assert (found.title, found.body, found.author) == ("Q & A", "All of it.", "A. Writer")


def test_which_item_it_answers_and_how_often_it_was_answered_and_seen_is_kept() -> None:
    """As WordPress, Blogger and YouTube write it (slash, RFC 4685, Media RSS)."""
    fed = (
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:thr='http://purl.org/syndication/thread/1.0'"
        " xmlns:slash='http://purl.org/rss/1.0/modules/slash/'"
        " xmlns:media='http://search.yahoo.com/mrss/'>"
        "<entry><id>1</id><title>a</title><slash:comments>3</slash:comments>"
        "<published>2026-06-20T09:00:00Z</published></entry>"
        "<entry><id>2</id><title>b</title><thr:in-reply-to ref='1' href='https://b.example/1'/>"
        "<thr:total>odd</thr:total></entry>"
        "<entry><id>3</id><title>c</title><media:group><media:community>"
        "<media:statistics views='1204'/></media:community></media:group></entry></feed>"
    )
    answer = httpx.Response(200, text=fed)
    found = visit(build(Feed, url="https://site.example/feed"), always(answer))
    by_id = {m.external_id: m for m in found}
    assert by_id["1"].counts == (("replies", 3),)
    assert by_id["1"].published_as == "2026-06-20T09:00:00Z"
    assert (by_id["2"].answers, by_id["2"].counts) == ("https://b.example/1", ())
    assert by_id["3"].counts == (("views", 1204),)


@pytest.mark.parametrize(
    ("number", "counts"),
    [
        ("987", (("views", 987),)),
        ("1,234", (("views", 1234),)),
        ("1.2K", (("views_about", 1200),)),
        ("12k", (("views_about", 12_000),)),
        ("1.25M", (("views_about", 1_250_000),)),
        ("1.5", ()),
        ("many", ()),
        ("-3", ()),
        ("9" * 30, ()),
        ("999999B", ()),
    ],
)
def test_a_number_as_pages_show_it_is_exact_or_said_to_be_about(
    number: str, counts: tuple[tuple[str, int], ...]
) -> None:
    assert shown("views", number) == counts


def test_a_result_says_how_often_it_was_seen_where_the_engine_knows() -> None:
    film = {
        "url": "https://v.example/1",
        "title": "t",
        "views": "1.2K",
        "publishedDate": "2026-06-20",
    }
    page = next(
        SEARCH.fetch(SCHOOL, None, recorded(always(httpx.Response(200, json={"results": [film]}))))
    )
    assert page.mentions[0].counts == (("views_about", 1200),)
    assert page.mentions[0].published_as == "2026-06-20"


def test_padding_around_a_title_is_not_kept() -> None:
    items, _ = read_feed(feed(rss("<guid>1</guid><title>\n\t\tBy: a\n\t reader \n</title>")))
    (mention,) = visit(
        build(Feed, url="https://site.example/feed"),
        always(
            httpx.Response(200, text=rss("<guid>1</guid><title>\n\t\tBy: a reader \n</title>"))
        ),
    )
    assert list(items) == ["1"]
    assert mention.text == "By: a reader"


@pytest.mark.parametrize(
    ("item", "key", "link"),
    [
        ("<guid>g</guid><link>/1</link>", "g", "https://site.example/1"),
        ("<link>/1</link>", "/1", "https://site.example/1"),
        (
            "<guid>https://site.example/p</guid>",
            "https://site.example/p",
            "https://site.example/p",
        ),
        ("<guid>g</guid><link>javascript:alert(1)</link>", "g", "https://site.example/feed"),
    ],
)
def test_an_item_is_known_by_guid_or_link(item: str, key: str, link: str) -> None:
    (mention,) = visit(
        build(Feed, url="https://site.example/feed"),
        always(httpx.Response(200, text=rss(f"{item}<title>t</title>"))),
    )
    assert mention.external_id == key
    assert web_link("https://site.example/feed", mention.url) == link


def test_an_item_with_neither_id_nor_link_is_known_by_its_words() -> None:
    source = build(Feed, url="https://site.example/feed")
    item = "<title>Notice</title><pubDate>Sat, 20 Jun 2026 10:30:00 BST</pubDate>"
    other = "<title>Notice</title><pubDate>Sun, 21 Jun 2026 10:30:00 BST</pubDate>"
    found = visit(source, always(httpx.Response(200, text=rss(other, item))))
    assert len({m.external_id for m in found}) == 2
    assert [m.external_id for m in found][:1] == [
        m.external_id for m in visit(source, always(httpx.Response(200, text=rss(item))))
    ]
    assert {m.url for m in found} == {"https://site.example/feed"}


def test_one_guid_for_all_is_no_guid() -> None:
    items, _ = read_feed(
        feed(rss(*(f"<guid>same</guid><link>/{n}</link><title>{n}</title>" for n in range(3))))
    )
    assert sorted(items) == ["/0", "/1", "/2"]


def test_one_link_for_all_is_no_link_either() -> None:
    items, _ = read_feed(feed(rss(*(f"<link>/home</link><title>{n}</title>" for n in range(3)))))
    assert len(items) == 3


def test_an_item_printed_twice_is_one() -> None:
    item = "<guid>1</guid><title>t</title>"
    assert list(read_feed(feed(rss(item, item)))[0]) == ["1"]


def test_dates_decide_the_order_when_all_have_one_and_place_otherwise() -> None:
    dated = [f"<guid>{d}</guid><pubDate>{d} Jun 2026 10:00:00 GMT</pubDate>" for d in (20, 22, 21)]
    assert list(read_feed(feed(rss(*dated)))[0]) == ["20", "21", "22"]
    undated = [*dated, "<guid>x</guid><pubDate>Invalid Date</pubDate>"]
    assert list(read_feed(feed(rss(*undated)))[0]) == ["x", "21", "22", "20"]


def test_a_feed_labelled_as_html_is_read_all_the_same() -> None:
    items, _ = read_feed(feed(rss("<guid>1</guid><title>t</title>"), "text/html"))
    assert list(items) == ["1"]


def test_a_feed_with_nothing_in_it_is_no_trouble() -> None:
    assert (
        visit(
            build(Feed, url="https://site.example/feed"), always(httpx.Response(200, text=rss()))
        )
        == []
    )


def test_a_little_broken_xml_is_forgiven() -> None:
    items, whole = read_feed(feed(rss("<guid>1</guid><title>Fish & chips &nbsp; night</title>")))
    assert whole
    assert items["1"].title.startswith("Fish & chips")


def test_a_feed_in_utf_16_is_read() -> None:
    xml = f"<?xml version='1.0' encoding='utf-16'?>{rss('<guid>1</guid><title>é</title>')}"
    items, _ = read_feed(feed(xml.encode("utf-16")))
    assert items["1"].title == "é"


@pytest.mark.parametrize(
    "body",
    [
        "/etc/hostname",
        "http://127.0.0.1:9/",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><p>hello</p></html>",
        "plain words",
        '{"version": "1", "items": []}',
        '{"version": "https://jsonfeed.org/version/1.1"}',
        "[" * 100_000,
    ],
)
def test_what_is_no_feed_says_so_and_is_neither_opened_nor_fetched(body: str) -> None:
    found = trouble(build(Feed, url="https://site.example/feed"), httpx.Response(200, text=body))
    assert isinstance(found, LayoutChanged)


def test_entities_that_multiply_are_not_followed() -> None:
    entities = "".join(
        f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" if n else "<!ENTITY l0 'ha'>" for n in range(10)
    )
    item = "<guid>1</guid><title>&l9;</title>"
    xml = f"<?xml version='1.0'?><!DOCTYPE rss [{entities}]>{rss(item)}"
    items, _ = read_feed(feed(xml))
    assert all(len(item.title) < 1000 for item in items.values())


def test_an_outer_entity_is_not_opened(tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sesame")
    xml = (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY x SYSTEM 'file://{secret}'>]>"
        f"{rss('<guid>1</guid><title>[&x;]</title>')}"
    )
    items, _ = read_feed(feed(xml))
    assert all("sesame" not in item.title for item in items.values())


def test_a_feed_cut_before_its_first_item_is_broken_off_and_nothing_is_remembered() -> None:
    found = trouble(
        build(Feed, url="https://site.example/feed"),
        httpx.Response(200, text="<rss version='2.0'><channel><item><title>hal"),
    )
    assert isinstance(found, Unreachable)


def test_json_feeds_are_read_in_both_their_versions() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1",
        "items": [
            {"id": 1, "content_text": "a < b", "author": {"name": "Ann"}, "url": "/1"},
            {"id": "2", "content_html": "<p>c</p>", "authors": [{"name": "Bo"}, {"name": None}]},
            {"id": "3", "summary": "s", "external_url": "https://other.example/"},
        ],
    }
    source = build(Feed, url="https://site.example/feed")
    found = {m.external_id: m for m in visit(source, always(httpx.Response(200, json=body)))}
    assert [found[i].text for i in "123"] == ["a < b", "c", "s"]
    assert [found[i].author for i in "123"] == ["Ann", "Bo", ""]
    assert [found[i].url for i in "13"] == ["https://site.example/1", "https://other.example/"]


# SearXNG


SEARCH = build(Searxng, url="https://search.example")


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search has a budget for the day, and little of it is due just after midnight."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    monkeypatch.setattr(WebSearch, "now", staticmethod(lambda: noon))


def test_no_results_from_engines_that_did_not_answer_is_a_failure() -> None:
    silent = {"results": [], "unresponsive_engines": [["zqxj", "Suspended: CAPTCHA"]]}
    found = trouble(SEARCH, httpx.Response(200, json=silent))
    assert isinstance(found, Unreachable)
    assert "did not answer: 1" in str(found)
    assert "zqxj" not in str(found)


def test_no_results_from_engines_that_answered_is_simply_none() -> None:
    nothing = {"results": [], "unresponsive_engines": []}
    assert visit(SEARCH, always(httpx.Response(200, json=nothing))) == []


def test_one_search_that_failed_does_not_stop_the_others() -> None:
    def one_silent(request: httpx.Request) -> httpx.Response:
        if "Primary" in request.url.params["q"]:
            return httpx.Response(
                200, json={"results": [], "unresponsive_engines": [["e", "timeout"]]}
            )
        return httpx.Response(200, json={"results": [{"url": "https://x.example/", "title": "t"}]})

    pages = SEARCH.fetch(SCHOOL, None, recorded(one_silent))
    assert [m.url for m in next(pages).mentions] == ["https://x.example/"]
    with pytest.raises(Unreachable):
        list(pages)


def test_fewer_results_than_before_are_no_news() -> None:
    both = [{"url": f"https://x.example/{n}", "title": "t"} for n in range(2)]
    pages = list(
        SEARCH.fetch(SCHOOL, None, recorded(always(httpx.Response(200, json={"results": both}))))
    )
    one = always(httpx.Response(200, json={"results": both[:1]}))
    fewer = list(SEARCH.fetch(SCHOOL, pages[-1].cursor, recorded(one)))
    assert [m for page in fewer for m in page.mentions] == []
    again = always(httpx.Response(200, json={"results": both}))
    assert visit(SEARCH, again, fewer[-1].cursor) == []


def test_json_that_is_switched_off_comes_with_the_cure() -> None:
    found = trouble(SEARCH, httpx.Response(403, html="<p>Forbidden</p>"))
    assert isinstance(found, AccessRefused)
    assert "settings.yml" in str(found)
    assert "json" in str(found)


def test_the_second_page_is_not_asked_for_unless_wanted() -> None:
    """Asking past the end makes some servers rest the engine that was asked."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["pageno"])
        return httpx.Response(200, json={"results": [{"url": "https://x.example/", "title": "t"}]})

    visit(SEARCH, answer)
    assert set(asked) == {"1"}


@pytest.mark.parametrize(
    "url", ["https://s.example/", "https://s.example/search", "https://s.example/sub/"]
)
def test_the_address_may_be_written_as_it_is_opened(url: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"results": []})

    visit(build(Searxng, url=url), answer)
    assert set(asked) == {"/sub/search" if "sub" in url else "/search"}


# Mastodon


def post(**more: Any) -> dict[str, Any]:
    return {
        "id": "5",
        "uri": "https://far.example/users/bo/statuses/9",
        "url": "https://far.example/@bo/9",
        "created_at": "2026-06-20T10:30:00.000Z",
        "account": {"acct": "bo@far.example"},
        "content": "<p>Hello</p>",
        "visibility": "public",
        **more,
    }


def timeline(*posts: dict[str, Any]) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["min_id"])
        return httpx.Response(200, json=[p for p in posts if int(p["id"]) > after])

    return answer


MASTODON = build(Mastodon, url="https://social.example")


def test_a_post_is_read_with_its_warning_its_choices_and_what_its_pictures_show() -> None:
    full = post(
        spoiler_text="school",
        sensitive=True,
        poll={"options": [{"title": "yes"}, {"title": "no"}]},
        media_attachments=[
            {"type": "image", "description": "a child by the gate"},
            {"type": "image", "description": None},
        ],
    )
    (mention,) = visit(MASTODON, timeline(full))
    assert mention.text == "school\n\nHello\n\nyes\n\nno\n\na child by the gate"
    assert mention.sensitive
    assert mention.author == "@bo@far.example"
    assert mention.external_id == "https://far.example/users/bo/statuses/9"
    assert mention.published_at == datetime(2026, 6, 20, 10, 30, tzinfo=UTC)


def test_which_post_it_answers_and_how_often_it_was_liked_is_kept_where_the_server_says() -> None:
    said = {"favourites_count": 12, "reblogs_count": 3, "replies_count": 0, "quotes_count": 1}
    (mention,) = visit(MASTODON, timeline(post(in_reply_to_id="4", **said)))
    assert mention.answers == "https://social.example/api/v1/statuses/4"
    assert mention.counts == (("likes", 12), ("shares", 3), ("quotes", 1), ("replies", 0))
    assert mention.published_as == post()["created_at"]
    odd = {"favourites_count": "many", "reblogs_count": -1, "replies_count": 1e99}
    (mention,) = visit(MASTODON, timeline(post(in_reply_to_id="../4?x", **odd)))
    assert (mention.answers, mention.counts) == ("", ())


def test_a_local_author_is_named_with_the_server_and_a_missing_url_is_the_uri() -> None:
    (mention,) = visit(MASTODON, timeline(post(account={"acct": "ann"}, url=None, content=None)))
    assert mention.author == "@ann@social.example"
    assert mention.url == mention.external_id


@pytest.mark.parametrize("visibility", ["private", "direct", "limited"])
def test_what_is_not_public_is_not_read(visibility: str) -> None:
    assert visit(MASTODON, timeline(post(visibility=visibility))) == []


def test_ids_are_compared_as_numbers_of_any_length() -> None:
    posts = [post(id=i, uri=f"https://far.example/{i}") for i in ("9", "10", "109999999999999999")]
    found = visit(MASTODON, timeline(*reversed(posts)))
    assert [m.external_id.rpartition("/")[2] for m in found] == ["9", "10", "109999999999999999"]


def test_a_server_that_ignores_where_we_were_does_not_hold_us_for_ever() -> None:
    assert len(visit(MASTODON, always(httpx.Response(200, json=[post()])))) == 1


def test_a_page_whose_posts_were_all_filtered_out_is_not_the_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["min_id"])
        link = '<http://127.0.0.1/evil?limit=40&min_id=4>; rel="prev"'
        if after == 0:
            return httpx.Response(200, json=[], headers={"Link": link})
        return httpx.Response(200, json=[post()] if after == 4 else [])

    assert len(visit(MASTODON, answer)) == 1


def test_hashtags_come_from_the_school_from_the_source_and_from_the_name() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        return httpx.Response(200, json=[])

    visit(build(Mastodon, url="https://social.example", hashtags=["#WexFete", "wexfete"]), answer)
    assert asked == ["wexcombepark", "wexfete", "wexcombeparkprimaryschool"]


def test_a_hashtag_that_nobody_used_is_no_trouble_and_a_wrong_address_is() -> None:
    def one_unknown(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/wexcombepark"):
            return httpx.Response(404, json={"error": "Record not found"})
        return timeline(post())(request)

    assert len(visit(MASTODON, one_unknown)) == 1
    assert trouble(MASTODON, httpx.Response(404)).status == 404


@pytest.mark.parametrize("status", [400, 401, 422])
def test_a_server_for_members_only_says_what_to_do(status: int) -> None:
    """Mastodon answers 422, newer ones 401, Takahē a page with 400."""
    found = trouble(MASTODON, httpx.Response(status, html="<p>zqxj</p>"))
    assert isinstance(found, AccessRefused)
    assert "token" in str(found)


def test_a_token_that_is_not_where_it_should_be_says_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TEST_NO_TOKEN", raising=False)
    source = build(Mastodon, url="https://social.example", token="env:TEST_NO_TOKEN")
    found = trouble(source, httpx.Response(200, json=[]))
    assert isinstance(found, AccessRefused)
    assert "TEST_NO_TOKEN" in str(found)


def test_a_limit_with_a_time_is_understood() -> None:
    headers = {
        "X-RateLimit-Reset": "2026-06-20T09:05:00Z",
        "Date": "Sat, 20 Jun 2026 09:00:00 GMT",
    }
    found = trouble(MASTODON, httpx.Response(429, headers=headers))
    assert found.retry_after == timedelta(minutes=5)


# MediaWiki


def line(words: str, marker: str = "") -> str:
    return f'<tr><td>{marker}</td><td class="diff-addedline"><div>{words}</div></td></tr>'


@pytest.mark.parametrize(
    ("diff", "added"),
    [
        (line("A new line."), "A new line."),
        (line("Old one. Mr B <ins>is a thief</ins>. Old end."), "Mr B is a thief."),
        (line("Old. New<ins>ly</ins> put. Old! <ins>Added!</ins>"), "Newly put. Added!"),
        (line("One <ins>&amp; two</ins>") + line("Three"), "One & two\nThree"),
        (line("moved", '<a class="mw-diff-movedpara-right">x</a>'), ""),
        (
            line("moved <ins>and changed</ins>", '<a class="mw-diff-movedpara-right"></a>'),
            "moved and changed",
        ),
        ('<tr><td class="diff-deletedline"><div>gone</div></td></tr>', ""),
        ('<tr><td class="diff-context"><div>same</div></td></tr>', ""),
        (line("only <ins> </ins> a space"), ""),
        ("", ""),
    ],
)
def test_of_a_change_only_what_was_added_is_read(diff: str, added: str) -> None:
    assert added_words(diff) == added


@pytest.mark.parametrize(
    ("given", "api"),
    [
        ("https://en.wikipedia.org/w/api.php", "https://en.wikipedia.org/w/api.php"),
        ("https://en.wikipedia.org", "https://en.wikipedia.org/w/api.php"),
        ("https://en.wikipedia.org/wiki/Wexcombe", "https://en.wikipedia.org/w/api.php"),
        ("https://wiki.example/mediawiki/", "https://wiki.example/mediawiki/api.php"),
        ("https://wiki.example/w/index.php?title=X", "https://wiki.example/w/api.php"),
        (
            "http://127.0.0.1:8080/mediawiki/index.php/Main",
            "http://127.0.0.1:8080/mediawiki/api.php",
        ),
    ],
)
def test_the_api_is_found_from_any_address_of_the_wiki(given: str, api: str) -> None:
    assert str(build(MediaWiki, url=given).url) == api  # type: ignore[attr-defined] # it has one


def wiki(**keys: Any) -> Source:
    return build(MediaWiki, url="https://wiki.example/w/api.php", **keys)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("maxlag", RateLimited),
        ("ratelimited", RateLimited),
        ("readapidenied", AccessRefused),
        ("readonly", Unreachable),
        ("internal_api_error_DBQueryError", Unreachable),
        ("badvalue", LayoutChanged),
        ("<script>", LayoutChanged),
    ],
)
@pytest.mark.parametrize("dialect", ["error", "errors"])
def test_errors_that_come_with_status_200_are_errors(
    code: str, error: type[SourceError], dialect: str
) -> None:
    told = {"code": code, "info": "zqxj", "text": "zqxj"}
    body = {dialect: told if dialect == "error" else [told]}
    found = trouble(wiki(), httpx.Response(200, json=body, headers={"Retry-After": "5"}))
    assert isinstance(found, error)
    assert "zqxj" not in str(found)
    assert "script" not in str(found)
    if error is RateLimited:
        assert found.retry_after == timedelta(seconds=5)


def history(*revisions: dict[str, Any], compare: Any = None) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        if asked["action"] == "compare":
            return httpx.Response(200, json=compare)
        if "revids" in asked:
            hidden = {"revid": int(asked["revids"]), "slots": {"main": {"texthidden": True}}}
            return httpx.Response(
                200, json={"query": {"pages": [{"title": "T", "revisions": [hidden]}]}}
            )
        page = {"title": "T", "revisions": revisions}
        return httpx.Response(200, json={"query": {"pages": [page]}})

    return answer


REVISION = {"revid": 7, "parentid": 6, "timestamp": "2026-06-20T10:30:00Z"}
WATCH = wiki(articles=["T"], search=False)


@pytest.mark.parametrize(
    "compare",
    [
        {"errors": [{"code": "missingcontent"}]},
        {"error": {"code": "nosuchrevid"}},
        {"compare": {"fromrevid": 6, "torevid": 7, "totexthidden": True}},
    ],
)
def test_a_hidden_revision_leaves_its_summary_and_stops_nothing(compare: dict[str, Any]) -> None:
    hidden = {**REVISION, "comment": "removed personal details", "userhidden": True}
    (mention,) = visit(WATCH, history(hidden, compare=compare))
    assert mention.text == "T\n\nremoved personal details"
    assert mention.author == ""


def test_a_hidden_revision_without_a_summary_has_nothing_to_read() -> None:
    first = {**REVISION, "parentid": 0, "commenthidden": True}
    pages = list(WATCH.fetch(SCHOOL, None, recorded(history(first))))
    assert [page.mentions for page in pages] == [()]
    assert "7" in pages[-1].cursor


@pytest.mark.parametrize("user", ["192.0.2.44", "~2026-4711", "A. Editor"])
def test_every_sort_of_author_is_kept_as_the_wiki_shows_it(user: str) -> None:
    revision = {**REVISION, "user": user, "anon": True, "temp": True}
    (mention,) = visit(WATCH, history(revision, compare={"compare": {"body": line("New.")}}))
    assert mention.author == user
    assert mention.url == "https://wiki.example/w/index.php?diff=7&oldid=6"
    assert mention.text == "T\n\nNew."


def test_an_article_that_is_not_there_is_named_and_the_others_are_read() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.params.get("titles") == "Misspelt":
            missing = {"pages": [{"title": "Misspelt", "missing": True}]}
            return httpx.Response(200, json={"query": missing})
        return history(REVISION, compare={"compare": {"body": line("New.")}})(request)

    source = wiki(articles=["Misspelt", "T"], search=False)
    pages = source.fetch(SCHOOL, None, recorded(answer))
    assert [m.external_id for m in next(pages).mentions] == ["revision:7"]
    with pytest.raises(LayoutChanged, match="Misspelt"):
        next(pages)


def test_two_revisions_of_one_second_are_both_read() -> None:
    compare = {"compare": {"body": line("New.")}}
    pages = list(WATCH.fetch(SCHOOL, None, recorded(history(REVISION, compare=compare))))
    twin = {**REVISION, "revid": 8, "parentid": 7}
    later = visit(WATCH, history(REVISION, twin, compare=compare), pages[-1].cursor)
    assert [m.external_id for m in later] == ["revision:8"]


@pytest.mark.parametrize("title", ["A|B", "A#B", "", "a" * 256])
def test_a_title_that_no_article_can_have_is_refused_in_the_configuration(title: str) -> None:
    with pytest.raises(ValidationError):
        wiki(articles=[title])


# All kinds


@pytest.mark.parametrize("kind", sorted(registry.BUILT_IN))
@pytest.mark.parametrize("url", ["https://user:word@site.example/", "ftp://site.example", "site"])
def test_an_address_with_a_password_or_of_another_sort_is_refused(kind: str, url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build(registry.load(kind), url=url)
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("kind", ["feed", "mastodon", "mediawiki", "searxng"])
def test_a_source_may_go_to_the_place_it_is_configured_with(kind: str) -> None:
    source = build(registry.load(kind), url="http://127.0.0.1:8123/x")
    assert source.places() == {"127.0.0.1:8123"}


def test_the_sources_are_listed_and_described() -> None:
    assert set(registry.BUILT_IN) <= set(registry.available())
    keys = {key.name: key for key in registry.describe("searxng").keys}
    assert next(iter(keys)) == "url"
    assert keys["url"].required
    assert (keys["every"].default, keys["pages"].default) == ('"6h"', "1")
    assert (keys["queries"].default, keys["language"].default) == ("none", '"en-GB"')
    assert {key.name: key.default for key in registry.describe("mediawiki").keys}[
        "search"
    ] == "true"


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean searxng"):
        registry.load("searx")
    with pytest.raises(ValueError, match=r"there are .*feed, .*searxng"):
        registry.load("carrier pigeon")


class _Package:
    def __init__(self, name: str, value: str) -> None:
        self.name, self.value = name, value


def _installed(*packages: _Package) -> Callable[..., Iterator[_Package]]:
    return lambda *, group: iter(packages)


def test_a_strangers_kind_arrives_by_entry_point_and_cannot_replace_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs = _Package("gazette", "sources.feed:Feed"), _Package("feed", "os:path")
    monkeypatch.setattr(registry, "entry_points", _installed(*theirs))
    assert registry.load("gazette") is Feed
    assert registry.load("feed") is Feed


@pytest.mark.parametrize(
    "where", ["no.such.module:X", "sources.feed:Nothing", "sources.text:joined"]
)
def test_a_strangers_kind_that_is_broken_says_so(
    where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "entry_points", _installed(_Package("gazette", where)))
    with pytest.raises(ValueError, match="kind gazette"):
        registry.load("gazette")


# Edited posts


def test_a_feed_hands_over_an_item_again_when_its_words_have_changed() -> None:
    def feed(text: str) -> Handler:
        item = {"id": "1", "url": "https://f.example/1", "content_text": text}
        body = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
        return always(httpx.Response(200, json=body))

    def pages(handler: Handler, cursor: str | None = None) -> tuple[list[str], str]:
        found = list(source.fetch(SCHOOL, cursor, recorded(handler)))
        return [m.text for page in found for m in page.mentions], found[-1].cursor

    source = build(Feed, url="https://f.example/feed.json")
    texts, cursor = pages(feed("Parking is bad."))
    assert texts == ["Parking is bad."]
    texts, cursor = pages(feed("I will burn it down."), cursor)
    assert texts == ["I will burn it down."]
    assert pages(feed("I will burn it down."), cursor)[0] == []


def test_a_search_of_mastodon_shows_an_edited_post_again_with_both_times() -> None:
    status = {
        "id": "7",
        "uri": "https://m.example/users/a/statuses/7",
        "created_at": "2026-11-01T09:00:00Z",
        "account": {"acct": "a"},
        "content": "<p>Parking is bad.</p>",
    }
    edited = status | {"content": "<p>I will burn it.</p>", "edited_at": "2026-11-02T09:00:00Z"}

    def server(found: dict[str, Any]) -> Handler:
        def answer(request: httpx.Request) -> httpx.Response:
            search = request.url.path == "/api/v2/search"
            return httpx.Response(200, json={"statuses": [found]} if search else [])

        return answer

    source = build(Mastodon, url="https://m.example", token="env:TEST_MASTODON")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_MASTODON", "t")
        first = list(source.fetch(SCHOOL, None, recorded(server(status))))
        cursor = first[-1].cursor
        (again,) = visit(source, server(edited), cursor)
        assert visit(source, server(status), cursor) == []
    assert again.external_id == status["uri"]
    assert again.published_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert again.edited_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
