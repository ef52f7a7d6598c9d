"""Whatever strangers write, the judgement holds together and points at real words."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain import ABOUT_SCHOOL, Category, Severity
from nlp.assess import Assessor
from nlp.normalise import normalise
from tests.wexcombe import WEXCOMBE, post

_PIECES = [
    *("Wexcombe Park Primary", "WPPS", "Mrs A Head", "i'll k1ll him", "kil\u200bl her t0m0rr0w"),
    *(
        "p*ki",
        "07700 900123",
        "14 Tanner Lane",
        "Poppy Larkwood in Year 4",
        "don't want to be here",
    ),
    *(
        "🔪🔥",
        "\u202e",
        "\ufdfa",
        "\ufb01",
        "\u0130",
        "ß",
        "e\u0301\u0301\u0301",
        "\ud83d",
        "\x00",
    ),
    *("B r o o k", "..", "\n", "'", "\u2019"),
]
HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=8)), max_size=25).map(" ".join),
    st.lists(st.sampled_from(_PIECES), max_size=25).map("".join),
)


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


@given(text=HOSTILE, author=st.text(max_size=30), url=st.text(max_size=30))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_reason_is_a_piece_of_the_text_as_given(
    assessor: Assessor, text: str, author: str, url: str
) -> None:
    mention = post(text, author=author, url=url)
    found = assessor(mention, WEXCOMBE)
    assert not (found.not_assessed or "").startswith("our own mistake")
    assert 0 <= found.relevance <= 1
    assert all(0 <= score <= 1 for score in found.scores.values())
    for reason in found.because:
        assert reason.text == mention.text[reason.start : reason.end] != ""
        assert reason.category == ABOUT_SCHOOL or Category(reason.category) in found.categories
    for category in found.categories:
        assert any(reason.category == category for reason in found.because)
    if not found.about_school:
        assert not found.categories
        assert found.severity is Severity.NONE


@given(text=HOSTILE)
@settings(max_examples=300, deadline=None)
def test_the_offset_map_fits_the_text(text: str) -> None:
    plain = normalise(text)
    assert len(plain.text) == len(plain.lower) == len(plain.starts) == len(plain.ends)
    assert list(plain.starts) == sorted(plain.starts)
    assert all(0 <= s < e <= len(text) for s, e in zip(plain.starts, plain.ends, strict=True))
