"""What somebody looks for in the log, and the words in which it is looked for. Pure.

SQLite and PostgreSQL each cut a text into words in a way of their own. So we cut it, and hand
both the same plain words; then both find the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

MOST_TERMS = 12  # of one search
LONGEST_PHRASE = 12  # words; of a longer one the beginning is looked for
PASSAGE = 200  # words; PostgreSQL remembers up to 255 places of one word

_LONGEST = 60  # characters of one word
_BREAK = "b"  # no word begins so; a phrase never reaches over it
_WORD = re.compile(r"[^\W_]+")
_QUOTES = re.compile("[\u201c-\u201f\u00ab\u00bb\uff02]")
_PIECE = re.compile(r'"([^"]*)"(\*?)|(\S+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Words that must stand in a row; `begins`: of the last one the beginning is enough."""

    words: tuple[str, ...]
    begins: bool = False


def terms(looked_for: str) -> tuple[Term, ...]:
    """Each must be found. Words, "words in a row", and the beginning of a word with a star*;
    everything else is a gap between words, so that no input is a mistake."""
    pieces = _PIECE.finditer(_QUOTES.sub('"', looked_for))
    return tuple(term for piece in pieces if (term := _term(piece)).words)[:MOST_TERMS]


def _term(piece: re.Match[str]) -> Term:
    text = piece[3] or piece[1] or ""
    words = folded(text)
    begins = (piece[2] == "*" or text.endswith("*")) and len(words) <= LONGEST_PHRASE
    return Term(words=tuple(words[:LONGEST_PHRASE]), begins=begins)


def folded(text: str) -> list[str]:
    """Its words without case, accents and joiners, in letters and figures that every database
    takes for one word: "Café 4U" is wcafe w4u. No word is the beginning of another's folding
    unless it is of the word."""
    return [f"w{_plain(word)}"[:_LONGEST] for word in _WORD.findall(_bare(text))]


def passages(text: str, url: str = "", source: str = "") -> Iterator[str]:
    """*text* in pieces that can be searched, each reaching a phrase into the next; where it was
    seen stands after the first. An address is not looked into: it often holds a name, and what
    one person wrote elsewhere is nothing to look for."""
    words, step = folded(text), PASSAGE - LONGEST_PHRASE
    place = [word for part in (_host(url), source) if part for word in (_BREAK, *folded(part))]
    for start in range(0, max(len(words) - LONGEST_PHRASE, 1), step):
        piece = words[start : start + PASSAGE]
        yield " ".join(piece if start else [*piece, *place])


def mark(school: str) -> str:
    """The word by which a passage says of which school it is; no text holds it."""
    return "s" + _plain(school)


def _bare(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if unicodedata.category(c) not in _UNHEARD)


_UNHEARD = frozenset({"Mn", "Mc", "Me", "Cf"})  # accents, and what joins or hides letters


def _plain(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word
    return "".join(c if c.isascii() and c.isalnum() else f"z{ord(c):05x}" for c in word)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
