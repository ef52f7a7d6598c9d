"""Fitting nlp/linear.py: logistic regression, one question at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from monitor.domain import Category, Sentiment, Severity
from nlp.evidence import evidence_of
from nlp.grams import BUCKETS, grams_of
from nlp.judge import Case
from nlp.linear import EVIDENCE_WEIGHS, QUESTIONS, Linear, weighed
from nlp.posts import Post
from nlp.rendering import render

_STRENGTH = 10.0  # inverse of the penalty
_RARE = 2  # a bucket that fewer texts hold is nobody's habit
_STEPS = 100

Floats = NDArray[np.float32]


def fit_linear(posts: Sequence[Post], cases: Sequence[Case]) -> Linear:
    """*cases*: the posts with what the rules saw (nlp.pipeline.run_rules)."""
    texts = [render(case.profile, case.text, case.names).text for case in cases]
    evidence = np.array([evidence_of(case) for case in cases], np.float32)
    rarity = _rarity(texts)
    x = hstack([_matrix(texts, rarity), csr_matrix(evidence * EVIDENCE_WEIGHS)]).tocsr()
    held = np.flatnonzero(x.getnnz(axis=0))  # of a bucket in no text nothing can be learnt
    weights = np.zeros((x.shape[1], QUESTIONS), np.float32)
    x = x[:, held]
    bias = np.zeros(QUESTIONS, np.float32)
    ours = np.array([post.about_school for post in posts])
    with threadpool_limits(limits=1):  # the sums are small: two threads wait ten times longer
        for number, (labels, everywhere) in enumerate(_questions(posts)):
            rows = np.ones(len(posts), bool) if everywhere else ours
            model = LogisticRegression(
                C=_STRENGTH, class_weight=None if everywhere else "balanced", max_iter=_STEPS
            ).fit(x[rows], labels[rows])
            weights[held, number], bias[number] = model.coef_[0], model.intercept_[0]
    return _small(rarity, weights, bias)


def _questions(posts: Sequence[Post]) -> Iterator[tuple[NDArray[np.bool_], bool]]:
    """In the order of HEADS: the answers, and whether they count for posts that are not ours."""
    yield np.array([post.about_school for post in posts]), True
    for category in Category:
        yield np.array([category in post.categories for post in posts]), False
    for severity in list(Severity)[1:]:
        yield np.array([post.severity.rank >= severity.rank for post in posts]), False
    for sentiment in Sentiment:
        yield np.array([post.sentiment is sentiment for post in posts]), False


def _rarity(texts: Sequence[str]) -> Floats:
    held = np.zeros(2 * BUCKETS, np.float32)
    for text in texts:
        held[grams_of(text)[0]] += 1.0
    rarity: Floats = np.log((1 + len(texts)) / (1 + held)).astype(np.float32) + 1.0
    rarity[held < _RARE] = 0.0
    return rarity


def _matrix(texts: Sequence[str], rarity: Floats) -> csr_matrix:
    found = [weighed(text, rarity) for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(buckets) for buckets, _ in found])
    columns = np.concatenate([buckets for buckets, _ in found])
    values = np.concatenate([values for _, values in found])
    return csr_matrix((values, (rows, columns)), shape=(len(texts), 2 * BUCKETS))


def _small(rarity: Floats, weights: Floats, bias: Floats) -> Linear:
    words, evidence = weights[: 2 * BUCKETS], weights[2 * BUCKETS :]
    scale = np.maximum(np.abs(words).max(axis=0), 1e-9) / 127.0
    return Linear(
        rarity=rarity,
        weights=np.round(words / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        evidence=evidence,
        bias=bias,
    )
