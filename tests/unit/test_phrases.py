"""Which texts really hold the words that a search was for."""

from __future__ import annotations

import pytest

from sources.phrases import names_any

NAMES = ("St Mary's Primary School", "WPPS")


@pytest.mark.parametrize(
    "text",
    [
        "is ST MARYS primary school open",
        "St Mary\u2019s Primary-School.",
        "#StMarysPrimarySchool",
        "WPPS's gate",
        "(WPPS)",
    ],
)
def test_the_name_is_found_however_it_is_written(text: str) -> None:
    assert names_any(text, NAMES)


@pytest.mark.parametrize(
    "text",
    ["St Mary's Church, near the primary school", "WPPSX", "a school", "", "primary St Marys"],
)
def test_its_words_alone_are_not_the_name(text: str) -> None:
    assert not names_any(text, NAMES)


def test_a_phrase_without_words_names_nothing() -> None:
    assert not names_any("anything at all", ("", "!?"))
