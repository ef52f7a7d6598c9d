"""Who is told of what, in sentences that a governor can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.decide import decide
from alerts.telling import Telling
from monitor.domain import Category, Incident, Role, Severity, Urgency

HEAD, CHAIR, DSL, OFFICE = Role.HEAD, Role.CHAIR_OF_GOVERNORS, Role.DSL, Role.OFFICE
DPO = Role.DATA_PROTECTION_OFFICER
NOW, DIGEST = Urgency.NOW, Urgency.DIGEST
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday in term
EVERYONE = {role: f"{role.value}@wexcombepark.example" for role in Role}


def an_incident(
    severity: Severity = Severity.HIGH,
    *categories: Category,
    about_head: bool = False,
    child_safety: bool = False,
) -> Incident:
    return Incident(
        key="wexcombe:forum:17",
        school="wexcombe",
        opened_at=datetime(2026, 11, 20, tzinfo=UTC),
        categories=frozenset(categories),
        severity=severity,
        about_head=about_head,
        child_safety=child_safety,
    )


def told(
    incident: Incident, before: Incident | None = None, contacts: Mapping[Role, str] = EVERYONE
) -> dict[Role, Urgency]:
    return {a.role: a.urgency for a in decide(incident, before, Telling.to(contacts), NOON)}


def without(*roles: Role) -> dict[Role, str]:
    return {role: address for role, address in EVERYONE.items() if role not in roles}


THREAT = an_incident(Severity.HIGH, Category.THREAT)
CONCERN = an_incident(Severity.HIGH, Category.DEFAMATION, about_head=True)
CHILD = an_incident(Severity.CRITICAL, Category.SELF_HARM, child_safety=True)
UNREAD = an_incident(Severity.NONE)


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.HIGH])
def test_the_head_is_told_at_once_of_what_is_critical_or_high(severity: Severity) -> None:
    assert told(an_incident(severity, Category.THREAT)) == {HEAD: NOW}


def test_what_is_medium_waits_for_the_heads_digest() -> None:
    assert told(an_incident(Severity.MEDIUM, Category.ABUSE)) == {HEAD: DIGEST}


@pytest.mark.parametrize("severity", [Severity.LOW, Severity.NONE])
def test_nobody_is_mailed_about_what_is_low_or_nothing(severity: Severity) -> None:
    assert told(an_incident(severity, Category.ABUSE)) == {}


def test_what_could_not_be_judged_goes_to_the_office_to_read() -> None:
    assert told(UNREAD) == {OFFICE: DIGEST}


def test_what_could_not_be_judged_but_may_concern_a_child_goes_to_the_safeguarding_lead() -> None:
    assert told(replace(UNREAD, child_safety=True)) == {DSL: DIGEST}


def test_what_could_not_be_judged_but_is_about_the_head_goes_to_the_chair() -> None:
    assert told(replace(UNREAD, about_head=True)) == {CHAIR: DIGEST}


def test_a_concern_about_the_head_goes_to_the_chair_of_governors_and_not_to_the_head() -> None:
    assert told(CONCERN) == {CHAIR: NOW}


def test_a_lesser_concern_about_the_head_is_not_in_the_heads_digest_either() -> None:
    assert told(replace(CONCERN, severity=Severity.MEDIUM)) == {CHAIR: DIGEST}


def test_a_child_at_risk_is_told_to_the_safeguarding_lead_and_the_head() -> None:
    assert told(CHILD) == {DSL: NOW, HEAD: NOW}


def test_a_child_at_risk_from_the_head_is_told_to_the_chair_and_the_safeguarding_lead() -> None:
    assert told(replace(CHILD, about_head=True)) == {CHAIR: NOW, DSL: NOW}


def test_somebody_pretending_to_be_the_school_is_a_matter_for_the_office() -> None:
    assert told(an_incident(Severity.HIGH, Category.IMPERSONATION)) == {OFFICE: NOW}


def test_the_head_hears_of_it_too_where_it_is_critical() -> None:
    fake = an_incident(Severity.CRITICAL, Category.IMPERSONATION)
    assert told(fake) == {HEAD: NOW, OFFICE: NOW}


def test_somebody_pretending_to_be_the_school_who_threatens_is_told_to_both() -> None:
    fake = an_incident(Severity.HIGH, Category.IMPERSONATION, Category.THREAT)
    assert told(fake) == {HEAD: NOW, OFFICE: NOW}


def test_the_office_does_not_hear_of_a_concern_about_the_head_by_way_of_impersonation() -> None:
    fake = an_incident(Severity.HIGH, Category.IMPERSONATION, about_head=True)
    assert told(fake) == {CHAIR: NOW}


def test_without_a_chair_the_safeguarding_lead_hears_of_a_concern_about_the_head() -> None:
    assert told(CONCERN, contacts=without(CHAIR)) == {DSL: NOW}


def test_without_chair_and_safeguarding_lead_the_office_passes_it_on() -> None:
    assert told(CONCERN, contacts=without(CHAIR, DSL)) == {OFFICE: NOW}


def test_a_concern_about_the_head_never_falls_back_to_the_head_but_waits_for_an_address() -> None:
    assert told(CONCERN, contacts={HEAD: "head@wexcombepark.example"}) == {CHAIR: NOW}


def test_a_head_who_is_also_named_as_chair_does_not_hear_of_a_concern_about_the_head() -> None:
    contacts = EVERYONE | {CHAIR: " Head@WexcombePark.example "}
    assert told(CONCERN, contacts=contacts) == {DSL: NOW}


def test_a_head_who_is_also_the_safeguarding_lead_does_not_hear_of_it_either() -> None:
    contacts = EVERYONE | {DSL: EVERYONE[HEAD]}
    assert told(replace(CHILD, about_head=True), contacts=contacts) == {CHAIR: NOW}


def test_without_a_safeguarding_lead_the_head_hears_of_a_child_at_risk() -> None:
    assert told(CHILD, contacts=without(DSL)) == {HEAD: NOW}


def test_without_a_head_the_office_hears_of_a_threat() -> None:
    assert told(THREAT, contacts=without(HEAD)) == {OFFICE: NOW}


def test_without_an_office_the_head_reads_what_could_not_be_judged() -> None:
    assert told(UNREAD, contacts=without(OFFICE)) == {HEAD: DIGEST}


def test_one_person_in_two_roles_gets_one_mail() -> None:
    contacts = EVERYONE | {DSL: "HEAD@wexcombepark.example"}
    assert told(CHILD, contacts=contacts) == {DSL: NOW}


def test_with_no_address_at_all_the_alert_waits_where_it_is_seen() -> None:
    assert told(THREAT, contacts={}) == {HEAD: NOW}


def test_another_sighting_that_changes_nothing_tells_nobody_again() -> None:
    for incident in (THREAT, CONCERN, CHILD, UNREAD):
        assert told(incident, before=incident) == {}


def test_a_worse_severity_tells_again_and_now_at_once() -> None:
    medium = replace(THREAT, severity=Severity.MEDIUM)
    assert told(THREAT, before=medium) == {HEAD: NOW}


def test_another_kind_of_harm_tells_again() -> None:
    worse = an_incident(Severity.HIGH, Category.THREAT, Category.HATE)
    assert told(worse, before=THREAT) == {HEAD: NOW}


def test_an_incident_that_turns_out_to_be_about_the_head_is_told_to_the_chair_alone() -> None:
    assert told(replace(THREAT, about_head=True), before=THREAT) == {CHAIR: NOW}


def test_an_incident_that_turns_out_to_endanger_a_child_is_told_to_the_lead_and_the_head() -> None:
    assert told(replace(THREAT, child_safety=True), before=THREAT) == {DSL: NOW, HEAD: NOW}


def test_something_read_as_harmless_before_is_told_when_it_gets_worse() -> None:
    low = replace(THREAT, severity=Severity.LOW)
    assert told(THREAT, before=low) == {HEAD: NOW}


def test_the_same_news_has_the_same_key_and_other_news_another() -> None:
    (first,) = decide(THREAT, None, Telling.to(EVERYONE), NOON)
    (again,) = decide(THREAT, None, Telling.to(EVERYONE), NOON)
    (worse,) = decide(
        replace(THREAT, severity=Severity.CRITICAL), THREAT, Telling.to(EVERYONE), NOON
    )
    assert first.key == again.key == "wexcombe:forum:17:head:high:threat"
    assert worse.key != first.key
    assert (first.incident, first.school) == (THREAT.key, "wexcombe")


def test_every_category_reaches_somebody() -> None:
    for category in Category:
        assert told(an_incident(Severity.HIGH, category)), category
