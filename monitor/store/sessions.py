"""Signing in, and staying so for a while. A session is whole, or still halfway: the password
was right, and the second step is outstanding. Halfway opens nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlmodel import Session, col, delete, select, update

from monitor.account_role import SECOND_STEP_NEEDED, AccountRole
from monitor.audit import DOOR, Act
from monitor.second_step import new_secret
from monitor.store.account import Account, AccountError, account_from
from monitor.store.account_tables import (
    AccountRow,
    SessionRow,
    by_email,
    digest,
    forget_sessions_before,
    forget_tries,
    key_of,
)
from monitor.store.database import Database
from monitor.store.entrance import Entrance
from monitor.store.passwords import comparable
from monitor.vault import Vault

IDLE_LASTS = timedelta(minutes=30)
SESSION_LASTS = timedelta(hours=12)
HALFWAY_LASTS = timedelta(minutes=15)  # time to fetch the phone, or to set it up
TRIES = 10
_NOTED_EVERY = timedelta(minutes=1)  # so that not every page view writes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """`handle` names it on a page; nobody gets in with it."""

    handle: str
    account: int
    started_at: datetime
    last_seen_at: datetime


class Sessions(Entrance):
    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        vault: Vault,
        hasher: PasswordHasher | None = None,
    ) -> None:
        super().__init__(database, clock, vault, hasher)
        # Checked when there is no account, so that an answer takes as long either way.
        self._nobody = self._hasher.hash(secrets.token_hex())

    def sign_in(self, email: str, password: str) -> str:
        """The token of a new session, which may be halfway. Raises AccountError."""
        typed = email.strip().casefold()
        found = self._tried(typed)
        known = found.password_hash if found else None
        right = self._right(known or self._nobody, comparable(password))
        if found is None or known is None or not right:
            self._note_refusal(found, Act.REFUSED)
            raise AccountError(
                "This e-mail address and password do not belong together. If you have lost "
                "your password, ask for a new link."
            )
        return self._enter(found, password)

    def session(self, token: str) -> Account | None:
        """Whose it is; None when it has ended, is halfway, or the account is disabled."""
        found, account = self._of(token)
        if found is None or not found.whole:
            return None
        if self._clock() - found.last_seen_at > _NOTED_EVERY:
            self._note_seen(found)
        return account

    def halfway(self, token: str) -> Account | None:
        """Who gave the right password, and still owes the second step."""
        found, account = self._of(token)
        return account if found is not None and not found.whole else None

    def sign_out(self, token: str) -> None:
        with self._database.transaction() as session:
            found, row = self._running(session, token)
            if found is not None and row is not None and found.whole:
                self._write_down(session, Act.SIGNED_OUT, row)
            session.exec(delete(SessionRow).where(col(SessionRow.token_sha256) == digest(token)))

    def sessions(self, accounts: Iterable[Account]) -> list[OpenSession]:
        """Of these, all that have not ended, the last used first."""
        ids = [account.id for account in accounts]
        rows = select(SessionRow).where(col(SessionRow.account).in_(ids), col(SessionRow.whole))
        with self._database.reading() as session:
            found = session.exec(rows.order_by(col(SessionRow.last_seen_at).desc())).all()
        return [_open(row) for row in found if not _over(row, self._clock())]

    def end_session(self, account: Account, handle: str, *, by: str) -> None:
        """Whose it was is out at the next click. Nothing happens to one that has ended."""
        theirs = select(SessionRow).where(SessionRow.account == account.id)
        with self._database.transaction() as session:
            for found in session.exec(theirs):
                if _open(found).handle == handle:
                    row = session.get_one(AccountRow, found.account)
                    self._write_down(session, Act.SESSION_ENDED, row, by)
                    session.delete(found)

    def _of(self, token: str) -> tuple[SessionRow | None, Account | None]:
        with self._database.reading() as session:
            found, row = self._running(session, token)
            return (found, account_from(row)) if row is not None else (None, None)

    def _running(
        self, session: Session, token: str, *, lock: bool = False
    ) -> tuple[SessionRow | None, AccountRow | None]:
        """A session that has not ended, and whose it is; the account is locked, if asked."""
        found = session.get(SessionRow, digest(token))
        if found is None or _over(found, self._clock()):
            return None, None
        row = session.get(AccountRow, found.account, with_for_update=lock or None)
        return (found, row) if row is not None and row.disabled_at is None else (None, None)

    def _begin(
        self, session: Session, row: AccountRow, *, whole: bool, how: Act = Act.SIGNED_IN
    ) -> str:
        """A new session with a new token."""
        now, token = self._clock(), secrets.token_urlsafe(32)
        forget_sessions_before(session, now - SESSION_LASTS)
        must_set_up = not whole and row.second_step is None
        session.add(
            SessionRow(
                token_sha256=digest(token),
                account=key_of(row),
                started_at=now,
                last_seen_at=now,
                whole=whole,
                offered=self._vault.lock(new_secret()) if must_set_up else None,
            )
        )
        if whole:
            row.signed_in_at = now
            session.add(row)
            self._write_down(session, how, row)
        return token

    def _tried(self, typed: str) -> AccountRow | None:
        with self._database.transaction() as session:
            row = by_email(session, typed, lock=True)
            self._note_try(session, typed, TRIES, _TOO_MANY)
            return row if row is not None and row.disabled_at is None else None

    def _enter(self, checked: AccountRow, password: str) -> str:
        with self._database.transaction() as session:
            row = session.get(AccountRow, checked.id, with_for_update=True)
            if row is None or row.password_hash != checked.password_hash:
                raise AccountError("This account was changed just now. Please sign in again.")
            if self._hasher.check_needs_rehash(row.password_hash or ""):
                row.password_hash = self._hasher.hash(comparable(password))
                session.add(row)
            forget_tries(session, row.email)
            return self._begin(session, row, whole=not owes_second_step(row))

    def _note_refusal(self, row: AccountRow | None, act: Act) -> None:
        """Of an account that there is; what else was typed is nobody's business."""
        if row is not None:
            with self._database.transaction() as session:
                self._write_down(session, act, row, DOOR)

    def _note_seen(self, found: SessionRow) -> None:
        this = col(SessionRow.token_sha256) == found.token_sha256
        with self._database.transaction() as session:
            session.exec(update(SessionRow).where(this).values(last_seen_at=self._clock()))


_TOO_MANY = "Too many tries. Wait a quarter of an hour, or ask for a new link."


def _open(row: SessionRow) -> OpenSession:
    return OpenSession(
        handle=digest(row.token_sha256)[:16],
        account=row.account,
        started_at=row.started_at,
        last_seen_at=row.last_seen_at,
    )


def owes_second_step(row: AccountRow) -> bool:
    """After a password, or an account elsewhere that asked for none."""
    return row.second_step is not None or AccountRole(row.role) in SECOND_STEP_NEEDED


def _over(session: SessionRow, now: datetime) -> bool:
    lasts = SESSION_LASTS if session.whole else HALFWAY_LASTS
    return now - session.last_seen_at >= IDLE_LASTS or now - session.started_at >= lasts
