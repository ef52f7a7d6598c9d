"""What happens between surely ours and surely not."""

from __future__ import annotations

import pytest

from monitor.domain import Category, Sentiment, Severity
from nlp.judge import Case, doubt_of
from nlp.normalise import normalise
from nlp.profile import profile_of
from nlp.reading import Reading, Thresholds
from tests.wexcombe import WEXCOMBE

THRESHOLDS = Thresholds(
    about=0.5,
    categories=dict.fromkeys(Category, 0.4),
    at_least=dict.fromkeys(Severity, 0.3),
)


def _case(*, about: float, grave: float) -> Case:
    text = "park primary gets it on friday"
    case = Case(profile=profile_of(WEXCOMBE), original=text, text=normalise(text))
    case.reading = Reading(
        about=about,
        categories=dict.fromkeys(Category, 0.1),
        at_least=dict.fromkeys(Severity, grave),
        sentiment=dict.fromkeys(Sentiment, 0.25),
        telling={},
    )
    return case


@pytest.mark.parametrize(
    ("about", "grave", "wanted"),
    [
        (0.35, 0.6, True),  # perhaps ours, and grave if it is
        (0.35, 0.1, False),  # perhaps ours, and nothing in it
        (0.05, 0.9, False),  # somebody else's
        (0.8, 0.9, False),  # ours: judged, not doubted
    ],
)
def test_what_is_grave_and_perhaps_ours_is_for_a_person(
    about: float, grave: float, wanted: bool
) -> None:
    assert (doubt_of(_case(about=about, grave=grave), THRESHOLDS) is not None) is wanted
