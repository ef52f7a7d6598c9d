"""Whatever is written and whatever was taught: no lesson makes a post less ours that names the
school beyond doubt or speaks of danger, and what would have alerted somebody is still read."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from monitor.domain import Assessment, Severity
from monitor.lessons import Clue, ClueKind, Lesson, Sense
from nlp.assess import Assessor
from nlp.judge import Case
from nlp.lessons import shifted
from nlp.normalise import normalise
from nlp.pipeline import Pipeline
from nlp.profile import profile_of
from tests.oakmarsh import OAKMARSH, post

_NAMES = ["Oakmarsh", "Oakmarsh Garden Centre", "Lake Oakmarsh", "the Forge", "Forge Motors",
          "Oakmarsh in Ketterley", "Oakmarsh Primary School", "Mrs Ferrow"]  # fmt: skip
_GRAVE = ["I will stab Mr Deputy with a knife on Friday at the gate", "I want to die tonight",
          "he touched a pupil in year 4", "send nudes of the year 9 girls", "bomb the place",
          "the head of year forged the exam results and pocketed the money",
          "a teacher has been dealing drugs to year 9 kids"]  # fmt: skip
_OTHER = ["the kids cried", "was heaving", "in Wexcombe", "teachers are rude", "lovely day out",
          "Ketterley", "our class went from school to"]  # fmt: skip
TEXTS = st.lists(st.sampled_from([*_NAMES, *_GRAVE, *_OTHER]), min_size=1, max_size=5).map(
    ". ".join
)
_CLUES = [
    *((ClueKind.AFTER, words) for words in ("Garden Centre", "Motors", "in Ketterley")),
    *((ClueKind.PLACE, "Ketterley"), (ClueKind.PAGE, "forum.example"), (ClueKind.BEFORE, "Lake")),
    *((ClueKind.NAME, "Forge"), (ClueKind.NAME, "Oakmarsh")),
]
LESSONS = tuple(
    Lesson(id=n, school="oakmarsh", sense=Sense.NOT_US, clue=Clue(kind=kind, words=words))
    for n, (kind, words) in enumerate(_CLUES, 1)
)


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline()


def _threatens(text: str) -> bool:
    return "I will stab" in text  # also where no phrase of ours says that it is danger


def _alerts(judged: Assessment) -> bool:
    return judged.severity.rank >= Severity.HIGH.rank


def _in_doubt(judged: Assessment) -> bool:
    return judged.about_school and judged.not_assessed is not None


GARDEN = {LESSONS[0]}
ALERTS = (
    "my son's year 4 class at Oakmarsh Garden Centre in Wexcombe: the head has been stealing "
    "from the PTA for years and everyone knows"
)
A_CHILD = "my daughter was at Oakmarsh Garden Centre, my friend says she wants to end it all"


A_THREAT = (
    "My son's year 4 class at Oakmarsh Garden Centre: I will stab Mr Brown on Friday at the gate"
)


@example(text=A_THREAT, taught=GARDEN)
@example(text=ALERTS, taught=GARDEN)
@example(text=A_CHILD, taught=GARDEN)
@given(text=TEXTS, taught=st.sets(st.sampled_from(LESSONS), min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_lesson_lowers_what_is_beyond_doubt_or_dangerous(
    assessor: Assessor, pipeline: Pipeline, text: str, taught: set[Lesson]
) -> None:
    mention = post(text)
    by_itself, now = assessor(mention, OAKMARSH), assessor(mention, OAKMARSH, sorted_(taught))
    case = Case(
        profile=profile_of(OAKMARSH),
        original=text,
        text=normalise(text),
        url=mention.url,
        lessons=sorted_(taught),
    )
    pipeline.run([case])
    assert case.link is not None
    if case.link.sure or case.dangerous:
        assert now == by_itself
    if _alerts(by_itself):
        assert _alerts(now) or _in_doubt(now)
    if _in_doubt(by_itself) and (by_itself.child_safety or _threatens(text)):
        assert _in_doubt(now)
        assert now.child_safety is by_itself.child_safety
    assert shifted(by_itself.relevance, case.heeded) - 0.01 <= now.relevance <= by_itself.relevance


def sorted_(taught: set[Lesson]) -> tuple[Lesson, ...]:
    return tuple(sorted(taught, key=lambda lesson: lesson.id))
