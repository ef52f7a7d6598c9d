"""The second step in a real database: set up once, each code once, and never by guessing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from pyotp import TOTP

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.secret import Reference
from monitor.store.accounts import AccountError, Accounts
from monitor.store.database import Database
from monitor.store.second_steps import CODE_TRIES
from monitor.store.sessions import HALFWAY_LASTS, SESSION_LASTS
from monitor.vault import Vault, VaultLocked

EMAIL = "head@wexcombepark.example"
PASSWORD = "seven purple kettles"


class School:
    """Accounts with a clock, and one person with a phone."""

    def __init__(self, database: Database, key: Path) -> None:
        self.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        self.vault = Vault(file=key)
        self.accounts = Accounts(database, lambda: self.now, self.vault, quick())
        self.phone: TOTP | None = None

    def add(self, role: AccountRole, email: str = EMAIL) -> None:
        self.accounts.set_password(self.accounts.add(email, role, ["wexcombe"]), PASSWORD)

    def at_the_door(self) -> str:
        return self.accounts.sign_in(EMAIL, PASSWORD)

    def set_up(self, token: str) -> tuple[str, list[str]]:
        secret = self.accounts.offered(token)
        assert secret is not None
        self.phone = TOTP(secret)
        return self.accounts.set_up(token, self.code())

    def code(self, later: int = 0) -> str:
        assert self.phone is not None
        return self.phone.at(self.now, counter_offset=later)

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


def quick() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def school(database_url: str, tmp_path: Path) -> Iterator[School]:
    database = Database(database_url)
    yield School(database, tmp_path / "key" / "dashboard-key.txt")
    database.close()


@pytest.fixture
def head(school: School) -> School:
    school.add(AccountRole.HEAD)
    return school


@pytest.mark.parametrize("role", sorted(set(AccountRole) - NO_PASSWORD))
def test_whoever_sees_most_is_let_in_by_no_password_alone(
    school: School, role: AccountRole
) -> None:
    school.add(role)
    token = school.at_the_door()
    must = role in (AccountRole.HEAD, AccountRole.DSL, AccountRole.ADMIN)
    assert (school.accounts.session(token) is None) == must
    assert (school.accounts.halfway(token) is not None) == must
    assert (school.accounts.offered(token) is not None) == must


def test_the_first_code_sets_it_up_and_lets_in_under_a_new_token(head: School) -> None:
    token = head.at_the_door()
    inside, codes = head.set_up(token)
    account = head.accounts.session(inside)
    assert account is not None
    assert account.second_step_since == head.now
    assert inside != token
    assert head.accounts.halfway(token) is None
    assert len(set(codes)) == 10


def test_a_wrong_first_code_sets_nothing_up(head: School) -> None:
    token = head.at_the_door()
    secret = head.accounts.offered(token)
    for wrong in ("000000", "", "12345", "abcdef", "\u0661\u0662\u0663\u0664\u0665\u0666"):
        with pytest.raises(AccountError):
            head.accounts.set_up(token, wrong)
    assert head.accounts.offered(token) == secret
    assert head.accounts.session(token) is None


def test_a_secret_is_shown_to_the_session_that_sets_it_up_and_to_no_other(head: School) -> None:
    here, there = head.at_the_door(), head.at_the_door()
    assert head.accounts.offered(here) != head.accounts.offered(there)
    head.set_up(here)
    assert head.accounts.offered(there) is None
    assert head.accounts.halfway(there) is None, "what began before it is over"
    again = head.at_the_door()
    assert head.accounts.offered(again) is None
    with pytest.raises(AccountError, match="set up already"):
        head.accounts.set_up(again, head.code())


def test_at_the_next_sign_in_a_code_is_asked_for(head: School) -> None:
    head.set_up(head.at_the_door())
    head.pass_by(minutes=5)
    token = head.at_the_door()
    assert head.accounts.session(token) is None
    inside = head.accounts.pass_second_step(token, f" {head.code()[:3]} {head.code()[3:]}")
    assert head.accounts.session(inside)
    assert head.accounts.halfway(token) is None


def test_a_code_counts_once(head: School) -> None:
    head.set_up(head.at_the_door())
    with pytest.raises(AccountError, match="used already"):
        head.accounts.pass_second_step(head.at_the_door(), head.code())
    head.pass_by(seconds=30)
    head.accounts.pass_second_step(head.at_the_door(), head.code())
    with pytest.raises(AccountError, match="used already"):
        head.accounts.pass_second_step(head.at_the_door(), head.code())
    with pytest.raises(AccountError, match="used already"):
        head.accounts.pass_second_step(head.at_the_door(), head.code(-1))


def test_of_two_that_use_one_code_at_once_one_comes_in(head: School) -> None:
    head.set_up(head.at_the_door())
    head.pass_by(minutes=5)
    tokens, code = [head.at_the_door() for _ in range(4)], head.code()

    def use(token: str) -> bool:
        try:
            head.accounts.pass_second_step(token, code)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, tokens)).count(True) == 1


@pytest.mark.parametrize(("later", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off(head: School, later: int, good: bool) -> None:
    head.set_up(head.at_the_door())
    head.pass_by(minutes=5)
    token = head.at_the_door()
    if good:
        assert head.accounts.pass_second_step(token, head.code(later))
    else:
        with pytest.raises(AccountError, match="wrong"):
            head.accounts.pass_second_step(token, head.code(later))


def test_guessing_ends_after_five_codes_however_often_one_signs_in(head: School) -> None:
    _, codes = head.set_up(head.at_the_door())
    head.pass_by(minutes=5)
    for _ in range(CODE_TRIES):
        with pytest.raises(AccountError, match="This code is wrong"):
            head.accounts.pass_second_step(head.at_the_door(), "000000")
    with pytest.raises(AccountError, match="Too many"):
        head.accounts.pass_second_step(head.at_the_door(), head.code())
    with pytest.raises(AccountError, match="Too many"):
        head.accounts.pass_by_recovery(head.at_the_door(), codes[0])
    head.pass_by(minutes=15)
    assert head.accounts.pass_second_step(head.at_the_door(), head.code())


def test_codes_guessed_at_once_are_counted_one_by_one(head: School) -> None:
    head.set_up(head.at_the_door())
    head.pass_by(minutes=5)
    token = head.at_the_door()

    def guess(_: int) -> str:
        with pytest.raises(AccountError) as refused:
            head.accounts.pass_second_step(token, "000000")
        return str(refused.value)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(15)))
    assert sum("This code is wrong" in answer for answer in answers) == CODE_TRIES


def test_each_recovery_code_lets_in_once(head: School) -> None:
    inside, codes = head.set_up(head.at_the_door())
    account = head.accounts.session(inside)
    assert account is not None
    assert head.accounts.session(
        head.accounts.pass_by_recovery(head.at_the_door(), codes[3].upper().replace("-", " "))
    )
    assert head.accounts.recovery_codes_left(account) == 9
    with pytest.raises(AccountError, match="used already"):
        head.accounts.pass_by_recovery(head.at_the_door(), codes[3])
    assert head.accounts.pass_by_recovery(head.at_the_door(), codes[4])


def test_new_recovery_codes_make_the_old_ones_useless(head: School) -> None:
    inside, old = head.set_up(head.at_the_door())
    head.pass_by(minutes=1)
    new = head.accounts.renew_recovery_codes(inside, head.code())
    assert set(new).isdisjoint(old)
    with pytest.raises(AccountError, match="none of your"):
        head.accounts.pass_by_recovery(head.at_the_door(), old[0])
    assert head.accounts.pass_by_recovery(head.at_the_door(), new[0])


def test_whoever_is_halfway_has_a_quarter_of_an_hour(head: School) -> None:
    token = head.at_the_door()
    head.pass_by(seconds=HALFWAY_LASTS.total_seconds() - 1)
    assert head.accounts.halfway(token)
    head.pass_by(seconds=1)
    assert head.accounts.halfway(token) is None
    with pytest.raises(AccountError, match="took too long"):
        head.accounts.set_up(token, "123456")
    assert HALFWAY_LASTS < SESSION_LASTS


def test_who_need_not_may_all_the_same_and_is_then_asked(school: School) -> None:
    school.add(AccountRole.OFFICE)
    token = school.at_the_door()
    assert school.accounts.offered(token) is None
    school.accounts.offer_second_step(token)
    inside, _ = school.set_up(token)
    assert school.accounts.session(inside)
    assert school.accounts.session(school.at_the_door()) is None
    school.pass_by(minutes=1)
    school.accounts.remove_second_step(inside, school.code())
    assert school.accounts.session(inside) is None
    assert school.accounts.session(school.at_the_door())


def test_a_phone_is_taken_out_only_with_a_code_of_it(head: School) -> None:
    inside, _ = head.set_up(head.at_the_door())
    with pytest.raises(AccountError, match="wrong"):
        head.accounts.remove_second_step(inside, "000000")
    assert head.accounts.session(inside)


def test_what_was_reset_is_set_up_anew_and_nothing_of_the_old_still_works(head: School) -> None:
    inside, codes = head.set_up(head.at_the_door())
    head.accounts.reset_second_step(EMAIL)
    assert head.accounts.session(inside) is None
    token = head.at_the_door()
    with pytest.raises(AccountError):
        head.accounts.pass_by_recovery(token, codes[0])
    with pytest.raises(AccountError):
        head.accounts.pass_second_step(token, head.code())
    assert head.set_up(token)
    head.accounts.reset_second_step(EMAIL)
    with pytest.raises(AccountError, match="no second step"):
        head.accounts.reset_second_step(EMAIL)


def test_a_new_password_does_not_take_the_second_step_away(head: School) -> None:
    head.set_up(head.at_the_door())
    head.accounts.set_password(head.accounts.invite(EMAIL), "eight purple kettles")
    token = head.accounts.sign_in(EMAIL, "eight purple kettles")
    assert head.accounts.session(token) is None
    assert head.accounts.offered(token) is None


def test_a_disabled_account_is_not_halfway_either(head: School) -> None:
    token = head.at_the_door()
    head.accounts.disable(EMAIL)
    assert head.accounts.halfway(token) is None
    assert head.accounts.offered(token) is None


def test_neither_secret_nor_recovery_code_can_be_read_from_the_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'monitor.db'}")
    school = School(database, tmp_path / "key" / "dashboard-key.txt")
    school.add(AccountRole.HEAD)
    token = school.at_the_door()
    offered = school.accounts.offered(token)
    _, codes = school.set_up(token)
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert offered
    for secret in (offered, *codes, codes[0].replace("-", "")):
        assert secret.encode() not in kept
    key = tmp_path / "key" / "dashboard-key.txt"
    assert key.stat().st_mode & 0o077 == 0
    assert list(key.parent.iterdir()) == [key], "no half-written file is left"


def test_without_its_key_the_second_step_says_where_that_should_be(head: School) -> None:
    _, codes = head.set_up(head.at_the_door())
    head.pass_by(minutes=1)
    key = head.vault.file
    away = key.rename(key.with_name("away"))
    with pytest.raises(VaultLocked, match=r"dashboard-key\.txt"):
        head.accounts.pass_second_step(head.at_the_door(), head.code())
    assert head.accounts.pass_by_recovery(head.at_the_door(), codes[0])
    key.write_text("another key, which is long enough to be one\n")
    with pytest.raises(VaultLocked, match="another than"):
        head.accounts.pass_second_step(head.at_the_door(), head.code())
    away.rename(key)
    assert head.accounts.pass_second_step(head.at_the_door(), head.code())


def test_a_key_from_the_configuration_must_be_long(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = Vault(file=Path("/nowhere/key"), kept=Reference("env", "TEST_DASHBOARD_KEY"))
    monkeypatch.setenv("TEST_DASHBOARD_KEY", "short")
    with pytest.raises(VaultLocked, match="shorter than 32"):
        vault.lock("x")
    monkeypatch.setenv("TEST_DASHBOARD_KEY", "k" * 32)
    assert vault.unlock(vault.lock("x")) == "x"
