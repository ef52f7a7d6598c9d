"""The tables that prove: who did what to evidence."""

from __future__ import annotations

from sqlalchemy import Integer
from sqlmodel import Field, SQLModel


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
