"""Makes words/weights.json from labelled posts: `python -m nlp.fit FOLDER`.

Logistic regression on words and pairs of words of the development schools; the test schools
(nlp/bench.py) are never touched. Thresholds are those with the best F1 in five-fold
cross-validation by school. Same posts in, same weights out.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Category, Sentiment, Severity
from nlp.bench import Post, read_posts, split
from nlp.learned import features_of
from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.rules import WORDS

Matrix = NDArray[np.float64]

ABOUT, ALERT = "about", "alert"
QUESTIONS = (*(c.value for c in Category), ALERT, "positive", "negative", ABOUT)
_FOLDS, _STEPS, _PENALTY = 5, 150, 0.5


def answers(post: Post) -> list[bool]:
    """The label of every question of QUESTIONS, in order."""
    return [
        *(category in post.categories for category in Category),
        post.severity.rank >= Severity.HIGH.rank,
        post.sentiment in (Sentiment.POSITIVE, Sentiment.MIXED),
        post.sentiment in (Sentiment.NEGATIVE, Sentiment.MIXED),
        post.about_school,
    ]


def words_in(post: Post) -> set[str]:
    text = normalise(post.mention.text)
    profile = profile_of(post.school)
    windows = features_of(text.lower, profile.names.find(text), profile.rare_surnames)
    return {feature.name for window in windows for feature in window}


def regression(x: Matrix, y: Matrix) -> Matrix:
    """Weights (words x questions) of penalised logistic regression, by accelerated descent."""
    kernel = x @ x.T
    share = y.mean(axis=0)
    balance = np.sqrt(np.where(y > 0, (1 - share) / np.maximum(share, 1e-9), 1.0))
    step = 1 / (0.25 * balance.max() * np.linalg.eigvalsh(kernel)[-1] + _PENALTY)
    now = ahead = np.zeros_like(y)
    for k in range(_STEPS):
        p = 1 / (1 + np.exp(-kernel @ ahead))
        new = ahead - step * (balance * (p - y) + _PENALTY * ahead)
        now, ahead = new, new + k / (k + 3) * (new - now)
    return x.T @ now


def out_of_fold(x: Matrix, y: Matrix, usable: Matrix, schools: Sequence[str]) -> Matrix:
    """Every post's scores by weights that never saw its school."""
    scores = np.zeros_like(y)
    names = sorted(set(schools))
    for fold in range(_FOLDS):
        held = np.isin(schools, names[fold::_FOLDS])
        scores[held] = x[held] @ _both(x[~held], y[~held], usable[~held])
    return scores


def _both(x: Matrix, y: Matrix, about: Matrix) -> Matrix:
    """All questions but the last are asked only of posts about the school."""
    kept = about > 0
    weights = regression(x[kept], y[kept])
    weights[:, -1] = regression(x, y[:, -1:])[:, 0]
    return weights


def thresholds(scores: Matrix, y: Matrix) -> list[float]:
    """For each question the threshold with the best F1."""
    grid = np.linspace(-3, 2, 51)
    return [
        float(max(grid, key=lambda t, q=q: _f1(scores[:, q] > t, y[:, q] > 0)))  # type: ignore[misc]  # q is bound
        for q in range(y.shape[1])
    ]


def _f1(given: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return 2 * float((given & wanted).sum()) / max(1.0, float(given.sum() + wanted.sum()))


def matrix(posts: Sequence[set[str]], rarity: dict[str, float]) -> Matrix:
    x = np.zeros((len(posts), len(rarity) + 1))
    column = {word: number for number, word in enumerate(rarity)}
    for row, words in enumerate(posts):
        for word in words & rarity.keys():
            x[row, column[word]] = rarity[word]
        x[row] /= np.linalg.norm(x[row]) or 1.0
    x[:, -1] = 1.0
    return x


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not (Path(arguments[0]) / "posts.jsonl").is_file():
        sys.stderr.write("usage: python -m nlp.fit FOLDER (with posts.jsonl and profiles.json)\n")
        return 2
    posts, _ = split(read_posts(Path(arguments[0])))
    words = [words_in(post) for post in posts]
    counted = Counter(word for found in words for word in found)
    rarity = {w: math.log(len(posts) / n) for w, n in sorted(counted.items()) if n >= 2}
    x, y = matrix(words, rarity), np.array([answers(post) for post in posts], dtype=float)
    about = y[:, -1]
    scores = out_of_fold(x, y, about, [post.school.id for post in posts])
    asked = about > 0
    cut = [*thresholds(scores[asked], y[asked])[:-1], 0.0]
    _write(rarity, _both(x, y, about), cut)
    return 0


def _write(rarity: dict[str, float], weights: Matrix, cut: Sequence[float]) -> None:
    """Hundredths, one word a line, so that a change can be read."""
    lines = (
        f"{json.dumps(word, ensure_ascii=False)}: "
        + json.dumps([round(100 * v) for v in (r * r, *(r * weights[n]))], separators=(",", ":"))
        for n, (word, r) in enumerate(rarity.items())
    )
    bias = [round(float(b - t), 3) for b, t in zip(weights[-1], cut, strict=True)]
    head = f'"questions": {json.dumps(QUESTIONS)},\n"bias": {json.dumps(bias)},\n"words": {{\n'
    text = "{\n" + head + ",\n".join(lines) + "\n}\n}\n"
    (WORDS / "weights.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
