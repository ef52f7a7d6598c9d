"""Where a text names a person, whatever the name is like: poppy larkwood, Henry Green, Ha-rin Her.

A chain of weighings (a conditional random field): each word has signs (nlp/signs.py) by its
letters, its capitals and its neighbours; each sign speaks for or against seven tags, and so does
the tag before. It needs no network and no reader. What it was trained on, how well it does and
where it fails: nlp/model/card.md; how it is made: nlp/train/persons.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.signs import WORD, Lexicon, signs_of

WEIGHTS = Path(__file__).parent / "model" / "persons.npz"
TAGS = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")

Floats = NDArray[np.float32]

_BEGINS, _GOES_ON = TAGS.index("B-PER"), TAGS.index("I-PER")


@dataclass(frozen=True, slots=True)
class Person:
    """One person named, in offsets of the text; `chance` 0..1 that each of its words is right."""

    start: int
    end: int
    chance: float


@dataclass(frozen=True, slots=True)
class Chain:
    """`weights` (buckets x tags) as small whole numbers to be multiplied by `scale`;
    `follows[a, b]` speaks for tag b after tag a, `first[b]` for b at the beginning."""

    weights: NDArray[np.int8]
    scale: float
    follows: Floats
    first: Floats
    lexicon: Lexicon

    def tags(self, words: Sequence[str]) -> list[str]:
        """The likeliest tags of a sentence, one for each word."""
        return [TAGS[tag] for tag in _likeliest(self._scores(words), self.follows, self.first)]

    def persons(self, text: str) -> Iterator[Person]:
        """Every person that *text* names, in order."""
        places = [match.span() for match in WORD.finditer(text)]
        if not places:
            return
        scores = self._scores([text[start:end] for start, end in places])
        chances = marginals(scores, self.follows, self.first)
        for run in _runs(_likeliest(scores, self.follows, self.first)):
            sure = [chances[n, _GOES_ON if n > run[0] else _BEGINS] for n in run]
            yield Person(places[run[0]][0], places[run[-1]][1], float(min(sure)))

    def _scores(self, words: Sequence[str]) -> Floats:
        """Words x tags."""
        found = signs_of(words, self.lexicon)
        sums = [self.weights[signs].sum(axis=0, dtype=np.int64) for signs in found]
        return np.asarray(sums, np.float32) * np.float32(self.scale)


@cache
def chain() -> Chain:
    """The one that ships."""
    return load(WEIGHTS)


def load(path: Path) -> Chain:
    with np.load(path, allow_pickle=False) as kept:
        return Chain(
            weights=kept["weights"],
            scale=float(kept["scale"]),
            follows=kept["follows"],
            first=kept["first"],
            lexicon=Lexicon(
                frozenset(_as_words(kept["forenames"])),
                frozenset(_as_words(kept["surnames"])),
                dict(zip(_as_words(kept["words"]), kept["kinds"].tolist(), strict=True)),
            ),
        )


def save(chain: Chain, path: Path) -> None:
    np.savez_compressed(
        path,
        weights=chain.weights,
        scale=np.float32(chain.scale),
        follows=chain.follows,
        first=chain.first,
        forenames=_as_bytes(sorted(chain.lexicon.forenames)),
        surnames=_as_bytes(sorted(chain.lexicon.surnames)),
        words=_as_bytes(list(chain.lexicon.kinds)),
        kinds=np.array(list(chain.lexicon.kinds.values()), np.uint8),
    )


def marginals(scores: Floats, follows: Floats, first: Floats) -> Floats:
    """For each word the chance of each tag, whatever the tags of the others are."""
    ahead, back = np.empty_like(scores), np.zeros_like(scores)
    ahead[0] = scores[0] + first
    for at in range(1, len(scores)):
        ahead[at] = scores[at] + _log_sum(ahead[at - 1][:, None] + follows)
        behind = len(scores) - 1 - at
        back[behind] = _log_sum((follows + scores[behind + 1] + back[behind + 1]).T)
    both = ahead + back
    odds: Floats = np.exp(both - both.max(axis=1, keepdims=True))
    chances: Floats = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _log_sum(values: Floats) -> Floats:
    most = values.max(axis=0)
    total: Floats = most + np.log(np.exp(values - most).sum(axis=0))
    return total


def _likeliest(scores: Floats, follows: Floats, first: Floats) -> list[int]:
    best, came_from = scores[0] + first, []
    for row in scores[1:]:
        through = best[:, None] + follows
        came_from.append(through.argmax(axis=0))
        best = through.max(axis=0) + row
    tags = [int(best.argmax())]
    for before in reversed(came_from):
        tags.append(int(before[tags[-1]]))
    return tags[::-1]


def _runs(tags: Sequence[int]) -> list[list[int]]:
    """The numbers of the words of each person."""
    runs: list[list[int]] = []
    for at, tag in enumerate(tags):
        if tag == _BEGINS:
            runs.append([at])
        elif tag == _GOES_ON and runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
    return runs


def _as_bytes(words: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _as_words(kept: NDArray[np.uint8]) -> list[str]:
    return kept.tobytes().decode().split("\n") if kept.size else []
