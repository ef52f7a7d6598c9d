"""What reports need of the record of visits: each source's days in short, and who judged."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


class CheckedDayRow(SQLModel, table=True):
    """How often a source was visited on a day, UK time, and whether it could ever be read."""

    __tablename__ = "checked_day"
    school: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    source: str = Field(primary_key=True)
    visits: int = 0
    read: bool = False


class JudgeRow(SQLModel, table=True):
    """The version of rules and weights that posts were judged by, from a moment on."""

    __tablename__ = "judge"
    since: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    model: str
