"""Reads the rules and word lists in words/*.toml."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nlp.patterns import Classes, Index, Pattern, compile_pattern

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One phrase, how strongly it speaks (0..1), and why it is here.

    `example` must match and `counter_example` must not; a test tries them all. `tags` are
    read by severity and by the judgement of context.
    """

    id: str
    pattern: Pattern
    weight: float
    reason: str
    example: str
    counter_example: str
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule matched, in offsets of the normalised text."""

    rule: Rule
    start: int
    end: int


@dataclass(slots=True)
class RuleSet:
    """The rules of one file, ready to run."""

    rules: tuple[Rule, ...]
    _index: Index = field(default_factory=Index)

    def __post_init__(self) -> None:
        for number, rule in enumerate(self.rules):
            self._index.add(number, rule.pattern)

    def hits(self, lower: str, words: frozenset[str]) -> Iterator[Hit]:
        """Every match in a text; `words` is `patterns.words_of(lower)`."""
        for number in self._index.candidates(words):
            rule = self.rules[number]
            for start, end in rule.pattern.spans(lower):
                yield Hit(rule, start, end)


@cache
def load_rules(name: str) -> RuleSet:
    """The rules of words/NAME.toml. Raises ValueError naming a rule that cannot be read."""
    data = _read(name)
    classes = {**common_classes(), **_classes(data.get("classes", {}))}
    return RuleSet(tuple(_rule(name, entry, classes) for entry in data["rule"]))


@cache
def common_classes() -> dict[str, tuple[str, ...]]:
    return _classes(_read("classes")["classes"])


@cache
def word_list(file: str, name: str) -> frozenset[str]:
    """A plain list of words in words/FILE.toml under `[lists.NAME]`."""
    return frozenset(str(word) for word in _read(file)["lists"][name]["words"])


def words_hash(*besides: Path) -> str:
    """Eight letters that change whenever any file of words does, or one of *besides*."""
    digest = hashlib.sha256()
    for path in (*sorted((*WORDS.glob("*.toml"), *WORDS.glob("*.json"))), *besides):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def _read(name: str) -> dict[str, dict]:  # type: ignore[type-arg]  # tomllib has no types
    with (WORDS / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _classes(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in table.items()}


def _rule(file: str, entry: dict[str, object], classes: Classes) -> Rule:
    name = f"{file}.{entry.get('id')}"
    try:
        return Rule(
            id=name,
            pattern=compile_pattern(str(entry["pattern"]), classes),
            weight=float(str(entry["weight"])),
            reason=str(entry["reason"]),
            example=str(entry["example"]),
            counter_example=str(entry["counter_example"]),
            tags=frozenset(str(entry.get("tags", "")).split()),
        )
    except (KeyError, ValueError) as error:
        raise ValueError(f"rule {name} cannot be read: {error}") from error


@cache
def weights() -> dict[str, float]:
    """The log-odds of each kind of evidence for about_school."""
    return {name: float(value) for name, value in _read("relevance")["weights"].items()}


@cache
def lesson_weights() -> dict[str, float]:
    """How much a lesson of each kind moves the reader's log-odds; `most`: all together."""
    return {name: float(value) for name, value in _read("lessons")["weights"].items()}
