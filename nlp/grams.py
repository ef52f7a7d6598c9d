"""Pieces of a text, counted: words, pairs of words, and runs of three to five letters.

A piece is known by the number of its bucket; two pieces now and then share one, which costs
little and bounds the memory. Runs of letters see through spelling that lists cannot foresee.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 16  # for words, and as many again for runs of letters
_WORD = re.compile(r"\[unused\d+\]|\w+|[^\w\s]")
_MARK = re.compile(r"\[unused(\d+)\]")
_LETTERS = (3, 4, 5)

Floats = NDArray[np.float32]
Buckets = NDArray[np.int64]


def grams_of(text: str) -> tuple[Buckets, Floats]:
    """The buckets of a rendered text, ascending, and one plus the logarithm of how often."""
    lower = text.lower()
    words = _WORD.findall(lower)
    counts = Counter(crc32(gram.encode()) % BUCKETS for gram in _word_grams(words))
    counts.update(BUCKETS + crc32(gram.encode()) % BUCKETS for gram in _letter_grams(lower))
    found = np.array(sorted(counts), np.int64)
    often = np.array([counts[bucket] for bucket in found.tolist()], np.float32)
    return found, (1.0 + np.log(often)).astype(np.float32)


def _word_grams(words: list[str]) -> Iterator[str]:
    yield from words
    yield from (f"{a} {b}" for a, b in pairwise(words))


def _letter_grams(lower: str) -> Iterator[str]:
    """Within words, whose edges count as a letter; a mark is one letter of its own."""
    for word in _MARK.sub(lambda mark: chr(0xE000 + int(mark[1])), lower).split():
        padded = f" {word[:40]} "
        for size in _LETTERS:
            yield from (padded[at : at + size] for at in range(max(1, len(padded) - size + 1)))
