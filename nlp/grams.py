"""Pieces of a text, counted: words, pairs of words, and runs of three to five letters.

A piece is known by the number of its bucket; two pieces now and then share one, which costs
little and bounds the memory. Runs of letters see through spelling that lists cannot foresee.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16  # for words, and as many again for runs of letters
_WORD = re.compile(r"\[unused\d+\]|\w+|[^\w\s]")
_MARK = re.compile(r"\[unused(\d+)\]")
_LETTERS = (3, 4, 5)
_LONGEST = 40  # letters of a word; the rest of it is noise

Floats = NDArray[np.float32]
Buckets = NDArray[np.int64]


def grams_of(text: str) -> tuple[Buckets, Floats]:
    """The buckets of a rendered text, ascending, and one plus the logarithm of how often."""
    lower = text.lower()
    words = _WORD.findall(lower)
    counts = Counter(map(_bucket, words))
    counts.update(_bucket(f"{a} {b}") for a, b in pairwise(words))
    for word in _MARK.sub(lambda mark: chr(0xE000 + int(mark[1])), lower).split():
        counts.update(_letter_buckets(word[:_LONGEST]))
    found = np.array(sorted(counts), np.int64)
    often = np.array([counts[bucket] for bucket in found.tolist()], np.float32)
    return found, (1.0 + np.log(often)).astype(np.float32)


def _bucket(gram: str) -> int:
    return crc32(gram.encode()) % BUCKETS


@lru_cache(maxsize=1 << 14)  # most words of most texts are the same few thousand
def _letter_buckets(word: str) -> tuple[int, ...]:
    """Of the runs within a word, whose edges count as a letter; a mark is one letter."""
    padded = f" {word} "
    return tuple(
        BUCKETS + _bucket(padded[at : at + size])
        for size in _LETTERS
        for at in range(max(1, len(padded) - size + 1))
    )
