"""Accounts elsewhere in a real database: tied at first use, known by their number from then on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from monitor.audit import Act
from monitor.openid import Kind, new_question
from monitor.store.accounts import AccountError
from monitor.store.identities import BACK_WITHIN
from tests.accounts import HEAD, OFFICE, PASSWORD, School, accounts_in, somebody


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    with accounts_in(database_url, tmp_path) as school:
        yield school


def test_an_account_is_tied_by_its_address_and_known_by_its_number_from_then_on(
    school: School,
) -> None:
    assert school.enter_as(somebody()) == OFFICE
    (tied,) = school.accounts.identities(school.account())
    school.now += timedelta(days=1)
    assert school.enter_as(somebody(email="")) == OFFICE
    assert school.enter_as(somebody(email=HEAD)) == OFFICE, "an address that changed there"
    (later,) = school.accounts.identities(school.account())
    assert (later.name, later.tied_at, later.used_at) == ("Google", tied.tied_at, school.now)
    assert school.acts()[-4:] == [Act.TIED, *[Act.SIGNED_IN_ELSEWHERE] * 3]


def test_nobody_gets_an_account_by_signing_in(school: School) -> None:
    with pytest.raises(AccountError, match="no account here for new@"):
        school.enter_as(somebody("new@wexcombepark.example"))
    with pytest.raises(AccountError, match="does not vouch for an e-mail address"):
        school.enter_as(somebody(""))
    assert len(school.accounts.everyone()) == 2


def test_whoever_must_have_a_second_step_is_asked_for_it_here_or_had_it_there(
    school: School,
) -> None:
    token = school.accounts.enter_as(somebody(HEAD))
    assert school.accounts.session(token) is None
    assert school.accounts.halfway(token) is not None
    assert school.accounts.offered(token), "and sets it up, if there is none yet"
    assert school.enter_as(somebody(HEAD, second=True)) == HEAD


def test_an_address_that_was_given_to_somebody_new_does_not_open_the_old_account(
    school: School,
) -> None:
    assert school.enter_as(somebody()) == OFFICE
    with pytest.raises(AccountError, match="tied to another account at Google"):
        school.enter_as(somebody(subject="2"))
    assert school.enter_as(somebody(issuer="https://other.example", subject="2")) == OFFICE


def test_one_number_at_two_providers_is_two_people(school: School) -> None:
    assert school.enter_as(somebody(HEAD, second=True)) == HEAD
    assert school.enter_as(somebody(OFFICE, issuer="https://other.example")) == OFFICE


def test_a_disabled_account_is_shut_and_comes_back_untied(school: School) -> None:
    school.enter_as(somebody())
    school.accounts.disable(OFFICE)
    with pytest.raises(AccountError, match="no account here"):
        school.enter_as(somebody())
    school.accounts.add(OFFICE, AccountRole.OFFICE, ["wexcombe"])
    assert school.accounts.identities(school.account()) == []
    assert school.enter_as(somebody(subject="2")) == OFFICE


def test_a_colleague_who_only_reports_has_links_and_nothing_else(school: School) -> None:
    school.accounts.add("colleague@wexcombepark.example", AccountRole.STAFF, ["wexcombe"])
    with pytest.raises(AccountError, match="no account here"):
        school.enter_as(somebody("colleague@wexcombepark.example"))


def test_untying_asks_for_the_password_and_touches_nobody_else_s(school: School) -> None:
    token = school.accounts.enter_as(somebody())
    theirs = school.accounts.enter_as(somebody(HEAD, "2", second=True))
    (mine,) = school.accounts.identities(school.account())
    with pytest.raises(AccountError, match="not your password"):
        school.accounts.untie(token, mine.id, "another password")
    school.accounts.untie(theirs, mine.id, PASSWORD)
    assert school.accounts.identities(school.account()) == [mine]
    school.accounts.untie(token, mine.id, PASSWORD)
    assert school.accounts.identities(school.account()) == []
    assert Act.UNTIED in school.acts()


def test_whoever_has_no_password_is_told_what_to_do_first(school: School) -> None:
    school.accounts.add("new@wexcombepark.example", AccountRole.OFFICE, ["wexcombe"])
    token = school.accounts.enter_as(somebody("new@wexcombepark.example"))
    with pytest.raises(AccountError, match="Set up a second step first"):
        school.accounts.confirm(token, "")


def test_what_was_begun_is_ended_once_by_the_same_browser_and_within_ten_minutes(
    school: School,
) -> None:
    question = new_question()
    ticket = school.accounts.begin_elsewhere(Kind.GOOGLE, question, "/today")
    with pytest.raises(AccountError, match="Please try again"):
        school.accounts.finish_elsewhere(Kind.GOOGLE, "another ticket")
    assert school.accounts.finish_elsewhere(Kind.GOOGLE, ticket) == (question, "/today")
    with pytest.raises(AccountError, match="done already"):
        school.accounts.finish_elsewhere(Kind.GOOGLE, ticket)
    ticket = school.accounts.begin_elsewhere(Kind.GOOGLE, question, "")
    with pytest.raises(AccountError, match="done already"):
        school.accounts.finish_elsewhere(Kind.MICROSOFT, ticket)
    ticket = school.accounts.begin_elsewhere(Kind.GOOGLE, question, "")
    school.now += BACK_WITHIN
    with pytest.raises(AccountError, match="took too long"):
        school.accounts.finish_elsewhere(Kind.GOOGLE, ticket)
