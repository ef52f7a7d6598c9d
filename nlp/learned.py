"""Weights of words, fitted on labelled posts: what no list of phrases can foresee.

words/weights.json holds, for words and pairs of neighbouring words, how far each moves the
answer to each question. It is made by nlp/fit.py. The school's own names and its staff are
masked, so that nothing is learnt about any one school.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from nlp.names import NameHit
from nlp.rules import WORDS

_WORD = re.compile(r"[\w']+|[^\w\s,.;:\"()\-]")
_DIGIT = re.compile(r"\d")
_WINDOW = 160  # words; a long thread is judged in pieces, lest many words hide a bad one
# Rarity (root of summed squares) of a text of some twenty words. A shorter one says less than its
# few words, taken alone, seem to.
_SHORT = 20.0


@dataclass(frozen=True, slots=True)
class Feature:
    """A word or a pair of words as the weights know it, and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Margins:
    """For each question how far the text lies beyond its threshold, in log-odds (above 0: yes).

    `telling`: the features that speak most for each question.
    """

    by_question: Mapping[str, float]
    telling: Mapping[str, tuple[Feature, ...]]


@dataclass(frozen=True, slots=True)
class Weights:
    """`contributions[word]`: squared rarity, then one weight for each question."""

    questions: tuple[str, ...]
    bias: tuple[float, ...]
    contributions: Mapping[str, tuple[float, ...]]


@cache
def load_weights() -> Weights:
    data = json.loads((WORDS / "weights.json").read_text(encoding="utf-8"))
    return Weights(
        tuple(data["questions"]),
        tuple(data["bias"]),
        {word: tuple(v / 100 for v in values) for word, values in data["words"].items()},
    )


def features_of(
    lower: str, names: Sequence[NameHit], surnames: frozenset[str]
) -> Iterator[list[Feature]]:
    """Windows of words and of neighbouring pairs; names of the school and staff are masked."""
    words = _masked(lower, names, surnames)
    for at in range(0, max(1, len(words)), _WINDOW):
        window = words[at : at + _WINDOW + 20]
        pairs = (Feature(f"{a.name} {b.name}", a.start, b.end) for a, b in pairwise(window))
        yield [*window, *pairs]


def _masked(lower: str, names: Sequence[NameHit], surnames: frozenset[str]) -> list[Feature]:
    hidden = {at: hit for hit in names for at in range(hit.start, hit.end)}
    words: list[Feature] = []
    for match in _WORD.finditer(lower):
        hit = hidden.get(match.start())
        if hit is None:
            words.append(Feature(_spelled(match.group(), surnames), *match.span()))
        elif not words or words[-1].end < hit.end or words[-1].name != "SCHOOL":
            words.append(Feature("SCHOOL", hit.start, hit.end))
    return words


def _spelled(word: str, surnames: frozenset[str]) -> str:
    plain = word.replace("'", "")
    if plain in surnames or plain.removesuffix("s") in surnames:
        return "STAFF"
    return _DIGIT.sub("0", plain) if not plain.isalpha() else plain


def margins_of(windows: Iterator[list[Feature]]) -> Margins:
    """The highest margin of any window, for each question."""
    weights = load_weights()
    best = [-math.inf] * len(weights.questions)
    telling: list[tuple[Feature, ...]] = [()] * len(weights.questions)
    for window in windows:
        known = {f.name: (f, weights.contributions[f.name]) for f in window
                 if f.name in weights.contributions}  # fmt: skip
        rows = [row for _, row in known.values()]
        norm = max(_SHORT, math.sqrt(sum(row[0] for row in rows)))
        totals = [sum(column) / norm for column in zip(*rows, strict=True)][1:] if rows else ()
        for number, bias in enumerate(weights.bias):
            margin = bias + (totals[number] if totals else 0.0)
            if margin > best[number]:
                best[number] = margin
                telling[number] = _most_telling(list(known.values()), number + 1, margin)
    return Margins(
        dict(zip(weights.questions, best, strict=True)),
        dict(zip(weights.questions, telling, strict=True)),
    )


def _most_telling(
    known: list[tuple[Feature, tuple[float, ...]]], column: int, margin: float
) -> tuple[Feature, ...]:
    if margin <= -1.0:
        return ()
    ranked = sorted(known, key=lambda pair: -pair[1][column])
    return tuple(feature for feature, row in ranked[:3] if row[column] > 0)
