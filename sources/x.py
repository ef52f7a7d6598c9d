"""X (formerly Twitter): posts of the last seven days that name the school, for money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import Secret
from sources.contract import About, Budget, Page, Source
from sources.errors import SourceError
from sources.http import PoliteClient
from sources.memory import resume
from sources.queries import queries
from sources.text import read_date
from sources.x_api import Api
from sources.x_posts import Found, Post, time_of
from sources.x_purse import Purse, Walk, is_free

CENTS = 0.5  # US cents for a post, as of 2026-11-20
LEAST = 30  # one question, at its smallest and its most expensive
PAGES = 10  # of one question in one visit; the rest waits for the next
LONGEST = 512  # characters of one question
WEEK = timedelta(days=7) - timedelta(hours=1)  # an id older than that is refused

Words = Annotated[str, Field(min_length=2, max_length=400)]


class X(Source):
    """Newest page first, because each post is paid for: what was read is never asked again."""

    kind: ClassVar[str] = "x"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="public posts on X that name the school, use its hashtags, mention its account or "
        "link to its website; what they quote is read, too",
        cost="$0.005 for each post found, and as much again for a post that it quotes or answers "
        "(checked on 2026-11-20), paid in advance; never more posts a month than you allow",
        limits="posts of the last seven days only; who wrote a post is not asked, because X may "
        "charge for it: the link leads there; pictures and their descriptions are not read; "
        "a deleted post is not noticed; whether X charges less than we count is not verified",
        terms="no surveillance of people, no guessing who is behind an account, and no watching "
        "of protests or unions; what is deleted on X should be deleted here within a day",
    )
    token: Secret = Field(description="the app's bearer token from console.x.com, as env:NAME")
    posts_a_month: int = Field(
        ge=LEAST,
        le=1_000_000,
        description="the most posts to pay for in a calendar month, for each school; 1000 are $5",
    )
    handle: str = Field(
        "",
        pattern=r"^(@?\w{1,15})?$",
        description="the school's own account on X: posts that mention it are found, its own "
        "are not paid for",
    )
    queries: tuple[Words, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )

    def now(self) -> datetime:
        return datetime.now(UTC)

    def plan(self, school: School) -> str:  # noqa: ARG002 # it is the same for each
        dollars = self.posts_a_month * CENTS / 100
        return f"At most {self.posts_a_month} posts a month, which cost ${dollars:,.2f}."

    def budget(self, cursor: str | None) -> Budget:
        purse = resume(Purse, cursor).on(self.now().astimezone(UTC).date())
        return Budget(used=purse.spent, allowed=self.posts_a_month, of="posts this month")

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        now, api = self.now().astimezone(UTC), Api(self.token, client)
        purse = resume(Purse, cursor).on(now.date())
        if not purse.walks:
            api.try_token()  # `monitor check` goes no further than the first page
        questions = self.questions(school)
        purse.walks = {q: purse.walks.get(q, Walk()).within(now - WEEK) for q in questions}
        for question, walk in purse.walks.items():
            yield from self._walk(question, walk, purse, api)

    def questions(self, school: School) -> tuple[str, ...]:
        """As few as X's longest question allows: a post that two of them find costs twice."""
        own = self.handle.lstrip("@")
        host = (urlsplit(school.website).hostname or "").removeprefix("www.")
        tags = (f"#{tag.lstrip('#')}" for tag in school.hashtags)
        about = (f"@{own}" if own else "", f'url:"{host}"' if host else "")
        asked = (f"({q})" if " " in q else q for q in (*queries(school), *self.queries))
        never = " -is:retweet" + (f" -from:{own}" if own else "")
        return _packed([q for q in dict.fromkeys((*asked, *tags, *about)) if q], never)

    def _walk(self, question: str, walk: Walk, purse: Purse, api: Api) -> Iterator[Page]:
        """Back from the newest post to where the last walk began; first what is left of that."""
        resumed = bool(walk.until)
        for _ in range(PAGES):
            size = purse.pay(walk, self.posts_a_month)
            yield Page(mentions=(), cursor=purse.model_dump_json())
            try:
                found = api.search({"query": question, "max_results": str(size), **walk.bounds})
            except SourceError as error:
                if is_free(error):
                    purse.put_right(size, cost=0)
                    yield Page(mentions=(), cursor=purse.model_dump_json())
                raise
            purse.put_right(size, found.paid_for)
            walk.passed(found)
            yield Page(mentions=self._mentions(found), cursor=purse.model_dump_json())
            if not walk.goes_on and not resumed:
                return
            resumed = resumed and walk.goes_on

    def _mentions(self, found: Found) -> tuple[Mention, ...]:
        return tuple(self._mention(post, found) for post in reversed(found.data))

    def _mention(self, post: Post, found: Found) -> Mention:
        link = f"https://x.com/i/web/status/{post.id}"
        return Mention(
            source=self.name,
            external_id=post.id,
            url=link,
            text=found.words_of(post) or link,
            published_at=read_date(post.created_at) or time_of(post.id),
            published_as=post.created_at or "",
            sensitive=found.is_sensitive(post),
            answers=next((f"https://x.com/i/web/status/{id_}" for id_ in post.answers), ""),
            counts=post.counts,
        )


def _packed(parts: list[str], never: str) -> tuple[str, ...]:
    packed: list[str] = []
    for part in parts:
        longer = f"{packed[-1]} OR {part}" if packed else ""
        if longer and len(longer) + len(never) + 2 <= LONGEST:
            packed[-1] = longer
        else:
            packed.append(part)
    return tuple(f"({one}){never}" for one in packed)
