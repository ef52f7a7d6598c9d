"""Who may see what: every role against every kind of incident, in both schools."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from fastapi import APIRouter, FastAPI

from monitor.account_role import AccountRole
from monitor.domain import Assessment, Case, Incident, Mention, School, Severity, Sighting
from monitor.store.accounts import Account
from monitor.web import sources, trends
from monitor.web.guard import insist_on_policies, policy_of
from monitor.web.policy import Action, Reach, may, reach

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OURS, THEIRS = (
    School(id="wexcombe", name="Wexcombe Park"),
    School(id="otherby", name="Otherby Hall"),
)


def account(role: AccountRole) -> Account:
    return Account(
        id=1,
        email="someone@wexcombepark.example",
        role=role,
        schools=frozenset({"wexcombe"}),
        has_password=True,
        created_at=NOW,
    )


def case(*, school: str = "wexcombe", about_head: bool = False, child: bool = False) -> Case:
    incident = Incident(
        key="k",
        school=school,
        opened_at=NOW,
        categories=frozenset(),
        severity=Severity.HIGH,
        about_head=about_head,
        child_safety=child,
    )
    return Case(incident=incident, sightings=())


# role: ordinary, about the head, child safety, both
READS = {
    AccountRole.HEAD: (True, False, True, False),
    AccountRole.DSL: (True, True, True, True),
    AccountRole.OFFICE: (True, False, False, False),
    AccountRole.GOVERNOR: (False, False, False, False),
    AccountRole.ADMIN: (False, False, False, False),
    AccountRole.STAFF: (False, False, False, False),
}


@pytest.mark.parametrize("role", AccountRole)
def test_each_role_reads_the_incidents_meant_for_it(role: AccountRole) -> None:
    kinds = [
        case(),
        case(about_head=True),
        case(child=True),
        case(about_head=True, child=True),
    ]
    found = tuple(may(account(role), Action.READ_INCIDENTS, kind) for kind in kinds)
    assert found == READS[role]


@pytest.mark.parametrize("role", AccountRole)
def test_nobody_reads_another_school(role: AccountRole) -> None:
    for action in Action:
        assert not may(account(role), action, case(school="otherby"))
        assert not may(account(role), action, THEIRS)


def test_governors_have_trends_and_nothing_else() -> None:
    allowed = {action for action in Action if may(account(AccountRole.GOVERNOR), action)}
    assert allowed == {Action.READ_TRENDS, Action.KEEP_OWN_ACCOUNT}
    assert may(account(AccountRole.GOVERNOR), Action.READ_TRENDS, OURS)


def test_schools_are_compared_by_whoever_sees_the_trends_of_several() -> None:
    """So a trust's staff are governors of all its schools: counts, and no incident of any."""
    for role in AccountRole:
        one = account(role)
        several = replace(one, schools=one.schools | {"otherby"})
        assert not may(one, Action.COMPARE_SCHOOLS)
        assert may(several, Action.COMPARE_SCHOOLS) == may(one, Action.READ_TRENDS)
    trust = replace(account(AccountRole.GOVERNOR), schools=frozenset({"wexcombe", "otherby"}))
    assert {action for action in Action if may(trust, action)} == {
        Action.READ_TRENDS,
        Action.COMPARE_SCHOOLS,
        Action.KEEP_OWN_ACCOUNT,
    }
    assert not may(trust, Action.READ_INCIDENTS, case())


def test_the_technician_has_sources_and_no_content() -> None:
    allowed = {action for action in Action if may(account(AccountRole.ADMIN), action)}
    assert allowed == {
        Action.SEE_TODAY,
        Action.READ_SOURCES,
        Action.TEST_SOURCES,
        Action.READ_SCHOOL,
        Action.KEEP_OWN_ACCOUNT,
        Action.INVITE_COLLEAGUES,
        Action.READ_PEOPLE,
        Action.MANAGE_PEOPLE,
        Action.READ_AUDIT,
    }


def test_a_disabled_account_may_do_nothing() -> None:
    for role, action, thing in product(AccountRole, Action, (None, OURS, case())):
        assert not may(replace(account(role), disabled_at=NOW), action, thing)


def test_one_sighting_about_the_head_keeps_the_head_from_the_whole_incident() -> None:
    sighting = Sighting(
        mention=Mention(source="forum", external_id="1", url="", text="x"),
        assessment=Assessment(about_school=True, relevance=1, model="1", about_head=True),
        first_seen_at=NOW,
    )
    mixed = replace(case(), sightings=(sighting,))
    assert not may(account(AccountRole.HEAD), Action.READ_INCIDENTS, mixed)
    assert may(account(AccountRole.DSL), Action.READ_INCIDENTS, mixed)


@pytest.mark.parametrize("role", [AccountRole.HEAD, AccountRole.DSL, AccountRole.OFFICE])
def test_a_list_reaches_as_far_as_the_single_incident(role: AccountRole) -> None:
    for head, child in product((False, True), repeat=2):
        listed = (reach(role).about_head or not head) and (reach(role).child_safety or not child)
        kind = case(about_head=head, child=child)
        assert may(account(role), Action.READ_INCIDENTS, kind) == listed


def test_a_role_that_nobody_thought_of_reaches_nothing_special() -> None:
    assert reach(AccountRole.ADMIN) == reach(AccountRole.GOVERNOR) == Reach()
    assert not Reach().about_head
    assert not Reach().child_safety


def test_a_route_without_a_policy_keeps_the_dashboard_shut() -> None:
    open_door = APIRouter()

    @open_door.get("/everything")
    def everything() -> str:
        return "all of it"

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(sources.router.routes + trends.router.routes)
    insist_on_policies(app)
    app.router.routes.extend(open_door.routes)
    assert policy_of(app.routes[-1]) is None
    with pytest.raises(RuntimeError, match="does not declare who may use it"):
        insist_on_policies(app)
