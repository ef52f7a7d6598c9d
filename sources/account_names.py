"""Whether an account carries the school's name, and whether it is one that the school knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, Self

from monitor.domain import School
from sources.phrases import names_any
from sources.website import host_of, is_within

_LONG = 8  # letters: a shorter name stands within other words by chance
_OFFICIAL = re.compile(r"\b(official|offical|real|the)\b", re.IGNORECASE)


class Likeness(StrEnum):
    NONE = "none"
    PART = "part"  # the name and more: "Wexcombe Park Confessions"
    SAME = "same"  # nothing but the name, or the name and "official"


class Named(Protocol):
    """What one needs to know of an account for this."""

    @property
    def shown(self) -> str: ...
    @property
    def handle(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """`queries` are what to search for; `known` the accounts that are no finding."""

    queries: tuple[str, ...]
    known: frozenset[str]
    site: str

    @classmethod
    def of(cls, school: School, more: Iterable[str], accepted: Iterable[str]) -> Self:
        own = (handle.lstrip("@#") for handle in (*school.handles, *school.hashtags))
        bare = (handle for handle in own if "@" not in handle and "." not in handle)
        wanted = {_squashed(name): name.strip() for name in (*school.names, *more, *bare)}
        return cls(
            queries=tuple(name for squashed, name in wanted.items() if squashed),
            known=frozenset(map(_plain_handle, (*school.handles, *accepted))),
            site=host_of(school.website),
        )

    def likeness(self, account: Named) -> Likeness:
        """NONE also for the school's own: a handle within its website is proved by Bluesky."""
        handle = _plain_handle(account.handle)
        if handle in self.known or (self.site and is_within(handle, self.site)):
            return Likeness.NONE
        shown = unicodedata.normalize("NFKC", account.shown)
        local = handle.partition("@")[0] if "@" in handle else handle.partition(".")[0]
        found = [_of_one(text, name) for text in (shown, local) for name in self.queries]
        return max(found, key=list(Likeness).index, default=Likeness.NONE)


def _of_one(text: str, name: str) -> Likeness:
    wanted, given = _squashed(name), _squashed(text)
    if wanted in (given, _squashed(_OFFICIAL.sub("", text.replace("_", " ")))):
        return Likeness.SAME
    within = len(wanted) >= _LONG and wanted in given
    return (
        Likeness.PART if within or names_any(re.sub("[_.]", " ", text), (name,)) else Likeness.NONE
    )


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def _plain_handle(handle: str) -> str:
    """ "@Parents@Mastodon.example" and an address of a profile, each in one way."""
    plain = handle.strip().casefold().removeprefix("https://bsky.app/profile/")
    if found := re.fullmatch(r"https://([^/]+)/@([^/@]+)/?", plain):
        return f"{found[2]}@{found[1]}"
    return plain.lstrip("@").rstrip("/")
