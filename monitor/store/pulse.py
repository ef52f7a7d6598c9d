"""When the program last did each of its jobs, read from outside by whoever watches over it.

Never writes, never brings tables up to date, and waits only a moment: the watcher must come
back with an answer whatever state the database is in.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import ColumnElement, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlmodel import Session, col, func, or_, select

from monitor.alarms import Pulse
from monitor.domain import AlertState, EvidenceState
from monitor.store.cipher import sqlite_engine
from monitor.store.database import StoreError, not_opened
from monitor.store.tables import CaptureRow, LetterRow, VisitRow

_PATIENCE = 5  # seconds


def read_pulse(url: str, now: datetime, *, key: str = "") -> Pulse:
    """*url* and *key*: as Database has them. Raises StoreError, with a sentence for the school."""
    try:
        engine = _engine(url, key)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise StoreError("The address of the database cannot be read.") from None
    try:
        with Session(engine) as session:
            return _read(session, now)
    except SQLAlchemyError as error:
        raise not_opened(error, url, key) from None
    finally:
        engine.dispose()


def _engine(url: str, key: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        return create_engine(url, connect_args={"connect_timeout": _PATIENCE})
    # read only: a database that is missing must not come into being by being looked for
    file = quote(place.database or "", safe="/:\\")
    read_only = place.set(database=f"file:{file}", query={"mode": "ro", "uri": "true"})
    return sqlite_engine(read_only, key, connect_args={"timeout": _PATIENCE})


def _read(session: Session, now: datetime) -> Pulse:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION READ ONLY"))
    visits = select(func.max(VisitRow.visited_at), func.max(VisitRow.last_success_at))
    visited, read = session.exec(visits).one()
    waiting_letter = col(LetterRow.state) == AlertState.WAITING
    waiting_capture = col(CaptureRow.state) == EvidenceState.WANTED
    return Pulse(
        last_visit_at=visited,
        last_read_at=read,
        captures_due=_due(session, CaptureRow, waiting_capture, now),
        last_capture_at=session.exec(select(func.max(CaptureRow.captured_at))).one(),
        letters_due=_due(session, LetterRow, waiting_letter, now),
        last_letter_at=session.exec(select(func.max(LetterRow.sent_at))).one(),
    )


def _due(
    session: Session,
    table: type[CaptureRow] | type[LetterRow],
    waiting: ColumnElement[bool],
    now: datetime,
) -> int:
    """How many wait whose time has come, or came once and was put off."""
    came = or_(col(table.due_at) <= now, col(table.attempts) > 0)
    return session.exec(select(func.count()).select_from(table).where(waiting, came)).one()
