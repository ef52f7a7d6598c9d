"""The tables behind the desk at which people work: what each of them keeps open, and saves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


class CheckoutRow(SQLModel, table=True):
    """Who has an incident open; nobody, once `until` is past."""

    __tablename__ = "checkout"
    incident: str = Field(primary_key=True, foreign_key="incident.key", ondelete="CASCADE")
    account: int = Field(foreign_key="account.id")
    since: datetime = Field(sa_type=UtcDateTime, nullable=False)
    until: datetime = Field(sa_type=UtcDateTime, nullable=False)


class ViewRow(SQLModel, table=True):
    """A list that somebody wants to see again: its filters, as they stand in the address."""

    __tablename__ = "saved_view"
    account: int = Field(primary_key=True, foreign_key="account.id")
    name: str = Field(primary_key=True)
    filters: str = Field(sa_type=Text)


class RevealRow(SQLModel, table=True):
    """That somebody looked who wrote something; goes with its incident. `author`: a digest, so
    that it cannot be read off whom a school has looked at, but only tried out."""

    __tablename__ = "reveal"
    id: int | None = Field(default=None, primary_key=True)
    incident: str = Field(foreign_key="incident.key", ondelete="CASCADE", index=True)
    school: str
    author: str = Field(index=True)
    at: datetime = Field(sa_type=UtcDateTime, nullable=False)
