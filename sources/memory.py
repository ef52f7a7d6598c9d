"""What a cursor remembers of the past: which items were already handed over.

Most sites have no "everything after this one"; they show a window that slides. So a cursor
carries short digests of what was seen, and an unknown or broken cursor means a fresh start:
too much is put right by the store, too little would be lost.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from monitor.domain import Mention

REMEMBERED = 3000
State = TypeVar("State", bound=BaseModel)


def resume(shape: type[State], cursor: str | None) -> State:
    """The state in *cursor*, or a fresh one. *shape* needs a default for each field."""
    try:
        return shape.model_validate_json(cursor or "{}")
    except ValidationError:
        return shape()


class Seen:
    """The last few thousand ids, as digests, oldest first."""

    def __init__(self, digests: Iterable[str] = (), *, limit: int | None = REMEMBERED) -> None:
        self._digests = dict.fromkeys(digests)
        self._limit = limit

    def __contains__(self, external_id: str) -> bool:
        return digest(external_id) in self._digests

    def add(self, external_id: str) -> bool:
        """Whether it was new."""
        key = digest(external_id)
        new = key not in self._digests
        self._digests.pop(key, None)  # what is still shown must not be the first forgotten
        self._digests[key] = None
        return new

    def digests(self) -> tuple[str, ...]:
        kept = tuple(self._digests)
        return kept if self._limit is None else kept[-self._limit :]


def edition(mention: Mention) -> str:
    """What tells an edited post from what it was; its id where the site says of no edit."""
    if mention.edited_at is None:
        return mention.external_id
    return f"{mention.external_id}:{digest(mention.text)}"


def digest(external_id: str) -> str:
    """64 bits: two of a million ids are alike once in forty million sources."""
    raw = hashlib.sha256(external_id.encode("utf-8", "replace")).digest()[:8]
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
