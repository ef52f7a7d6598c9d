"""The tables of what a school's decisions have taught."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


class LessonRow(SQLModel, table=True):
    """One lesson, readable as it stands; each is there once. `in_force` follows from its deeds."""

    __tablename__ = "lesson"
    __table_args__ = (UniqueConstraint("school", "sense", "kind", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    school: str
    sense: str
    kind: str
    key: str = Field(sa_type=Text)  # the words in small letters
    words: str = Field(sa_type=Text)
    name: str = Field(default="", sa_type=Text)
    in_force: bool
    used: int = 0
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class LessonDeedRow(SQLModel, table=True):
    """What was done to a lesson. Triggers refuse every change (migration 0024). The incident is
    named by its number, and may be forgotten before the lesson is."""

    __tablename__ = "lesson_deed"
    lesson: int = Field(primary_key=True, foreign_key="lesson.id")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # 1, 2, 3
    act: str
    at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    who: str
    role: str
    incident: str = Field(default="", index=True)
