"""Forum software, recognised by its markup, so that a thread is read post by post.

Selectors as the default themes print them: phpBB 3.x (prosilver), Discourse (what it shows to
programs without JavaScript), vBulletin 3 to 6, XenForo 1 and 2, NodeBB 1 to 4. A theme may
change them all; then nothing is recognised, and the page is read by its paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from sources.text import UNDATED, Dated, dated, html_to_text

_SESSION = re.compile(r"(?<=[?&])(?:sid|s|PHPSESSID)=[0-9a-f]{26,40}&?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """`link` may be relative; `number` is the forum's own."""

    number: str
    text: str
    author: str
    link: str
    date: Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """CSS selectors: what gives the software away, its posts, and within a post its parts.
    `numbered` are the attributes of a post that may hold its number."""

    mark: str
    posts: str
    body: str
    author: str
    date: str
    link: str
    numbered: tuple[str, ...]
    fragment: str


KNOWN = {
    "phpBB": Software(
        mark="body#phpbb, #wrap .postbody",
        posts="div.post[id^=p]",
        body=".postbody .content",
        author="p.author strong, p.author .username",
        date=".author time[datetime]",
        link='.author a[href*="viewtopic.php?p="], .author a[href*="#p"]',
        numbered=("id",),
        fragment="#p{}",
    ),
    "XenForo": Software(
        mark="html#XF, html#XenForo",
        posts='article.message[data-content^="post-"], li.message[id^="post-"]',
        body=".message-body .bbWrapper, .message-content .bbWrapper, .messageText",
        author=".message-name, .username",
        date="time[datetime]",
        link='a[href*="/post-"], a[href*="#post-"], a[href*="posts/"]',
        numbered=("data-content", "id"),
        fragment="#post-{}",
    ),
    "NodeBB": Software(
        mark='[component="topic"], [component="post"][data-pid]',
        posts='[component="post"][data-pid]:not(.deleted)',
        body='[component="post/content"]',
        author="[data-username]",
        date=".timeago[title]",
        link='a[href*="/post/"], a.permalink[href]',
        numbered=("data-pid",),
        fragment="#{}",
    ),
    "Discourse": Software(
        mark='meta[name="generator"][content^="Discourse"]',
        posts=".crawler-post",
        body='.post[itemprop="text"], .post[itemprop="articleBody"], .post',
        author='.creator [itemprop="name"], .creator',
        date="time[datetime]",
        link='link[itemprop="url"], a[itemprop="url"]',
        numbered=("id",),
        fragment="#post_{}",
    ),
    "vBulletin": Software(
        mark='meta[name="generator"][content^="vBulletin"]',
        posts='li[id^="post_"], table[id^="post"], li.b-post[data-node-id]',
        body='[id^="post_message_"], .js-post__content-text, .postcontent',
        author=".bigusername, .username, .author a",
        date="time[datetime]",
        link="a.postcounter, a.b-post__count, a[id^=postcount]",
        numbered=("data-node-id", "id"),
        fragment="#post{}",
    ),
}


def recognise(soup: BeautifulSoup) -> tuple[Post, ...]:
    """The posts of a thread; nothing if this is no thread of a forum that we know."""
    for software in KNOWN.values():
        if soup.select_one(software.mark) and (posts := tuple(_posts(soup, software))):
            return posts
    return ()


def _posts(soup: BeautifulSoup, software: Software) -> Iterator[Post]:
    for tag in soup.select(software.posts):
        body, number = tag.select_one(software.body), _number(tag, software)
        if body is None or not number:
            continue
        yield Post(
            number=number,
            text=html_to_text(str(body)),
            author=_author(tag, software),
            link=_link(tag, software, number),
            date=_date(tag.select_one(software.date)),
        )


def _number(tag: Tag, software: Software) -> str:
    for name in software.numbered:
        if found := re.search(r"\d{1,20}", str(tag.get(name) or "")):
            return found[0]
    return ""


def _author(tag: Tag, software: Software) -> str:
    for name in ("data-author", "data-username"):
        if tag.get(name):
            return html_to_text(str(tag[name]))[:200]
    found = tag.select_one(software.author)
    return html_to_text(str(found))[:200] if found else ""


def _link(tag: Tag, software: Software, number: str) -> str:
    """Without the session that some forums put into every link."""
    found = tag.select_one(software.link)
    href = str(found.get("href") or "") if found else ""
    plain = re.sub(r"[?&]+(?=#|$)", "", _SESSION.sub("", href))
    return plain or software.fragment.format(number)


def _date(tag: Tag | None) -> Dated:
    return (
        dated(str(tag.get("datetime") or tag.get("title") or ""), tag.get_text())
        if tag
        else UNDATED
    )
