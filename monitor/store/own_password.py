"""Changing one's own password, by whoever knows the present one."""

from __future__ import annotations

from monitor.audit import Act
from monitor.store.account import Account, AccountError
from monitor.store.account_tables import forget_links, forget_sessions_of, forget_tries
from monitor.store.passwords import comparable, why_weak
from monitor.store.second_steps import SecondSteps, tries_of


class OwnPassword(SecondSteps):
    def why_not(self, account: Account, password: str) -> str:
        """A sentence for whoever chooses it, or "" when it will do."""
        return why_weak(password, account.email)

    def change_password(self, token: str, present: str, new: str) -> str:
        """The token of a new session: all others end, and open links are dead. Raises
        AccountError."""
        account = self._count(token)
        if account.password_hash is None:
            raise AccountError("You have no password yet. Ask for a link to set one.")
        if not self._right(account.password_hash, comparable(present)):
            raise AccountError("This is not your present password.")
        if weak := why_weak(new, account.email):
            raise AccountError(weak)
        hashed = self._hash(comparable(new))
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            if row.password_hash != account.password_hash:
                raise AccountError("Your account was changed just now. Please sign in again.")
            row.password_hash = hashed
            session.add(row)
            forget_links(session, row)
            forget_sessions_of(session, row)
            forget_tries(session, tries_of(row))
            self._write_down(session, Act.PASSWORD_CHANGED, row)
            return self._begin(session, row, whole=True)
