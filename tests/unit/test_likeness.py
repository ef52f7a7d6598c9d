"""Nearly the same words, by sketches that stay the same from year to year."""

from __future__ import annotations

import hashlib

import pytest

from monitor.likeness import ALIKE, bands, likeness, sketch

RANT = (
    "I have never seen a school treat parents like this. Nobody answers the phone, nobody reads "
    "a letter, and when you stand at the gate they look through you as if you were made of glass."
)


def drawn(text: str) -> bytes:
    found = sketch(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "copy", [f"Copied from the other group: {RANT}", f"{RANT} Please share!", RANT.upper()]
)
def test_a_copy_with_another_greeting_is_alike_and_found_by_a_band(copy: str) -> None:
    assert likeness(drawn(RANT), drawn(copy)) >= ALIKE
    assert set(bands(drawn(RANT))) & set(bands(drawn(copy)))


@pytest.mark.parametrize(
    "other",
    [
        "I have never seen a school treat children as well as this one, thank you to all of you.",
        " ".join(sorted(RANT.split())),
        RANT[: len(RANT) // 3],
    ],
)
def test_another_text_of_the_same_topic_or_words_is_not(other: str) -> None:
    assert likeness(drawn(RANT), drawn(other)) < ALIKE


def test_few_words_are_alike_by_chance_and_have_no_sketch() -> None:
    assert sketch("Disgusting, absolutely disgusting.") is None


def test_two_links_without_words_are_not_alike() -> None:
    """As reported by staff: the name of the school, which may be long, and an address."""
    school = "St Mary and St Joseph's Roman Catholic Voluntary Aided Primary School"
    for name in ("Wexcombe Park Primary School", school):
        for end in ("7301234567890123456", "7301234567890123457"):
            link = f"https://www.tiktok.com/@wexcombe.parents/video/{end}?is_copy_url=1&lang=en"
            assert sketch(f"{name}\n{link}", name) is None
    assert sketch(f"{school}\n{RANT}", school) is not None


def test_a_sketch_is_short_however_long_the_text() -> None:
    assert len(drawn(RANT * 1000)) == len(drawn(RANT)) == 256


def test_sketches_in_the_database_can_still_be_read() -> None:
    """Should this fail after an upgrade of rensa: stories would begin anew."""
    assert hashlib.sha256(drawn(RANT)).hexdigest()[:16] == "728e360bb8dc10f1"
