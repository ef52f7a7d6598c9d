"""What somebody looks for, cut into words that every database understands alike."""

from __future__ import annotations

import re

import pytest

from monitor.searching import (
    LONGEST_PHRASE,
    MOST_TERMS,
    PASSAGE,
    Term,
    folded,
    mark,
    passages,
    terms,
)


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("CAFÉ", "cafe"),
        ("Straße", "STRASSE"),
        ("Ysgol Tŷ Gwyn", "ysgol ty gwyn"),
        ("bu\u200brn it d\u00adown", "burn it down"),
        ("\U0001d401\U0001d42e\U0001d42b\U0001d427", "burn"),
        ("the head\u2019s car", "head's car"),
        ("#wexcombe_park", "wexcombe park"),
    ],
)
def test_how_a_word_is_written_does_not_matter(written: str, looked_for: str) -> None:
    (term,) = terms(f'"{looked_for}"')
    assert " ".join(term.words) in " ".join(folded(written))


@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ("burn school", (Term(words=("wburn",)), Term(words=("wschool",)))),
        ('"burn it" down', (Term(words=("wburn", "wit")), Term(words=("wdown",)))),
        ("teach*", (Term(words=("wteach",), begins=True),)),
        ('"mr dep"*', (Term(words=("wmr", "wdep"), begins=True),)),
        ("\u201cburn it\u201d", (Term(words=("wburn", "wit")),)),
        ("head's", (Term(words=("whead", "ws")),)),
        ('"never closed', (Term(words=("wnever",)), Term(words=("wclosed",)))),
    ],
)
def test_words_phrases_and_beginnings(looked_for: str, found: tuple[Term, ...]) -> None:
    assert terms(looked_for) == found


@pytest.mark.parametrize("nothing", ["", "  ", '""', "***", "\U0001f600", "--;'", "\u200b"])
def test_what_has_no_word_in_it_looks_for_nothing(nothing: str) -> None:
    assert terms(nothing) == ()


def test_whatever_is_typed_only_letters_and_figures_reach_the_database() -> None:
    odd = "a\u0660b école школа 学校 नमस्ते ' OR 1=1 -- NEAR(x y) {col}: ^a \\ %_ \udcff &|!<->"
    for term in terms(odd) + terms(f'"{odd}"*'):
        assert all(re.fullmatch("w[a-z0-9]{1,59}", word) for word in term.words)
    assert re.fullmatch("s[a-z0-9]+", mark("st-mary-s"))


def test_a_search_has_bounds() -> None:
    assert len(terms("a " * 100)) == MOST_TERMS
    (long,) = terms('"' + "a " * 100 + '"*')
    assert len(long.words) == LONGEST_PHRASE
    assert not long.begins, "it was cut off before the word of which only the beginning counts"


@pytest.mark.parametrize("count", [0, 1, PASSAGE, PASSAGE + 1, 3 * PASSAGE + 7])
def test_every_phrase_of_a_text_stands_in_a_passage_of_it(count: int) -> None:
    text = " ".join(f"n{n}" for n in range(count))
    words, found = folded(text), list(passages(text))
    assert all(len(passage.split()) <= PASSAGE for passage in found)
    for start in range(max(1, count - LONGEST_PHRASE + 1)):
        phrase = " ".join(words[start : start + LONGEST_PHRASE])
        assert any(f" {phrase} " in f" {passage} " for passage in found) or not phrase


def test_the_place_is_found_and_the_address_is_not_looked_into() -> None:
    (passage,) = passages("Nice fair", "https://forum.wexcombe.example/@some_parent/1", "town web")
    assert passage == "wnice wfair b wforum wwexcombe wexample b wtown wweb"
