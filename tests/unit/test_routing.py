"""The routing table: for every row a sentence that a governor can read, and its proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from alerts.contacts import RouteSettings
from alerts.guidance import load_guidance
from alerts.roster import Absence, Roster
from alerts.routing import TABLE, Matter, Routes, Row, audience
from alerts.telling import Telling
from monitor import incidents
from monitor.domain import (
    Assessment,
    CaptureMode,
    Case,
    Category,
    Incident,
    Mention,
    Role,
    Sentiment,
    Severity,
)
from tests.unit.test_decide import CHAIR, DPO, DSL, EVERYONE, HEAD, OFFICE, an_incident

ROSTER = Roster.of(EVERYONE)
TODAY = date(2026, 12, 8)


def told(incident: Incident, roster: Roster = ROSTER, routes: Routes | None = None) -> set[Role]:
    return set(audience(incident, roster, routes or {}))


# The rows


def test_a_concern_about_the_head_goes_to_the_chair_of_governors_and_never_to_the_head() -> None:
    for category in Category:
        incident = an_incident(Severity.CRITICAL, category, about_head=True)
        assert told(incident) == {CHAIR}, category


def test_a_child_at_risk_is_told_to_the_safeguarding_lead_and_to_the_head() -> None:
    incident = an_incident(Severity.CRITICAL, Category.ABUSE, child_safety=True)
    assert told(incident) == {DSL, HEAD}


def test_a_child_at_risk_from_the_head_is_told_to_the_lead_and_the_chair_and_not_the_head() -> (
    None
):
    incident = an_incident(Severity.HIGH, Category.ABUSE, about_head=True, child_safety=True)
    assert told(incident) == {DSL, CHAIR}


@pytest.mark.parametrize("category", [Category.THREAT, Category.HATE, Category.EXTREMISM])
def test_a_threat_hate_or_extremism_goes_to_the_head_with_when_to_ring_the_police(
    category: Category,
) -> None:
    incident = an_incident(Severity.HIGH, category)
    assert told(incident) == {HEAD}
    steps = load_guidance().steps(Case(incident=incident, sightings=()))
    assert any("999" in step for step in steps.do)
    assert "police" in steps.contacts


def test_personal_details_go_to_the_head_and_to_the_data_protection_officer() -> None:
    assert told(an_incident(Severity.HIGH, Category.IDENTIFYING)) == {HEAD, DPO}


def test_without_a_data_protection_officer_the_head_hears_of_it_once() -> None:
    holders = {role: address for role, address in EVERYONE.items() if role is not DPO}
    assert audience(an_incident(Severity.HIGH, Category.IDENTIFYING), Roster.of(holders)) == [HEAD]


def test_somebody_who_pretends_to_be_the_school_is_for_the_office_with_the_site_s_own_form() -> (
    None
):
    incident = an_incident(Severity.HIGH, Category.IMPERSONATION)
    assert told(incident) == {OFFICE}
    steps = load_guidance().steps(Case(incident=incident, sightings=()))
    assert any("form" in step for step in steps.do)


def test_the_head_hears_of_it_too_where_somebody_who_pretends_to_be_the_school_is_critical() -> (
    None
):
    assert told(an_incident(Severity.CRITICAL, Category.IMPERSONATION)) == {OFFICE, HEAD}


@pytest.mark.parametrize(
    "category", [Category.DEFAMATION, Category.ABUSE, Category.SEXUAL, Category.SELF_HARM]
)
def test_everything_else_that_is_flagged_goes_to_the_head(category: Category) -> None:
    assert told(an_incident(Severity.MEDIUM, category)) == {HEAD}


def test_what_could_not_be_judged_goes_to_the_office_to_be_read() -> None:
    assert told(an_incident(Severity.NONE)) == {OFFICE}


def test_praise_is_told_to_nobody_and_is_counted() -> None:
    praise = Assessment(about_school=True, relevance=1, model="m", sentiment=Sentiment.POSITIVE)
    mention = Mention(
        source="forum", external_id="1", url="https://f.example/1", text="Well done!"
    )
    now = an_incident().opened_at
    opened = incidents.group(mention, praise, "wexcombe", None, CaptureMode.FULL, now)
    assert opened is None, "so there is nothing to send; the trends count it"


def test_lawful_criticism_is_told_to_nobody_and_is_counted() -> None:
    criticism = Assessment(about_school=True, relevance=1, model="m", criticism=True)
    mention = Mention(
        source="forum", external_id="1", url="https://f.example/1", text="The new gate is too far."
    )
    now = an_incident().opened_at
    assert incidents.group(mention, criticism, "wexcombe", None, CaptureMode.FULL, now) is None


# Each row by itself: the incidents to which it applies, and none beside them.
ONLY = {
    Matter.ABOUT_HEAD: an_incident(Severity.HIGH, Category.ABUSE, about_head=True),
    Matter.CHILD_SAFETY: an_incident(Severity.NONE, child_safety=True),
    Matter.DANGER: an_incident(Severity.HIGH, Category.THREAT),
    Matter.DATA_BREACH: an_incident(Severity.HIGH, Category.IDENTIFYING),
    Matter.IMPERSONATION: an_incident(Severity.HIGH, Category.IMPERSONATION),
    Matter.ANYTHING_ELSE: an_incident(Severity.HIGH, Category.ABUSE),
    Matter.UNREAD: an_incident(Severity.NONE),
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.says)
def test_whoever_a_row_names_is_told(row: Row) -> None:
    """The name of each case is what the row says, as a governor reads it."""
    incident = ONLY[row.matter]
    others = {one.matter for one in TABLE if one.applies(incident)} - {row.matter}
    assert row.applies(incident)
    assert others <= {Matter.ANYTHING_ELSE}, "where any other row could tell them"
    assert set(row.tell) <= told(incident)
    assert [r for r in TABLE if r.matter is row.matter] == [row], "one row for each matter"


def test_no_row_is_missing() -> None:
    assert [row.matter for row in TABLE] == list(ONLY) == list(Matter)


# Roles are not people


def test_one_person_in_two_roles_is_told_once() -> None:
    incident = an_incident(Severity.CRITICAL, Category.SELF_HARM, child_safety=True)
    roster = Roster.of(EVERYONE | {DSL: "HEAD@wexcombepark.example "})
    assert audience(incident, roster) == [DSL]


def test_only_the_head_and_whoever_shares_the_heads_address_may_not_read_of_the_head() -> None:
    roster = Roster.of(EVERYONE | {OFFICE: EVERYONE[HEAD]})
    may = {role for role in Role if roster.may_read(role, concerns_head=True)}
    assert may == {CHAIR, DSL, DPO}
    assert all(roster.may_read(role, concerns_head=False) for role in Role)


AWAY = Absence(role=HEAD, first=TODAY - timedelta(days=1), last=TODAY)
DEPUTIES = {HEAD: "deputy@wexcombepark.example"}


def test_while_the_head_is_away_the_deputy_is_told() -> None:
    roster = Roster.of(EVERYONE, DEPUTIES, [AWAY], TODAY)
    assert roster.address(HEAD) == "deputy@wexcombepark.example"
    back = Roster.of(EVERYONE, DEPUTIES, [AWAY], TODAY + timedelta(days=1))
    assert back.address(HEAD) == EVERYONE[HEAD]


def test_a_head_who_is_away_still_does_not_hear_of_a_concern_about_the_head() -> None:
    holders = EVERYONE | {DSL: EVERYONE[HEAD]}
    roster = Roster.of(holders, DEPUTIES, [AWAY], TODAY)
    concern = an_incident(Severity.HIGH, Category.ABUSE, about_head=True, child_safety=True)
    assert told(concern, roster) == {CHAIR}
    assert not roster.may_read(DSL, concerns_head=True)


def test_somebody_away_without_a_deputy_is_written_to_all_the_same() -> None:
    assert Roster.of(EVERYONE, {}, [AWAY], TODAY).address(HEAD) == EVERYONE[HEAD]


# What a school may change


def test_a_school_may_send_impersonation_to_the_head_too() -> None:
    routes = RouteSettings(impersonation=(OFFICE, HEAD)).changes()
    fake = an_incident(Severity.HIGH, Category.IMPERSONATION)
    assert told(fake, routes=routes) == {OFFICE, HEAD}
    assert told(an_incident(), routes=routes) == told(an_incident()), "the other rows stand"


def test_no_school_can_keep_a_child_at_risk_from_the_safeguarding_lead() -> None:
    routes = RouteSettings(child_safety=(OFFICE,)).changes()
    assert DSL in told(an_incident(child_safety=True), routes=routes)


def test_no_school_can_send_a_concern_about_the_head_to_the_head() -> None:
    every = RouteSettings(
        **{matter: tuple(set(Role) - {Role.CLERK}) for matter in RouteSettings.model_fields}  # type: ignore[arg-type]
    ).changes() | {Matter.ABOUT_HEAD: (HEAD,)}
    concern = an_incident(Severity.CRITICAL, Category.THREAT, about_head=True)
    for incident in (concern, replace(concern, child_safety=True)):
        assert HEAD not in told(incident, routes=every)
        assert CHAIR in told(incident, routes=every)


def test_by_the_table_as_it_stands_nobody_is_away() -> None:
    assert Telling.to(EVERYONE).roster == ROSTER
