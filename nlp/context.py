"""What takes the sting out of words: idiom, sport, courts, quotation, denial, lessons."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monitor.domain import Category
from nlp.rules import WORDS, Hit, load_rules

_JOKES = ("laughter", "idiom", "banter", "children_jest")


@dataclass(frozen=True, slots=True)
class Excuse:
    """How much of a category's score remains, in one sentence or in the whole text."""

    categories: frozenset[Category]
    whole_text: bool
    factor: float


@dataclass(frozen=True, slots=True)
class Context:
    """The excuses found in one text, by rule name."""

    hits: tuple[Hit, ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(_kind(hit) for hit in self.hits)

    def remaining(self, category: Category, sentence: tuple[int, int]) -> float:
        """What is left of a hit of this category in this sentence; 1.0: all of it."""
        left = 1.0
        meant = "meant" in self.kinds
        for kind in sorted({_kind(hit) for hit in self.hits if _applies(hit, sentence)}):
            if category in _excuses()[kind].categories and not (meant and kind in _JOKES):
                left *= _excuses()[kind].factor
        return left


def context_of(hits: Iterable[Hit]) -> Context:
    return Context(tuple(hits))


def _kind(hit: Hit) -> str:
    return hit.rule.id.removeprefix("context.")


def _applies(hit: Hit, sentence: tuple[int, int]) -> bool:
    inside = sentence[0] <= hit.start < sentence[1]
    return inside or _excuses()[_kind(hit)].whole_text


@cache
def _excuses() -> dict[str, Excuse]:
    load_rules("context")  # names a rule that cannot be read
    with (WORDS / "context.toml").open("rb") as file:
        entries = tomllib.load(file)["rule"]
    return {
        entry["id"]: Excuse(
            frozenset(map(Category, entry["excuses"].split())),
            entry["scope"] == "text",
            entry["factor"],
        )
        for entry in entries
    }
