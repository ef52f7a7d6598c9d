"""The tables behind accounts.py, and small questions to them; hashes stand for secrets."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, BigInteger, ColumnElement, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, delete, func, select

from monitor.store.tables import UtcDateTime


def _when(*, nullable: bool = False, index: bool = False) -> Any:
    default = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, index=index, **default)  # type: ignore[call-overload]  # SQLModel's overloads know no TypeDecorator


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True)
    role: str
    schools: list[str] = Field(sa_type=JSON)
    password_hash: str | None = None
    created_at: datetime = _when()
    disabled_at: datetime | None = _when(nullable=True)
    second_step: str | None = None  # its secret, locked by the vault
    second_step_since: datetime | None = _when(nullable=True)
    second_step_moment: int = 0  # of the last code that was used
    signed_in_at: datetime | None = _when(nullable=True)


class InviteRow(SQLModel, table=True):
    """A link that sets a password, once."""

    __tablename__ = "invite"
    token_sha256: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    expires_at: datetime = _when()


class SessionRow(SQLModel, table=True):
    __tablename__ = "session"
    token_sha256: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    started_at: datetime = _when()
    last_seen_at: datetime = _when()
    whole: bool = False  # the second step is done, or was not needed
    offered: str | None = None  # a secret that waits to be set up, locked by the vault


class RecoveryRow(SQLModel, table=True):
    """A recovery code that was not used yet."""

    __tablename__ = "recovery_code"
    id: int | None = Field(default=None, primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    code_hash: str


class PasskeyRow(SQLModel, table=True):
    """As monitor.passkey keeps them. `owner`: who it is, on the person's devices; the same for all
    passkeys of an account."""

    __tablename__ = "passkey"
    id: int | None = Field(default=None, primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    handle: str = Field(unique=True)
    owner: str
    public_key: str
    uses: int = Field(sa_type=BigInteger)  # devices count in 32 bits without sign
    name: str
    added_at: datetime = _when()
    used_at: datetime | None = _when(nullable=True)


class IdentityRow(SQLModel, table=True):
    """An account elsewhere that is tied to one here. `subject`: its number there."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    id: int | None = Field(default=None, primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    kind: str
    issuer: str
    subject: str
    tied_at: datetime = _when()
    used_at: datetime = _when()


class BegunRow(SQLModel, table=True):
    """What was begun at the door, or on one's account, and is finished a moment later.
    `token_sha256`: of a cookie; one browser begins one thing at a time."""

    __tablename__ = "begun"
    token_sha256: str = Field(primary_key=True)
    what: str
    holds: str  # JSON: what must come back, and what is needed then
    expires_at: datetime = _when(index=True)


class TryRow(SQLModel, table=True):
    """A sign-in, or a second step, that failed or has not yet succeeded. The address is hashed,
    because people also type their password into that field."""

    __tablename__ = "sign_in_try"
    id: int | None = Field(default=None, primary_key=True)
    email_sha256: str = Field(index=True)
    at: datetime = _when(index=True)


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def by_email(session: Session, email: str, *, lock: bool = False) -> AccountRow | None:
    query = select(AccountRow).where(AccountRow.email == email)
    return session.exec(query.with_for_update() if lock else query).one_or_none()


def works_at(session: Session, schools: Collection[str]) -> ColumnElement[bool]:
    """That an account is of one of them, the disabled ones too."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    elements = func.json_array_elements_text if postgresql else func.json_each
    school = elements(col(AccountRow.schools)).table_valued("value", name="school").c.value
    return select(school).where(school.in_(schools)).exists()


def forget_links(session: Session, row: AccountRow) -> None:
    session.exec(delete(InviteRow).where(col(InviteRow.account) == row.id))


def forget_tries(session: Session, email: str) -> None:
    session.exec(delete(TryRow).where(col(TryRow.email_sha256) == digest(email)))


def forget_sessions_before(session: Session, before: datetime) -> None:
    session.exec(delete(SessionRow).where(col(SessionRow.started_at) < before))


def forget_sessions_of(session: Session, row: AccountRow) -> None:
    session.exec(delete(SessionRow).where(col(SessionRow.account) == row.id))


def forget_second_step(session: Session, row: AccountRow) -> None:
    """And all sessions with it: whoever is in may have come in by it."""
    row.second_step = row.second_step_since = None
    session.add(row)
    session.exec(delete(RecoveryRow).where(col(RecoveryRow.account) == row.id))
    forget_sessions_of(session, row)


def forget_identities(session: Session, row: AccountRow) -> None:
    session.exec(delete(IdentityRow).where(col(IdentityRow.account) == row.id))


def forget_passkeys(session: Session, row: AccountRow) -> bool:
    """Whether there was any."""
    found = session.exec(select(PasskeyRow).where(PasskeyRow.account == row.id)).all()
    for each in found:
        session.delete(each)
    return bool(found)


def key_of(row: AccountRow) -> int:
    assert row.id is not None  # given by the database as soon as the row is in it
    return row.id
