"""Accounts in a real database: links, passwords, sessions, tries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from monitor.account_role import AccountRole
from monitor.store.account_tables import AccountRow, SessionRow, digest
from monitor.store.accounts import AccountError, Accounts
from monitor.store.database import Database
from monitor.store.passwords import SHORTEST, why_weak
from monitor.store.sessions import TRIES
from monitor.vault import Vault

EMAIL = "office@wexcombepark.example"
GOOD = "seven purple kettles"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def accounts(database: Database, clock: Clock, vault: Vault) -> Accounts:
    return Accounts(database, clock, vault, quick())


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(file=tmp_path / "key" / "dashboard-key.txt")


def quick() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def office(accounts: Accounts) -> Accounts:
    accounts.set_password(accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"]), GOOD)
    return accounts


def test_a_person_sets_a_password_by_the_link_and_signs_in(accounts: Accounts) -> None:
    token = accounts.add(" Office@WexcombePark.example ", AccountRole.OFFICE, ["wexcombe"])
    invited = accounts.invited(token)
    assert invited is not None
    assert (invited.email, invited.has_password) == (EMAIL, False)
    accounts.set_password(token, GOOD)
    account = accounts.session(accounts.sign_in(EMAIL.upper(), GOOD))
    assert account is not None
    assert (account.role, account.schools) == (AccountRole.OFFICE, {"wexcombe"})


def test_a_link_works_once(accounts: Accounts) -> None:
    token = accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    accounts.set_password(token, GOOD)
    with pytest.raises(AccountError, match="no longer works"):
        accounts.set_password(token, "another good long one")


def test_a_link_works_for_a_day(accounts: Accounts, clock: Clock) -> None:
    token = accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    clock.pass_by(hours=23, minutes=59)
    assert accounts.invited(token)
    clock.pass_by(minutes=1)
    assert accounts.invited(token) is None
    with pytest.raises(AccountError, match="older than a day"):
        accounts.set_password(token, GOOD)


def test_a_new_link_makes_the_old_one_useless(accounts: Accounts) -> None:
    old = accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    new = accounts.invite(EMAIL)
    assert accounts.invited(old) is None
    assert accounts.invited(new)


def test_a_weak_password_leaves_the_link_as_it_is(accounts: Accounts) -> None:
    token = accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    with pytest.raises(AccountError, match="at least 12"):
        accounts.set_password(token, "short")
    accounts.set_password(token, GOOD)


def test_a_new_password_ends_the_sessions_of_the_old_one(office: Accounts) -> None:
    session = office.sign_in(EMAIL, GOOD)
    office.set_password(office.invite(EMAIL), "eight purple kettles")
    assert office.session(session) is None
    with pytest.raises(AccountError, match="do not belong together"):
        office.sign_in(EMAIL, GOOD)


def test_wrong_unknown_and_not_yet_set_get_the_same_answer(office: Accounts) -> None:
    office.add("governor@wexcombepark.example", AccountRole.GOVERNOR, ["wexcombe"])
    answers = set()
    for email in (EMAIL, "nobody@wexcombepark.example", "governor@wexcombepark.example"):
        with pytest.raises(AccountError) as refused:
            office.sign_in(email, "not the password")
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_an_idle_session_ends_after_half_an_hour(office: Accounts, clock: Clock) -> None:
    session = office.sign_in(EMAIL, GOOD)
    clock.pass_by(minutes=29)
    assert office.session(session)
    clock.pass_by(minutes=29)
    assert office.session(session)
    clock.pass_by(minutes=30)
    assert office.session(session) is None


def test_a_busy_session_ends_after_twelve_hours(office: Accounts, clock: Clock) -> None:
    session = office.sign_in(EMAIL, GOOD)
    for _ in range(12 * 3 - 1):
        clock.pass_by(minutes=20)
        assert office.session(session)
    clock.pass_by(minutes=20)
    assert office.session(session) is None


def test_signing_out_ends_this_session_only(office: Accounts) -> None:
    here, there = office.sign_in(EMAIL, GOOD), office.sign_in(EMAIL, GOOD)
    office.sign_out(here)
    assert office.session(here) is None
    assert office.session(there)


def test_disabling_ends_sessions_links_and_password(office: Accounts) -> None:
    session, link = office.sign_in(EMAIL, GOOD), office.invite(EMAIL)
    office.disable(EMAIL)
    assert office.session(session) is None
    assert office.invited(link) is None
    with pytest.raises(AccountError, match="do not belong together"):
        office.sign_in(EMAIL, GOOD)
    assert [account.disabled_at is not None for account in office.everyone()] == [True]


def test_a_session_that_began_while_the_account_was_disabled_opens_nothing(
    office: Accounts, database: Database, clock: Clock
) -> None:
    """As when both happen at the same moment; nor does it when the account comes back."""
    office.disable(EMAIL)
    begun = SessionRow(
        token_sha256=digest("token"),
        account=1,
        started_at=clock(),
        last_seen_at=clock(),
        whole=True,
    )
    with database.transaction() as session:
        session.add(begun)
    assert office.session("token") is None
    office.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    assert office.session("token") is None


def test_a_disabled_account_can_be_added_again_with_another_role(office: Accounts) -> None:
    office.disable(EMAIL)
    office.add(EMAIL, AccountRole.GOVERNOR, ["wexcombe"])
    (account,) = office.everyone()
    assert (account.role, account.disabled_at) == (AccountRole.GOVERNOR, None)
    with pytest.raises(AccountError):
        office.sign_in(EMAIL, GOOD)


def test_what_cannot_be_done_is_said_in_a_sentence(office: Accounts) -> None:
    with pytest.raises(AccountError, match="already is an account for office@"):
        office.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])
    with pytest.raises(AccountError, match="'head' is not an e-mail address"):
        office.add("head", AccountRole.OFFICE, ["wexcombe"])
    with pytest.raises(AccountError, match="for which school"):
        office.add("governor@wexcombepark.example", AccountRole.GOVERNOR, [])
    with pytest.raises(AccountError, match="There is no account for nobody@"):
        office.disable("nobody@wexcombepark.example")


def test_after_ten_wrong_tries_even_the_right_password_waits(
    office: Accounts, clock: Clock
) -> None:
    for _ in range(TRIES):
        with pytest.raises(AccountError, match="do not belong together"):
            office.sign_in(EMAIL, "not the password")
    with pytest.raises(AccountError, match="Too many tries"):
        office.sign_in(EMAIL, GOOD)
    clock.pass_by(minutes=15)
    assert office.sign_in(EMAIL, GOOD)


def test_many_tries_at_once_are_counted_one_by_one(office: Accounts) -> None:
    def guess(n: int) -> str:
        with pytest.raises(AccountError) as refused:
            office.sign_in(EMAIL, f"guess number {n}")
        return str(refused.value)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(25)))
    assert sum("do not belong" in answer for answer in answers) == TRIES


def test_one_link_used_by_two_at_once_sets_one_password(accounts: Accounts) -> None:
    token = accounts.add(EMAIL, AccountRole.OFFICE, ["wexcombe"])

    def use(password: str) -> bool:
        try:
            accounts.set_password(token, password)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(use, [f"seven purple kettles {n}" for n in range(4)]))
    assert used.count(True) == 1


def test_a_signed_in_password_is_kept_with_today_s_cost(
    office: Accounts, database: Database, clock: Clock, vault: Vault
) -> None:
    dearer = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    Accounts(database, clock, vault, dearer).sign_in(EMAIL, GOOD)
    with database.transaction() as session:
        row = session.get(AccountRow, 1)
    assert row is not None
    assert row.password_hash is not None
    assert not dearer.check_needs_rehash(row.password_hash)


def test_neither_passwords_nor_tokens_are_in_the_database_file(
    tmp_path: Path, clock: Clock, vault: Vault
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'monitor.db'}")
    office = Accounts(database, clock, vault, quick())
    office.set_password(office.add(EMAIL, AccountRole.OFFICE, ["wexcombe"]), GOOD)
    link, session = office.invite(EMAIL), office.sign_in(EMAIL, GOOD)
    with pytest.raises(AccountError):
        office.sign_in("typed by mistake", "x")
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (link, session, GOOD, "typed by mistake"):
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password1234",
        "Password2026!!",
        "passwordpassword",
        "123456789012",
        "aaaaaaaaaaaaaa",
        "Welcome12345",
        "headteacher1",
        "wexcombepark",
        "office@wexcombepark.example",
        "x" * 257,
        "P@ssw0rd2026!",
        "1qaz2wsx3edc",
        "ManchesterUnited1",
        "letmeinletmein",
        "Safeguarding1!",
    ],
)
def test_what_a_stranger_would_try_first_is_refused(password: str) -> None:
    assert why_weak(password, EMAIL)


def test_none_of_the_3_000_most_common_passwords_is_taken() -> None:
    long = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= SHORTEST]
    assert len(long) > 50
    assert [each for each in long if not why_weak(each, EMAIL)] == []


@pytest.mark.parametrize("password", [GOOD, "correct pony", "839201746355", "ÄÖÜ äöü ßßß!"])
def test_length_is_enough_whatever_the_characters(password: str) -> None:
    assert why_weak(password, EMAIL) == ""
