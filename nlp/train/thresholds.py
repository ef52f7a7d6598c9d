"""From which probability on the answer is yes, chosen on schools that were not trained on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.domain import Category, Severity
from nlp.posts import Post
from nlp.reading import Reading

_CANDIDATES = [n / 100 for n in range(10, 76, 5)]
_ABOUT = 0.5
# Where few posts decide, the answer lies halfway to this: they are by one writer, whose posts
# are slyer than most.
_USUAL = 0.5
# A threat that is missed is worse than one that is read in vain: recall counts two and a half
# times as much (the square of this), as the goals have it: .95 beside .85.
_ALERT_BETA = 1.6
# What differs by less differs by chance, with some hundred flagged posts: then the middle one.
_AS_GOOD = 0.01


def choose(posts: Sequence[Post], readings: Sequence[Reading]) -> dict[str, object]:
    """The thresholds of reader.json. Each lies halfway to the usual one: few posts say little."""
    ours = [(p, r) for p, r in zip(posts, readings, strict=True) if r.about >= _ABOUT]
    return {
        "about": _ABOUT,
        "categories": {
            c.value: _halfway(_best([(c in p.categories, r.categories[c]) for p, r in ours], 1.0))
            for c in Category
        },
        "at_least": {
            s.value: _step([(p.severity.rank >= s.rank, r.at_least[s]) for p, r in ours], s)
            for s in list(Severity)[1:]
        },
    }


def _step(pairs: Sequence[tuple[bool, float]], severity: Severity) -> float:
    if severity is Severity.HIGH:
        return _best(pairs, _ALERT_BETA)  # doubt goes up: not moved towards the usual
    return _halfway(_best(pairs, 1.0))


def _halfway(threshold: float) -> float:
    return round((threshold + _USUAL) / 2, 3)


def _best(pairs: Sequence[tuple[bool, float]], beta: float) -> float:
    scores = {t: f_score(((y, p >= t) for y, p in pairs), beta) for t in _CANDIDATES}
    most = max(scores.values())
    as_good = [t for t, score in scores.items() if score >= most - _AS_GOOD]
    return as_good[(len(as_good) - 1) // 2]


def f_score(pairs: Iterable[tuple[bool, bool]], beta: float) -> float:
    """F-beta of pairs of (true label, our answer); beta above 1: recall counts more."""
    right = missed = wrong = 0
    for truth, answer in pairs:
        right += truth and answer
        missed += truth and not answer
        wrong += answer and not truth
    weight = beta * beta
    whole = (1 + weight) * right + weight * missed + wrong
    return (1 + weight) * right / whole if whole else 0.0
