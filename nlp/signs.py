"""What can be seen of a word that may be somebody's name: its letters, its capitals, what is known
of it, and what stands beside it. nlp/persons.py weighs these signs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17  # a sign is known by the number of its bucket, as in nlp/grams.py

Signs = NDArray[np.int64]

WORD = re.compile(
    r"https?://\S+|#\w+|@|[^\W\d_]'[^\W\d_]{2,}|\w+(?:[-_]\w+)*|'[^\W\d_]{1,2}(?!\w)|[^\w\s]"
)
_STEPS = (-2, -1, 0, 1, 2)  # a word's neighbours, and itself
_AFFIXES = (1, 2, 3, 4)  # letters
_LONGEST = 40  # letters of a word; the rest of it is noise
_LONG_WORD = 5  # letters: long enough to hold a name and more
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of words beforehand, all plain and in small letters: common names of many
    countries, and of common words of which kind they are (words used alike are of one kind)."""

    forenames: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()
    kinds: Mapping[str, int] = field(default_factory=dict)

    def of(self, word: str) -> str:
        """What is known of a word, as signs apart by blanks."""
        letters = plain(word).strip("#'")
        signs = [f"kind={self.kinds[letters]}"] if letters in self.kinds else []
        signs += ["forename"] if letters in self.forenames else []
        signs += ["surname"] if letters in self.surnames else []
        return " ".join(signs) or ("rare" if letters.isalpha() else "")


def words_of(text: str) -> list[str]:
    """A text cut as the public data are: words, marks, the @ before an account."""
    return WORD.findall(text)


def plain(word: str) -> str:
    """In small letters and without accents."""
    letters = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in letters if unicodedata.category(c) != "Mn")


def signs_of(words: Sequence[str], lexicon: Lexicon) -> list[Signs]:
    """For each word the buckets of its signs."""
    known = [lexicon.of(word) for word in words]
    return [
        np.array(
            [
                *_own(word),
                *(bucket for step in _STEPS for bucket in _near(words, known, at, step)),
                *map(_bucket, _shapes(words, at)),
                _bucket(f"rare={[_named(known, n) for n in (at - 1, at, at + 1)]} {shape(word)}"),
                *map(_bucket, _names_within(word, lexicon.forenames)),
            ],
            np.int64,
        )
        for at, word in enumerate(words)
    ]


def _bucket(sign: str) -> int:
    return crc32(sign.encode()) % BUCKETS


@lru_cache(maxsize=1 << 14)
def _own(word: str) -> tuple[int, ...]:
    """Of its letters alone."""
    if shape(word) == "url":
        return (_bucket("always"),)
    letters = plain(word[:_LONGEST])
    signs = ["always", f"long={min(len(letters), 9)}"]
    for size in _AFFIXES:
        if len(letters) > size:
            signs += [f"begins={letters[:size]}", f"ends={letters[-size:]}"]
    parts = [part.lower() for part in _CAMEL.findall(word[:_LONGEST]) if len(part) > 2]
    signs += [f"part={part}" for part in parts if len(parts) > 1]
    return tuple(map(_bucket, signs))


def _near(words: Sequence[str], known: Sequence[str], at: int, step: int) -> tuple[int, ...]:
    beyond = not 0 <= at + step < len(words)
    return _as_neighbour(
        "" if beyond else words[at + step], "" if beyond else known[at + step], step
    )


@lru_cache(maxsize=1 << 15)
def _as_neighbour(word: str, known: str, step: int) -> tuple[int, ...]:
    """What a word says of the one that stands *step* words before it; "": there is none."""
    letters = "url" if shape(word) == "url" else plain(word[:_LONGEST])
    signs = [f"word={letters}", f"shape={shape(word)}", f"outline={_outline(word)}"]
    signs += [f"known={which}" for which in known.split()]
    return tuple(_bucket(f"{step} {sign}") for sign in signs)


def _shapes(words: Sequence[str], at: int) -> Iterator[str]:
    """Of a word and those beside it together."""
    here = shape(words[at])
    before = shape(words[at - 1]) if at else "edge"
    after = shape(words[at + 1]) if at + 1 < len(words) else "edge"
    yield f"shapes={before} {here}"
    yield f"three={before} {here} {after}"
    yield f"after={plain(words[at - 1][:_LONGEST]) if at else 'edge'} {here}"


def _named(known: Sequence[str], at: int) -> str:
    """Whether a word is, by what is known of it, a name, perhaps one, or none."""
    if not 0 <= at < len(known):
        return "edge"
    if "name" in known[at]:
        return "name"
    return known[at] if known[at] == "rare" else "other"


def _names_within(word: str, forenames: frozenset[str]) -> Iterator[str]:
    """Forenames that a longer word, as of an account, begins with or holds."""
    letters = plain(word[:_LONGEST]).strip("@#_")
    if len(letters) < _LONG_WORD or letters in forenames:
        return
    if any(letters[:size] in forenames for size in range(_LONG_WORD - 1, min(10, len(letters)))):
        yield "begins with a forename"
    if any(part.lower() in forenames for part in _CAMEL.findall(word[:_LONGEST])):
        yield "holds a forename"


@lru_cache(maxsize=1 << 14)
def shape(word: str) -> str:
    """The kind of a word by its capitals."""
    if word[:1] in ("", "@", "#") or word.startswith("http"):
        return "url" if word.startswith("http") else word[:1] + ("." if len(word) > 1 else "")
    letters = [c for c in word if c.isalpha()]
    if not letters:
        return "number" if any(map(str.isdigit, word)) else "mark"
    if any(c.isdigit() or c == "_" for c in word):
        return "mixed"
    return _by_capitals(letters)


def _by_capitals(letters: Sequence[str]) -> str:
    large = [c.isupper() for c in letters]
    if all(large):
        return "LARGE" if len(large) > 1 else "L"
    if not any(large):
        return "small"
    if large[0]:
        return "Title" if not any(large[1:]) else "McTitle"
    return "iTitle"


def _outline(word: str) -> str:
    """Runs of capitals, small letters and digits, each as one letter: O'Brien is X'Xx."""
    kinds = "".join(map(_kind, word[:_LONGEST]))
    return re.sub(r"(.)\1+", r"\1", kinds)[:10]


def _kind(char: str) -> str:
    if char.isalpha():
        return "X" if char.isupper() else "x"
    return "d" if char.isdigit() else char if char in "@#'-._" else "o"
