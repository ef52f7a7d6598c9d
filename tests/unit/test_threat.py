"""What each category finds, and its innocent twin, side by side."""

from __future__ import annotations

import pytest

from monitor.domain import Assessment, Category, Severity
from nlp.assess import Assessor
from tests.wexcombe import WEXCOMBE, post


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


# Harmless, and flagged all the same (docs/judging.md, limits). The test says when that is mended.
_STILL_MISTAKEN = {
    "Mrs Head at Wexcombe Park Primary counted the trip money with the children",
}


def _of(assessor: Assessor, text: str) -> Assessment:
    found = assessor(post(text), WEXCOMBE)
    assert found.not_assessed is None
    return found


@pytest.mark.parametrize(
    ("category", "guilty", "innocent"),
    [
        (
            Category.THREAT,
            "I'll be outside Wexcombe Park Primary tomorrow and I'll break that teacher's jaw",
            "the PTA has a cake stall outside Wexcombe Park Primary tomorrow",
        ),
        (
            Category.THREAT,
            "someone is getting stabbed at Wexcombe Park Primary on friday, got my blade",
            "I get stabbed in act 2 of the school play at Wexcombe Park Primary, tickets £2",
        ),
        (
            Category.DEFAMATION,
            "Mrs Head at Wexcombe Park Primary pocketed the trip money, she is a thief",
            "Mrs Head at Wexcombe Park Primary counted the trip money with the children",
        ),
        (
            Category.HATE,
            "get the filthy gypsies out of Wexcombe Park Primary, they are vermin",
            "Wexcombe Park Primary had a visit about Gypsy, Roma and Traveller history month",
        ),
        (
            Category.ABUSE,
            "that secretary at Wexcombe Park Primary is an ugly miserable old hag",
            "that secretary at Wexcombe Park Primary is a marvel",
        ),
        (
            Category.SEXUAL,
            "who's got the nudes of that Year 6 girl at Wexcombe Park Primary, will swap",
            "the photo of the Year 6 netball team at Wexcombe Park Primary is lovely",
        ),
        (
            Category.SELF_HARM,
            "I don't want to be here any more, nobody at Wexcombe Park Primary would notice",
            "I don't want to be late, what time does Wexcombe Park Primary open?",
        ),
        (
            Category.EXTREMISM,
            "the Iron Standard brotherhood is recruiting lads at Wexcombe Park, we train, join us",
            "the choir needs new voices at Wexcombe Park Primary, come along on Monday",
        ),
        (
            Category.IMPERSONATION,
            "there is a fake page pretending to be Wexcombe Park Primary, asking for bank details",
            "there is a new page on the Wexcombe Park Primary website about lunches",
        ),
        (
            Category.IDENTIFYING,
            "Mr Deputy from Wexcombe Park Primary lives at 14 Tanner Lane, mobile 07700 900123",
            "Mr Deputy from Wexcombe Park Primary can be reached through the office 01632 960123",
        ),
    ],
)
def test_the_guilty_is_flagged_and_its_innocent_twin_is_not(
    assessor: Assessor, category: Category, guilty: str, innocent: str
) -> None:
    mistaken = innocent in _STILL_MISTAKEN
    flagged = _of(assessor, guilty)
    assert category in flagged.categories
    assert flagged.severity is not Severity.NONE
    assert any(reason.category == category for reason in flagged.because)
    assert bool(_of(assessor, innocent).categories) is mistaken


def test_charges_against_the_head_are_about_the_head(assessor: Assessor) -> None:
    charge = "Mrs A Head at Wexcombe Park Primary pocketed the trip money, she is a thief"
    assert _of(assessor, charge).about_head


def test_a_threat_against_the_head_is_not_about_the_heads_conduct(assessor: Assessor) -> None:
    threat = "I'll be waiting for the head of Wexcombe Park Primary tomorrow and break her jaw"
    found = _of(assessor, threat)
    assert Category.THREAT in found.categories
    assert not found.about_head


def test_an_adult_in_secret_contact_with_pupils_is_child_safety(assessor: Assessor) -> None:
    text = "Mr Deputy at Wexcombe Park Primary has been messaging Year 6 girls and touching them"
    found = _of(assessor, text)
    assert found.child_safety
    assert found.severity is Severity.CRITICAL


def test_a_lawful_complaint_is_criticism_and_nothing_else(assessor: Assessor) -> None:
    text = "Third supply teacher at Wexcombe Park Primary, nobody answers, not good enough"
    found = _of(assessor, text)
    assert found.criticism
    assert not found.categories
    assert found.severity.rank <= Severity.MEDIUM.rank


def test_what_is_not_about_us_carries_nothing(assessor: Assessor) -> None:
    found = _of(assessor, "I'll burn down the Wexcombe Park Hotel tonight, got the petrol")
    assert not found.about_school
    assert found.categories == frozenset()
    assert found.severity is Severity.NONE


def test_an_insult_hidden_in_leet_is_seen_and_shown_as_given(assessor: Assessor) -> None:
    text = "wexcombe park primary is full of p*k1s, s3nd them b4ck where they came from"
    found = _of(assessor, text)
    assert Category.HATE in found.categories
    assert "p*k1s" in {reason.text for reason in found.because} | set(text.split())
