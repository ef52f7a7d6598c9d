"""Any page, cut into what people wrote; forums post by post. All of it is invented."""

from __future__ import annotations

from typing import ClassVar

import httpx
import pytest
from pydantic import ValidationError

from monitor.domain import Mention
from sources.contract import Source
from sources.errors import AskedNotTo, LayoutChanged, LoginWall, SourceError, TooLarge
from sources.forums import KNOWN
from sources.memory import digest
from sources.page import WebPage
from sources.testing import SCHOOL, SourceContract, recorded

THREAD = "https://forum.example/viewtopic.php?t=7"
PER_PAGE = 8


def said(n: int) -> str:
    return f"What parent {n} thinks of parking at WPPS."


def post_id(n: int) -> str:
    return f"{n}:{digest(said(n).casefold())}"


def phpbb_post(n: int, text: str = "") -> str:
    return (
        f'<div id="p{n}" class="post has-profile bg2"><dl class="postprofile"><dt>'
        f'<a class="username">someone else</a></dt></dl><div class="postbody"><div>'
        f'<h3><a href="#p{n}">Re: Parking</a></h3><p class="author">'
        f'<a class="unread" href="./viewtopic.php?p={n}&amp;sid={"ab" * 16}#p{n}">Post</a> by '
        f'<strong><a class="username" href="./u?{n}">parent{n}</a></strong> \u00bb '
        f'<time datetime="2026-06-{n:02}T09:00:00+00:00">{n} Jun 2026</time></p>'
        f'<div class="content">{text or said(n)}</div><div class="notice">Last edited by x</div>'
        f'<div class="signature">Ring 01632 960001</div></div></div></div>'
    )


def thread(request: httpx.Request, posts: int) -> httpx.Response:
    """As phpBB shows it: eight posts a page, the newest on the last."""
    if request.url.path == "/robots.txt":
        return httpx.Response(200, text="User-agent: *\nDisallow: /ucp.php")
    start = int(request.url.params.get("start", "0"))
    shown = "".join(phpbb_post(n) for n in range(start + 1, min(start + PER_PAGE, posts) + 1))
    more = '<li class="arrow next"><a rel="next" href="./viewtopic.php?t=7&amp;start={}">Next'
    onward = more.format(start + PER_PAGE) if start + PER_PAGE < posts else ""
    return httpx.Response(
        200,
        html=f"<!DOCTYPE html><html><head><title>Parking - Wexcombe Forum</title></head>"
        f'<body id="phpbb"><div id="wrap"><form><input type="password"></form>{shown}'
        f'<div class="pagination"><ul>{onward}</ul></div></div></body></html>',
    )


class TestThread(SourceContract):
    source: ClassVar[Source] = WebPage(name="the forum", url=THREAD)  # type: ignore[arg-type] # as TOML gives it
    expected: ClassVar[list[str]] = [post_id(n) for n in range(1, 21)]
    expected_later: ClassVar[list[str]] = [post_id(n) for n in range(21, 28)]

    def server(self, request: httpx.Request) -> httpx.Response:
        return thread(request, 20)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return thread(request, 27)


REVIEW = (
    '<article class="review" id="r{n}"><span class="author">reader{n}</span>'
    '<time datetime="2026-06-{n:02}">{n} days ago</time>'
    "<p>Review number {n} of the school.</p><p>And a second thought.</p></article>"
)


def reviews(request: httpx.Request, newest: int) -> httpx.Response:
    if request.url.path == "/robots.txt":
        return httpx.Response(404)
    shown = "".join(REVIEW.format(n=n) for n in range(newest, 0, -1))
    return httpx.Response(
        200,
        html=f"<html><title>Wexcombe Park reviews</title><nav><p>Home and other words</p></nav>"
        f"<main>{shown}</main><footer><p>Copyright and so on</p></footer></html>",
    )


def review_id(n: int) -> str:
    words = f"reader{n} review number {n} of the school. and a second thought."
    return f"r{n}:{digest(words)}"


class TestReviews(SourceContract):
    source: ClassVar[Source] = WebPage(name="reviews", url="https://reviews.example/wexcombe")  # type: ignore[arg-type] # as TOML gives it
    expected: ClassVar[list[str]] = [review_id(n) for n in range(12, 0, -1)]
    expected_later: ClassVar[list[str]] = [review_id(14), review_id(13)]

    def server(self, request: httpx.Request) -> httpx.Response:
        return reviews(request, 12)

    def later_server(self, request: httpx.Request) -> httpx.Response:
        return reviews(request, 14)


def read(html: str, **keys: object) -> list[Mention]:
    return [m for page in visit(html, **keys) for m in page.mentions]


def visit(html: str, cursor: str | None = None, **keys: object):  # type: ignore[no-untyped-def] # a list of pages
    def site(request: httpx.Request) -> httpx.Response:
        robots = request.url.path == "/robots.txt"
        return httpx.Response(404) if robots else httpx.Response(200, html=html)

    source = WebPage.model_validate({"name": "p", "url": "https://site.example/x/page", **keys})
    return list(source.fetch(SCHOOL, cursor, recorded(site)))


def body(*parts: str, title: str = "Wexcombe notices") -> str:
    return f"<html><title>{title}</title><body>{''.join(parts)}</body></html>"


FORUMS = {
    "phpBB": '<body id="phpbb">' + phpbb_post(12, "Parking is bad."),
    "XenForo": '<html id="XF"><article class="message js-post" data-author="ann" '
    'data-content="post-12" id="js-post-12"><header class="message-attribution">'
    '<a href="/threads/parking.7/post-12"><time class="u-dt" datetime="2026-06-12T09:00:00+0000">'
    '</time></a></header><article class="message-body"><div class="bbWrapper">Parking is bad.'
    "</div></article></article>",
    "NodeBB": '<ul component="topic"><li component="post" data-pid="11" class="deleted">'
    '<div component="post/content">[[topic:post_is_deleted]]</div></li><li component="post" '
    'data-pid="12"><a data-username="ann">Ann</a><span class="timeago" '
    'title="2026-06-12T09:00:00.000Z"></span><a href="/post/12">#2</a>'
    '<div component="post/content">Parking is bad.</div></li></ul>',
    "Discourse": '<meta name="generator" content="Discourse 3.4.0">'
    '<div id="post_12" itemprop="comment" class="topic-body crawler-post">'
    '<div class="crawler-post-meta"><span class="creator"><a><span itemprop="name">ann</span></a>'
    '</span><link itemprop="url" href="https://site.example/t/parking/7/12"><time '
    'datetime="2026-06-12T09:00:00Z">12 June</time></div><div class="post" itemprop="text">'
    "Parking is bad.</div></div>",
    "vBulletin": '<meta name="generator" content="vBulletin 4.2.5"><ol><li class="postbit" '
    'id="post_12"><a class="username">ann</a><a class="postcounter" '
    f'href="showthread.php?t=7&amp;s={"cd" * 16}&amp;p=12#post12">#2</a>'
    '<div id="post_message_12"><blockquote class="postcontent">Parking is bad.</blockquote>'
    "</div></li></ol>",
}
AUTHORS = {"phpBB": "parent12", "NodeBB": "Ann"}
LINKS = {
    "phpBB": "/x/viewtopic.php?p=12#p12",
    "XenForo": "/threads/parking.7/post-12",
    "NodeBB": "/post/12",
    "Discourse": "/t/parking/7/12",
    "vBulletin": "/x/showthread.php?t=7&p=12#post12",
}


@pytest.mark.parametrize("software", sorted(KNOWN))
def test_each_forum_is_read_post_by_post_with_author_and_permalink(software: str) -> None:
    (found,) = read(FORUMS[software])
    assert found.external_id == f"12:{digest('parking is bad.')}"
    assert found.text.endswith("Parking is bad.")
    assert found.author == AUTHORS.get(software, "ann")
    assert found.url == f"https://site.example{LINKS[software]}"
    day = found.published_at.date().isoformat() if found.published_at else None
    assert day == (None if software == "vBulletin" else "2026-06-12")
    shown = {"vBulletin": "", "phpBB": "12 Jun 2026"}  # what people are shown, where there is that
    if software in shown:
        assert found.published_as == shown[software]


def test_an_edited_post_is_a_new_mention_beside_the_old_one() -> None:
    first = visit(FORUMS["phpBB"])
    edited = FORUMS["phpBB"].replace("Parking is bad.", "I will burn it down.")
    (found,) = [m for page in visit(edited, first[-1].cursor) for m in page.mentions]
    assert found.external_id.startswith("12:")
    assert found.external_id != first[0].mentions[0].external_id


def test_a_thread_is_taken_up_where_it_was_left_and_the_front_is_not_read_again() -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params.get("start", "0"))
        return thread(request, 20)

    source, client = WebPage(name="f", url=THREAD), recorded(site)  # type: ignore[arg-type] # as TOML gives it
    last = list(source.fetch(SCHOOL, None, client))[-1]
    asked.clear()
    assert not [m for p in source.fetch(SCHOOL, last.cursor, client) for m in p.mentions]
    assert asked == ["16"]


def test_a_thread_whose_last_page_went_away_is_read_from_its_front() -> None:
    def shorter(request: httpx.Request) -> httpx.Response:
        gone = request.url.params.get("start", "0") != "0"
        return httpx.Response(404) if gone else thread(request, 8)

    contract = TestThread()
    cursor = contract.pages()[-1].cursor
    assert contract.mentions(cursor, shorter) == []


def test_an_unchanged_page_is_asked_whether_it_changed() -> None:
    headers: list[httpx.Headers] = []

    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        headers.append(request.headers)
        if request.headers.get("if-none-match") == '"a"':
            return httpx.Response(304)
        return httpx.Response(
            200, html=body("<p>A notice of three words."), headers={"ETag": '"a"'}
        )

    source = WebPage(name="p", url="https://site.example/")  # type: ignore[arg-type] # as TOML gives it
    client = recorded(site)
    (page,) = source.fetch(SCHOOL, None, client)
    assert list(source.fetch(SCHOOL, page.cursor, client)) == []
    assert "if-none-match" not in headers[0]


def test_paragraphs_are_judged_alone_under_the_title_of_the_page() -> None:
    found = read(body("<p>The gate was broken again.</p><ul><li>Ring me about it.</ul>"))
    assert [m.text for m in found] == [
        "Wexcombe notices\n\nThe gate was broken again.",
        "Wexcombe notices\n\nRing me about it.",
    ]


def test_what_nobody_wrote_is_left_out() -> None:
    furniture = "<nav><p>One two three four</nav><script>var a = 'b c d e'</script><p>Log in</p>"
    hidden = "<p hidden>Not to be seen here</p><footer>All rights are reserved</footer>"
    (found,) = read(body(furniture, "<p>Here is a notice.</p>", hidden))
    assert found.text.endswith("Here is a notice.")


def test_an_answer_is_no_part_of_the_comment_it_answers() -> None:
    found = read(
        body(
            '<ol><li class="comment" id="c1"><p>The head is kind.</p><ol><li class="comment" '
            'id="c2"><p>The head is a thief.</p></li></ol></li></ol>'
        )
    )
    assert [(m.url[-3:], m.text.split("\n")[-1]) for m in found] == [
        ("#c1", "The head is kind."),
        ("#c2", "The head is a thief."),
    ]


def test_clocks_and_counters_make_nothing_new() -> None:
    page = body(
        "<p>Online now: {n} of 200</p><p>Somebody wrote a long notice, {n} minutes ago</p>"
    )
    first = visit(page.replace("{n}", "3"))
    assert not [m for p in visit(page.replace("{n}", "57"), first[-1].cursor) for m in p.mentions]
    number = body("<p>Ring the head at home, her number is 01632 960{n}</p>")
    first = visit(number.replace("{n}", "001"))
    assert [m for p in visit(number.replace("{n}", "002"), first[-1].cursor) for m in p.mentions]


def test_the_same_words_said_again_are_found_again() -> None:
    line = "<p>Shame on that school.</p>"
    first = visit(body(line))
    (again,) = [m for p in visit(body(line, line), first[-1].cursor) for m in p.mentions]
    assert again.external_id.endswith(":2")


def test_a_selector_names_the_pieces() -> None:
    page = body(
        '<div class="say">Yes!</div><p>Not this one, please.</p><div class="say">No!</div>'
    )
    assert [m.text.split("\n")[-1] for m in read(page, selector="div.say")] == ["Yes!", "No!"]
    with pytest.raises(LayoutChanged, match="selector"):
        read(page, selector="div.gone")
    with pytest.raises(ValidationError, match="not a CSS selector"):
        WebPage.model_validate({"name": "p", "url": "https://x.example", "selector": "div["})


@pytest.mark.parametrize(
    ("here", "there", "follows"),
    [
        ("/reviews", "/reviews?page=2", True),
        ("/reviews/page/2/", "/reviews/page/3/", True),
        ("/2026/06/the-fete", "/2026/06/the-fair", False),
        ("/reviews", "https://elsewhere.example/reviews?page=2", False),
    ],
)
def test_the_next_page_of_a_list_is_read_and_the_next_article_is_not(
    here: str, there: str, follows: bool
) -> None:
    asked: list[str] = []

    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        asked.append(str(request.url.raw_path.decode()))
        return httpx.Response(
            200, html=f'<p>Page {len(asked)} of it all<a rel="next" href="{there}">next</a>'
        )

    source = WebPage.model_validate({"name": "p", "url": f"https://s.example{here}", "pages": 2})
    list(source.fetch(SCHOOL, None, recorded(site)))
    assert asked == ([here, there] if follows else [here])


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<html><div id=app></div><script src=x></script></html>", LayoutChanged),
        ("<p>You must log in to read this thread.</p>", LoginWall),
        ("<html>" + "<" * 50_000, LayoutChanged),
        ("<html>" + "<p>a b c" * 200_000, TooLarge),
        ("<html>" + "".join(f"<p>One two three {n} four five" for n in range(3000)), TooLarge),
        ("<html><![x[ <p>one two three", LayoutChanged),
    ],
)
def test_a_page_that_cannot_be_read_says_why(html: str, error: type[SourceError]) -> None:
    with pytest.raises(error):
        read(html)


def test_a_very_deep_page_is_read() -> None:
    deep = "<div>" * 20_000 + "At the bottom of it" + "</div>" * 20_000
    assert read(body(deep))[0].text.endswith("At the bottom of it")


def test_a_page_in_an_older_encoding_is_read() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        page = '<?xml version="1.0"?><html><meta charset="windows-1252"><p>A caf\xe9 for caf\xe9s'
        return httpx.Response(
            200, content=page.encode("windows-1252"), headers={"Content-Type": "text/html"}
        )

    source = WebPage(name="p", url="https://site.example/")  # type: ignore[arg-type] # as TOML gives it
    (page,) = source.fetch(SCHOOL, None, recorded(site))
    assert page.mentions[0].text == "A caf\xe9 for caf\xe9s"


def test_a_page_that_the_site_keeps_from_programs_is_not_read() -> None:
    def site(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/robots.txt"
        return httpx.Response(200, text="User-agent: *\nDisallow: /")

    source = WebPage(name="p", url="https://site.example/")  # type: ignore[arg-type] # as TOML gives it
    with pytest.raises(AskedNotTo):
        list(source.fetch(SCHOOL, None, recorded(site)))
