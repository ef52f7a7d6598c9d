"""An account of the dashboard: who, in which role, at which schools, and how they get in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from monitor.account_role import SECOND_STEP_NEEDED, AccountRole
from monitor.failure import Explained
from monitor.store.account_tables import AccountRow, by_email, key_of

_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,190}\.[^\s@<>\"',;:.]{2,60}")


class AccountError(Explained, ValueError):
    """It could not be done; the message says why and what to do, for the person at the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: int
    email: str
    role: AccountRole
    schools: frozenset[str]  # School.id
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None = None
    second_step_since: datetime | None = None
    signed_in_at: datetime | None = None  # last

    @property
    def needs_second_step(self) -> bool:
        return self.role in SECOND_STEP_NEEDED


def account_from(row: AccountRow) -> Account:
    return Account(
        id=key_of(row),
        email=row.email,
        role=AccountRole(row.role),
        schools=frozenset(row.schools),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        second_step_since=row.second_step_since,
        signed_in_at=row.signed_in_at,
    )


def email_in(text: str) -> str:
    """As it is kept. Raises AccountError."""
    email = text.strip().casefold()
    if not _EMAIL.fullmatch(email):
        raise AccountError(f"{text!r} is not an e-mail address.")
    return email


def active(session: Session, email: str) -> AccountRow:
    """Raises AccountError."""
    row = by_email(session, email, lock=True)
    if row is None or row.disabled_at is not None:
        raise AccountError(
            f"There is no account for {email}. `monitor users list` shows all of them."
        )
    return row
