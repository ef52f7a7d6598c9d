"""The tables that prove: who did what to evidence, and since when it has been as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


class CustodyRow(SQLModel, table=True):
    """One link of the chain (monitor.custody). Triggers refuse to change or delete it, and to
    add any but the next one."""

    __tablename__ = "custody"
    n: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    moment: str
    act: str
    actor: str
    subject: str = Field(index=True)
    sha256: str
    outcome: str
    previous: str
    hash: str


class StampRow(SQLModel, table=True):
    """A time stamp of a capture by one authority; a promise until `stamped_at` is set."""

    __tablename__ = "stamp"
    capture: str = Field(primary_key=True, foreign_key="capture.id", ondelete="CASCADE")
    authority: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=UtcDateTime, nullable=False, index=True)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    attempts: int = 0
    error: str = Field(default="", sa_type=Text)
    stamped_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    token: bytes = Field(default=b"", sa_type=LargeBinary)
    root: str = Field(default="", sa_type=Text)
