"""Accounts elsewhere (Microsoft, Google) with which people come in. One is tied to an account here
at its first use, by the e-mail address that the provider vouches for, and from then on is known by
its own number. No account is ever made this way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from monitor.account_role import NO_PASSWORD, AccountRole
from monitor.audit import Act
from monitor.openid import NAMES, Kind, Person, Question
from monitor.store.account import Account, AccountError
from monitor.store.account_tables import (
    AccountRow,
    IdentityRow,
    PasskeyRow,
    by_email,
    forget_sessions_of,
    key_of,
)
from monitor.store.passkeys import Passkeys
from monitor.store.sessions import owes_second_step

BACK_WITHIN = timedelta(minutes=10)  # time for a password and a second step there


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    id: int
    name: str  # of the provider
    tied_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Besides a password and a second step. `elsewhere`: names of providers."""

    passkeys: int
    elsewhere: tuple[str, ...]


class Identities(Passkeys):
    def identities(self, account: Account) -> list[Identity]:
        theirs = select(IdentityRow).where(IdentityRow.account == account.id)
        with self._database.reading() as session:
            return [_identity(row) for row in session.exec(theirs.order_by(col(IdentityRow.id)))]

    def begin_elsewhere(self, kind: Kind, question: Question, wanted: str) -> str:
        """A ticket for the browser that is sent there."""
        holds = {
            "state": question.state,
            "nonce": question.nonce,
            "verifier": question.verifier,
            "wanted": wanted,
        }
        return self._start_anew(f"signing in with {kind}", BACK_WITHIN, holds)

    def finish_elsewhere(self, kind: Kind, ticket: str) -> tuple[Question, str]:
        """What it began with, and what was wanted; used up. Raises AccountError."""
        held = self._finish(ticket, f"signing in with {kind}")
        wanted = held.pop("wanted")
        return Question(**held), wanted

    def enter_as(self, person: Person) -> str:
        """The token of a new session, which is halfway where a second step is owed and the
        provider asked for none. Raises AccountError."""
        with self._database.transaction() as session:
            tie = self._tie(session, person)
            row = session.get(AccountRow, tie.account, with_for_update=True)
            if row is None or row.disabled_at is not None:
                raise AccountError(_nobody(person))
            tie.used_at = self._clock()
            session.add(tie)
            whole = person.second_factor or not owes_second_step(row)
            return self._begin(session, row, whole=whole, how=Act.SIGNED_IN_ELSEWHERE)

    def untie(self, token: str, id_: int, proof: str) -> None:
        """*proof*: as for confirm. One that is gone, or another's, is let be. Raises
        AccountError."""
        self.confirm(token, proof)
        with self._database.transaction() as session:
            _, row = self._demand(session, token)
            tie = session.get(IdentityRow, id_)
            if tie is not None and tie.account == row.id:
                session.delete(tie)
                self._write_down(session, Act.UNTIED, row, detail=tie.kind)

    def cut_tie(self, account: Account, id_: int, *, by: str) -> None:
        """By an administrator. Whoever is in may have come in by it, and is out. One that is
        gone, or another's, is let be."""
        with self._database.transaction() as session:
            tie = session.get(IdentityRow, id_, with_for_update=True)
            if tie is not None and tie.account == account.id:
                row = session.get_one(AccountRow, account.id)
                session.delete(tie)
                forget_sessions_of(session, row)
                self._write_down(session, Act.UNTIED, row, by, detail=tie.kind)

    def ways_in(self, accounts: Iterable[Account]) -> dict[int, Ways]:
        """Of each, by the number of the account."""
        ids = [account.id for account in accounts]
        keys = select(PasskeyRow.account).where(col(PasskeyRow.account).in_(ids))
        ties = select(IdentityRow.account, IdentityRow.kind).where(
            col(IdentityRow.account).in_(ids)
        )
        with self._database.reading() as session:
            held = Counter(session.exec(keys))
            tied = sorted({(id_, NAMES[Kind(kind)]) for id_, kind in session.exec(ties)})
        names = {id_: tuple(name for other, name in tied if other == id_) for id_ in ids}
        return {id_: Ways(passkeys=held[id_], elsewhere=names[id_]) for id_ in ids}

    def _tie(self, session: Session, person: Person) -> IdentityRow:
        known = select(IdentityRow).where(
            IdentityRow.issuer == person.issuer, IdentityRow.subject == person.subject
        )
        return session.exec(known).one_or_none() or self._tied(session, person)

    def _tied(self, session: Session, person: Person) -> IdentityRow:
        row = by_email(session, person.email, lock=True) if person.email else None
        if row is None or row.disabled_at is not None or AccountRole(row.role) in NO_PASSWORD:
            raise AccountError(_nobody(person))
        others = select(IdentityRow).where(
            IdentityRow.account == row.id, IdentityRow.issuer == person.issuer
        )
        if session.exec(others).first() is not None:  # an address that was given to somebody new
            raise AccountError(
                f"The account for {person.email} is tied to another account at "
                f"{NAMES[person.kind]}. Sign in with your password and untie it on your account's "
                "page, or ask whoever looks after the monitor."
            )
        now = self._clock()
        tie = IdentityRow(
            account=key_of(row),
            kind=person.kind,
            issuer=person.issuer,
            subject=person.subject,
            tied_at=now,
            used_at=now,
        )
        session.add(tie)
        self._write_down(session, Act.TIED, row, detail=person.kind)
        return tie


def _nobody(person: Person) -> str:
    name = NAMES[person.kind]
    if not person.email:
        return (
            f"{name} does not vouch for an e-mail address of yours, so it is not known whose "
            "account here is meant. Sign in with your password."
        )
    return (
        f"There is no account here for {person.email}. Ask whoever looks after the monitor at "
        "your school, or choose another account."
    )


def _identity(row: IdentityRow) -> Identity:
    assert row.id is not None  # it was read
    return Identity(
        id=row.id, name=NAMES[Kind(row.kind)], tied_at=row.tied_at, used_at=row.used_at
    )
