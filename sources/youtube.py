"""YouTube: videos that name the school, and what people write under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import ClassVar

from pydantic import BaseModel, Field

from monitor.counts import SourceGroup
from monitor.domain import Mention, School
from monitor.secret import Secret
from sources.contract import About, Budget, Canary, Page, Source, by_a_word
from sources.counted import counted
from sources.http import PoliteClient
from sources.memory import resume
from sources.newest_first import Place, Read, Shown, newest_first
from sources.phrases import names_any
from sources.text import dated, joined
from sources.youtube_answers import Comment, Video
from sources.youtube_api import PACIFIC, Api, CommentsClosed

PAGES = 2  # of fifty videos, or a hundred threads of comments, in one visit
_A_TENTH = 10  # searches a day of which one may be for a canary
FOLLOWED = 10  # of the videos found last: their comments are read


class YouTube(Source):
    """One search for all names; then the comments of what it found, and of one's channel."""

    kind: ClassVar[str] = "youtube"
    group: ClassVar[SourceGroup] = SourceGroup.SOCIAL
    about: ClassVar[About] = About(
        finds="public videos that name the school in their title or description, the comments "
        "under the ten found last, and those under all videos of the school's own channel",
        cost="free; a key of a Google Cloud project, which gives 100 searches a day",
        limits="what is only spoken or shown in a video is not seen; of long discussions the "
        "newest 200 threads with at most five replies each; how Google counts a search for "
        "several names at once is not verified; that a comment was edited is not noticed",
        terms="Google wants what its service told deleted or refreshed within 30 days: set "
        "retention accordingly, and keep what the incident log needs",
    )
    key: Secret = Field(description="the API key from console.cloud.google.com, as env:NAME")
    channel: str = Field(
        "",
        pattern=r"^(UC[\w-]{22})?$",
        description="the id of the school's own channel (it begins with UC): comments there "
        "are read, too",
    )
    queries: tuple[str, ...] = Field(
        (), description="more to search for, besides the school's name and what it is called"
    )
    per_day: int = Field(
        50, ge=1, le=100, description="the most searches in a day, for each school"
    )

    def now(self) -> datetime:
        return datetime.now(UTC)

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        place = resume(_Place, cursor).on(self.now().astimezone(PACIFIC).date())
        api = Api(self.key, client, self.now)
        yield from self._videos(school, place, api)
        if self.channel:
            asked = {"allThreadsRelatedToChannelId": self.channel}
            under = f"Comment on the channel of {school.name}"
            yield from newest_first(
                "channel", self._threads(asked, under, api), place, pages=PAGES
            )
        for video in place.videos:
            yield from self._under(video, place, api)
        place.tell_what_was_missed()

    def plan(self, school: School) -> str:  # noqa: ARG002 # it is the same for each
        return f"At most {PAGES} searches a visit and {self._for_searches} a day."

    def budget(self, cursor: str | None) -> Budget:
        place = resume(_Place, cursor).on(self.now().astimezone(PACIFIC).date())
        proof = self.per_day - self._for_searches
        kept = f"; {proof} more proves each day that it works" if proof else ""
        return Budget(used=place.spent, allowed=self._for_searches, of=f"searches today{kept}")

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        """One costs a search, so none where a day has few. No nonsense: YouTube shows something
        for any words, and what does not name the school is left out here."""
        return by_a_word(nonsense)[:1] if self._for_searches < self.per_day else ()

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        return bool(Api(self.key, client, self.now).search(canary.words, None)[0])

    @property
    def _for_searches(self) -> int:
        """What the canary leaves of the day's."""
        return self.per_day - 1 if self.per_day >= _A_TENTH else self.per_day

    def _videos(self, school: School, place: _Place, api: Api) -> Iterator[Page]:
        """Paid first, searched then: a search that fails or is cut short is not asked twice
        for the price of one. A key that is no good pays nothing."""
        spent, pages = place.spent, min(PAGES, self._for_searches - place.spent)
        if pages < 1:
            return
        api.try_key()
        place.spent += pages
        yield Page(mentions=(), cursor=place.model_dump_json())
        read, asked = self._search(school, place, api), 0

        def counted(onward: str | None) -> Shown:
            nonlocal asked
            asked += 1
            shown = read(onward)
            place.spent = spent + asked
            return shown

        yield from newest_first("videos", counted, place, pages=pages)

    def _search(self, school: School, place: _Place, api: Api) -> Read:
        names = (*school.names, *self.queries)

        def read(onward: str | None) -> Shown:
            ids, older = api.search(question(school, self.queries), onward)
            videos = [v for v in api.videos(ids) if names_any(v.words, names)]
            place.follow(videos)
            return Shown(ids=ids, mentions=tuple(map(self._video, videos)), onward=older)

        return read

    def _under(self, video: _Followed, place: _Place, api: Api) -> Iterator[Page]:
        read = self._threads({"videoId": video.id}, video.title, api)
        with suppress(CommentsClosed):  # they may be opened later: it is asked at each visit
            yield from newest_first(f"under {video.id}", read, place, pages=PAGES)

    def _threads(self, asked: dict[str, str], under: str, api: Api) -> Read:
        def read(onward: str | None) -> Shown:
            threads, older = api.threads(asked, onward)
            comments = (comment for thread in threads for comment in thread.newest_first())
            return Shown(
                ids=tuple(thread.id for thread in threads),
                mentions=tuple(self._comment(c, under) for c in comments),
                onward=older,
            )

        return read

    def _video(self, video: Video) -> Mention:
        return Mention(
            source=self.name,
            external_id=f"video:{video.id}",
            url=f"https://www.youtube.com/watch?v={video.id}",
            text=video.words,
            author=video.snippet.channel[:200],
            **dated(video.snippet.published),
            sensitive=video.is_for_adults,
            counts=counted(
                views=video.statistics.views,
                likes=video.statistics.likes,
                replies=video.statistics.replies,
            ),
        )

    def _comment(self, comment: Comment, under: str) -> Mention:
        """With the title it stands under: "he should be sacked" names nobody by itself."""
        return Mention(
            source=self.name,
            external_id=f"comment:{comment.id}",
            url=comment.link,
            text=joined(under, comment.snippet.text),
            author=comment.snippet.author[:200],
            **dated(comment.snippet.published),
            answers=comment.answers,
            counts=counted(likes=comment.snippet.likes, replies=comment.replies),
        )


def question(school: School, more: tuple[str, ...] = ()) -> str:
    """All names in one search: "|" is YouTube's or."""
    others = (f'"{alias} {school.town}"' for alias in school.aliases)
    return "|".join((f'"{school.name}"', *others, *more))


class _Followed(BaseModel):
    """A video whose comments we read."""

    id: str
    title: str
    published: str


class _Place(Place):
    """Also what was spent on which day, and whose comments are read."""

    day: date | None = None
    spent: int = Field(0, ge=0)
    videos: tuple[_Followed, ...] = ()

    def on(self, today: date) -> _Place:
        """A new day starts its count afresh; a clock put back does not."""
        if self.day is None or today > self.day:
            self.day, self.spent = today, 0
        return self

    def follow(self, videos: Iterable[Video]) -> None:
        """The last published of these and those."""
        found = {video.id: video for video in self.videos}
        for new in videos:
            at = new.snippet.published or ""
            found[new.id] = _Followed(id=new.id, title=new.title, published=at)
        newest = sorted(found.values(), key=lambda video: video.published, reverse=True)
        self.videos = tuple(newest[:FOLLOWED])
        for video in newest[FOLLOWED:]:
            self.tops.pop(f"under {video.id}", None)
