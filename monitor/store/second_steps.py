"""The second step: set up once with an authenticator app, then asked for at every sign-in.

Its secret is kept encrypted and is shown only while it is being set up. A code counts once, and
so does each recovery code, of which only the hash is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, col, delete, func, select

from monitor.audit import Act
from monitor.custody import COMMAND_LINE
from monitor.second_step import moment_of, new_secret, plain, recovery_codes
from monitor.store.account import Account, AccountError, active, email_in
from monitor.store.account_tables import (
    AccountRow,
    RecoveryRow,
    SessionRow,
    forget_passkeys,
    forget_second_step,
    forget_sessions_of,
    forget_tries,
    key_of,
)
from monitor.store.passwords import comparable
from monitor.store.sessions import Sessions

CODE_TRIES = 5  # of a million codes, three are right at any time


class SecondSteps(Sessions):
    def offer_second_step(self, token: str) -> None:
        """For somebody who is in and has none yet: a secret to set up with this token only."""
        with self._database.transaction() as session:
            found, row = self._running(session, token)
            if found is not None and row is not None and found.whole and not row.second_step:
                found.offered = self._vault.lock(new_secret())
                session.add(found)

    def offered(self, token: str) -> str | None:
        """The secret that waits to be set up."""
        with self._database.reading() as session:
            found, row = self._running(session, token)
            if found is None or row is None or row.second_step or not found.offered:
                return None
            return self._vault.unlock(found.offered)

    def set_up(self, token: str, code: str) -> tuple[str, list[str]]:
        """With the first code of the app. The token of a whole session, and the recovery codes,
        which nobody is ever shown again. Raises AccountError."""
        codes = recovery_codes()
        hashes = [self._hash(plain(each)) for each in codes]
        self._count(token)
        with self._database.transaction() as session:
            found, row = self._demand(session, token)
            if found.offered is None or row.second_step is not None:
                raise AccountError("This is set up already. Please sign in again.")
            moment = moment_of(self._vault.unlock(found.offered), code, self._clock())
            if moment is None:
                raise AccountError(_WRONG_CODE)
            row.second_step, row.second_step_moment = found.offered, moment
            row.second_step_since = self._clock()
            forget_sessions_of(session, row)
            _keep(session, row, hashes)
            self._write_down(session, Act.STEP_SET_UP, row)
            return self._come_in(session, row), codes

    def pass_second_step(self, token: str, code: str) -> str:
        """The token of a whole session, for one that was halfway. Raises AccountError."""
        account = self._count(token)
        with self._refusals_noted(account), self._database.transaction() as session:
            found, row = self._demand(session, token)
            self._spend(row, code)
            session.delete(found)
            return self._come_in(session, row)

    def pass_by_recovery(self, token: str, code: str) -> str:
        """The same with a recovery code, which is then used up. Raises AccountError."""
        account = self._count(token)
        used = self._matching(account, plain(code))
        with self._refusals_noted(account), self._database.transaction() as session:
            found, row = self._demand(session, token)
            kept = session.get(RecoveryRow, used, with_for_update=True) if used else None
            if kept is None:
                raise AccountError("This is none of your recovery codes, or it was used already.")
            session.delete(kept)
            self._write_down(session, Act.RECOVERY_USED, row)
            session.delete(found)
            return self._come_in(session, row)

    def renew_recovery_codes(self, token: str, code: str) -> list[str]:
        """Ten new ones in place of the old. Raises AccountError."""
        codes = recovery_codes()
        hashes = [self._hash(plain(each)) for each in codes]
        self._count(token)
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            self._spend(row, code)
            forget_tries(session, tries_of(row))
            _keep(session, row, hashes)
            self._write_down(session, Act.RECOVERY_RENEWED, row)
        return codes

    def remove_second_step(self, token: str, code: str) -> None:
        """For another phone, or for good where the role does not need it. Ends all sessions of
        the account. Raises AccountError."""
        self._count(token)
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            self._spend(row, code)
            forget_tries(session, tries_of(row))
            forget_second_step(session, row)
            self._write_down(session, Act.STEP_REMOVED, row)

    def reset_second_step(self, email: str, *, by: str = COMMAND_LINE) -> None:
        """For whoever lost phone and recovery codes; passkeys may be lost with the phone, and go,
        too. Raises AccountError."""
        with self._database.transaction() as session:
            row = active(session, email_in(email))
            had_passkeys = forget_passkeys(session, row)
            if row.second_step is None and not had_passkeys:
                raise AccountError(f"{row.email} has no second step that could be reset.")
            forget_second_step(session, row)
            self._write_down(session, Act.STEP_RESET, row, by)

    def confirm(self, token: str, proof: str) -> None:
        """That it is still they who sit there, before their ways in are changed: by a code, or
        without a second step by the password. Raises AccountError."""
        account = self._count(token)
        with_code = account.second_step is not None
        if not with_code and account.password_hash is None:
            raise AccountError("Set up a second step first, or ask for a link to set a password.")
        if not with_code and not self._right(account.password_hash or "", comparable(proof)):
            raise AccountError("This is not your password.")
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            if with_code:
                self._spend(row, proof)
            elif row.password_hash != account.password_hash:
                raise AccountError("Your account was changed just now. Please sign in again.")
            forget_tries(session, tries_of(row))

    def recovery_codes_left(self, account: Account) -> int:
        query = select(func.count()).where(RecoveryRow.account == account.id)
        with self._database.reading() as session:
            return session.exec(query).one()

    @contextmanager
    def _refusals_noted(self, account: AccountRow, what: Act = Act.STEP_REFUSED) -> Iterator[None]:
        """Somebody knows the password and not the code: that should be seen."""
        try:
            yield
        except AccountError:
            self._note_refusal(account, what)
            raise

    def _count(self, token: str) -> AccountRow:
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            self._note_try(session, tries_of(row), CODE_TRIES, _TOO_MANY_CODES)
            return row

    def _demand(self, session: Session, token: str) -> tuple[SessionRow, AccountRow]:
        found, row = self._running(session, token, lock=True)
        if found is None or row is None:
            raise AccountError("That took too long. Please sign in again.")
        return found, row

    def _spend(self, row: AccountRow, code: str) -> None:
        """A code counts once, and none that is older than one that was used."""
        secret = self._vault.unlock(row.second_step) if row.second_step else ""
        moment = moment_of(secret, code, self._clock()) if secret else None
        if moment is None or moment <= row.second_step_moment:
            raise AccountError(_WRONG_CODE)
        row.second_step_moment = moment

    def _come_in(self, session: Session, row: AccountRow) -> str:
        forget_tries(session, tries_of(row))
        return self._begin(session, row, whole=True)

    def _matching(self, row: AccountRow, typed: str) -> int | None:
        with self._database.reading() as session:
            kept = session.exec(select(RecoveryRow).where(RecoveryRow.account == row.id)).all()
        return next((each.id for each in kept if self._right(each.code_hash, typed)), None)


_WRONG_CODE = (
    "This code is wrong or was used already. Wait for the next one; if none is right, check that "
    "the clock of your phone sets itself."
)
_TOO_MANY_CODES = "Too many wrong tries. Wait a quarter of an hour."


def tries_of(row: AccountRow) -> str:
    return f"second step of account {key_of(row)}"


def _keep(session: Session, row: AccountRow, hashes: list[str]) -> None:
    session.add(row)
    session.exec(delete(RecoveryRow).where(col(RecoveryRow.account) == row.id))
    session.add_all(RecoveryRow(account=key_of(row), code_hash=each) for each in hashes)
