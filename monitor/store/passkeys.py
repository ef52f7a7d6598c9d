"""The passkeys of an account: added by whoever is in, and used at the door in place of password
and second step. Each challenge is for one browser, counts once, and for five minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.audit import Act
from monitor.passkey import (
    ANSWER_WITHIN,
    Key,
    NotTrue,
    RelyingParty,
    claimed,
    made,
    new_challenge,
    new_owner,
    to_make,
    to_use,
    used,
)
from monitor.store.account import Account, AccountError
from monitor.store.account_tables import AccountRow, PasskeyRow, key_of
from monitor.store.begun import Begun
from monitor.store.second_steps import SecondSteps

MOST = 20  # passkeys of one account
LONGEST_NAME = 60  # characters
_ADDING, _ENTERING = "adding a passkey", "signing in with a passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


class Passkeys(SecondSteps, Begun):
    def passkeys(self, account: Account) -> list[Passkey]:
        """The first one first."""
        with self._database.reading() as session:
            return [_passkey(row) for row in _rows(session, account.id)]

    def begin_passkey(self, token: str, name: str, proof: str, party: RelyingParty) -> str:
        """What the browser of whoever is in is to be asked, as JSON. *proof*: as for confirm.
        Raises AccountError."""
        name = " ".join(name.split())
        if not 0 < len(name) <= LONGEST_NAME:
            raise AccountError(f"Give it a name of at most {LONGEST_NAME} characters.")
        self.confirm(token, proof)
        challenge = new_challenge()
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            rows = _rows(session, key_of(row))
            if len(rows) >= MOST:
                raise AccountError(f"You have {MOST} passkeys. Remove one that you do not use.")
            owner = rows[0].owner if rows else new_owner()
            holds = {"challenge": challenge, "owner": owner, "name": name}
            self._start(session, token, _ADDING, ANSWER_WITHIN, holds)
            known = [each.handle for each in rows]
            return to_make(party, challenge, owner, row.email, known)

    def add_passkey(self, token: str, answer: str, party: RelyingParty) -> None:
        """Raises AccountError."""
        held = self._finish(token, _ADDING)
        try:
            key = made(party, held["challenge"], answer)
        except NotTrue:
            raise AccountError(_NOT_MADE) from None
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            if _by_handle(session, key.handle) is not None:
                raise AccountError("This passkey is known here already. Nothing was added.")
            session.add(
                PasskeyRow(
                    account=key_of(row),
                    handle=key.handle,
                    owner=held["owner"],
                    public_key=key.public_key,
                    uses=key.uses,
                    name=held["name"],
                    added_at=self._clock(),
                )
            )
            self._write_down(session, Act.PASSKEY_ADDED, row)

    def remove_passkey(self, token: str, id_: int, proof: str) -> None:
        """*proof*: as for confirm. One that is gone, or another's, is let be. Raises
        AccountError."""
        self.confirm(token, proof)
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            kept = session.get(PasskeyRow, id_)
            if kept is not None and kept.account == row.id:
                session.delete(kept)
                self._write_down(session, Act.PASSKEY_REMOVED, row)

    def begin_entrance(self, party: RelyingParty) -> tuple[str, str]:
        """A ticket for the browser of whoever stands at the door, and what it is to be asked."""
        challenge = new_challenge()
        ticket = self._start_anew(_ENTERING, ANSWER_WITHIN, {"challenge": challenge})
        return ticket, to_use(party, challenge)

    def enter_by_passkey(self, ticket: str, answer: str, party: RelyingParty) -> str:
        """The token of a whole session. Raises AccountError."""
        challenge = self._finish(ticket, _ENTERING)["challenge"]
        try:
            claim = claimed(answer)
        except NotTrue:
            raise AccountError(_NOT_TRUE) from None
        with self._database.reading() as session:
            kept = _by_handle(session, claim.handle)
            account = session.get(AccountRow, kept.account) if kept else None
        if kept is None or account is None or account.disabled_at is not None:
            raise AccountError(_UNKNOWN)
        with self._refusals_noted(account, Act.PASSKEY_REFUSED):
            if claim.owner != kept.owner:
                raise AccountError(_NOT_TRUE)
            return self._enter_with(account, kept, challenge, answer, party)

    def _enter_with(
        self,
        account: AccountRow,
        found: PasskeyRow,
        challenge: str,
        answer: str,
        party: RelyingParty,
    ) -> str:
        with self._database.transaction() as session:
            row = session.get(AccountRow, account.id, with_for_update=True)
            kept = session.get(PasskeyRow, found.id, with_for_update=True)
            if row is None or kept is None or row.disabled_at is not None:
                raise AccountError(_UNKNOWN)
            key = Key(handle=kept.handle, public_key=kept.public_key, uses=kept.uses)
            try:
                kept.uses = used(party, challenge, answer, key)
            except NotTrue:
                raise AccountError(_NOT_TRUE) from None
            kept.used_at = self._clock()
            session.add(kept)
            return self._begin(session, row, whole=True, how=Act.SIGNED_IN_BY_PASSKEY)


_NOT_MADE = (
    "The passkey could not be checked, so it was not added. Please try again, in a browser that "
    "is up to date."
)
_NOT_TRUE = (
    "This passkey could not be checked. Please try again; if that does not help, sign in with "
    "your password, remove the passkey on your account's page, and add it anew."
)
_UNKNOWN = (
    "This passkey is not known here: it may have been removed, or the account is disabled. Sign "
    "in with your password."
)


def _rows(session: Session, account: int) -> Sequence[PasskeyRow]:
    theirs = select(PasskeyRow).where(PasskeyRow.account == account)
    return session.exec(theirs.order_by(col(PasskeyRow.id))).all()


def _by_handle(session: Session, handle: str) -> PasskeyRow | None:
    return session.exec(select(PasskeyRow).where(PasskeyRow.handle == handle)).one_or_none()


def _passkey(row: PasskeyRow) -> Passkey:
    assert row.id is not None  # it was read
    return Passkey(id=row.id, name=row.name, added_at=row.added_at, used_at=row.used_at)
