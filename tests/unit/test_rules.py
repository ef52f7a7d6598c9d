"""Every rule finds its example, leaves its counter-example alone and says why it exists."""

from __future__ import annotations

import tomllib

import pytest

from monitor.domain import Category
from nlp.normalise import normalise
from nlp.patterns import words_of
from nlp.rules import WORDS, Rule, load_rules, words_hash

FILES = ["context", *(c.value for c in Category if c is not Category.IDENTIFYING)]
RULES = [(file, rule) for file in FILES for rule in load_rules(file).rules]


def _found(file: str, rule: Rule, text: str) -> bool:
    lower = normalise(text).lower
    return any(hit.rule is rule for hit in load_rules(file).hits(lower, words_of(lower)))


@pytest.mark.parametrize(("file", "rule"), RULES, ids=[rule.id for _, rule in RULES])
def test_a_rule_finds_its_example_and_not_its_counter_example(file: str, rule: Rule) -> None:
    assert rule.reason
    assert 0 < rule.weight <= 1
    assert _found(file, rule, rule.example)
    assert not _found(file, rule, rule.counter_example)


def _lists() -> list[tuple[str, str]]:
    found = []
    for path in sorted(WORDS.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [(path.stem, name) for name in data.get("lists", {})]
    return found


@pytest.mark.parametrize(("file", "name"), _lists())
def test_a_word_list_says_why_it_exists_and_what_is_not_in_it(file: str, name: str) -> None:
    entry = tomllib.loads((WORDS / f"{file}.toml").read_text(encoding="utf-8"))["lists"][name]
    assert entry["reason"]
    assert entry["counter_example"]
    assert entry["counter_example"] not in entry["words"]


def test_rule_names_are_unique() -> None:
    names = [rule.id for _, rule in RULES]
    assert len(names) == len(set(names))


def test_the_version_of_the_words_is_eight_letters() -> None:
    assert len(words_hash()) == 8
