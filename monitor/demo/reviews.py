"""Wexshire Reviews: a page for each review, and a JSON Feed of the newest."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.demo.pages import not_found, page
from monitor.demo.place import Answer, Place, Request, conditional
from monitor.demo.posts import Post

FEED_HOURS = 48  # how long a review stays in the feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    post: Post
    published: datetime

    @property
    def path(self) -> str:
        return f"/review/{self.post.id}"


class Reviews(Place):
    def __init__(self, posts: Iterable[Post], now: datetime) -> None:
        super().__init__("Wexshire Reviews")
        reviews = (Review(post=p, published=p.published(now)) for p in posts)
        self._reviews = sorted(reviews, key=lambda review: review.published, reverse=True)
        self._pages = {review.path: review for review in self._reviews}

    def link(self, post: Post) -> str:
        return f"{self.url}/review/{post.id}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/latest.json":
            return self._feed(request)
        if request.path == "/":
            return page("reviews.html", site=self.name, reviews=self._reviews, chosen=None)
        review = self._pages.get(request.path)
        if review is None:
            return not_found(self.name)
        return page("reviews.html", site=self.name, reviews=[review], chosen=review)

    def _feed(self, request: Request) -> Answer:
        recent = [review for review in self._reviews if review.post.hours_ago <= FEED_HOURS]
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{self.name}: the newest",
            "home_page_url": f"{self.url}/",
            "feed_url": f"{self.url}/latest.json",
            "language": "en-GB",
            "items": [self._item(review) for review in recent],
        }
        body = json.dumps(feed, ensure_ascii=False).encode()
        changed = recent[0].published.replace(microsecond=0)
        return conditional(request, body, "application/feed+json; charset=utf-8", changed)

    def _item(self, review: Review) -> dict[str, object]:
        return {
            "id": review.post.id,
            "url": f"{self.url}{review.path}",
            "title": review.post.title,
            "content_text": review.post.text,
            "date_published": review.published.isoformat(timespec="seconds"),
            "authors": [{"name": review.post.author}],
        }
