"""Who may sign in to the dashboard: accounts, one-time links, sessions, second steps.

No password and no token is stored, only their hashes; a link or a cookie read from a
stolen database opens nothing. There is no default account: the first one is made with
`monitor users add`, which prints a link with which that person sets a password.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from monitor.account_letter import NEW_ADDRESS
from monitor.account_role import NO_PASSWORD, SECOND_STEP_NEEDED, AccountRole
from monitor.audit import Act
from monitor.custody import COMMAND_LINE
from monitor.store.account import Account, AccountError, account_from, active, email_in
from monitor.store.account_letters import promise
from monitor.store.account_tables import (
    AccountRow,
    by_email,
    forget_identities,
    forget_links,
    forget_passkeys,
    forget_second_step,
    forget_sessions_of,
    key_of,
    works_at,
)
from monitor.store.identities import Identities
from monitor.store.links import Links
from monitor.store.own_password import OwnPassword

__all__ = ["Account", "AccountError", "Accounts"]


class Accounts(Links, OwnPassword, Identities):
    def add(
        self,
        email: str,
        role: AccountRole,
        schools: Iterable[str],
        *,
        by: str = COMMAND_LINE,
    ) -> str:
        """A new account, or one that was disabled, anew. Returns the token of its invite.

        Raises AccountError.
        """
        email, places = email_in(email), sorted(set(schools))
        if not places:
            raise AccountError("Say for which school this account is.")
        with self._database.transaction() as session:
            self._count_links(session, by)
            row = by_email(session, email)
            if row is not None and row.disabled_at is None:
                raise AccountError(
                    f"There already is an account for {email}. To change it, disable it and "
                    "add it again."
                )
            act = Act.ENABLED if row else Act.ADDED
            row = row or AccountRow(email=email, role="", schools=[], created_at=self._clock())
            row.role, row.schools = role.value, places
            row.password_hash = row.disabled_at = None
            session.add(row)
            session.flush()
            forget_second_step(session, row)
            forget_passkeys(session, row)
            forget_identities(session, row)
            self._write_down(session, act, row, by, detail=row.role)
            return self._invite(session, row)

    def enter_by_link(self, token: str) -> str:
        """For a role without a password: the token of a session, for that of a link, which is
        then used up. Raises AccountError."""
        with self._database.transaction() as session:
            row = self._use_up(session, token)
            if row is None:
                raise AccountError("This link no longer works. Ask for a new one.")
            forget_sessions_of(session, row)
            return self._begin(session, row, whole=True)

    def everyone(self) -> list[Account]:
        with self._database.reading() as session:
            rows = session.exec(select(AccountRow).order_by(col(AccountRow.email)))
            return [account_from(row) for row in rows]

    def at(self, school: str) -> list[Account]:
        """All of this school, the disabled ones too."""
        with self._database.reading() as session:
            theirs = select(AccountRow).where(works_at(session, [school]))
            rows = session.exec(theirs.order_by(col(AccountRow.email)))
            return [account_from(row) for row in rows]

    def working_at(
        self, schools: Collection[str], *, like: str = "", limit: int, offset: int = 0
    ) -> list[Account]:
        """Of one of these schools, with *like* in their address: by it, the disabled last."""
        disabled = col(AccountRow.disabled_at).is_not(None)
        with self._database.reading() as session:
            theirs = select(AccountRow).where(*_working_at(session, schools, like))
            page = theirs.order_by(disabled, col(AccountRow.email)).limit(limit).offset(offset)
            return [account_from(row) for row in session.exec(page)]

    def count_at(self, schools: Collection[str], *, like: str = "") -> int:
        with self._database.reading() as session:
            theirs = _working_at(session, schools, like)
            return session.exec(select(func.count(col(AccountRow.id))).where(*theirs)).one()

    def unready_at(self, schools: Collection[str], *, limit: int) -> list[Account]:
        """Who never signed in, or has not set up the second step that their role needs."""
        needed = col(AccountRow.role).in_(SECOND_STEP_NEEDED)
        never = col(AccountRow.signed_in_at).is_(None)
        with self._database.reading() as session:
            theirs = select(AccountRow).where(
                works_at(session, schools),
                col(AccountRow.disabled_at).is_(None),
                col(AccountRow.role).not_in(NO_PASSWORD),
                or_(never, needed & col(AccountRow.second_step_since).is_(None)),
            )
            rows = session.exec(theirs.order_by(col(AccountRow.email)).limit(limit))
            return [account_from(row) for row in rows]

    def by_address(self, email: str) -> Account | None:
        """The disabled ones, too."""
        with self._database.reading() as session:
            row = by_email(session, email.strip().casefold())
            return None if row is None else account_from(row)

    def known(self, ids: Iterable[int]) -> dict[int, Account]:
        """Those of these that there are."""
        query = select(AccountRow).where(col(AccountRow.id).in_(set(ids)))
        with self._database.reading() as session:
            return {key_of(row): account_from(row) for row in session.exec(query)}

    def change(
        self,
        email: str,
        *,
        to: str,
        role: AccountRole,
        schools: Iterable[str],
        by: str = COMMAND_LINE,
    ) -> None:
        """The same person under the address *to*, in this role at these schools. Their ways in
        stay, and whoever is in is out: the new role may ask for a second step. The old address is
        told, too. Raises AccountError."""
        to, places = email_in(to), sorted(set(schools))
        with self._database.transaction() as session:
            row = active(session, email_in(email))
            if not places or (row.role != role.value and NO_PASSWORD & {role, row.role}):
                raise AccountError(_NOT_SO)
            if row.email != to:
                self._move(session, row, to, by)
            if (row.role, sorted(row.schools)) != (role.value, places):
                row.role, row.schools = role.value, places
                self._write_down(session, Act.ROLE_CHANGED, row, by, detail=row.role)
            session.add(row)
            forget_links(session, row)
            forget_sessions_of(session, row)

    def _move(self, session: Session, row: AccountRow, to: str, by: str) -> None:
        """Both addresses are told; the old one first, while it is still the account's."""
        if by_email(session, to) is not None:
            raise AccountError(f"There is, or was, another account for {to}.")
        line = self._write_down(session, Act.ADDRESS_CHANGED, row, by)
        row.email = to
        promise(session, row, line, self._clock(), detail=NEW_ADDRESS)

    def disable(self, email: str, *, by: str = COMMAND_LINE) -> None:
        """Ends every session of the account at once. Raises AccountError."""
        with self._database.transaction() as session:
            row = active(session, email_in(email))
            row.disabled_at = self._clock()
            row.password_hash = None
            forget_links(session, row)
            forget_second_step(session, row)
            forget_passkeys(session, row)
            forget_identities(session, row)
            self._write_down(session, Act.DISABLED, row, by)


def _working_at(
    session: Session, schools: Collection[str], like: str
) -> tuple[ColumnElement[bool], ...]:
    address = col(AccountRow.email).contains(like.strip().casefold(), autoescape=True)
    return works_at(session, schools), address


_NOT_SO = (
    "Say for which school this account is. A colleague who only reports cannot be given another "
    "role, nor can somebody become one: disable the account and add it anew."
)
