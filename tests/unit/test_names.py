"""How a school is called, however people type it."""

from __future__ import annotations

import pytest

from monitor.domain import School
from nlp.names import NameBook, NameKind, host_of
from nlp.normalise import normalise
from tests.wexcombe import WEXCOMBE

ST_OSRIC = School(
    id="o", name="St Osric's & St Bree's Primary School", aliases=("St Osric's", "Ozzers")
)


def _kinds(school: School, text: str) -> list[NameKind]:
    return [hit.kind for hit in NameBook(school).find(normalise(text))]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Wexcombe Park Primary School is shut", NameKind.FULL),
        ("WEXCOMBE PARK PRIMARY SCHOOL", NameKind.FULL),
        ("wexcombe park primary's fair", NameKind.TYPED),
        ("anyone at WPPS?", NameKind.TYPED),
        ("wexys are shut", NameKind.SHORT),
        ("Wexcombe-Park is lovely", NameKind.SHORT),
        ("thanks @WexcombePark", NameKind.HANDLE),
        ("#WexcombePark", NameKind.HASHTAG),
        ("see www.wexcombepark.example/news", NameKind.WEBSITE),
        ("meet at WX4 1ZZ", NameKind.POSTCODE),
        ("meet at wx41zz", NameKind.POSTCODE),
        ("W3xcombe P4rk", NameKind.SHORT),
    ],
)
def test_the_school_is_found(text: str, kind: NameKind) -> None:
    assert _kinds(WEXCOMBE, text) == [kind]


@pytest.mark.parametrize(
    "text",
    ["Wexcombe Parkway", "awpps", "WPPSA", "Wexcombe has a park", "#wexcombeparkrun", "WX4 1ZX",
     "@wexcombeparking", ""],
)  # fmt: skip
def test_other_words_are_not_the_school(text: str) -> None:
    assert _kinds(WEXCOMBE, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "saint osrics and saint brees primary school",
        "St. Osric's & St. Bree\u2019s Primary School",
    ],
)
def test_saint_and_ampersand_are_spelled_many_ways(text: str) -> None:
    assert _kinds(ST_OSRIC, text) == [NameKind.FULL]


def test_the_place_of_a_name_is_where_it_stands() -> None:
    text = normalise("so Ozzers won")
    (hit,) = NameBook(ST_OSRIC).find(text)
    assert text.text[hit.start : hit.end] == "Ozzers"


def test_an_everyday_word_as_a_name_is_known_to_be_weak() -> None:
    school = School(id="m", name="The Meadows Primary School", aliases=("The Meadows",))
    assert _kinds(school, "over at the Meadows") == [NameKind.COMMON]


@pytest.mark.parametrize("address", ["https://www.a.example/x", "www.a.example", "a.example"])
def test_a_host_is_the_same_however_it_is_written(address: str) -> None:
    assert host_of(address) == "a.example"


def test_a_broken_address_has_no_host() -> None:
    assert host_of("http://[broken") == ""
