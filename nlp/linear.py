"""A straight weighing of words and letters beside the network: plain, quick, and often right
where the network, which knows fewer rare words, is not.

For each question the logarithm of the odds is a sum over the pieces of the text
(nlp/grams.py) and the evidence of the rules (nlp/evidence.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Category, Sentiment, Severity
from nlp.grams import BUCKETS, Floats, grams_of

# What is asked, by the names of the network's answers.
HEADS: Mapping[str, int] = {
    "about": 1,
    "categories": len(Category),
    "severity": len(Severity) - 1,
    "sentiment": len(Sentiment),
}
QUESTIONS = sum(HEADS.values())
EVIDENCE_WEIGHS = 0.25  # evidence is large beside one word of many
_WORDS_WEIGH = 1.4  # beside runs of letters; both as chosen on schools not trained on


@dataclass(frozen=True, slots=True)
class Linear:
    """`rarity` of each bucket (0: unknown), `weights` (buckets x questions) as small whole
    numbers to be multiplied by `scale` (questions), `evidence` (names x questions), `bias`."""

    rarity: Floats
    weights: NDArray[np.int8]
    scale: Floats
    evidence: Floats
    bias: Floats

    def logits(self, text: str, evidence: Sequence[float]) -> dict[str, Floats]:
        """For a rendered text: the log-odds of every answer."""
        total = self.bias + np.asarray(evidence, np.float32) * EVIDENCE_WEIGHS @ self.evidence
        buckets, values = weighed(text, self.rarity)
        total = total + values @ (self.weights[buckets] * self.scale)
        split = np.split(total.astype(np.float32), np.cumsum(list(HEADS.values()))[:-1])
        return dict(zip(HEADS, split, strict=True))


def weighed(text: str, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The buckets of a text and what each weighs; a long text weighs no more than a short one."""
    buckets, values = grams_of(text)
    values = values * rarity[buckets]
    words = buckets < BUCKETS
    for part, weighs in ((words, _WORDS_WEIGH), (~words, 1.0)):
        values[part] *= weighs / max(1e-9, float(np.sqrt((values[part] ** 2).sum())))
    return buckets, values


def load(path: Path) -> Linear:
    with np.load(path, allow_pickle=False) as kept:
        return Linear(
            rarity=kept["rarity"].astype(np.float32),
            weights=kept["weights"],
            scale=kept["scale"].astype(np.float32),
            evidence=kept["evidence"].astype(np.float32),
            bias=kept["bias"].astype(np.float32),
        )


def save(linear: Linear, path: Path) -> None:
    np.savez_compressed(
        path,
        rarity=linear.rarity.astype(np.float16),
        weights=linear.weights,
        scale=linear.scale,
        evidence=linear.evidence,
        bias=linear.bias,
    )
