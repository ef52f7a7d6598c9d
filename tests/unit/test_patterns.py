"""The small language in which phrases are written."""

from __future__ import annotations

import pytest

from nlp.patterns import Index, compile_pattern, words_of

CLASSES = {"i_will": ("i'll", "gonna"), "hurt": ("batter", "stab"), "both": ("{i_will}", "will")}


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("{i_will} ..2 {hurt}", "i'll batter him", True),
        ("{i_will} ..2 {hurt}", "ill so batter him", True),
        ("{i_will} ..2 {hurt}", "i'll go and then maybe batter", False),
        ("{i_will} ..2 {hurt}", "i'll go. batter the fish", False),
        ("{both} ..1 {hurt}", "will stab", True),
        ("know where ~ live", "know where you live", True),
        ("know where ~ live", "know where live", False),
        ("burn*", "burning", True),
        ("burn", "burning", False),
        ("p*ki", "p***ki", True),
        ("dont", "don't", True),
        ("don't", "dont", True),
        ("🔪|💣", "see you 🔪", True),
        ("🔥 ..1 🚗", "🔥🚗", True),
        ("class", "classic", False),
    ],
)
def test_phrases_match_as_people_type_them(pattern: str, text: str, matches: bool) -> None:
    assert any(compile_pattern(pattern, CLASSES).spans(text)) is matches


@pytest.mark.parametrize("pattern", ["{i_will} ..2 {hurt}", "burn*", "know where ~ live", "🔪|💣"])
def test_a_pattern_is_found_by_the_words_it_needs(pattern: str) -> None:
    index = Index()
    index.add(0, compile_pattern(pattern, CLASSES))
    for text in ("i'll batter him", "burning", "know where you live", "🔪"):
        found = index.candidates(words_of(text))
        if any(compile_pattern(pattern, CLASSES).spans(text)):
            assert found == [0]
    assert index.candidates(words_of("a lovely day")) == []


def test_an_unknown_word_class_is_named() -> None:
    with pytest.raises(ValueError, match=r"\{nobody\}"):
        compile_pattern("{nobody}", CLASSES)


def test_a_class_that_contains_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        compile_pattern("{a}", {"a": ("{b}",), "b": ("{a}",)})
