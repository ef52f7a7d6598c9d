"""How bad: what the reader heard, its floors and its ceilings."""

from __future__ import annotations

import pytest

from monitor.domain import Category, Severity
from nlp.severity import Signs, severity_of


@pytest.mark.parametrize(
    ("categories", "heard", "signs", "severity"),
    [
        (set(), Severity.NONE, Signs(), Severity.NONE),
        ({Category.ABUSE}, Severity.NONE, Signs(), Severity.LOW),
        ({Category.HATE}, Severity.MEDIUM, Signs(), Severity.MEDIUM),
        ({Category.THREAT}, Severity.CRITICAL, Signs(), Severity.CRITICAL),
        ({Category.THREAT}, Severity.LOW, Signs(specific=True), Severity.HIGH),
        ({Category.THREAT}, Severity.LOW, Signs(weapon=True), Severity.HIGH),
        ({Category.ABUSE}, Severity.LOW, Signs(weapon=True), Severity.LOW),
        ({Category.SELF_HARM}, Severity.LOW, Signs(first_person=True), Severity.HIGH),
        ({Category.SEXUAL}, Severity.LOW, Signs(image=True), Severity.HIGH),
        ({Category.SEXUAL}, Severity.MEDIUM, Signs(adult_to_child=True), Severity.HIGH),
        ({Category.DEFAMATION}, Severity.LOW, Signs(adult_charged=True), Severity.HIGH),
        ({Category.IDENTIFYING}, Severity.LOW, Signs(home_address=True), Severity.MEDIUM),
    ],
)
def test_severity(
    categories: set[Category], heard: Severity, signs: Signs, severity: Severity
) -> None:
    assert severity_of(categories, heard, signs) is severity


@pytest.mark.parametrize("heard", list(Severity))
def test_what_carries_no_flag_never_wakes_anybody(heard: Severity) -> None:
    assert severity_of(set(), heard, Signs(specific=True)).rank <= Severity.MEDIUM.rank
