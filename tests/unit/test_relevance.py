"""Is it about us?"""

from __future__ import annotations

import pytest

from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.relevance import link
from tests.wexcombe import WEXCOMBE


@pytest.mark.parametrize(
    "text",
    [
        "Wexcombe Park Primary School is shut",
        "Wexcombe Park Primary again",
        "my son's teacher at Wexcombe Park is lovely",
        "anyone else's kids got the bug at WPPS",
        "@wexcombepark when is the fair",
        "Miss Rowbarton in Year 4 is the best teacher",
        "parents at Wexcombe Park park badly",
    ],
)
def test_our_school_is_ours(text: str) -> None:
    assert link(profile_of(WEXCOMBE), normalise(text)).about_school


@pytest.mark.parametrize(
    "text",
    [
        "Wexcombe Park Hotel has a spa",
        "the fire on Wexcombe Park Road",
        "Wexcombe Park FC won",
        "Wexcombe Park Primary, Ohio, won the game",
        "a lovely day out in town",
        "every school in the land needs more teachers",
        "a new nurse at Wexcombe Park Hospital",
    ],
)
def test_others_of_that_name_are_not(text: str) -> None:
    assert not link(profile_of(WEXCOMBE), normalise(text)).about_school


def test_what_stands_on_our_own_page_is_ours() -> None:
    text = normalise("a very good year for the pupils")
    there = "https://wexcombepark.example/news"
    assert link(profile_of(WEXCOMBE), text, url=there).relevance > 0.9
    assert link(profile_of(WEXCOMBE), text, url="https://other.example").relevance < 0.5


def test_evidence_shows_its_words() -> None:
    text = normalise("the head of WPPS in Wexcombe")
    found = {e.name: text.text[e.start : e.end] for e in link(profile_of(WEXCOMBE), text).evidence}
    assert found["name_typed"] == "WPPS"
    assert found["town"] == "Wexcombe"
