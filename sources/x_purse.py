"""What X may cost a school: paid first, asked then, and each post only once.

The cursor is the purse. It is saved before each question with the most that the answer can
cost, and put right after it; so whenever the program is killed, too much was counted and
never too little.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import BaseModel, Field

from sources.errors import AccessRefused, RateLimited, SourceError
from sources.x_posts import Found, id_at, time_of

LARGEST, SMALLEST = 100, 10  # posts a page, as X allows
_EMPTY = 3  # pages in a row with nothing on them; one more is the end
WITH_OTHERS = 3  # a post may bring two more: the one it quotes and the one it answers


class Spent(RateLimited):
    """Tried again each day, in case the school allows more: that costs nothing."""

    plain = (
        "The posts that you allow for this month are used up, so X is not read any more. "
        "It will be from the first of next month on, or when you raise posts_a_month."
    )
    needs_a_person = True


class Walk(BaseModel):
    """How far one question was read: all up to `since`; of what is newer, `until` is still
    to come, and the newest was `newest`. `next_token` leads past an empty page, within one
    visit; `empty` of them in a row were met."""

    since: str = ""
    newest: str = ""
    until: str = ""
    pages: int = Field(0, ge=0)
    next_token: str = Field("", exclude=True)
    empty: int = Field(0, exclude=True)

    @property
    def bounds(self) -> dict[str, str]:
        all_ = {"since_id": self.since, "until_id": self.until, "next_token": self.next_token}
        return {name: value for name, value in all_.items() if value}

    @property
    def goes_on(self) -> bool:
        return bool(self.until or self.next_token)

    def within(self, oldest: datetime) -> Walk:
        """X remembers a week, and refuses an id from before it."""
        if self.until and time_of(self.until) < oldest:
            self._done()
        if self.since and time_of(self.since) < oldest:
            self.since = id_at(oldest)
        return self

    def passed(self, found: Found) -> None:
        self.pages += 1
        if not found.data and found.meta.next_token and self.empty < _EMPTY:
            self.empty, self.next_token = self.empty + 1, found.meta.next_token
            return
        ids = [post.id for post in found.data]
        self.newest = max((self.newest or self.since, *ids), key=lambda id_: int(id_ or 0))
        self.until = min(ids, key=int) if ids and found.meta.next_token else ""
        self.empty, self.next_token = 0, ""
        if not self.until:
            self._done()

    def _done(self) -> None:
        self.since, self.newest, self.until, self.pages = self.newest, "", "", 0


class Purse(BaseModel):
    """The cursor: what was paid for in which month, and how far each question was read."""

    month: date = date.min
    spent: int = Field(0, ge=0)
    walks: dict[str, Walk] = Field(default_factory=dict)

    def on(self, today: date) -> Purse:
        """A new month starts its count afresh; a clock put back does not."""
        if (month := today.replace(day=1)) > self.month:
            self.month, self.spent = month, 0
        return self

    def pay(self, walk: Walk, allowed: int) -> int:
        """How many posts to ask for next, paid as if each brought the most that it can; few
        at first, since there seldom are more. Raises Spent."""
        left = (allowed - self.spent) // WITH_OTHERS
        size = min(LARGEST, SMALLEST << min(walk.pages, 9), left)
        if size < SMALLEST:
            raise Spent(retry_after=timedelta(days=1))
        self.spent += size * WITH_OTHERS
        return size

    def put_right(self, size: int, cost: int) -> None:
        self.spent += cost - size * WITH_OTHERS


def is_free(error: SourceError) -> bool:
    """X said no, or was not even asked. Where the wire broke, it may have charged."""
    refused = isinstance(error, AccessRefused | RateLimited)
    return refused or error.status is not None or error.until is not None
