"""What all search engines have in common: queries from the school's profile, asked in turn
within a daily budget."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator, model_validator

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from sources.contract import Budget, Canary, Page, Source
from sources.errors import Unreachable
from sources.http import PoliteClient
from sources.memory import Seen, resume
from sources.queries import OPTIONAL, Query, QueryKind, generate, queries
from sources.text import (
    UNDATED,
    Dated,
    html_to_text,
    joined,
    stable_id,
    web_link,
    without_fragment,
)

_DAY = timedelta(days=1)

_CANARIES = 2  # searches a day that prove that it works
_A_TENTH = 10 * _CANARIES  # of a smaller budget they would take too much

# The length that Brave allows; no other engine is known to allow less.
Words = Annotated[str, Field(min_length=2, max_length=400)]


class NobodyAnswered(Unreachable):
    """There was no answer to this query; the others may still be answered."""


class WebSearch(Source):
    """Asks the next few queries at each visit, and hands over each address found once.

    The cursor holds which query is next and how many were asked on which day (UTC), so that
    all are asked in turn and never more than `per_day`, however often we are started. A
    query whose answer never came is asked again and not counted.
    """

    group: ClassVar[SourceGroup] = SourceGroup.SEARCH
    now: ClassVar[Callable[[], datetime]] = staticmethod(lambda: datetime.now(UTC))

    queries: tuple[Words, ...] = Field(
        (), description="more to search for, besides what is made from the school's profile"
    )
    without: tuple[str, ...] = Field(
        (),
        description="queries to leave out: names, aliases, handles, social, forums, reviews, "
        "or one site such as tiktok.com",
    )
    per_day: int = Field(
        ge=1, le=10_000, description="the most searches in a day, for each school"
    )
    must_find: str = Field(
        "",
        max_length=400,
        description="words that it must find, to prove that it works; empty: the school's name "
        "on the school's own website",
    )

    @field_validator("without")
    @classmethod
    def _known(cls, without: tuple[str, ...]) -> tuple[str, ...]:
        if any(word not in OPTIONAL for word in without):
            raise ValueError(f"must be among {', '.join([*QueryKind, *_sites()])}")
        return without

    @model_validator(mode="after")
    def _something_to_ask(self) -> WebSearch:
        if not self.queries and set(QueryKind) <= set(self.without):
            raise ValueError("without leaves out every query, so nothing would be searched for")
        return self

    @abstractmethod
    def find(self, query: Query, client: PoliteClient, *, recent: bool) -> list[Mention]:
        """The results of *query*; with *recent* those of the last month, where the engine
        can tell. Raises SourceError; NobodyAnswered, if other queries may fare better."""

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        searches = self.searches(school)
        turn = resume(_Turn, cursor).on(type(self).now().astimezone(UTC).date())
        seen, began, answered = Seen(turn.seen), turn.next, False
        unanswered: list[tuple[Query, NobodyAnswered]] = []
        for _ in range(min(self._due(turn.asked), len(searches))):
            query = searches[turn.next % len(searches)]
            recent = turn.round % 2 == 1  # else what is old and popular hides what is new
            turn = turn.after_one_of(len(searches))
            try:
                found = self.find(query, client, recent=recent)
            except NobodyAnswered as error:
                unanswered.append((query, error))
                continue
            answered = True
            new = tuple(m for m in found if seen.add(m.external_id))
            turn = turn.model_copy(update={"seen": seen.digests()})
            yield Page(mentions=new, cursor=turn.model_dump_json(), asked=(str(query),))
        if unanswered and (answered or began):  # they come round again; the others go on
            yield Page(mentions=(), cursor=turn.model_dump_json())
        for query, trouble in unanswered:
            # One site may well have nothing; all of them, or a whole web, may not.
            if not (answered and query.site):
                raise trouble

    def searches(self, school: School) -> tuple[Query, ...]:
        """Every query, in the order in which they are asked; the name, if all are left out
        that this school has."""
        return generate(school, without=self.without, own=self.queries) or generate(school)[:1]

    def plan(self, school: School) -> str:
        count = len(self.searches(school))
        visits = _DAY / self.every
        a_day = min(self._for_searches * min(1.0, visits), count * visits)
        often = f"{round(a_day / count)} times a day" if a_day >= 1.5 * count else "once a day"
        if a_day < count:
            often = f"once in {ceil(count / a_day)} days"
        searches = "1 search" if count == 1 else f"{count} searches"
        return f"{searches}, at most {self.per_day} a day: each about {often}."

    def budget(self, cursor: str | None) -> Budget:
        turn = resume(_Turn, cursor).on(type(self).now().astimezone(UTC).date())
        kept = self.per_day - self._for_searches
        proof = f"; {kept} more prove each day that it works" if kept else ""
        return Budget(used=turn.asked, allowed=self._for_searches, of=f"searches today{proof}")

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:
        """None where the budget is so small that they would take much of it."""
        if self.per_day < _A_TENTH:
            return ()
        known = Canary(words=queries(school)[0], site=_host(school.website), must_find=True)
        if self.must_find:
            known = Canary(words=self.must_find, must_find=True)
        return (known, Canary(words=f'"{nonsense}"', must_find=False))

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        query = Query(words=canary.words, site=canary.site)
        return bool(self.find(query, client, recent=False))

    @property
    def _for_searches(self) -> int:
        """What the canaries leave of the day's budget."""
        return self.per_day - (_CANARIES if self.per_day >= _A_TENTH else 0)

    def result(
        self,
        url: str | None,
        *words: str | None,
        author: str = "",
        at: Dated | None = None,
        counts: tuple[tuple[str, int], ...] = (),
    ) -> Mention | None:
        """A result as a mention; *words* may be HTML. None where *url* is not on the web."""
        link = web_link("", url)
        if link is None:
            return None
        return Mention(
            source=self.name,
            external_id=stable_id(without_fragment(link)),
            url=link,
            text=joined(*(html_to_text(part or "") for part in words)) or link,
            author=author[:200],
            **(at or UNDATED),
            counts=counts,
        )

    def _due(self, asked: int) -> int:
        """How many searches this visit may make: its share of the day's, the day's first
        visits no more than the last, and none beyond what is left."""
        now = type(self).now().astimezone(UTC)
        gone = now - datetime.combine(now.date(), time(), UTC)
        share = min(1.0, self.every / _DAY)
        due_by_now = ceil(self._for_searches * min(1.0, gone / _DAY + share))
        return max(0, min(due_by_now - asked, ceil(self._for_searches * share)))


class _Turn(BaseModel):
    """Whose turn it is: the cursor."""

    day: date | None = None
    asked: int = Field(0, ge=0)
    next: int = Field(0, ge=0)
    round: int = Field(0, ge=0)
    seen: tuple[str, ...] = ()

    def on(self, today: date) -> _Turn:
        """A new day starts its count afresh; a clock put back by a day does not, or the
        budget would be spent twice."""
        if self.day is not None and today <= self.day <= today + _DAY:
            return self
        return self.model_copy(update={"day": today, "asked": 0})

    def after_one_of(self, count: int) -> _Turn:
        following = self.next % count + 1
        return self.model_copy(
            update={
                "asked": self.asked + 1,
                "next": following % count,
                "round": self.round + following // count,
            }
        )


def _host(website: str) -> str:
    """The site without its www., as engines know it; empty where there is none to be read."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname
    except ValueError:
        return ""
    return (host or "").removeprefix("www.")


def _sites() -> list[str]:
    return sorted(OPTIONAL - set(QueryKind))
