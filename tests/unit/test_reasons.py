"""The words behind a flag are words that a person would point at, too."""

from __future__ import annotations

import pytest

from monitor.domain import Category
from nlp.assess import Assessor
from nlp.reasons import says_something
from tests.wexcombe import WEXCOMBE, post

WARNING = (
    "Fake text about dinner money\n\nWARNING Wexcombe Park Primary parents: a text is going round "
    "pretending to be the school office and asking for dinner money on a link. It is NOT the "
    "school. Do not tap it. #wexcombepark"
)


@pytest.mark.parametrize("words", ["is", "'", "it is", "with the", "…", "12", "_"])
def test_nothing_is_said_by(words: str) -> None:
    assert not says_something(words)


@pytest.mark.parametrize("words", ["kys", "burn it down", "is a thief", "nonce!", "rat"])
def test_something_is_said_by(words: str) -> None:
    assert says_something(words)


def test_no_reason_is_a_word_that_says_nothing() -> None:
    found = Assessor()(post(WARNING), WEXCOMBE)
    reasons = [r.text for r in found.because if r.category == Category.IMPERSONATION]
    assert reasons
    assert all(says_something(text) for text in reasons)
