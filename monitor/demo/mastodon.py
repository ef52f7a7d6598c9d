"""wex.social: a Mastodon instance with hashtag timelines that anybody may read.

Shapes and paging as in Mastodon's documentation (methods/timelines, entities/Status).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote, urlencode

from monitor.demo.pages import HASHTAG, not_found, page, with_hashtags
from monitor.demo.place import Answer, Place, Request, as_json
from monitor.demo.posts import Post

LONGEST_PAGE = 40
USUAL_PAGE = 20
TIMELINE = "/api/v1/timelines/tag/"
PAGING = ("max_id", "min_id", "since_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    post: Post
    id: int  # made from the time, as Mastodon's own: later posts have higher ids
    published: datetime

    @property
    def tags(self) -> frozenset[str]:
        written = HASHTAG.findall(self.post.text)
        return frozenset(tag.lower() for tag in (*written, *self.post.tags))

    @property
    def path(self) -> str:
        return f"/@{self.post.author}/{self.id}"


class Mastodon(Place):
    def __init__(self, posts: Iterable[Post], now: datetime) -> None:
        super().__init__("wex.social")
        timed = ((post, post.published(now)) for post in posts)
        statuses = (Status(post=p, id=_snowflake(p, when), published=when) for p, when in timed)
        self._statuses = sorted(statuses, key=lambda status: status.id, reverse=True)
        self._pages = {status.path: status for status in self._statuses}

    def link(self, post: Post) -> str:
        return self.url + next(s.path for s in self._statuses if s.post == post)

    def answer(self, request: Request) -> Answer:
        path = request.path
        if path.startswith("/api/"):
            return self._api(request)
        if path == "/":
            return self._timeline_page("everyone", self._statuses)
        if path.startswith("/tags/"):
            return self._timeline_page(f"#{path[6:]}", self._tagged(path[6:]))
        if path.startswith("/media/"):
            return Answer(body=_picture(), kind="image/png")
        status = self._pages.get(path)
        if status is None:
            return not_found(self.name)
        return page("mastodon.html", site=self.name, heading="", statuses=[status], base=self.url)

    def _timeline_page(self, heading: str, statuses: Sequence[Status]) -> Answer:
        return page(
            "mastodon.html", site=self.name, heading=heading, statuses=statuses, base=self.url
        )

    def _api(self, request: Request) -> Answer:
        path = request.path
        if path == "/api/v2/instance":
            return as_json(self._instance(), headers=_limits())
        if path == "/api/v2/search":
            return self._search(request)
        if path.startswith(TIMELINE) and path != TIMELINE:
            return self._timeline(path.removeprefix(TIMELINE), request)
        return as_json({"error": "Record not found"}, status=HTTPStatus.NOT_FOUND)

    def _timeline(self, tag: str, request: Request) -> Answer:
        limit = min(request.number("limit", USUAL_PAGE), LONGEST_PAGE)
        shown = _window(self._tagged(tag), request, limit)
        headers = {**_limits(), **self._links(tag, request, shown)}
        return as_json([self._status(status) for status in shown], headers=headers)

    def _tagged(self, tag: str) -> list[Status]:
        return [status for status in self._statuses if tag.lower() in status.tags]

    def _links(self, tag: str, request: Request, shown: Sequence[Status]) -> Mapping[str, str]:
        if not shown:
            return {}
        kept = {k: v[0] for k, v in request.query.items() if k not in PAGING}
        base = f"{self.url}{TIMELINE}{quote(tag)}?"
        older = base + urlencode({**kept, "max_id": shown[-1].id})
        newer = base + urlencode({**kept, "min_id": shown[0].id})
        return {"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'}

    def _search(self, request: Request) -> Answer:
        """Without a token an instance finds hashtags and people, never posts."""
        if not request.get("q"):
            return as_json({"error": "Missing q"}, status=HTTPStatus.BAD_REQUEST)
        wanted = request.get("q").strip('#"').lower()
        known = sorted({tag for status in self._statuses for tag in status.tags})
        tags = [self._tag(tag) for tag in known if tag.startswith(wanted)]
        return as_json({"accounts": [], "statuses": [], "hashtags": tags}, headers=_limits())

    def _instance(self) -> dict[str, object]:
        access = {"local": "public", "remote": "public"}
        return {
            "domain": self.address,
            "title": self.name,
            "version": "4.5.0",
            "source_url": "https://github.com/mastodon/mastodon",
            "description": "The people of Wexcombe, talking.",
            "languages": ["en"],
            "configuration": {
                "statuses": {"max_characters": 500},
                "timelines_access": {"live_feeds": access, "hashtag_feeds": access},
            },
            "registrations": {"enabled": False, "approval_required": False},
            "rules": [{"id": "1", "text": "Be kind.", "hint": ""}],
        }

    def _status(self, status: Status) -> dict[str, object]:
        post = status.post
        return {
            "id": str(status.id),
            "uri": f"{self.url}/users/{post.author}/statuses/{status.id}",
            "url": f"{self.url}{status.path}",
            "created_at": _moment(status.published),
            "edited_at": None,
            "account": self._account(post),
            "content": str(with_hashtags(post.text, self.url)),
            "spoiler_text": "",
            "language": post.language,
            "sensitive": post.sensitive,
            "visibility": "public",
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "reblog": None,
            "media_attachments": self._attachments(status),
            "mentions": [],
            "tags": [self._tag(tag) for tag in sorted(status.tags)],
            "emojis": [],
            "card": None,
            "poll": None,
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "quotes_count": 0,
        }

    def _account(self, post: Post) -> dict[str, object]:
        return {
            "id": str(zlib.crc32(post.author.encode())),
            "username": post.author,
            "acct": post.author,
            "display_name": post.name,
            "url": f"{self.url}/@{post.author}",
            "avatar": f"{self.url}/media/avatar.png",
            "bot": False,
            "followers_count": 42,
            "indexable": False,
            "noindex": False,
        }

    def _tag(self, tag: str) -> dict[str, str]:
        return {"name": tag, "url": f"{self.url}/tags/{tag}"}

    def _attachments(self, status: Status) -> list[dict[str, object]]:
        if not status.post.picture:
            return []
        url = f"{self.url}/media/{status.id}.png"
        picture = {"id": str(status.id), "type": "image", "url": url, "preview_url": url}
        return [{**picture, "description": None}]


def _window(statuses: Sequence[Status], request: Request, limit: int) -> list[Status]:
    """Newest first. `min_id` gives the page right after it, `since_id` the newest page."""
    below, forward = request.number("max_id", 0), "min_id" in request.query
    above = request.number("min_id" if forward else "since_id", 0)
    kept = [s for s in statuses if s.id > above and (not below or s.id < below)]
    return kept[-limit:] if forward else kept[:limit]


def _snowflake(post: Post, published: datetime) -> int:
    """Milliseconds, then sixteen bits that tell posts of one moment apart."""
    return (int(published.timestamp() * 1000) << 16) + (zlib.crc32(post.id.encode()) & 0xFFFF)


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _limits() -> dict[str, str]:
    return {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "299"}


def _picture(width: int = 320, height: int = 200) -> bytes:
    """A PNG of an evening sky. Nobody but a browser that looks at the town sees it."""
    rows = (
        b"\0"
        + bytes((90 + 130 * y // height, 120 + 60 * y // height, 190 - 40 * y // height)) * width
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
