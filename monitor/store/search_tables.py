"""The table of what can be searched. Its index is the database's own (migration 0014)."""

from __future__ import annotations

from sqlalchemy import Text
from sqlmodel import Field, SQLModel


class PassageRow(SQLModel, table=True):
    """Words of an incident, as monitor.searching makes them. Goes with its incident, and its
    words with it out of the index."""

    __tablename__ = "passage"
    id: int | None = Field(default=None, primary_key=True)
    incident: str = Field(foreign_key="incident.key", ondelete="CASCADE", index=True)
    origin: str  # the post as it stood once, or the entry in the history
    words: str = Field(sa_type=Text)
