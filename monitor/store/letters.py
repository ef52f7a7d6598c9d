"""Which letter carries an alert: one of its own, one with others of the hour, or the digest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from monitor.domain import Alert, AlertState, Urgency
from monitor.store.database import insert_new
from monitor.store.history_tables import TellingRow
from monitor.store.tables import AlertRow, LetterRow, MentionRow

URGENT = (Urgency.NOW, Urgency.GATHERED)


def promise(session: Session, alert: Alert, now: datetime) -> None:
    """Write an alert and the letter that carries it, unless it was promised before."""
    if session.get(AlertRow, alert.key) is not None:
        return
    letter = _open_digest(session, alert, now) if _waits(alert) else _urgent(session, alert, now)
    insert_new(session, letter)
    insert_new(
        session,
        AlertRow(
            key=alert.key, incident=alert.incident, letter=letter.key, severity=alert.severity
        ),
    )


def urgent_letters(
    session: Session, school: str, since: datetime
) -> Sequence[tuple[LetterRow, str]]:
    """Those of their own that were promised since, each with how grave what it tells was."""
    query = (
        select(LetterRow, AlertRow.severity)
        .join(AlertRow)
        .where(
            LetterRow.school == school,
            LetterRow.urgency == Urgency.NOW,
            col(LetterRow.promised_at) > since,
        )
    )
    return session.exec(query).all()


def telling_the_story(session: Session, story: str | None, letters: Sequence[str]) -> set[str]:
    """Those of *letters* that tell of an incident in which somebody tells this story."""
    if story is None or not letters:
        return set()
    query = (
        select(AlertRow.letter)
        .join(MentionRow, col(MentionRow.incident) == AlertRow.incident)
        .join(
            TellingRow,
            (col(TellingRow.school) == MentionRow.school)
            & (col(TellingRow.source) == MentionRow.source)
            & (col(TellingRow.external_id) == MentionRow.external_id),
        )
        .where(TellingRow.story == story, col(AlertRow.letter).in_(letters))
        .distinct()
    )
    return set(session.exec(query))


def _waits(alert: Alert) -> bool:
    return alert.urgency is Urgency.DIGEST


def _urgent(session: Session, alert: Alert, now: datetime) -> LetterRow:
    known = _unwritten(session, alert, col(AlertRow.incident) == alert.incident)
    if known is None and alert.urgency is Urgency.GATHERED:
        known = _unwritten(session, alert, col(LetterRow.urgency) == Urgency.GATHERED)
    if known is None:
        return _of_its_own(alert, now)
    known.due_at = min(known.due_at, alert.due_at)
    session.add(known)
    return known


def _unwritten(session: Session, alert: Alert, such: ColumnElement[bool]) -> LetterRow | None:
    """The letter in which this role will hear of this incident anyway, as it then is, or of
    others of the same hour."""
    query = (
        select(LetterRow)
        .join(AlertRow)
        .where(
            such,
            LetterRow.school == alert.school,
            LetterRow.role == alert.role,
            col(LetterRow.deputy).is_(alert.deputy),
            col(LetterRow.called_in).is_(alert.called_in),
            LetterRow.state == AlertState.WAITING,
            col(LetterRow.urgency).in_(URGENT),
            col(LetterRow.message).is_(None),
            col(LetterRow.leased_until).is_(None),
        )
        .limit(1)
        .with_for_update()
    )
    return session.exec(query).first()


def _of_its_own(alert: Alert, now: datetime) -> LetterRow:
    return LetterRow(
        key=alert.key,
        school=alert.school,
        role=alert.role,
        deputy=alert.deputy,
        called_in=alert.called_in,
        answer=secrets.token_urlsafe(16),
        urgency=alert.urgency,
        state=AlertState.WAITING,
        promised_at=now,
        due_at=alert.due_at,
    )


def _open_digest(session: Session, alert: Alert, now: datetime) -> LetterRow:
    """The next digest that nobody has begun to write; a begun one would lose this alert."""
    due = alert.due_at
    while True:
        key = f"digest:{alert.school}:{alert.role}:{due:%Y-%m-%d}"
        row = session.get(LetterRow, key, with_for_update=True)
        if row is None:
            break
        if row.message is None and row.leased_until is None and row.state == AlertState.WAITING:
            return row
        due += timedelta(days=1)
    return LetterRow(
        key=key,
        school=alert.school,
        role=alert.role,
        urgency=Urgency.DIGEST,
        state=AlertState.WAITING,
        promised_at=now,
        due_at=due,
    )
