"""Who did what to evidence, and when: a chain in which no link can be changed unnoticed. Pure.

Link n is SHA-256(link n-1 as 32 bytes, then SHA-256 of the RFC 8785 form of the deed): so an
outsider can be given the digests of deeds that are none of his business, and still follow
the chain. A deed holds ids and hashes only, no names and nothing that anybody wrote: what is
erased elsewhere leaves nothing behind here, and the chain stays whole.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import rfc8785

START = "0" * 64  # before the first link
PROGRAM = "monitor"  # who did it, where nobody asked for it
COMMAND_LINE = "command line"


class Handling(StrEnum):
    """What may happen to evidence. adopted: it was there before this log began. revealed: somebody
    looked who wrote it."""

    ADOPTED = "adopted"
    CAPTURED = "captured"
    SUPPLIED = "supplied"
    TIMESTAMPED = "timestamped"
    VIEWED = "viewed"
    MAILED = "mailed"
    RECHECKED = "re-checked"
    REVEALED = "revealed"
    EXPORTED = "exported"
    PACKED = "packed"
    ERASED = "erased"


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ .:-]{0,119}")
_SHA256 = re.compile(r"[0-9a-f]{0,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing done. `subject`: the id of a piece of evidence, or an incident's number.

    `actor`: an account's id, or one of the words above. `sha256`: of what it was done with
    (the manifest; of `packed`, the pack's incident.json). `outcome`: one of a few fixed words.
    Raises ValueError for anything that is longer, or looks like a text.
    """

    act: Handling
    subject: str
    at: datetime
    actor: str = PROGRAM
    sha256: str = ""
    outcome: str = ""

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError("at must be timezone-aware")
        for name in ("subject", "actor", "outcome"):
            value = getattr(self, name)
            if not _ID.fullmatch(value) and (value or name != "outcome"):
                raise ValueError(f"{name} must be an id")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError("sha256 must be one, in hexadecimal")

    @property
    def moment(self) -> str:
        """`at` as it is hashed: RFC 3339, UTC, microseconds."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_WORDS = ("act", "actor", "subject", "sha256", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A deed as it stands in the log, `n` counting from 1, with the hash of all up to it.

    `moment` and `act` are what is written there, which need not make sense any more.
    """

    n: int
    moment: str
    act: str
    actor: str
    subject: str
    sha256: str
    outcome: str
    previous: str
    hash: str

    @property
    def digest(self) -> str:
        """Of the deed alone."""
        deed: dict[str, str | int] = {
            "n": self.n,
            "at": self.moment,
            **{name: getattr(self, name) for name in _WORDS},
        }
        return hashlib.sha256(rfc8785.dumps(deed)).hexdigest()

    def to_json(self, *, told: bool = True) -> dict[str, str | int]:
        """As the verifier reads it; with the digest in place of the deed, unless it is *told*."""
        chain: dict[str, str | int] = {"previous": self.previous, "hash": self.hash}
        if not told:
            return {"n": self.n, "digest": self.digest, **chain}
        deed = {name: getattr(self, name) for name in _WORDS}
        return {"n": self.n, "at": self.moment, **deed, **chain}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest link: whoever knows it can tell whether anything up to it was changed."""

    n: int
    hash: str

    def __str__(self) -> str:
        return f"{self.n}:{self.hash}"


LETTER = "custody"


def letter_key(head: Head, day: str) -> str:
    """Of the letter that takes *head* out of the house."""
    return f"{LETTER}:{day}:{head}"


def head_in(letter_key: str) -> Head | None:
    """What such a letter takes out; None of any other letter."""
    kind, _, rest = letter_key.partition(":")
    if kind != LETTER:
        return None
    _day, n, hash_ = rest.split(":")
    return Head(n=int(n), hash=hash_)


def chained(deed: Deed, after: Head) -> Link:
    """The link that *deed* becomes at the end of the chain."""
    link = Link(
        n=after.n + 1,
        moment=deed.moment,
        act=deed.act.value,
        actor=deed.actor,
        subject=deed.subject,
        sha256=deed.sha256,
        outcome=deed.outcome,
        previous=after.hash,
        hash="",
    )
    joined = bytes.fromhex(after.hash) + bytes.fromhex(link.digest)
    return replace(link, hash=hashlib.sha256(joined).hexdigest())
