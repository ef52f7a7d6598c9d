"""Makes disguised words readable without losing where they stood in the text as given."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u00b4`\u2032"), "'")
_QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u2033"), '"')
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_PLAIN = {**_APOSTROPHES, **_QUOTES, **_DASHES}

# Cyrillic and Greek letters that look Latin; used only in words that also hold Latin letters,
# so that a text really written in Cyrillic stays Cyrillic and is recognised as such.
_LOOKALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u0501"
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
        "\u03b1\u03bf\u03c1\u03b9\u03bd\u0391\u0392\u0395\u0397\u0399\u039a"
        "\u039c\u039d\u039f\u03a1\u03a4\u03a7",
        "aeopcyxijsdABEKMHOPCTXaopivABEHIKMNOPTX",
        strict=True,
    )
)
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}
_INVISIBLE = {
    "Cf",
    "Cc",
    "Mn",
    "Cs",
}  # Mn: combining marks stacked on letters; NFKC joined the rest
_TYPED_GAPS = frozenset("\n\t\r")

_WORD = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|[^\s.,;:!?()\[\]\"/#]+")
_SPELLED_OUT = re.compile(r"(?<![\w'])\w(?:[ .\-*_]\w){3,}(?![\w'])")
_CLASS_OR_CODE = re.compile(  # 8B, Y7, 1K4, S3s, 10am, AB12CDE: numbers that mean numbers
    r"[a-z]{1,2}\d[a-z\d]?\d[a-z]{2}|\d+[a-z]{1,4}|[a-z]{1,3}\d+s?|\d+[a-z]{1,2}\d+|[a-z]{2}\d\d[a-z]{3}|[a-z]{4,}\d+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` reads plainly and keeps its case; `lower` is as long as `text`.

    `starts[i]`, `ends[i]`: where the character `text[i]` stood in the original.
    """

    text: str
    lower: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The character offsets in the original of a span of the normalised text."""
        if start >= end:
            raise ValueError("an empty span has no origin")
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Normalised:
    """Undo fancy letters, look-alikes, invisible characters, spelled-out words and leet."""
    letters = _readable_letters(text)
    letters = _join_spelled_out(letters)
    plain = "".join(letter for letter, _, _ in letters)
    plain = _without_disguise(plain)
    return Normalised(
        text=plain,
        lower=_lower(plain),
        starts=tuple(start for _, start, _ in letters),
        ends=tuple(end for _, _, end in letters),
    )


def _lower(text: str) -> str:
    """Lower case, letter for letter: a few capitals would become two letters."""
    if text.isascii():
        return text.lower()
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_Letter = tuple[str, int, int]


def _readable_letters(text: str) -> list[_Letter]:
    letters: list[_Letter] = []
    for position, char in enumerate(text):
        if char.isascii():
            if char >= " " or char in _TYPED_GAPS:
                letters.append((char, position, position + 1))
            continue
        plain = _PLAIN.get(ord(char)) or unicodedata.normalize("NFKC", char)
        letters.extend(
            (c, position, position + 1) for c in plain if unicodedata.category(c) not in _INVISIBLE
        )
    return letters


def _join_spelled_out(letters: list[_Letter]) -> list[_Letter]:
    """`B r o o k` becomes `Brook`; phone numbers keep their gaps."""
    text = "".join(letter for letter, _, _ in letters)
    dropped: set[int] = set()
    for match in _SPELLED_OUT.finditer(text):
        if sum(c.isalpha() for c in match.group()) >= 4:
            dropped.update(range(match.start() + 1, match.end(), 2))
    return [letter for at, letter in enumerate(letters) if at not in dropped]


def _without_disguise(text: str) -> str:
    if text.isascii() and not any(c in text for c in "013457@$"):
        return text
    return _WORD.sub(lambda match: _plain_word(match.group()), text)


def _plain_word(word: str) -> str:
    if word.isalpha() and word.isascii():
        return word
    if any("a" <= c.lower() <= "z" for c in word) and not word.isascii():
        word = "".join(_LOOKALIKES.get(c, c) for c in word)
    if _is_leet(word):
        word = "".join(_LEET.get(c, c) for c in word)
    return word


def _is_leet(word: str) -> bool:
    letters = sum(c.isalpha() for c in word)
    swapped = sum(c in _LEET for c in word)
    if not swapped or letters < 2 or word.startswith("@") or ("@" in word and "." in word):
        return False
    digits = sum(c.isdigit() for c in word)
    return letters >= digits and not _CLASS_OR_CODE.fullmatch(word) and "'" not in word[:1]
