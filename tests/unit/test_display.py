"""What strangers wrote, as it is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import ABOUT_SCHOOL, Reason
from monitor.visible import visible
from monitor.web.display import address, pieces, place
from monitor.words import when


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x07", "\x85", "\u2028"]
)
def test_what_cannot_be_seen_is_written_out(hidden: str) -> None:
    assert visible(f"a{hidden}b") == f"a[U+{ord(hidden):04X}]b"


@pytest.mark.parametrize(
    "emoji",
    [
        "👨\u200d👩\u200d👧",
        "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
        "👍🏽",
        "❤\ufe0f",
    ],
)
def test_emoji_stay_whole(emoji: str) -> None:
    assert visible(emoji) == emoji


def test_a_sentence_that_is_written_in_unseen_letters_is_written_out() -> None:
    said = "".join(chr(0xE0000 + ord(letter)) for letter in "call me")
    assert "[U+E0063][U+E0061]" in visible(f"fine{said}")
    assert all(unseen not in visible(f"\U0001f3f4{said}\U000e007f") for unseen in said)


def test_stacked_marks_cannot_cover_the_lines_around() -> None:
    assert visible("e" + "\u0301" * 50) == "e" + "\u0301" * 4


def test_lines_and_tabs_stay() -> None:
    assert visible("one\r\ntwo\n\tthree") == "one\ntwo\n\tthree"


def reason(start: int, end: int, why: str = "threat") -> Reason:
    return Reason(category=why, start=start, end=end, text="", rule="r")


def test_overlapping_reasons_cut_the_text_where_they_meet() -> None:
    found = pieces("abcdef", [reason(0, 4), reason(2, 6, ABOUT_SCHOOL)])
    assert [(p.text, p.flagged, p.about, p.ends) for p in found] == [
        ("ab", True, False, ()),
        ("cd", True, True, (1,)),
        ("ef", False, True, (2,)),
    ]


@given(
    st.text("ab é👍\n<&"),
    st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30)), max_size=9),
)
def test_no_reason_ever_loses_or_doubles_words(text: str, spans: list[tuple[int, int]]) -> None:
    found = pieces(text, [reason(*span) for span in spans])
    assert "".join(piece.text for piece in found) == text


BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
HARMFUL = {"Cc", "Cs", "Zl", "Zp"}  # controls, halves of pairs, other line ends


@given(st.text())
def test_nothing_that_reorders_or_hides_is_left(text: str) -> None:
    for character in visible(text):
        assert character in "\n\t" or category(character) not in HARMFUL
        assert character not in BIDI


def test_an_address_shows_what_it_hides() -> None:
    assert address("https://x.example/\u202egpj.exe") == "https://x.example/%E2%80%AEgpj.exe"
    assert address("https://x.example/\ud800") == "https://x.example/%3F"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://Forum.Example:8443/a", "forum.example"),
        ("http://[::1", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_the_place_is_the_host_or_nothing(url: str, shown: str) -> None:
    assert place(url) == shown


def test_times_are_those_of_the_wall_clock_in_the_school() -> None:
    assert when(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "Thu 2 Jul 2026, 00:30"
    assert when(datetime(2026, 12, 1, 9, 5, tzinfo=UTC)) == "Tue 1 Dec 2026, 09:05"
    assert when(None) == "not known"
