"""What lawful criticism is about: each list finds its examples, and not their neighbours."""

from __future__ import annotations

import re

import pytest

from monitor.counts import Theme
from nlp.themes import ThemeWords, themes_of, word_lists

LISTS = word_lists()


def test_there_is_a_list_for_each_theme() -> None:
    assert {one.theme for one in LISTS} == set(Theme)
    assert len(LISTS) == len(Theme)


@pytest.mark.parametrize("one", LISTS, ids=lambda one: one.theme)
def test_a_theme_is_found_in_its_examples_and_not_in_its_counter_examples(one: ThemeWords) -> None:
    assert one.reason
    assert [text for text in one.examples if one.theme not in themes_of(text)] == []
    assert one.counter_examples
    assert [text for text in one.counter_examples if one.theme in themes_of(text)] == []


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("The bus is late again and nobody answers my emails", {"transport", "complaints"}),
        ("£48 for a blazer, and the dinners are cold", {"uniform", "food"}),
        ("Th\u0435 t\u043eilets are a disgrace", {"buildings"}),  # with Cyrillic letters
        ("I will not send my daughter there", set()),
        ("Disgraceful place", set()),
        ("", set()),
    ],
)
def test_a_post_has_the_themes_that_a_reader_would_name(text: str, themes: set[str]) -> None:
    assert {one.value for one in themes_of(text)} == themes


def test_reasons_say_nothing_of_a_person() -> None:
    assert not any(re.search(r"\b(Mr|Mrs|Ms|Miss)\b", one.reason) for one in LISTS)
