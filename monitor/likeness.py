"""Which texts are nearly the same? By MinHash: a short sketch of each is enough to compare.

This decides what is one *story*, for people to see how widely a thing is said. It joins no
incidents and hides nothing: monitor/incidents.py decides that, and asks for more.
"""

from __future__ import annotations

import hashlib
import re
import struct
from functools import lru_cache
from operator import eq

from rensa import RMinHash

from monitor.wording import words

FEWEST = 10  # words; shorter ones are alike by chance
ALIKE = 0.7  # share of all runs of words that both texts have; one rant with another greeting

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_RUN = 3  # words in a row
_LONGEST = 5000  # words looked at; of a longer text its beginning stands for it
_NUMBERS = 64  # of a sketch
_SKETCH = struct.Struct(f"<{_NUMBERS}I")
BANDS = 16  # texts alike by 0.7 share one of these in 99 of 100 cases, by 0.3 in 12


def sketch(text: str, school: str = "") -> bytes | None:
    """256 bytes for a text of any length; None if its words are too few to tell. Those of an
    address are none, and those of the name of the *school*, which all posts may have, do not
    count."""
    bare = _ADDRESS.sub(" ", text).casefold()
    said = words(bare)[:_LONGEST]
    if len(words(bare.replace(school.casefold(), " ")) if school else said) < FEWEST:
        return None
    made = RMinHash(num_perm=_NUMBERS, seed=1)
    made.update([" ".join(said[i : i + _RUN]) for i in range(len(said) - _RUN + 1)])
    return _SKETCH.pack(*made.digest())


@lru_cache(maxsize=100)  # a new post is looked up by them, and then entered by them
def bands(sketched: bytes) -> tuple[str, ...]:
    """What texts that are alike have in common, to be looked up by an index."""
    size = len(sketched) // BANDS
    return tuple(
        hashlib.sha256(bytes([n]) + sketched[n * size : (n + 1) * size]).hexdigest()[:16]
        for n in range(BANDS)
    )


def likeness(one: bytes, other: bytes) -> float:
    """About how much two texts have in common, 0..1, by their sketches."""
    same = sum(map(eq, _SKETCH.unpack(one), _SKETCH.unpack(other)))
    return int(same) / _NUMBERS
