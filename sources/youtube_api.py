"""YouTube's Data API (v3): its questions, and what its errors mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from monitor.secret import MissingSecret, Reference
from sources.answer import judge
from sources.errors import AccessRefused, LayoutChanged, RateLimited, Unreachable
from sources.http import Answer, PoliteClient
from sources.youtube_answers import Found, Thread, Threads, Video, Videos

API = "https://www.googleapis.com/youtube/v3"
PACIFIC = ZoneInfo("America/Los_Angeles")  # where Google's day of quota begins
Shape = TypeVar("Shape", bound=BaseModel)


class CommentsClosed(Unreachable):
    plain = "This video is gone, or nobody may comment on it."


class Api:
    """The questions we ask. The key goes in a header, where no log keeps addresses with it."""

    def __init__(self, key: Reference, client: PoliteClient, now: Callable[[], datetime]) -> None:
        self._key, self._client, self._now = key, client, now

    def try_key(self) -> None:
        """Ask for a video that cannot exist: that costs no search, and tells a wrong key."""
        self._ask("videos", {"part": "id", "id": "0"}, Videos)

    def search(self, question: str, onward: str | None) -> tuple[tuple[str, ...], str | None]:
        """The ids of videos, newest first, and where older ones are."""
        asked = {
            "part": "snippet",
            "type": "video",
            "q": question,
            "order": "date",
            "regionCode": "GB",
            "relevanceLanguage": "en",
            "safeSearch": "none",  # what is abusive is what must be found
            "maxResults": "50",
        }
        found = self._ask("search", asked | _page(onward), Found)
        return tuple(item.id.video for item in found.items if item.id.video), found.onward

    def videos(self, ids: Iterable[str]) -> tuple[Video, ...]:
        """All that is written about each: a search cuts descriptions short."""
        if not (wanted := ",".join(ids)):
            return ()
        asked = {"part": "snippet,contentDetails,statistics", "id": wanted}
        return self._ask("videos", asked, Videos).items

    def threads(
        self, about: Mapping[str, str], onward: str | None
    ) -> tuple[tuple[Thread, ...], str | None]:
        """Raises CommentsClosed."""
        asked = {
            "part": "snippet,replies",
            "order": "time",
            "maxResults": "100",
            "textFormat": "plainText",
            **about,
        }
        found = self._ask("commentThreads", asked | _page(onward), Threads)
        return found.items, found.onward

    def _ask(self, resource: str, params: Mapping[str, str], shape: type[Shape]) -> Shape:
        try:
            headers = {"X-Goog-Api-Key": self._key.reveal()}
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        answer = self._client.get(
            f"{API}/{resource}",
            params=params,
            headers=headers,
            accept="application/json",
            expect=(400, 403, 404),
        )
        if answer.status != 200:
            self._complain(answer)
        return answer.read(shape)

    def _complain(self, answer: Answer) -> None:
        """Say what Google means; a status says little: 403 is five different things."""
        reason = _reason(answer)
        if reason in _SPENT:
            raise RateLimited(_QUOTA, retry_after=self._until_midnight(), status=answer.status)
        if reason in _TOO_FAST:
            raise RateLimited("googleapis.com", status=answer.status)
        if reason in _CLOSED:
            raise CommentsClosed(status=answer.status)
        if reason in _REFUSED or answer.status == 400:
            raise AccessRefused(_REFUSED.get(reason, _KEY), status=answer.status)
        judge(answer.status, answer.headers, "googleapis.com")

    def _until_midnight(self) -> timedelta:
        now = self._now().astimezone(PACIFIC)
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), PACIFIC)
        return timedelta(seconds=tomorrow.timestamp() - now.timestamp())


_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_CLOSED = frozenset({"commentsDisabled", "videoNotFound"})
_QUOTA = "today's searches of this key are used up; Google counts anew at midnight in California"
_KEY = "Google does not accept the key or the channel's id; copy them again"
_OFF = 'switch on "YouTube Data API v3" for the key\'s project at console.cloud.google.com'
_BOUND = "the key is restricted to other machines or services; look at its restrictions"
_REFUSED = {
    "keyInvalid": _KEY,
    "badRequest": _KEY,
    "accessNotConfigured": _OFF,
    "SERVICE_DISABLED": _OFF,
    "ipRefererBlocked": _BOUND,
    "forbidden": _BOUND,
    "channelNotFound": "YouTube knows no channel with this id; it begins with UC",
}


def _page(onward: str | None) -> dict[str, str]:
    return {"pageToken": onward} if onward else {}


class _Reason(BaseModel):
    reason: str = ""


class _Complaint(BaseModel):
    errors: tuple[_Reason, ...] = ()


class _Error(BaseModel):
    error: _Complaint = _Complaint()


def _reason(answer: Answer) -> str:
    try:
        found = answer.read(_Error).error.errors
    except LayoutChanged:
        return ""
    return found[0].reason if found else ""
