"""X's API (v2): its one question, and what its errors mean.

X is renaming tweets to posts, and its manual and its own specification differ: so we ask in
the old words, in the new ones if those are refused, and read both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel

from monitor.secret import MissingSecret, Reference
from sources.answer import judge
from sources.errors import AccessRefused, LayoutChanged, RateLimited
from sources.http import Answer, PoliteClient
from sources.manners import retry_after
from sources.x_posts import Found

API = "https://api.x.com/2"
_OLD = {
    "tweet.fields": "created_at,entities,note_tweet,possibly_sensitive,public_metrics,"
    "referenced_tweets",
    "expansions": "referenced_tweets.id",
}
_NEW = {
    "post.fields": "created_at,entities,note_post,possibly_sensitive,public_metrics,"
    "referenced_posts",
    "expansions": "referenced_posts.id",
}
_TOKEN = "X does not accept the bearer token; copy it again from console.x.com"  # noqa: S105 # a sentence
_NOT_ENROLLED = "X says that this app may not search; is there credit, at console.x.com?"
_NOT_UNDERSTOOD = "X does not understand the search; look at its handle and queries"


class NoCredit(AccessRefused):
    plain = (
        "X wants credit before it answers. Please buy some at console.x.com, or raise the "
        "spending limit there."
    )


class Api:
    """The questions we ask. The token goes in a header, where no log keeps it."""

    def __init__(self, token: Reference, client: PoliteClient) -> None:
        self._token, self._client, self._words = token, client, _OLD

    def try_token(self) -> None:
        """Ask what was used so far: that reads no post, and tells a wrong token. Whether every
        customer may ask it is not verified, so being forbidden to proves nothing."""
        try:
            self._get("usage/tweets", {})
        except AccessRefused as error:
            if error.status != 403:
                raise

    def search(self, asked: Mapping[str, str]) -> Found:
        answer = self._search(asked)
        if answer.status == 400 and self._words is _OLD:
            self._words = _NEW
            answer = self._search(asked)
        if answer.status == 400:
            raise LayoutChanged(_NOT_UNDERSTOOD, status=400)
        return answer.read(Found)

    def _search(self, asked: Mapping[str, str]) -> Answer:
        return self._get("tweets/search/recent", {**asked, **self._words}, allowing=(400,))

    def _get(self, path: str, asked: Mapping[str, str], allowing: Collection[int] = ()) -> Answer:
        try:
            headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        answer = self._client.get(
            f"{API}/{path}",
            params=asked,
            headers=headers,
            accept="application/json",
            expect=(401, 402, 403, 429, *allowing),
        )
        if answer.status not in allowing:
            _complain(answer)
        return answer


def _complain(answer: Answer) -> None:
    """Say what X means: 403 and 429 are two different things each."""
    status, problem = answer.status, _problem(answer) if answer.status >= 400 else ""
    if status == 402 or problem in ("usage-capped", "credits-depleted"):
        raise NoCredit(status=status)
    if status == 401:
        raise AccessRefused(_TOKEN, status=status)
    if problem == "client-forbidden":
        raise AccessRefused(_NOT_ENROLLED, status=status)
    if status == 429:
        raise RateLimited("X", retry_after=retry_after(answer.headers), status=status)
    judge(status, answer.headers, "api.x.com")


class _Problem(BaseModel):
    type: str = ""


def _problem(answer: Answer) -> str:
    try:
        return answer.read(_Problem).type.rpartition("/")[2]
    except LayoutChanged:
        return ""
