"""How bad: the table, its floors and its ceilings."""

from __future__ import annotations

import pytest

from monitor.domain import Category, Severity
from nlp.severity import Signs, severity_of

WORDS = {Category.THREAT, Category.SELF_HARM}


@pytest.mark.parametrize(
    ("categories", "signs", "severity"),
    [
        (set(), Signs(), Severity.NONE),
        ({Category.ABUSE}, Signs(), Severity.MEDIUM),
        ({Category.ABUSE}, Signs(gravity=0.4), Severity.HIGH),
        ({Category.HATE}, Signs(), Severity.HIGH),
        ({Category.HATE}, Signs(gravity=-0.9), Severity.MEDIUM),
        ({Category.THREAT}, Signs(joke=True), Severity.LOW),
        ({Category.THREAT}, Signs(specific=True, weapon=True), Severity.CRITICAL),
        ({Category.THREAT}, Signs(specific=True, gravity=-2.0), Severity.HIGH),
        ({Category.SELF_HARM}, Signs(gravity=-2.0), Severity.CRITICAL),
        ({Category.SEXUAL}, Signs(image=True, joke=True), Severity.CRITICAL),
        ({Category.SEXUAL}, Signs(adult_to_child=True), Severity.CRITICAL),
        ({Category.DEFAMATION}, Signs(adult_charged=True, gravity=-2.0), Severity.HIGH),
        ({Category.IDENTIFYING}, Signs(warm=True), Severity.LOW),
        (
            {Category.IDENTIFYING},
            Signs(private_details=frozenset({"home_address"}), gravity=-2.0),
            Severity.HIGH,
        ),
    ],
)
def test_severity(categories: set[Category], signs: Signs, severity: Severity) -> None:
    assert severity_of(categories, signs, criticism=False) is severity


def test_lawful_criticism_is_low_and_grave_criticism_medium() -> None:
    assert severity_of(set(), Signs(), criticism=True) is Severity.LOW
    assert severity_of(set(), Signs(grave_complaint=True), criticism=True) is Severity.MEDIUM
