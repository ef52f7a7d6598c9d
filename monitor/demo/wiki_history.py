"""The revisions of the town's encyclopedia."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.demo.posts import Article, Post

FIRST_REVISION = 4000
LONG_AGO = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    id: int
    parent: int  # 0 for the first of its article
    page: int
    title: str
    lines: tuple[str, ...]
    user: str
    comment: str
    timestamp: datetime
    post: Post | None

    @property
    def text(self) -> str:
        return "\n\n".join(self.lines)

    @property
    def when(self) -> str:
        return f"{self.timestamp:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def path(self) -> str:
        if not self.parent:
            return f"/w/index.php?oldid={self.id}"
        return f"/w/index.php?diff={self.id}&oldid={self.parent}"


def history(
    articles: Iterable[Article], posts: Iterable[Post], now: datetime
) -> Iterable[Revision]:
    """Every revision, oldest first: the articles as they were, then a paragraph for each post."""
    newest: dict[str, Revision] = {}
    begun = [
        (now - LONG_AGO, article.title, tuple(article.text.split("\n\n")), None)
        for article in articles
    ]
    added = [(post.published(now), post.article, (post.text,), post) for post in posts]
    for number, (when, title, lines, post) in enumerate(
        [*begun, *sorted(added, key=lambda one: one[0])], FIRST_REVISION
    ):
        before = newest.get(title)
        newest[title] = Revision(
            id=number,
            parent=before.id if before else 0,
            page=before.page if before else len(newest) + 1,
            title=title,
            lines=(*(before.lines if before else ()), *lines),
            user=post.author if post else "OrchidCounter",
            comment=post.title if post else "first words",
            timestamp=when.replace(microsecond=0),
            post=post,
        )
        yield newest[title]


def added(old: Revision | None, new: Revision) -> list[str]:
    before = old.lines if old else ()
    return [line for line in new.lines if line not in before]
