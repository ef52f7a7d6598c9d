"""What all ways in share: the database, the clock, what hashes, and how often one may try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlmodel import Session, col, delete, func, select

from monitor.account_letter import TOLD
from monitor.audit import Act, Trace
from monitor.audit import account as named
from monitor.store.account import AccountError
from monitor.store.account_letters import promise
from monitor.store.account_tables import AccountRow, TryRow, digest, key_of
from monitor.store.audit import note
from monitor.store.database import Database
from monitor.vault import Vault

TRIES_WITHIN = timedelta(minutes=15)
_AT_ONCE = 2  # each check of a password takes 64 MiB for a moment


class Entrance:
    """Raises StoreError, like all that lives in the database."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        vault: Vault,
        hasher: PasswordHasher | None = None,
    ) -> None:
        """*vault*: keeps the secrets of the second step."""
        self._database = database
        self._clock = clock
        self._vault = vault
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(_AT_ONCE)

    def _hash(self, secret: str) -> str:
        with self._turn:
            return self._hasher.hash(secret)

    def _right(self, known: str, secret: str) -> bool:
        try:
            with self._turn:
                return self._hasher.verify(known, secret)
        except (Argon2Error, InvalidHashError):
            return False

    def _note_try(self, session: Session, what: str, most: int, too_many: str) -> None:
        """Counted before it is checked, so that many at once are not one too many.

        Raises AccountError with the sentence *too_many*.
        """
        now, name = self._clock(), digest(what)
        session.exec(delete(TryRow).where(col(TryRow.at) <= now - TRIES_WITHIN))
        tries = session.exec(
            select(func.count()).select_from(TryRow).where(TryRow.email_sha256 == name)
        ).one()
        if tries >= most:
            raise AccountError(too_many)
        session.add(TryRow(email_sha256=name, at=now))

    def _write_down(
        self,
        session: Session,
        act: Act,
        row: AccountRow,
        by: str | None = None,
        *,
        detail: str = "",
    ) -> int:
        """In the audit log, of which it is the number; what nobody else did, the account did
        itself. Where it must be told of it, a mail is promised, which holds *detail*, too."""
        subject = named(key_of(row))
        trace = Trace(act=act, subject=subject, actor=by or subject, at=self._clock())
        line = note(session, trace)
        if act in TOLD:
            promise(session, row, line, trace.at, detail=detail)
        return line
