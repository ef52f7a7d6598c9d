"""Accounts in a real database, with a clock and a phone that a test moves on.

`with accounts_in(database_url, folder) as school` in a test's own fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from pyotp import TOTP
from sqlmodel import select

from monitor.account_role import AccountRole
from monitor.openid import Kind, Person
from monitor.passkey import party_at
from monitor.store.accounts import Account, Accounts
from monitor.store.audit import AuditRow
from monitor.store.store import Store
from monitor.vault import Vault
from tests.authenticator import Device

ADDRESS = "https://monitor.wexcombepark.example"
PARTY = party_at(ADDRESS)
OFFICE, HEAD = "office@wexcombepark.example", "head@wexcombepark.example"
PASSWORD = "seven purple kettles"
GOOGLE = "https://accounts.google.com"


class School:
    """The office has a password; the head sets up a phone besides at the first sign-in."""

    def __init__(self, store: Store, key: Path) -> None:
        self.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        self.store = store
        hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
        self.accounts = Accounts(store, lambda: self.now, Vault(file=key), hasher)
        self.phone: TOTP | None = None
        for email, role in ((OFFICE, AccountRole.OFFICE), (HEAD, AccountRole.HEAD)):
            link = self.accounts.add(email, role, ["wexcombe"])
            self.accounts.set_password(link, PASSWORD)

    def account(self, email: str = OFFICE) -> Account:
        return next(each for each in self.accounts.everyone() if each.email == email)

    def inside(self, email: str = OFFICE) -> str:
        """The token of a whole session, by the password and, where there is one, the phone."""
        token = self.accounts.sign_in(email, PASSWORD)
        if secret := self.accounts.offered(token):
            self.phone = TOTP(secret)
            token, _ = self.accounts.set_up(token, self.code())
        return token

    def code(self) -> str:
        self.now += timedelta(seconds=30)
        assert self.phone is not None
        return self.phone.at(self.now)

    def add(self, token: str, device: Device, proof: str = PASSWORD, name: str = "Phone") -> None:
        question = self.accounts.begin_passkey(token, name, proof, PARTY)
        self.accounts.add_passkey(token, device.make(question), PARTY)

    def enter(self, device: Device) -> Account | None:
        ticket, question = self.accounts.begin_entrance(PARTY)
        token = self.accounts.enter_by_passkey(ticket, device.use(question), PARTY)
        return self.accounts.session(token)

    def enter_as(self, person: Person) -> str:
        """Whose account it opens, or "halfway"."""
        account = self.accounts.session(self.accounts.enter_as(person))
        return account.email if account else "halfway"

    def acts(self) -> list[str]:
        with self.store.reading() as session:
            return [row.act for row in session.exec(select(AuditRow).order_by("n"))]


def somebody(
    email: str = OFFICE, subject: str = "1", *, issuer: str = GOOGLE, second: bool = False
) -> Person:
    """As Google vouches for them."""
    return Person(
        kind=Kind.GOOGLE, issuer=issuer, subject=subject, email=email, second_factor=second
    )


@contextmanager
def accounts_in(database_url: str, folder: Path) -> Iterator[School]:
    store = Store(database_url)
    try:
        yield School(store, folder / "key" / "dashboard-key.txt")
    finally:
        store.close()
