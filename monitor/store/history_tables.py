"""The tables of what a post became: its revisions, and the story that others tell, too.

Both hang on the mention, and are forgotten with it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from monitor.store.tables import UtcDateTime


def _of_a_mention() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["school", "source", "external_id"],
        ["mention.school", "mention.source", "mention.external_id"],
        ondelete="CASCADE",
    )


class RevisionRow(SQLModel, table=True):
    """What a known post said when it was found changed."""

    __tablename__ = "revision"
    __table_args__ = (_of_a_mention(), Index("ix_revision_story", "school", "story"))
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    wording: str = Field(primary_key=True)  # fingerprint of the words, however few
    story: str  # the same, but empty when they are too few to tell
    url: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    sensitive: bool
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    published_as: str = Field(default="", sa_type=Text)
    edited_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    counts: str = Field(default="", sa_type=Text)  # JSON, as in a mention
    seen_at: datetime = Field(sa_type=UtcDateTime, nullable=False)
    assessment: str = Field(sa_type=Text)  # JSON, monitor.wire.AssessmentJson
    incident: str | None = Field(
        default=None, foreign_key="incident.key", ondelete="SET NULL", index=True
    )
    capture: str = Field(default="", index=True)  # CaptureRow.id; empty where none was promised


class StoryRow(SQLModel, table=True):
    """What several posts say in nearly the same words; the sketch is of the first of them."""

    __tablename__ = "story"
    id: str = Field(primary_key=True)
    sketch: bytes = Field(sa_type=LargeBinary)


class BandRow(SQLModel, table=True):
    """By what a story is looked up: texts that are alike share one band at least."""

    __tablename__ = "story_band"
    school: str = Field(primary_key=True)
    band: str = Field(primary_key=True)
    story: str = Field(primary_key=True, foreign_key="story.id", ondelete="CASCADE", index=True)


class TellingRow(SQLModel, table=True):
    """That a mention tells a story."""

    __tablename__ = "telling"
    __table_args__ = (_of_a_mention(),)
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    story: str = Field(foreign_key="story.id", ondelete="CASCADE", index=True)
