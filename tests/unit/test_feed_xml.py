"""Feeds that are broken, and feeds that are made to cost: each ends in items or a named error."""

from __future__ import annotations

import pytest

from sources.answer import Answer
from sources.errors import LayoutChanged, TooLarge
from sources.feed_formats import Item, read_feed
from sources.feed_repair import repaired


def _read(content: bytes, content_type: str = "application/xml") -> list[Item]:
    answer = Answer(
        url="https://feed.example/",
        status=200,
        headers={"content-type": content_type},
        content=content,
    )
    return list(read_feed(answer)[0].values())


def _rss(inside: bytes) -> bytes:
    return b"<rss version='2.0'><channel>" + inside + b"</channel></rss>"


ONE = b"<item><guid>1</guid><title>one</title></item>"
TWO = b"<item><guid>2</guid><title>two</title></item>"


# What people get wrong


@pytest.mark.parametrize(
    ("written", "title", "body"),
    [
        (b"<title>Fish & chips</title>", "Fish & chips", ""),
        (b"<title>caf&eacute; &hellip;</title>", "caf\xe9 \u2026", ""),
        (b"<title>3 < 5</title>", "3 < 5", ""),
        (b"<title>a</b></title><description>words</description>", "a", "words"),
        (b"<title>a</title><description><p>b<br>c<img src='x'></description>", "a", "b\nc"),
        (b"<title>a</title><description><div><i>b</div></description>", "a", "b"),
        (b"<title>a\x0bb\x00</title>", "a b", ""),
        (b"<title>caf\xe9</title>", "caf\xe9", ""),
        (b"<title>u</title><content:encoded>full</content:encoded>", "u", "full"),
    ],
)
def test_the_usual_mistakes_cost_neither_the_words_nor_the_next_item(
    written: bytes, title: str, body: str
) -> None:
    items = _read(_rss(b"<item><guid>1</guid>" + written + b"</item>" + TWO))
    found = {item.id: item for item in items}
    assert (found["1"].title, found["1"].body) == (title, body)
    assert found["2"].title == "two"


def test_an_address_with_bare_ampersands_is_kept_whole() -> None:
    (item,) = _read(_rss(b"<item><guid>1</guid><link>https://a.example/?a=1&b=2</link></item>"))
    assert item.link == "https://a.example/?a=1&b=2"


def test_an_item_that_was_never_closed_does_not_swallow_the_next() -> None:
    items = _read(_rss(b"<item><guid>1</guid><title>one</title>" + TWO))
    assert sorted((item.id, item.title) for item in items) == [("1", "one"), ("2", "two")]


def test_a_warning_printed_before_the_feed_is_passed_over() -> None:
    assert [item.id for item in _read(b"Warning: x.php\n" + _rss(ONE))] == ["1"]


def test_a_web_page_that_shows_how_to_write_a_feed_is_no_feed() -> None:
    with pytest.raises(LayoutChanged):
        _read(b"<p>How to:</p><html><pre>" + _rss(ONE) + b"</pre></html>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "shift_jis", "utf-8-sig"])
def test_the_encoding_is_found(encoding: str) -> None:
    label = encoding.removesuffix("-sig").removesuffix("-le")
    text = f"<?xml version='1.0' encoding='{label}'?>" + _rss(ONE).decode()
    (item,) = _read(text.replace("one", "\u5b66\u6821").encode(encoding))
    assert item.title == "\u5b66\u6821"


def test_a_false_encoding_in_the_label_is_seen_through() -> None:
    content = _rss(ONE.replace(b"one", b"caf\xe9"))
    assert _read(content, "application/xml; charset=utf-8")[0].title == "caf\xe9"
    assert _read(content, "application/xml; charset=no-such")[0].title == "caf\xe9"


def test_words_of_other_vocabularies_do_not_pass_for_the_items_own() -> None:
    media = (
        b"<rss xmlns:media='http://search.yahoo.com/mrss/'><channel><item>"
        b"<media:title>a picture</media:title><media:description>x</media:description>"
        b"<guid>1</guid><title>one</title></item></channel></rss>"
    )
    assert (_read(media)[0].title, _read(media)[0].body) == ("one", "")


def test_text_in_atom_stays_text_and_its_links_to_others_are_not_its_own() -> None:
    (item,) = _read(
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id>"
        b"<title>how to write &lt;b&gt;</title><link rel='replies' href='https://a.example/r'/>"
        b"<link href='https://a.example/1'/><author><name>Ann</name><uri>https://ann.example</uri>"
        b"</author></entry></feed>"
    )
    assert item.title == "how to write <b>"
    assert (item.link, item.author) == ("https://a.example/1", "Ann")


# What is made to cost. Each of these would take a careless reader from ten seconds to days.


@pytest.mark.parametrize(
    "content",
    [
        _rss(b"<item/>" * 5_001),
        _rss(b"<item><title>a</title></item>" * 60_000),
        _rss(b"<item>" + b"<a/>" * 300_000 + b"</item>"),
        _rss(b"<item>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</item>"),
        _rss(b"<item><a " + b" ".join(b"a%d='1'" % n for n in range(300_000)) + b"/></item>"),
        _rss(b"<item><a>" + b"<b>" * 300 + b"</b>" * 300 + b"</a></item>" + TWO),
        _rss(b"<item>" + b"<description>" * 100_000 + b"</item>"),
        b"<?xml version='1.0' encoding='utf-7'?>+ADw-rss+AD4-" + b"+ADw-item/+AD4-" * 300_001,
        _rss(b"<item/>" * 5_001).decode().encode("utf-16"),
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 5_001 + b"{}]}",
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 300_000 + b"{}]}",
    ],
    ids=[
        *("many items", "tiny items", "flat tags", "nested tags", "attributes", "too deep"),
        "bodies without end",
        *("in utf-7", "in utf-16", "many in json", "objects in json"),
    ],
)
def test_a_feed_of_too_much_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(TooLarge):
        _read(content)


@pytest.mark.parametrize(
    "inside",
    [
        b"<author>" + b"a" * 2_000_000 + b"</author>",
        b"<pubDate>" + b"1 " * 1_000_000 + b"</pubDate>",
        b"<title>" + b"\n" * 2_000_000 + b"</title>",
        b"<title>" + b"&" * 1_000_000 + b"</title>",
        b"<title>" + b"&foo;" * 400_000 + b"</title>",
        b"<description>" + b"&lt;!" * 400_000 + b"</description>",
        b"<description><br></description>" * 50_000,
        b"<category>" * 200 + b"</category>" * 200,
    ],
    ids=[
        *("author", "date", "newlines", "ampersands", "entities", "noise in html"),
        *("broken bodies", "nested"),
    ],
)
def test_long_runs_of_one_thing_hide_no_other_item(inside: bytes) -> None:
    items = _read(_rss(ONE + b"<item><guid>9</guid>" + inside + b"</item>"))
    assert "one" in [item.title for item in items]


def test_the_longest_honest_feed_is_read() -> None:
    html = b"&lt;p class=&quot;x&quot;&gt;What the council said.&lt;/p&gt;" * 12
    feed = _rss(b"".join(_story(n, html) for n in range(4_900)))
    assert 3_500_000 < len(feed) < 5 * 1024 * 1024
    assert len(_read(feed)) == 4_900


def _story(number: int, html: bytes) -> bytes:
    return b"<item><guid>%d</guid><title>t</title><description>%s</description></item>" % (
        number,
        html,
    )


def test_repair_leaves_alone_what_it_does_not_know() -> None:
    for text in ("", "plain", "<rss>", "<!-- x -->", "<title>", "]]>", "<title><![CDATA[a<b"):
        assert repaired(text) == text
