"""Persons in a text: how they are learnt, kept and found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.persons import TAGS, WEIGHTS, Chain, chain, load, marginals, save
from nlp.signs import Lexicon, shape, signs_of
from nlp.train.persons import learn
from nlp.train.tagged import is_account, persons_of, rates, read_tagged

SENTENCES = [
    [("saw", "O"), ("Ada", "B-PER"), ("Quill", "I-PER"), ("today", "O")],
    [("saw", "O"), ("the", "O"), ("Mill", "B-LOC"), ("today", "O")],
    [("with", "O"), ("Bo", "B-PER"), ("Quill", "I-PER")],
    [("with", "O"), ("the", "O"), ("cat", "O")],
]
LEXICON = Lexicon(frozenset({"ada", "bo"}), frozenset({"quill"}), {"saw": 3, "cat": 7})


@pytest.fixture(scope="module")
def small() -> Chain:
    return learn(SENTENCES * 3, LEXICON)


def test_what_it_was_shown_it_tags_so(small: Chain) -> None:
    for sentence in SENTENCES:
        assert small.tags([word for word, _ in sentence]) == [tag for _, tag in sentence]


def test_a_person_is_found_where_it_stands_with_its_chance(small: Chain) -> None:
    text = "so I saw Ada Quill today"
    (person,) = small.persons(text)
    assert text[person.start : person.end] == "Ada Quill"
    assert 0.5 < person.chance <= 1.0


def test_a_text_without_words_names_nobody(small: Chain) -> None:
    assert list(small.persons("")) == list(small.persons("\n ")) == []


def test_kept_and_read_again_it_is_the_same(small: Chain, tmp_path: Path) -> None:
    save(small, tmp_path / "persons.npz")
    again = load(tmp_path / "persons.npz")
    assert (again.weights == small.weights).all()
    assert again.lexicon == small.lexicon
    assert list(again.persons("saw Ada Quill")) == list(small.persons("saw Ada Quill"))


def test_the_chance_of_each_tag_is_that_of_all_ways_to_tag_together() -> None:
    chance = np.random.default_rng(1)
    scores = chance.normal(size=(3, 2)).astype(np.float32)
    follows, first = (chance.normal(size=n).astype(np.float32) for n in ((2, 2), (2,)))
    total = np.zeros((3, 2))
    for way in np.ndindex(2, 2, 2):
        odds = first[way[0]] + follows[way[0], way[1]] + follows[way[1], way[2]]
        odds += sum(scores[at, tag] for at, tag in enumerate(way))
        for at, tag in enumerate(way):
            total[at, tag] += np.exp(odds)
    expected = total / total.sum(axis=1, keepdims=True)
    assert marginals(scores, follows, first) == pytest.approx(expected, abs=1e-5)


def test_every_word_has_signs_and_the_same_word_the_same() -> None:
    one, two = (signs_of(["well", "Ada", "well"], LEXICON) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))
    assert len(one) == 3
    assert set(one[0].tolist()) != set(one[2].tolist())  # what stands beside it counts


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("ada", "small"),
        ("Ada", "Title"),
        ("ADA", "LARGE"),
        ("A", "L"),
        ("McAda", "McTitle"),
        ("iAda", "iTitle"),
        ("ada_7", "mixed"),
        ("7", "number"),
        ("!", "mark"),
        ("@", "@"),
        ("@ada", "@."),
        ("#ada", "#."),
        ("https://ada.example", "url"),
        ("Łucja", "Title"),
    ],
)
def test_the_shape_of_a_word(word: str, kind: str) -> None:
    assert shape(word) == kind


def test_tagged_files_are_read_by_sentence(tmp_path: Path) -> None:
    file = tmp_path / "some.conll"
    file.write_text("Ada\tB-person\nran\tO\n\t\n\nMill\tB-creative-work\n", encoding="utf-8")
    assert [list(sentence) for sentence in read_tagged(file)] == [
        [("Ada", "B-PER"), ("ran", "O")],
        [("Mill", "O")],
    ]


def test_two_persons_side_by_side_are_two() -> None:
    assert persons_of(["B-PER", "B-PER", "I-PER", "O", "I-PER"]) == {(0, 1), (1, 3), (4, 5)}


def test_a_person_counts_only_whole_and_accounts_are_told_apart(small: Chain) -> None:
    wanted = [("saw", "O"), ("Ada", "B-PER"), ("Quill", "O"), ("with", "O"), ("Bo", "B-PER")]
    found = rates(small, [wanted])
    assert found["persons"].recall == 0.5
    assert is_account(["RT", "@", "ada"], 2)
    assert not is_account(["RT", "ada"], 1)


def test_what_ships_is_small_and_knows_all_tags() -> None:
    assert WEIGHTS.stat().st_size <= 1_000_000
    assert sum(file.stat().st_size for file in WEIGHTS.parent.iterdir()) <= 30_000_000
    assert chain().weights.shape[1] == len(TAGS)


@pytest.mark.parametrize(
    "name",
    ["petra novak", "Henry Green", "Ha-rin Park", "mohammed iqbal", "June Okonkwo"],
)
def test_what_ships_finds_names_that_capitals_do_not_show(name: str) -> None:
    text = f"so proud of {name} in Year 4 today"
    assert name in [text[p.start : p.end] for p in chain().persons(text)]
