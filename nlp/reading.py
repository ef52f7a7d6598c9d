"""What the trained reader makes of a text, and from where on it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain import Category, Sentiment, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A run of words that speaks for a category, in offsets of the rendered text."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the reader makes of one text; every number is a probability.

    `at_least[severity]`: that it is at least so grave. `telling`: the words behind it.
    """

    about: float
    categories: Mapping[Category, float]
    at_least: Mapping[Severity, float]
    sentiment: Mapping[Sentiment, float]
    telling: Mapping[Category, tuple[Telling, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which probability on the answer is yes; chosen on development schools."""

    about: float
    categories: Mapping[Category, float]
    at_least: Mapping[Severity, float]
