"""The tables. `table=True` does not validate, so only code in this package makes rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Index, LargeBinary, Text, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware out, UTC inside; SQLite itself forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("a stored time must be timezone-aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _when(*, nullable: bool = False, index: bool = False) -> Any:
    default = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, index=index, **default)  # type: ignore[call-overload]  # SQLModel's overloads know no TypeDecorator


class VisitRow(SQLModel, table=True):
    """How far each source has been read for each school, and how it is: its health row."""

    __tablename__ = "visit"
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    cursor: str | None = Field(default=None, sa_type=Text)
    visited_at: datetime | None = _when(nullable=True)
    next_visit_at: datetime | None = _when(nullable=True)
    last_success_at: datetime | None = _when(nullable=True)
    last_find_at: datetime | None = _when(nullable=True)
    watched_since: datetime | None = _when(nullable=True)
    failing_since: datetime | None = _when(nullable=True)
    failures: int = 0
    successes: int = 0  # since the last failure
    error: str = Field(default="", sa_type=Text)
    needs_a_person: bool = False
    actor: str = "nobody"
    usual_gap_s: int | None = None
    quiet_after_s: int | None = None
    canaries_at: datetime | None = _when(nullable=True)
    canary: str = Field(default="", sa_type=Text)
    canary_failing_since: datetime | None = _when(nullable=True)
    canary_failures: int = 0
    ailment: str = ""  # what the office is told of, and from when on
    ailing_since: datetime | None = _when(nullable=True)
    told_times: int = 0
    told_at: datetime | None = _when(nullable=True)


class CoverageRow(SQLModel, table=True):
    """That a source was asked, when, for what and with which result: proof of the check."""

    __tablename__ = "coverage"
    __table_args__ = (
        Index("ix_coverage_day", "school", "at"),
        Index("ix_coverage_source", "school", "source", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    school: str
    source: str
    at: datetime = _when()
    asked: str = Field(default="[]", sa_type=Text)  # JSON: the words that were searched for
    new: int = 0
    error: str = Field(default="", sa_type=Text)


class IncidentRow(SQLModel, table=True):
    __tablename__ = "incident"
    key: str = Field(primary_key=True)
    number: str = Field(unique=True)
    school: str = Field(index=True)
    opened_at: datetime = _when(index=True)
    closed_at: datetime | None = _when(nullable=True)
    state: str
    categories: str  # separated by blanks
    severity: str
    about_head: bool
    child_safety: bool
    pictures_allowed: bool
    judged: str = "none"  # the severity before any person spoke
    decision: str = ""  # from here on what follows from its history, so that lists can ask
    veracity: str = ""
    assigned: str = Field(default="", index=True)
    due: date | None = None
    acknowledged_at: datetime | None = _when(nullable=True)
    lowered: int = 0


def _of_steps() -> Index:
    """What was done about the steps of all incidents: few of what people do."""
    steps = text("act = 'step'")
    return Index("ix_event_step", "value", "at", sqlite_where=steps, postgresql_where=steps)


class EventRow(SQLModel, table=True):
    """What people did to an incident. Triggers refuse every change (migration 0004)."""

    __tablename__ = "event"
    __table_args__ = (_of_steps(),)
    incident: str = Field(primary_key=True, foreign_key="incident.key", ondelete="CASCADE")
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})  # 1, 2, 3
    act: str
    value: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", sa_type=Text)
    who: str
    role: str
    at: datetime = _when()


def _of_few(name: str, flag: str) -> Index:
    """An index of only those mentions of which it is so, in the words in which queries ask."""
    in_sqlite, in_postgresql = text(f"{flag} = 1"), text(flag)
    return Index(
        name, "incident", "school", sqlite_where=in_sqlite, postgresql_where=in_postgresql
    )


class MentionRow(SQLModel, table=True):
    __tablename__ = "mention"
    __table_args__ = (
        Index("ix_mention_place", "school", "place"),
        Index("ix_mention_story", "school", "story"),
        Index("ix_mention_seen", "school", "first_seen_at"),
        Index("ix_mention_native", "school", "external_id"),
        _of_few("ix_mention_head", "about_head"),
        _of_few("ix_mention_child", "child_safety"),
    )
    school: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    url: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)  # the URL without what only tracks people
    story: str  # fingerprint of the words; empty when they are too few to tell
    text: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    answers: str = Field(default="", sa_type=Text)
    counts: str = Field(default="", sa_type=Text)  # JSON: pairs of what was counted and how often
    sensitive: bool
    published_at: datetime | None = _when(nullable=True)
    published_as: str = Field(default="", sa_type=Text)
    first_seen_at: datetime = _when()
    about_school: bool  # this and the next two by any of its texts, the changed ones too
    about_head: bool = False
    child_safety: bool = False
    assessment: str = Field(sa_type=Text)  # JSON, monitor.wire.AssessmentJson
    incident: str | None = Field(default=None, foreign_key="incident.key", index=True)


class NumberRow(SQLModel, table=True):
    """The last incident number given in a year."""

    __tablename__ = "number"
    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int


# In these very words, for so the index is found.
SHOWS_NO_POST = text("shows NOT IN ('post', 'not_opened', 'supplied')")


class CaptureRow(SQLModel, table=True):
    """Evidence: a promise until `captured_at` is set."""

    __tablename__ = "capture"
    __table_args__ = (
        Index(
            "ix_capture_no_post",
            "incident",
            sqlite_where=SHOWS_NO_POST,
            postgresql_where=SHOWS_NO_POST,
        ),
    )
    id: str = Field(primary_key=True)
    school: str
    incident: str | None = Field(default=None, foreign_key="incident.key", index=True)
    source: str
    external_id: str
    url: str = Field(sa_type=Text)
    mode: str
    state: str = Field(index=True)
    asked_by: str = ""  # the role of the person who asked for it anew; empty: the monitor did
    due_at: datetime = _when()
    leased_until: datetime | None = _when(nullable=True)
    attempts: int = 0
    error: str = Field(default="", sa_type=Text)
    captured_at: datetime | None = _when(nullable=True)
    manifest_sha256: str = ""
    files: str = Field(default="[]", sa_type=Text)  # JSON
    note: str = Field(default="", sa_type=Text)
    shows: str = "not_opened"  # monitor.domain.Shows


class LetterRow(SQLModel, table=True):
    """The outbox. `message` is rendered once, and sent again byte for byte if need be."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_promised", "school", "promised_at"),)
    key: str = Field(primary_key=True)
    school: str
    role: str
    person: str = ""  # an e-mail address, where the letter is for it and not for the role
    deputy: bool = False  # to the deputy, because the role itself did not answer
    called_in: bool = False  # because others did not answer
    answer: str = Field(default="", index=True)  # unguessable; stands in the mail's own link
    answered_at: datetime | None = _when(nullable=True)
    urgency: str
    promised_at: datetime | None = _when(nullable=True)
    state: str = Field(index=True)
    due_at: datetime = _when()
    leased_until: datetime | None = _when(nullable=True)
    attempts: int = 0
    message: bytes | None = Field(default=None, sa_type=LargeBinary)
    message_id: str = ""
    sent_at: datetime | None = _when(nullable=True)
    error: str = Field(default="", sa_type=Text)


class AlertRow(SQLModel, table=True):
    """Who must hear of what; equal keys are one alert, carried by one letter."""

    __tablename__ = "alert"
    key: str = Field(primary_key=True)
    incident: str = Field(foreign_key="incident.key", index=True)
    letter: str = Field(foreign_key="letter.key", index=True)
    severity: str
    escalated_at: datetime | None = _when(nullable=True)  # nobody answered, so others were told


class NoticeRow(SQLModel, table=True):
    """That a source is blind, still is, or is mended; carried by one letter."""

    __tablename__ = "notice"
    key: str = Field(primary_key=True, sa_type=Text)
    school: str
    source: str
    news: str
    ailment: str
    since: datetime = _when()
    at: datetime = _when()
    letter: str = Field(foreign_key="letter.key", index=True)


class PublicationRow(SQLModel, table=True):
    """What governors were shown of a part of a school's time. Parts never overlap, and a row
    never changes: whoever could subtract one report from another would find small numbers."""

    __tablename__ = "publication"
    school: str = Field(primary_key=True)
    start_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    end_at: datetime = _when()
    published_at: datetime = _when()
    numbers: str = Field(sa_type=Text)  # JSON: a monitor.counts.Trend
