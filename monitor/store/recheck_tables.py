"""The tables of later looks at captured addresses. Both hang on the capture, and go with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


class RecheckPlanRow(SQLModel, table=True):
    """When to look next, and what the page said when it was captured."""

    __tablename__ = "recheck_plan"
    capture: str = Field(primary_key=True, foreign_key="capture.id", ondelete="CASCADE")
    due_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, nullable=True, index=True
    )  # None: never again
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    attempts: int = 0
    words: str = Field(default="", sa_type=Text)


class RecheckRow(SQLModel, table=True):
    """One look; rows are only ever added."""

    __tablename__ = "recheck"
    id: int | None = Field(default=None, primary_key=True)
    capture: str = Field(foreign_key="capture.id", ondelete="CASCADE", index=True)
    at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    found: str
    note: str = Field(default="", sa_type=Text)
    difference: str = Field(default="", sa_type=Text)
