"""What is thrown out as unreadable, and what must not be."""

from __future__ import annotations

import pytest

from nlp.language import why_not_english


@pytest.mark.parametrize(
    "text",
    [
        "bore da pawb, lovely concert at the school today, diolch",
        "wagwan bare peng innit allow it fam",
        "hahahaha 😂😂😂 brilliant",
        "shut again?!",
        "och thon wee trad group wad bring a tear til a stane fair play tae them so it is",
        "WPPS WPPS WPPS",
    ],
)
def test_slang_greetings_and_short_texts_are_judged(text: str) -> None:
    assert why_not_english(text.lower()) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("школа сегодня закрыта из-за снега, дети дома", "English letters"),
        ("المدرسة مغلقة اليوم بسبب الثلج", "English letters"),
        (
            "czy ktoś wie o której jest jasełka bo nie mam kartki i nie wiem jak się zapisać",
            "English",
        ),
        (
            "mae'r ysgol ar gau heddiw ond mae'r plant yn hapus gyda'r eira ac wedi mynd i'r parc",
            "English",
        ),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    assert reason in (why_not_english(text.lower()) or "")
