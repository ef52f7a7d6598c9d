"""A page cut into the pieces that people wrote: posts, comments, reviews, else paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup

from sources.answer import Answer
from sources.errors import LayoutChanged, TooLarge
from sources.forums import recognise
from sources.memory import digest
from sources.text import UNDATED, Dated, dated, html_to_text, joined, web_link

MOST = 2500  # blocks of one page
_TAGS = 100_000
_FEWEST_WORDS = 3  # of a paragraph; "Contact us" is nobody's opinion
_SHORT = 6  # words; of a shorter block only the words count, not "Online: 14 of 200"

_UNSAID = "script, style, noscript, template, nav, footer, select, button, svg, iframe, dialog"
_UNITS = (
    '[itemprop="review"], [itemprop="comment"], [itemtype$="/Review"], [itemtype$="/Comment"], '
    "li.comment, div.comment, article.comment, div.review, li.review, article.review"
)
_PARAGRAPHS = "p, li, blockquote, h1, h2, h3, h4, h5, h6, td, dd, dt, pre, figcaption"
_AUTHOR = '[itemprop="author"], [rel~="author"], .comment-author .fn, .author, .fn'
_PASSING = re.compile(
    r"\b\d+ ?(?:s|m|h|d|seconds?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?) ago\b"
    r"|\b[\d.,]+k? ?(?:views?|likes?|replies|reply|comments?|shares?|votes?|points?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`id` is the site's own number, where it has one, and a digest of the words: an edited
    post is a new block beside the old one."""

    id: str
    text: str
    url: str
    author: str = ""
    date: Dated = field(default_factory=UNDATED.copy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page holds. `onward` is the address of the next page of a thread or list, and
    `oldest_first` whether what is new will be found there."""

    title: str
    blocks: tuple[Block, ...]
    onward: str | None = None
    oldest_first: bool = False


def read_page(answer: Answer, selector: str = "") -> Reading:
    """Raises LayoutChanged for what is no page or holds nothing to read, and TooLarge."""
    if not answer.is_html:
        raise LayoutChanged("this is not a web page")
    soup = _parsed(_decoded(answer))
    title = html_to_text(str(soup.title))[:300] if soup.title else ""
    forum = () if selector else recognise(soup)
    onward = _onward(soup, answer.url, thread=bool(forum))
    if forum:
        found = [
            _block(p.text, web_link(answer.url, p.link) or answer.url, p.author, p.date, p.number)
            for p in forum
        ]
    else:
        found = list(_selected(soup, selector, answer.url) if selector else _cut(soup, answer.url))
    blocks = tuple(_numbered(b for b in found if b.text))
    if not blocks:
        raise LayoutChanged(_nothing(selector))
    if len(blocks) > MOST:
        raise TooLarge(f"more than {MOST} pieces; please name the part to read by a selector")
    return Reading(title=title, blocks=blocks, onward=onward, oldest_first=bool(forum))


def _nothing(selector: str) -> str:
    if selector:
        return "nothing on the page matches the selector of this source"
    return "the page holds no text; perhaps it is put together by a script, which we do not run"


def _decoded(answer: Answer) -> str:
    named = "charset" in answer.headers.get("content-type", "").lower()
    meta = re.search(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", answer.content[:4000])
    if named or meta is None:
        return answer.content.decode(answer.charset, "replace")
    try:
        return answer.content.decode(meta[1].decode("ascii", "replace"), "replace")
    except LookupError:
        return answer.content.decode("utf-8", "replace")


def _parsed(html: str) -> BeautifulSoup:
    opened = html.count("<")
    if opened > _TAGS:
        raise TooLarge("it is made of too many parts")
    if opened > 2 * html.count(">") + 100:  # noise, on which the parser would spend hours
        raise LayoutChanged("this is not a web page")
    try:
        return BeautifulSoup(re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", html), "html.parser")
    except (ParserRejectedMarkup, AssertionError):
        raise LayoutChanged("this is not a web page") from None


def _onward(soup: BeautifulSoup, base: str, *, thread: bool) -> str | None:
    """The next page of the same thread or list. Blogs call another article "next", too: that
    is told by its address."""
    link = soup.select_one('link[rel~="next"], a[rel~="next"], .pagination .next a[href]')
    there = web_link(base, str(link.get("href") or "")) if link else None
    if there is None or there == base or there.split("/")[:3] != base.split("/")[:3]:
        return None
    return there if thread or _list_of(there) == _list_of(base) else None


def _list_of(url: str) -> str:
    return re.sub(r"/(?:page[/-]?)?\d{1,5}$", "", url.partition("?")[0].rstrip("/"))


def _selected(soup: BeautifulSoup, selector: str, base: str) -> Iterator[Block]:
    for found in _inside_out(soup.select(selector)):
        yield _unit(found, base)


def _cut(soup: BeautifulSoup, base: str) -> Iterator[Block]:
    """Comments and reviews whole, then what else the page says by its paragraphs."""
    for unsaid in soup.select(f"{_UNSAID}, [hidden], [aria-hidden=true]"):
        if not unsaid.decomposed:
            unsaid.decompose()
    root = soup.select_one("main, [role=main]") or soup.body or soup
    units = [_unit(found, base) for found in _inside_out(root.select(_UNITS))]
    paragraphs = [html_to_text(str(p)) for p in _inside_out(root.select(_PARAGRAPHS))]
    if soup.title:
        soup.title.extract()
    loose = html_to_text(str(root)).split("\n")
    for text in (*paragraphs, *loose):
        if len(text.split()) >= _FEWEST_WORDS:
            yield _block(text, base)
    yield from units


def _inside_out(found: list[Tag]) -> list[Tag]:
    """In the order of the page, each taken out of what surrounds it: an answer to a comment
    is not a part of that comment."""
    for tag in found:
        tag.extract()
    return found


def _unit(tag: Tag, base: str) -> Block:
    author, time = tag.select_one(_AUTHOR), tag.select_one("time[datetime]")
    own = tag.select_one('a[href*="#comment"], a[href*="#review"]')
    link = str(own["href"]) if own else f"#{tag['id']}" if tag.get("id") else ""
    date = dated(str(time["datetime"]), time.get_text()) if time else UNDATED
    name = html_to_text(str(author))[:200] if author else ""
    for passing in tag.select("time"):
        passing.decompose()
    number = str(tag.get("id") or "")[:100]
    return _block(html_to_text(str(tag)), web_link(base, link) or base, name, date, number)


def _block(
    text: str, url: str, author: str = "", date: Dated = UNDATED, number: str = ""
) -> Block:
    words = digest(_lasting(text))
    return Block(
        id=f"{number}:{words}" if number else words,
        text=text,
        url=url,
        author=author,
        date=date,
    )


def _lasting(text: str) -> str:
    """The words by which a block is known again: without clocks and counters."""
    words = _PASSING.sub(" ", text).casefold().split()
    kept = [w for w in words if not any(map(str.isdigit, w))] if len(words) < _SHORT else words
    return " ".join(kept or words)


def _numbered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same words said twice are two blocks, whichever order the page has."""
    known: Counter[str] = Counter()
    for block in blocks:
        known[block.id] += 1
        again = known[block.id]
        yield block if again == 1 else replace(block, id=f"{block.id}:{again}")


def mention_text(reading: Reading, block: Block) -> str:
    return joined(reading.title, block.text)
