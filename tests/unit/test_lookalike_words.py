"""What is said of a domain like the school's, and what the judge makes of our own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from monitor.domain import Assessment, Category, Mention
from nlp.assess import Assessor
from sources.lookalike_look import Finding
from sources.lookalike_words import _WAYS, told
from sources.names import Answers
from sources.testing import SCHOOL

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OLD = datetime(2009, 1, 2, tzinfo=UTC)
ANSWERS = (Answers(web=True), Answers(mail=True), Answers(web=True, mail=True))
DOMAIN = "wexcombe-park.co.uk"


def words(way: str, answers: Answers, registered: datetime | None, *, first: bool = True) -> str:
    finding = Finding(domain=DOMAIN, way=way, answers=answers, registered=registered)
    return told(finding, SCHOOL.name, NOW, first=first)


@pytest.mark.parametrize(
    ("registered", "first", "warned"),
    [
        (NOW - timedelta(days=89), True, True),
        (NOW - timedelta(days=91), True, False),
        (OLD, False, False),
        (None, True, False),
        (None, False, True),
    ],
)
def test_only_what_is_young_or_was_not_there_before_carries_a_warning(
    registered: datetime | None, first: bool, warned: bool
) -> None:
    said = words("hyphenation", ANSWERS[0], registered, first=first)
    assert ("fake emails" in said) is warned


def test_a_name_in_other_letters_is_shown_as_a_browser_may_show_it() -> None:
    finding = Finding(domain="xn--wexcombeprk-g7a.com", way="homoglyph", answers=ANSWERS[0])
    assert "(shown as wexcombepàrk.com)" in told(finding, SCHOOL.name, NOW, first=True)
    broken = Finding(domain="xn--\u0430.com", way="homoglyph", answers=ANSWERS[0])
    assert "shown as" not in told(broken, SCHOOL.name, NOW, first=True)


@pytest.fixture(scope="module")
def assess() -> Assessor:
    return Assessor()


def _judged(assess: Assessor, registered: datetime) -> list[Assessment]:
    said = [words(way, answers, registered) for way, answers in product(_WAYS, ANSWERS)]
    url = f"http://{DOMAIN}/"
    mentions = [Mention(source="d", external_id="1", url=url, text=text) for text in said]
    return [assess(mention, SCHOOL) for mention in mentions]


def test_a_warning_is_taken_for_impersonation_and_for_nothing_else(assess: Assessor) -> None:
    found = [judged.categories for judged in _judged(assess, NOW - timedelta(days=17))]
    assert all(categories <= {Category.IMPERSONATION} for categories in found)
    assert sum(bool(categories) for categories in found) >= 0.8 * len(found)


def test_an_old_neighbour_is_accused_of_nothing(assess: Assessor) -> None:
    assert not any(judged.categories for judged in _judged(assess, OLD))
