"""Disguised words become readable, and every letter knows where it came from."""

from __future__ import annotations

import pytest

from nlp.normalise import normalise


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("t0m0rr0w", "tomorrow"),
        ("k1ck her d0wn", "kick her down"),
        ("un@live", "unalive"),
        ("\u0440\u0430ssword", "password"),  # Cyrillic letters that look Latin
        ("\uff46\uff55\uff4c\uff4c", "full"),  # full-width letters
        ("ki\u200bll", "kill"),  # a zero-width space
        ("B r o o k came", "Brook came"),
        ("it\u2019s", "it's"),
    ],
)
def test_disguises_are_seen_through(disguised: str, plain: str) -> None:
    assert normalise(disguised).text == plain


@pytest.mark.parametrize(
    "innocent",
    ["8B", "Y6", "1K4", "3pm", "WX4 1ZZ", "AB12 CDE", "07700 900123", "a.b@mail.example",
     "@wexcombepark1", "£400", "KS2", "2nd", "Year 10s"],
)  # fmt: skip
def test_numbers_that_mean_numbers_stay(innocent: str) -> None:
    assert normalise(innocent).text == innocent


def test_cyrillic_prose_stays_cyrillic() -> None:
    text = "\u0448\u043a\u043e\u043b\u0430"
    assert normalise(text).text == text


def test_a_span_points_back_to_the_letters_as_given() -> None:
    given = "he will ki\u200bll B r o o k"
    plain = normalise(given)
    at = plain.text.index("kill")
    start, end = plain.origin(at, at + 4)
    assert given[start:end] == "ki\u200bll"
    at = plain.text.index("Brook")
    start, end = plain.origin(at, at + 5)
    assert given[start:end] == "B r o o k"


def test_an_empty_span_has_no_origin() -> None:
    with pytest.raises(ValueError, match="empty span"):
        normalise("abc").origin(1, 1)
