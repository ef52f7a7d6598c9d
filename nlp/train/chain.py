"""Fitting a chain of weighings (nlp/persons.py): the likelihood of all tags is made as large as it
can be (L-BFGS), and weights small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlp.persons import TAGS
from nlp.signs import BUCKETS, Signs

_RARE = 2  # a sign that fewer words bear says nothing
_PENALTY = 0.1  # on half the squares of the weights; chosen on the development split
_STEPS = 80

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Exact = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """`weights` (buckets x tags), `follows` (tag before x tag), `first` (tags)."""

    weights: Floats
    follows: Floats
    first: Floats


@dataclass(frozen=True, slots=True)
class _Sentences:
    """All words of all sentences, those of one sentence together, the longest sentence first.

    `at[n]`: the rows of the n-th word of every sentence that has so many."""

    signs: csr_matrix
    turned: csr_matrix
    tags: Ints
    at: list[Ints]


def fit(signs: Sequence[Sequence[Signs]], tags: Sequence[Sequence[int]]) -> Fitted:
    """*signs*, *tags*: for each sentence, for each of its words."""
    order = sorted(range(len(signs)), key=lambda n: -len(signs[n]))
    rows = [word for n in order for word in signs[n]]
    matrix = _matrix(rows)
    held = np.flatnonzero(matrix.getnnz(axis=0) >= _RARE)
    matrix = matrix[:, held]
    sentences = _Sentences(
        signs=matrix,
        turned=matrix.T.tocsr(),
        tags=np.array([tag for n in order for tag in tags[n]], np.int64),
        at=_columns([len(signs[n]) for n in order]),
    )
    best = minimize(
        _loss(sentences),
        np.zeros((len(held) + len(TAGS) + 1) * len(TAGS)),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS},
    )
    weights = np.zeros((BUCKETS, len(TAGS)), np.float32)
    found, follows, first = _apart(best.x)
    weights[held] = found
    return Fitted(weights, follows.astype(np.float32), first.astype(np.float32))


def _matrix(rows: Sequence[Signs]) -> csr_matrix:
    ends = np.cumsum([0, *map(len, rows)])
    ones = np.ones(ends[-1], np.float32)
    return csr_matrix((ones, np.concatenate(rows), ends), shape=(len(rows), BUCKETS))


def _columns(lengths: Sequence[int]) -> list[Ints]:
    starts = np.cumsum([0, *lengths[:-1]])
    many = np.array(lengths)
    return [starts[many > n] + n for n in range(lengths[0])]


def _apart(values: Exact) -> tuple[Exact, ...]:
    """The weights of signs, of what follows what, and of the beginning."""
    table = values.reshape(-1, len(TAGS))
    return table[: -len(TAGS) - 1], table[-len(TAGS) - 1 : -1], table[-1]


def _loss(
    sentences: _Sentences,
) -> Callable[[Exact], tuple[float, Exact]]:
    wanted = np.eye(len(TAGS))[sentences.tags]
    pairs = np.zeros((len(TAGS), len(TAGS)))
    for before, after in pairwise(sentences.at):
        np.add.at(pairs, (sentences.tags[before[: len(after)]], sentences.tags[after]), 1.0)
    begin = wanted[sentences.at[0]].sum(axis=0)

    def loss(values: Exact) -> tuple[float, Exact]:
        weights, follows, first = _apart(values)
        scores = sentences.signs @ weights.astype(np.float32)
        total, chance, following = _expected(
            scores.astype(np.float64), follows, first, sentences.at
        )
        said = float((scores * wanted).sum() + (pairs * follows).sum() + begin @ first)
        slope = np.concatenate(
            [
                sentences.turned @ (chance - wanted).astype(np.float32),
                following - pairs,
                (chance[sentences.at[0]].sum(axis=0) - begin)[None],
            ]
        )
        penalty = 0.5 * _PENALTY * float(values @ values)
        return total - said + penalty, slope.ravel() + _PENALTY * values

    return loss


def _expected(
    scores: Exact, follows: Exact, first: Exact, at: Sequence[Ints]
) -> tuple[float, Exact, Exact]:
    """The logarithm of the sum over all ways to tag every sentence; the chance of each tag of
    each word; how often each tag is expected after each.

    In odds instead of their logarithms, brought to one at every word lest they overflow."""
    highest = scores.max(axis=1, keepdims=True)
    odds, after = np.exp(scores - highest), np.exp(follows)
    ahead, back, share = np.empty_like(odds), np.ones_like(odds), np.empty((len(odds), 1))
    come = odds[at[0]] * np.exp(first)
    for n, now in enumerate(at):
        if n:
            come = ahead[at[n - 1][: len(now)]] @ after * odds[now]
        share[now] = come.sum(axis=1, keepdims=True)
        ahead[now] = come / share[now]
    following = np.zeros_like(follows)
    for before, now in reversed(list(pairwise(at))):
        there = before[: len(now)]
        come = odds[now] * back[now] / share[now]
        back[there] = come @ after.T
        following += after * (ahead[there].T @ come)
    return float(np.log(share).sum() + highest.sum()), ahead * back, following
