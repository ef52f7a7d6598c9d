"""A text as the trained reader reads it: who and what is meant, instead of how it is called.

The school's names, its people and its places become marks, so that what was learnt from
thirty schools holds for every school; emoji become words. An offset map leads back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import emoji

from nlp.names import NameHit, NameKind
from nlp.normalise import Normalised, normalise
from nlp.profile import Profile

LONGEST_AUTHOR = 80  # characters


class Mark(StrEnum):
    """Words of the reader's vocabulary that its first makers left unused."""

    NAME = "[unused1]"  # names the school for sure
    SHORT = "[unused2]"  # a short name of the school
    COMMON = "[unused3]"  # an everyday word that is also the school's name, with a capital
    UNCAPITALISED = "[unused4]"  # the same, without
    HEAD = "[unused5]"
    STAFF = "[unused6]"  # somebody else of the staff
    SURNAME = "[unused7]"  # a bare surname of one of them
    TOWN = "[unused8]"  # where the school stands
    ELSEWHERE = "[unused9]"  # where a namesake stands
    NAMESAKE = "[unused10]"
    PRIMARY = "[unused11]"
    SECONDARY = "[unused12]"
    OTHER_SCHOOL = "[unused13]"
    WROTE = "[unused14]"  # between who wrote and what was written


@dataclass(frozen=True, slots=True)
class Rendered:
    """`text` as the reader reads it. `places[i]`: where in the normalised text the character
    `text[i]` comes from; -1: from nowhere in it."""

    text: str
    places: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int] | None:
        """The span of the normalised text behind a span of this one, if there is one."""
        found = [place for place in self.places[start:end] if place >= 0]
        return (found[0], found[-1] + 1) if found else None


@dataclass(frozen=True, slots=True)
class _Swap:
    """A span of the normalised text and the mark that stands for it, or before it."""

    start: int
    end: int
    mark: Mark
    keep: bool = False


def render(
    profile: Profile, text: Normalised, names: Iterable[NameHit], *, author: str = ""
) -> Rendered:
    """The text with marks, after a short head: the kind of school, and who wrote."""
    head = _kind_of(profile).value + " "
    if author:
        signed = normalise(author[:LONGEST_AUTHOR])
        wrote, _ = _written(signed, _swaps(profile, signed, profile.names.find(signed)))
        head += f"{wrote} {Mark.WROTE.value} "
    body, places = _written(text, _swaps(profile, text, names))
    return Rendered(head + body, (-1,) * len(head) + tuple(places))


def plain(text: str) -> str:
    """A text that concerns no school in particular, as the reader reads it."""
    body, _ = _written(normalise(text), ())
    return body


def _kind_of(profile: Profile) -> Mark:
    if profile.primary:
        return Mark.PRIMARY
    return Mark.SECONDARY if profile.secondary else Mark.OTHER_SCHOOL


def _written(text: Normalised, swaps: Iterable[_Swap]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    places: list[int] = []

    def put(words: str, at: Iterable[int]) -> None:
        pieces.append(words)
        places.extend(at)

    done = 0
    for swap in swaps:
        _put_plain(text, done, swap.start, put)
        mark = f" {swap.mark.value} "
        put(
            mark, [swap.start + (swap.end - swap.start) * n // len(mark) for n in range(len(mark))]
        )
        done = swap.start if swap.keep else swap.end
    _put_plain(text, done, len(text.text), put)
    return "".join(pieces), places


def _put_plain(text: Normalised, start: int, end: int, put: object) -> None:
    """Everything else stays, but emoji are said in words."""
    assert callable(put)
    piece = text.text[start:end]
    if piece.isascii():
        put(piece, range(start, end))
        return
    done = 0
    for found in emoji.emoji_list(piece):
        first, last = int(found["match_start"]), int(found["match_end"])
        put(piece[done:first], range(start + done, start + first))
        said = emoji.demojize(str(found["emoji"]), delimiters=(" ", " ")).replace("_", " ")
        put(said, [start + first] * len(said))
        done = last
    put(piece[done:], range(start + done, end))


def _swaps(profile: Profile, text: Normalised, names: Iterable[NameHit]) -> list[_Swap]:
    """In the order of the text, without overlaps; names before people before places."""
    taken: list[_Swap] = []
    for swap in (*_named(text, names), *_people(profile, text), *_places(profile, text)):
        if all(swap.end <= other.start or other.end <= swap.start for other in taken):
            taken.append(swap)
    return sorted(taken, key=lambda swap: swap.start)


def _named(text: Normalised, names: Iterable[NameHit]) -> Iterator[_Swap]:
    for hit in names:
        if hit.kind is NameKind.COMMON:
            small = text.text[hit.start : hit.end].islower()
            yield _Swap(
                hit.start, hit.end, Mark.UNCAPITALISED if small else Mark.COMMON, keep=True
            )
        else:
            yield _Swap(
                hit.start, hit.end, Mark.SHORT if hit.kind is NameKind.SHORT else Mark.NAME
            )


def _people(profile: Profile, text: Normalised) -> Iterator[_Swap]:
    for number, person in enumerate(profile.staff):
        head = number == 0 and bool(profile.head_surname)
        for match in person.full.finditer(text.lower):
            yield _Swap(*match.span(), Mark.HEAD if head else Mark.STAFF)
    if profile.bare_surname is not None:
        for match in profile.bare_surname.finditer(text.lower):
            yield _Swap(*match.span(), Mark.SURNAME, keep=True)


def _places(profile: Profile, text: Normalised) -> Iterator[_Swap]:
    for regex, mark, keep in (
        (profile.homonyms, Mark.NAMESAKE, True),
        (profile.places, Mark.TOWN, False),
        (profile.other_places, Mark.ELSEWHERE, False),
    ):
        for match in regex.finditer(text.lower) if regex else ():
            yield _Swap(*match.span(), mark, keep)
