"""The one-time link with which a person sets their password."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlmodel import Session

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.audit import DOOR, Act
from monitor.custody import COMMAND_LINE
from monitor.store.account import Account, AccountError, account_from, active, email_in
from monitor.store.account_tables import (
    AccountRow,
    InviteRow,
    digest,
    forget_links,
    forget_sessions_of,
    forget_tries,
    key_of,
)
from monitor.store.entrance import Entrance
from monitor.store.passwords import comparable, why_weak

INVITE_LASTS = timedelta(hours=24)
LINKS = 20  # that one person may make within a quarter of an hour


class Links(Entrance):
    def invite(self, email: str, *, by: str = COMMAND_LINE) -> str:
        """The token of a new link for a person who lost the first, or their password."""
        with self._database.transaction() as session:
            row = active(session, email_in(email))
            self._count_links(session, by)
            self._write_down(session, Act.LINK_MADE, row, by)
            return self._invite(session, row)

    def invited(self, token: str) -> Account | None:
        """Whose link this is; None when it is used, too old or was never given."""
        with self._database.reading() as session:
            row = self._invited(session, token)
            return None if row is None else account_from(row)

    def set_password(self, token: str, password: str) -> None:
        """Uses up the link; whoever was signed in with the old password no longer is. A second
        step stays as it is: a link alone lets nobody in who has one.

        Raises AccountError: a weak password leaves the link as it is.
        """
        invited = self.invited(token)
        if invited is None or invited.role in NO_PASSWORD:
            raise AccountError(_LINK_IS_DEAD)
        weak = why_weak(password, invited.email)
        if weak:
            raise AccountError(weak)
        hashed = self._hash(comparable(password))
        with self._database.transaction() as session:
            row = self._invited(session, token, lock=True)
            if row is None:
                raise AccountError(_LINK_IS_DEAD)
            row.password_hash = hashed
            session.add(row)
            forget_links(session, row)
            forget_sessions_of(session, row)
            forget_tries(session, row.email)
            self._write_down(session, Act.PASSWORD_SET, row, DOOR)

    def _use_up(self, session: Session, token: str) -> AccountRow | None:
        """Whose link it was that lets in without a password."""
        row = self._invited(session, token, lock=True)
        if row is None or AccountRole(row.role) not in NO_PASSWORD:
            return None
        forget_links(session, row)
        return row

    def _count_links(self, session: Session, by: str) -> None:
        if by != COMMAND_LINE:
            self._note_try(session, f"links made by {by}", LINKS, _TOO_MANY_LINKS)

    def _invite(self, session: Session, row: AccountRow) -> str:
        forget_links(session, row)
        token = secrets.token_urlsafe(32)
        expires = self._clock() + INVITE_LASTS
        session.add(InviteRow(token_sha256=digest(token), account=key_of(row), expires_at=expires))
        return token

    def _invited(self, session: Session, token: str, *, lock: bool = False) -> AccountRow | None:
        invite = session.get(InviteRow, digest(token), with_for_update=lock or None)
        if invite is None or invite.expires_at <= self._clock():
            return None
        row = session.get(AccountRow, invite.account)
        return row if row is not None and row.disabled_at is None else None


_TOO_MANY_LINKS = "Too many links at once. Wait a quarter of an hour."
_LINK_IS_DEAD = (
    "This link no longer works: it was used, or is older than a day. Ask whoever gave it to "
    "you for a new one."
)
