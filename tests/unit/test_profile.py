"""What the configuration says of a school, in words, and what is missing from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitor.profile import Profile, profile
from monitor.settings import Settings

TODAY = date(2026, 11, 20)
EVERYBODY = {
    role: f"{role}@park.example"
    for role in ("head", "chair_of_governors", "dsl", "office", "data_protection_officer", "clerk")
}
WHOLE: dict[str, Any] = {
    "id": "park",
    "name": "Park Primary School",
    "aliases": ["The Park"],
    "town": "Parkham",
    "website": "https://park.example",
    "homonyms": ["Park Hotel"],
    "headteacher": "Mrs A Head",
    "staff": [{"name": "Mr B Deputy", "role": "Deputy headteacher"}],
    "contacts": EVERYBODY,
    "deputies": {role: f"d.{mail}" for role, mail in EVERYBODY.items()},
    "terms": [{"name": "Autumn term 2026", "start": date(2026, 9, 1), "end": date(2026, 12, 18)}],
}


def of(**changes: Any) -> Profile:
    settings = Settings.model_validate({"schools": [WHOLE | changes]})
    return profile(settings, "park", settings.schools[0].calendar(), TODAY)


def said(found: Profile) -> dict[str, str]:
    return dict(row for part in found.parts for row in part.rows)


def test_a_school_that_says_everything_misses_nothing() -> None:
    assert of().missing == ()


def test_what_it_says_is_said_in_plain_words() -> None:
    rows = said(of(hours={"school_days": "08:00-18:00"}))
    assert rows["Also called"] == "The Park"
    assert rows["Has the same name and is not you"] == "Park Hotel"
    assert rows["Deputy headteacher"] == "Mr B Deputy"
    assert rows["Designated safeguarding lead"] == "dsl@park.example; deputy d.dsl@park.example"
    assert rows["Autumn term 2026"] == "1 September 2026 to 18 December 2026"
    assert "customary" in rows["Spring term 2027"]
    assert rows["On school days"] == "08:00 to 18:00"
    assert rows["Closed incidents with their evidence"] == "6 years"
    assert rows["Names of authors outside the log"] == "90 days"


def test_an_absence_is_shown_by_its_days() -> None:
    away = {"role": "head", "first": date(2026, 11, 19), "last": date(2026, 11, 27)}
    assert said(of(absences=[away]))["Away: Headteacher"] == "19 November 2026 to 27 November 2026"


@pytest.mark.parametrize(
    ("role", "costs"),
    [
        ("dsl", "Child-safety alerts go to the headteacher."),
        ("head", "Alerts that are for the head go to the school office."),
        ("chair_of_governors", "Concerns about the head go to the designated safeguarding lead."),
    ],
)
def test_a_role_without_an_address_says_who_is_told_instead(role: str, costs: str) -> None:
    contacts = {name: mail for name, mail in EVERYBODY.items() if name != role}
    (gap,) = of(contacts=contacts).missing
    assert gap.costs == costs
    assert gap.key == f"{role} in [schools.contacts]"


def test_without_anybody_nobody_is_told() -> None:
    costs = [gap.costs for gap in of(contacts={}, deputies={}).missing]
    assert "Child-safety alerts go to nobody." in costs


def test_a_concern_about_the_head_is_never_said_to_go_to_the_head() -> None:
    contacts = {"head": "one@park.example", "dsl": "one@park.example"}
    costs = [gap.costs for gap in of(contacts=contacts).missing]
    assert "Concerns about the head go to nobody." in costs


@pytest.mark.parametrize(
    ("empty", "what"),
    [
        ({"aliases": []}, "No nicknames"),
        ({"town": ""}, "No place"),
        ({"homonyms": []}, "Nothing that has the same name"),
        ({"headteacher": ""}, "No name of the head"),
        ({"staff": []}, "No staff"),
        ({"website": ""}, "No accounts, hashtags or website of your own"),
        ({"terms": []}, "No term dates of your own"),
        ({"deputies": {}}, "Nobody stands in: headteacher"),
    ],
)
def test_what_is_missing_is_named_with_what_it_costs(empty: dict[str, Any], what: str) -> None:
    gap = of(**empty).missing[0]
    assert gap.what == what
    assert gap.costs.endswith(".")
