"""Each source's days in short: what reports and pages need of the record of visits."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel


class CheckedDayRow(SQLModel, table=True):
    """How often a source was visited on a day, UK time, and whether it could ever be read."""

    __tablename__ = "checked_day"
    school: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    source: str = Field(primary_key=True)
    visits: int = 0
    read: bool = False
