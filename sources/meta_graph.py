"""The Graph API of Facebook and Instagram: pages of things, and what its errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import BaseModel, ValidationError

from monitor.health import Actor
from monitor.secret import MissingSecret, Reference
from sources.answer import judge
from sources.errors import AccessRefused, LayoutChanged, RateLimited, Unreachable
from sources.http import Answer, PoliteClient

API = "https://graph.facebook.com/v26.0"  # a version lives for about two years
_HOUR = timedelta(hours=1)
_TIRED = 80  # per cent of what an app may use; at a hundred it is shut out
_ONWARD = frozenset({"after", "until", "__paging_token"})  # never the token beside them
Thing = TypeVar("Thing", bound=BaseModel)


class TokenEnded(AccessRefused):
    """After a changed password, a lost role, or the day on which it runs out."""

    plain = (
        "Facebook no longer accepts the token of this source. Whoever manages the school's Page "
        "must log in to Facebook and make a new one; docs/connect shows how."
    )


class NotOffered(Unreachable):
    plain = "Facebook no longer offers this to programs."
    needs_a_person = True
    actor = Actor.KEY_HOLDER


class Graph:
    """Asks with the token in a header, where no log keeps addresses with it."""

    def __init__(self, token: Reference, client: PoliteClient) -> None:
        self._token, self._client, self._tired = token, client, False

    def list(
        self, path: str, asked: Mapping[str, str], shape: type[Thing], onward: str | None
    ) -> tuple[tuple[Thing, ...], str | None]:
        """One page of the things at *path*, and where the next one begins."""
        found = self._ask(path, {**asked, **dict(parse_qsl(onward or ""))}).read(Listing[shape])  # type: ignore[valid-type]
        return found.data, found.onward

    def _ask(self, path: str, asked: Mapping[str, str]) -> Answer:
        if self._tired:
            raise RateLimited("most of this hour's share is used up", retry_after=_HOUR)
        try:
            headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        except MissingSecret as error:
            raise AccessRefused(str(error)) from error
        answer = self._client.get(
            f"{API}/{path}",
            params=asked,
            headers=headers,
            accept="application/json",
            expect=(400, 401, 403, 404, 500),
        )
        if answer.status != 200:
            _complain(answer)
        self._tired = _used(answer) >= _TIRED
        return answer


def _complain(answer: Answer) -> None:
    """Say what Meta means; a status says little: 400 is a dozen different things."""
    code, status = _code(answer), answer.status
    if code in _ENDED:
        raise TokenEnded(status=status)
    if code in _TOO_MUCH:
        raise RateLimited("Facebook", retry_after=_HOUR, status=status)
    if code == _GONE:
        raise NotOffered(status=status)
    if code in _FORBIDDEN or 200 <= code < 300:
        raise AccessRefused(_PERMISSION, status=status)
    if code == _UNKNOWN:
        raise AccessRefused(_NUMBER, status=status)
    if code in _ITS_OWN:
        raise Unreachable("Facebook says that it has a trouble of its own", status=status)
    judge(status, answer.headers, "graph.facebook.com")


_ENDED = frozenset({102, 190, 463, 467})
_TOO_MUCH = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_GONE, _UNKNOWN = 12, 100
_FORBIDDEN = frozenset({3, 10, 104, 368, 2500})
_ITS_OWN = frozenset({1, 2})
_PERMISSION = (
    "the token lacks a permission that this needs; make a new one and tick all that are "
    "named in docs/connect"
)
_NUMBER = "Facebook knows nothing under this number, or not with this token; compare the number"


class _Fault(BaseModel):
    code: int = 0


class _Error(BaseModel):
    error: _Fault = _Fault()


def _code(answer: Answer) -> int:
    try:
        return answer.read(_Error).error.code
    except LayoutChanged:
        return 0


class _Share(BaseModel):
    call_count: float = 0
    total_time: float = 0
    total_cputime: float = 0


def _used(answer: Answer) -> float:
    """Per cent of what the app or the Page may use in an hour, as far as Meta says."""
    used = [0.0]
    for name in ("x-app-usage", "x-page-usage"):
        try:
            share = _Share.model_validate_json(answer.headers.get(name, "{}"))
        except ValidationError:
            continue
        used += [share.call_count, share.total_time, share.total_cputime]
    return max(used)


class _Cursors(BaseModel):
    after: str | None = None


class _Paging(BaseModel):
    cursors: _Cursors = _Cursors()
    next: str | None = None


class Listing(BaseModel, Generic[Thing]):
    """What every list is wrapped in."""

    data: tuple[Thing, ...]
    paging: _Paging = _Paging()

    @property
    def onward(self) -> str | None:
        """Of the address of the next page only what says where it begins: the rest of it is
        for us to know, and holds the token."""
        if self.paging.next is None:
            return None
        if after := self.paging.cursors.after:
            return urlencode({"after": after})
        asked = parse_qsl(urlsplit(self.paging.next).query)
        return urlencode([(key, value) for key, value in asked if key in _ONWARD]) or None
