"""The Wexcombe Courier: articles, and an RSS 2.0 feed of the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from markupsafe import escape

from monitor.demo.pages import not_found, page, slug
from monitor.demo.place import Answer, Place, Request, conditional
from monitor.demo.posts import Post

FEED_HOURS = 48  # how long an article stays in the feed
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
ElementTree.register_namespace("dc", DC)
ElementTree.register_namespace("content", CONTENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    post: Post
    published: datetime

    @property
    def path(self) -> str:
        return f"/news/{slug(self.post.title)}"


class Newspaper(Place):
    def __init__(self, posts: Iterable[Post], now: datetime) -> None:
        super().__init__("The Wexcombe Courier")
        stories = (Story(post=p, published=p.published(now)) for p in posts)
        self._stories = sorted(stories, key=lambda story: story.published, reverse=True)
        self._pages = {story.path: story for story in self._stories}

    def link(self, post: Post) -> str:
        return f"{self.url}/news/{slug(post.title)}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/feed.xml":
            return self._feed(request)
        if request.path == "/":
            return page("newspaper_front.html", paper=self.name, stories=self._stories)
        story = self._pages.get(request.path)
        if story is None:
            return not_found(self.name)
        return page("newspaper_story.html", paper=self.name, story=story)

    def _feed(self, request: Request) -> Answer:
        recent = [story for story in self._stories if story.post.hours_ago <= FEED_HOURS]
        changed = recent[0].published.replace(microsecond=0)
        body = ElementTree.tostring(self._rss(recent), encoding="utf-8", xml_declaration=True)
        return conditional(request, body, "application/rss+xml; charset=utf-8", changed)

    def _rss(self, stories: Iterable[Story]) -> ElementTree.Element:
        rss = ElementTree.Element("rss", version="2.0")
        channel = ElementTree.SubElement(rss, "channel")
        _text(channel, "title", self.name)
        _text(channel, "link", f"{self.url}/")
        _text(channel, "description", "News of Wexcombe and the villages")
        _text(channel, "language", "en-gb")
        _text(channel, "ttl", "30")
        for story in stories:
            self._item(channel, story)
        return rss

    def _item(self, channel: ElementTree.Element, story: Story) -> None:
        item = ElementTree.SubElement(channel, "item")
        _text(item, "title", story.post.title)
        _text(item, "link", f"{self.url}{story.path}")
        guid = ElementTree.SubElement(item, "guid", isPermaLink="false")
        guid.text = f"courier-{story.post.id}"
        _text(item, "pubDate", format_datetime(story.published, usegmt=True))
        _text(item, f"{{{DC}}}creator", story.post.author)
        _text(item, "description", story.post.paragraphs[0])
        _text(item, f"{{{CONTENT}}}encoded", _paragraphs(story.post))


def _text(parent: ElementTree.Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = text


def _paragraphs(post: Post) -> str:
    return "".join(f"<p>{escape(p)}</p>" for p in post.paragraphs)
