"""Who may sign in to the dashboard: accounts, one-time links, sessions, tries.

No password and no token is stored, only their hashes; a link or a cookie read from a
stolen database opens nothing. There is no default account: the first one is made with
`monitor users add`, which prints a link with which that person sets a password.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlmodel import Session, col, delete, func, select, update

from monitor.store.account_tables import (
    AccountRow,
    InviteRow,
    SessionRow,
    TryRow,
    by_email,
    digest,
    forget_links,
    forget_sessions_of,
    forget_tries,
    key_of,
)
from monitor.store.database import Database
from monitor.store.passwords import comparable, why_weak

INVITE_LASTS = timedelta(hours=24)
IDLE_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)
TRIES = 10
TRIES_WITHIN = timedelta(minutes=15)
_NOTED_EVERY = timedelta(minutes=1)  # so that not every page view writes
_AT_ONCE = 2  # each check of a password takes 64 MiB for a moment
_EMAIL = re.compile(r"[^\s@<>\"',;:]{1,64}@[^\s@<>\"',;:]{1,190}\.[^\s@<>\"',;:.]{2,60}")


class AccountRole(StrEnum):
    HEAD = "head"
    OFFICE = "office"
    DSL = "dsl"
    GOVERNOR = "governor"
    ADMIN = "admin"


class AccountError(ValueError):
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


class Accounts:
    """Raises StoreError, like all that lives in the database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(_AT_ONCE)
        # Checked when there is no account, so that an answer takes as long either way.
        self._nobody = self._hasher.hash(secrets.token_hex())

    def add(self, email: str, role: AccountRole, schools: Iterable[str]) -> str:
        """A new account, or one that was disabled, anew. Returns the token of its invite.

        Raises AccountError.
        """
        email, places = _email(email), sorted(set(schools))
        if not places:
            raise AccountError("Say for which school this account is.")
        with self._database.transaction() as session:
            row = by_email(session, email)
            if row is not None and row.disabled_at is None:
                raise AccountError(
                    f"There already is an account for {email}. To change it, disable it and "
                    "add it again."
                )
            row = row or AccountRow(email=email, role="", schools=[], created_at=self._clock())
            row.role, row.schools = role.value, places
            row.password_hash = row.disabled_at = None
            session.add(row)
            session.flush()
            forget_sessions_of(session, row)
            return self._invite(session, row)

    def invite(self, email: str) -> str:
        """The token of a new link for a person who lost the first, or their password."""
        with self._database.transaction() as session:
            return self._invite(session, _active(session, _email(email)))

    def everyone(self) -> list[Account]:
        with self._database.reading() as session:
            rows = session.exec(select(AccountRow).order_by(col(AccountRow.email)))
            return [_account(row) for row in rows]

    def disable(self, email: str) -> None:
        """Ends every session of the account at once. Raises AccountError."""
        with self._database.transaction() as session:
            row = _active(session, _email(email))
            row.disabled_at = self._clock()
            row.password_hash = None
            session.add(row)
            forget_links(session, row)
            forget_sessions_of(session, row)

    def invited(self, token: str) -> Account | None:
        """Whose link this is; None when it is used, too old or was never given."""
        with self._database.reading() as session:
            row = self._invited(session, token)
            return None if row is None else _account(row)

    def set_password(self, token: str, password: str) -> None:
        """Uses up the link; whoever was signed in with the old password no longer is.

        Raises AccountError: a weak password leaves the link as it is.
        """
        invited = self.invited(token)
        if invited is None:
            raise AccountError(_LINK_IS_DEAD)
        weak = why_weak(password, invited.email)
        if weak:
            raise AccountError(weak)
        with self._turn:
            hashed = self._hasher.hash(comparable(password))
        with self._database.transaction() as session:
            row = self._invited(session, token, lock=True)
            if row is None:
                raise AccountError(_LINK_IS_DEAD)
            row.password_hash = hashed
            session.add(row)
            forget_links(session, row)
            forget_sessions_of(session, row)
            forget_tries(session, row.email)

    def sign_in(self, email: str, password: str) -> str:
        """The token of a new session. Raises AccountError."""
        typed = email.strip().casefold()
        found = self._note_try(typed)
        known = found.password_hash if found else None
        with self._turn:
            right = self._right(known or self._nobody, password)
        if found is None or known is None or not right:
            raise AccountError(
                "This e-mail address and password do not belong together. If you have lost "
                "your password, ask for a new link."
            )
        return self._start_session(found, password)

    def session(self, token: str) -> Account | None:
        """Whose session this is; None when it has ended, or the account is disabled."""
        now = self._clock()
        with self._database.reading() as session:
            found = session.get(SessionRow, digest(token))
            if found is None or _over(found, now):
                return None
            row = session.get(AccountRow, found.account)
            if row is None or row.disabled_at is not None:
                return None
        if now - found.last_seen_at > _NOTED_EVERY:
            self._note_seen(found, now)
        return _account(row)

    def sign_out(self, token: str) -> None:
        with self._database.transaction() as session:
            session.exec(delete(SessionRow).where(col(SessionRow.token_sha256) == digest(token)))

    def _invite(self, session: Session, row: AccountRow) -> str:
        forget_links(session, row)
        token = secrets.token_urlsafe(32)
        expires = self._clock() + INVITE_LASTS
        session.add(InviteRow(token_sha256=digest(token), account=key_of(row), expires_at=expires))
        return token

    def _note_seen(self, found: SessionRow, now: datetime) -> None:
        this = col(SessionRow.token_sha256) == found.token_sha256
        with self._database.transaction() as session:
            session.exec(update(SessionRow).where(this).values(last_seen_at=now))

    def _invited(self, session: Session, token: str, *, lock: bool = False) -> AccountRow | None:
        invite = session.get(InviteRow, digest(token), with_for_update=lock or None)
        if invite is None or invite.expires_at <= self._clock():
            return None
        row = session.get(AccountRow, invite.account)
        return row if row is not None and row.disabled_at is None else None

    def _note_try(self, typed: str) -> AccountRow | None:
        """Counted before it is checked, so that many at once are not one too many."""
        now, name = self._clock(), digest(typed)
        with self._database.transaction() as session:
            session.exec(delete(TryRow).where(col(TryRow.at) <= now - TRIES_WITHIN))
            row = by_email(session, typed, lock=True)
            tries = session.exec(
                select(func.count()).select_from(TryRow).where(TryRow.email_sha256 == name)
            ).one()
            if tries >= TRIES:
                raise AccountError(
                    "Too many tries. Wait a quarter of an hour, or ask for a new link."
                )
            session.add(TryRow(email_sha256=name, at=now))
            return row if row is not None and row.disabled_at is None else None

    def _right(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, comparable(password))
        except (Argon2Error, InvalidHashError):
            return False

    def _start_session(self, checked: AccountRow, password: str) -> str:
        now, token = self._clock(), secrets.token_urlsafe(32)
        with self._database.transaction() as session:
            row = session.get(AccountRow, checked.id)
            if row is None or row.password_hash != checked.password_hash:
                raise AccountError("This account was changed just now. Please sign in again.")
            if self._hasher.check_needs_rehash(row.password_hash or ""):
                row.password_hash = self._hasher.hash(comparable(password))
                session.add(row)
            forget_tries(session, row.email)
            session.exec(
                delete(SessionRow).where(col(SessionRow.started_at) < now - SESSION_LASTS)
            )
            begun = SessionRow(
                token_sha256=digest(token), account=key_of(row), started_at=now, last_seen_at=now
            )
            session.add(begun)
        return token


_LINK_IS_DEAD = (
    "This link no longer works: it was used, or is older than a day. Ask whoever gave it to "
    "you for a new one."
)


def _email(text: str) -> str:
    email = text.strip().casefold()
    if not _EMAIL.fullmatch(email):
        raise AccountError(f"{text!r} is not an e-mail address.")
    return email


def _active(session: Session, email: str) -> AccountRow:
    row = by_email(session, email)
    if row is None or row.disabled_at is not None:
        raise AccountError(
            f"There is no account for {email}. `monitor users list` shows all of them."
        )
    return row


def _over(session: SessionRow, now: datetime) -> bool:
    return now - session.last_seen_at >= IDLE_LASTS or now - session.started_at >= SESSION_LASTS


def _account(row: AccountRow) -> Account:
    return Account(
        id=key_of(row),
        email=row.email,
        role=AccountRole(row.role),
        schools=frozenset(row.schools),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
