"""What every source promises. The tests in sources/testing.py hold it to this."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl

from monitor.counts import SourceGroup
from monitor.domain import Mention, Returned, School
from monitor.egress import place
from sources.http import PoliteClient

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _every(value: Any) -> Any:
    """Read "30m", "6h" or "1d"."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", str(value))
    if match is None:
        raise ValueError('write how often as a number and m, h or d, for example "6h"')
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Every = Annotated[timedelta, BeforeValidator(_every)]


def _plain(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("must not hold a user name or password")
    return url


WebAddress = Annotated[HttpUrl, AfterValidator(_plain)]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a school should know of a kind of source before it turns it on, a line each."""

    finds: str
    cost: str
    limits: str
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Mentions, oldest first, and where to resume once they are safely stored.

    `asked`: the words that were searched for, if any; they are kept as proof of the check.
    `returned`: letters of our own that were found to have come back.
    """

    mentions: tuple[Mention, ...]
    cursor: str
    asked: tuple[str, ...] = ()
    returned: tuple[Returned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a school allows of a source, and how much of it is used. `of`: what is counted, and
    in which time: "searches today"."""

    used: int
    allowed: int
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A search whose answer is known beforehand: something must be found, or nothing can be."""

    words: str
    must_find: bool
    site: str = ""  # only there, if it names one


EVERYBODYS_WORD = "school"  # wherever many people write, some posts have it


def by_a_word(nonsense: str) -> tuple[Canary, ...]:
    """The canaries of a place that is searched and knows nothing of the school's own website."""
    return (
        Canary(words=EVERYBODYS_WORD, must_find=True),
        Canary(words=f'"{nonsense}"', must_find=False),
    )


class Source(BaseModel, ABC):
    """One place where people talk in public: its settings, and how to read it.

    The fields are what a school may write in its [[sources]] table; a typing error there
    is reported with the name of the field. `fetch` yields pages after *cursor* (None: from
    the beginning, within reason). It may stop early; it never skips. It raises only
    SourceError, keeps no state, and reaches the network only by *client*.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    kind: ClassVar[str]
    group: ClassVar[SourceGroup] = SourceGroup.OTHER  # where its finds are counted for governors
    about: ClassVar[About]

    name: str = Field(min_length=1, description="what you call this source; keep it for good")
    every: Every = Field(timedelta(hours=6), description='how often to look: "30m", "6h", "1d"')
    schools: tuple[str, ...] = Field((), description="ids of the schools it is for; empty: all")
    quiet_after: Every | None = Field(
        None,
        description='tell the office when nothing new came for so long, as "30d"; none: after '
        "three times what is usual here, and never within a week",
    )

    @abstractmethod
    def fetch(
        self, school: School, cursor: str | None, client: PoliteClient
    ) -> Iterator[Page]: ...

    def plan(self, school: School) -> str:  # noqa: ARG002 # most kinds have no such limit
        """What it may use up in a day and how far that goes, in a sentence; or nothing."""
        return ""

    def budget(self, cursor: str | None) -> Budget | None:  # noqa: ARG002 # as above
        """How much is used by now of what it may use up, by its *cursor*; None if that is not
        bounded."""
        return None

    def canaries(self, school: School, nonsense: str) -> tuple[Canary, ...]:  # noqa: ARG002
        """For kinds that search: what must be found about *school*, and *nonsense*, which
        cannot be. They are asked once a day, and must fit into what a day allows."""
        return ()

    def finds(self, canary: Canary, client: PoliteClient) -> bool:
        """Whether *canary*, one of those above, finds anything now. Raises SourceError."""
        raise NotImplementedError

    def listen(self, client: PoliteClient, ended: Event) -> Iterator[None]:  # noqa: ARG002
        """For kinds that are told when something is new: once at the beginning, for what came
        before, and each time that something comes. It only rings; `fetch` reads. Ends when
        *ended* is set, or at once where nobody can tell us. Raises only SourceError."""
        return iter(())

    def serves(self, school: School) -> bool:
        return not self.schools or school.id in self.schools

    def places(self) -> frozenset[str]:
        """The "host:port" of every address written here: these may be inside the network."""
        urls = (getattr(self, name) for name in type(self).model_fields)
        return frozenset(
            place(url.host or "", url.port or 0) for url in urls if isinstance(url, HttpUrl)
        )
