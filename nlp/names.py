"""How a school is called: full name, nicknames, handles, hashtags, website, postcode."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from monitor.domain import School
from nlp.normalise import Normalised, normalise
from nlp.rules import word_list

TITLES = r"(?:mr|mrs|ms|miss|mx|dr|sir|rev(?:erend)?|father|fr|sister|professor|prof)"


class NameKind(IntEnum):
    """From the surest to the loosest; the number orders overlapping matches."""

    POSTCODE = 0
    WEBSITE = 1
    HANDLE = 2
    HASHTAG = 3
    FULL = 4  # the registered name
    TYPED = 5  # a short name that says what it is: "Dunnock Primary"
    SHORT = 6  # a short name of its own: "Ozzie's", "EGS"
    COMMON = 7  # a short name that is also an everyday word: "Forge", "The Meadows"


@dataclass(frozen=True, slots=True)
class NameHit:
    """Where the school is named, in offsets of the normalised text."""

    start: int
    end: int
    kind: NameKind


class NameBook:
    """All the ways to call one school, ready to be looked for."""

    def __init__(self, school: School) -> None:
        spellings = sorted(_spellings(school), key=lambda pair: (pair[1], -len(pair[0])))
        self._kinds = tuple(kind for _, kind in spellings)
        groups = (f"(?P<n{n}>{regex})" for n, (regex, _) in enumerate(spellings))
        self._regex = re.compile("|".join(groups))

    def find(self, text: Normalised) -> tuple[NameHit, ...]:
        """Every place where the school is named, without overlaps."""
        return tuple(
            NameHit(match.start(), match.end(), self._kinds[int(str(match.lastgroup)[1:])])
            for match in self._regex.finditer(text.lower)
        )


def host_of(address: str) -> str:
    """`www.school.example/page` and `https://school.example` are one host."""
    try:
        parts = urlsplit(address if "//" in address else f"//{address}")
    except ValueError:
        return ""
    return (parts.hostname or "").removeprefix("www.")


def name_regex(name: str) -> str:
    """A pattern for a name however people type it: case, apostrophes, St, &, 's, spaces."""
    words = re.findall(r"[\w']+|&", normalise(name).lower)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    body = r"[\s\-_]*".join(map(_word_regex, words)) if len(words) > 1 else _one_word(words)
    return rf"(?<![\w@#]){body}(?:'?s)?(?!\w)" if body else r"(?!)"


def _one_word(words: list[str]) -> str:
    return _word_regex(words[0]) if words else ""


def _word_regex(word: str) -> str:
    special = {"st": r"(?:st|saint)\.?", "saint": r"(?:st|saint)\.?"}
    special |= dict.fromkeys(("&", "and"), r"(?:&|and)")
    if word in special:
        return special[word]
    possessive = re.fullmatch(r"(.{2,}?)(?:'s|s'|s)", word)
    if possessive:
        return rf"{re.escape(possessive.group(1).replace(chr(39), ''))}'?s?'?"
    return re.escape(word).replace("'", "'?")


def _spellings(school: School) -> Iterator[tuple[str, NameKind]]:
    if school.postcode.split():
        yield (
            r"(?<!\w)" + r"\s*".join(map(re.escape, school.postcode.lower().split())),
            (NameKind.POSTCODE),
        )
    host = host_of(school.website)
    if host:
        yield rf"(?:https?://)?(?:www\.)?{re.escape(host)}(?!\w)", NameKind.WEBSITE
    for handle in school.handles:
        yield rf"@?{re.escape(_bare(handle))}(?!\w)", NameKind.HANDLE
    for hashtag in school.hashtags:
        yield rf"#{re.escape(_bare(hashtag))}(?!\w)", NameKind.HASHTAG
    yield name_regex(school.name), _kind(school.name, full=True)
    for alias in dict.fromkeys(school.aliases):
        yield name_regex(alias), _kind(alias, full=False)
        joined = "".join(re.findall(r"\w+", alias.lower()))
        if len(joined) >= 7 and _kind(alias, full=False) != NameKind.COMMON:
            yield rf"#{re.escape(joined)}{_HASHTAG_TAIL}(?!\w)", NameKind.HASHTAG


_HASHTAG_TAIL = r"(?:ps|primary|school|academy|pta|ptfa|family|high|college|proud|kids|life|\d+)?"


def _bare(handle: str) -> str:
    return normalise(handle).lower.lstrip("@#")


_INITIALS = re.compile(r"[b-df-hj-np-tv-xz]{4,}")  # four letters of which no word is made


def _kind(name: str, *, full: bool) -> NameKind:
    words = [w for w in re.findall(r"[\w']+", normalise(name).lower) if w != "the"]
    if all(word in word_list("names", "everyday") for word in words):
        return NameKind.COMMON
    if full:
        return NameKind.FULL
    if _INITIALS.fullmatch(name.strip().lower()):
        return NameKind.TYPED
    typed = any(word in word_list("names", "school_type") for word in words)
    return NameKind.TYPED if typed else NameKind.SHORT
