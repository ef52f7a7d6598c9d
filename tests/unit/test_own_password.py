"""Whoever knows their present password changes it, and whoever else was in is out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.account_role import AccountRole
from monitor.audit import Act
from monitor.store.accounts import AccountError
from monitor.store.second_steps import CODE_TRIES
from tests.accounts import HEAD, OFFICE, PASSWORD, School, accounts_in, somebody

NEW = "eight yellow kettles"


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    with accounts_in(database_url, tmp_path) as school:
        yield school


def test_a_password_is_changed_with_the_present_one_and_other_sessions_end(
    school: School,
) -> None:
    here, there, link = school.inside(), school.inside(), school.accounts.invite(OFFICE)
    new = school.accounts.change_password(here, PASSWORD, NEW)
    account = school.accounts.session(new)
    assert account is not None
    assert account.email == OFFICE
    assert [school.accounts.session(old) for old in (here, there)] == [None, None]
    assert school.accounts.invited(link) is None
    with pytest.raises(AccountError, match="do not belong together"):
        school.accounts.sign_in(OFFICE, PASSWORD)
    assert school.accounts.session(school.accounts.sign_in(OFFICE, NEW))
    assert Act.PASSWORD_CHANGED in school.acts()


def test_whoever_sits_at_an_open_screen_does_not_guess_it(school: School) -> None:
    token = school.inside()
    for n in range(CODE_TRIES):
        with pytest.raises(AccountError, match="not your present password"):
            school.accounts.change_password(token, f"a guess, number {n}", NEW)
    with pytest.raises(AccountError, match="Too many"):
        school.accounts.change_password(token, PASSWORD, NEW)


def test_a_weak_one_changes_nothing_and_a_second_step_stays(school: School) -> None:
    token = school.inside(HEAD)
    with pytest.raises(AccountError, match="at least 12"):
        school.accounts.change_password(token, PASSWORD, "short")
    assert school.accounts.session(token)
    school.accounts.change_password(token, PASSWORD, NEW)
    assert school.accounts.halfway(school.accounts.sign_in(HEAD, NEW))


def test_whoever_has_none_asks_for_a_link(school: School) -> None:
    school.accounts.add("new@wexcombepark.example", AccountRole.OFFICE, ["wexcombe"])
    token = school.accounts.enter_as(somebody("new@wexcombepark.example"))
    with pytest.raises(AccountError, match="Ask for a link"):
        school.accounts.change_password(token, "", NEW)
