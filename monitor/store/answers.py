"""Which urgent alerts nobody has answered, and whom a link in a mail belongs to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select, update

from monitor.domain import (
    Alert,
    AlertState,
    IncidentState,
    Letter,
    Role,
    Severity,
    Unanswered,
)
from monitor.store.database import Database, one_writer
from monitor.store.letters import URGENT, promise
from monitor.store.outbox import letter_from_row
from monitor.store.rows import incident_from_row
from monitor.store.tables import AlertRow, EventRow, IncidentRow, LetterRow

_AT_ONCE = 500
_UNDELIVERED = (AlertState.FAILED, AlertState.RETURNED)
_GRAVE = (Severity.HIGH, Severity.CRITICAL)


class Answers(Database):
    def unanswered(self, school: str, *, since: datetime, before: datetime) -> list[Unanswered]:
        """Urgent alerts that left between both, to whose incident nobody has done anything
        since they were promised, and for which nobody else was told yet; the oldest first. With
        those that were refused since the former, or came back."""
        done = select(EventRow.incident).where(
            EventRow.incident == AlertRow.incident, col(EventRow.at) >= LetterRow.promised_at
        )
        other_alert, other = aliased(AlertRow), aliased(LetterRow)
        seen = (
            select(other.key)
            .join(other_alert, col(other_alert.letter) == other.key)
            .where(
                other_alert.incident == AlertRow.incident,
                col(other.answered_at) >= LetterRow.promised_at,
            )
        )
        left = func.coalesce(LetterRow.sent_at, LetterRow.due_at)
        query = (
            select(AlertRow, LetterRow, IncidentRow)
            .join(LetterRow, col(AlertRow.letter) == LetterRow.key)
            .join(IncidentRow, col(AlertRow.incident) == IncidentRow.key)
            .where(
                LetterRow.school == school,
                or_(
                    and_(LetterRow.state == AlertState.SENT, left >= since, left <= before),
                    and_(col(LetterRow.state).in_(_UNDELIVERED), LetterRow.due_at >= since),
                ),
                col(LetterRow.urgency).in_(URGENT),
                col(AlertRow.escalated_at).is_(None),
                IncidentRow.state == IncidentState.OPEN,
                col(IncidentRow.severity).in_(_GRAVE),
                ~done.exists(),
                ~seen.exists(),
            )
            .order_by(left, col(AlertRow.key))
            .limit(_AT_ONCE)
        )
        with self.reading() as session:
            rows = session.exec(query).all()
            told = _told(session, {incident.key for _, _, incident in rows})
            return [_unanswered(*row, told) for row in rows]

    def escalate(self, waiting: Unanswered, alert: Alert, now: datetime) -> None:
        """Promise *alert* because *waiting* was not answered: once, whoever finds it first."""
        with self.transaction() as session:
            one_writer(session, waiting.incident.school)
            row = session.get(AlertRow, waiting.alert)
            if row is None or row.escalated_at is not None:
                return
            row.escalated_at = now
            session.add(row)
            promise(session, alert, now)

    def answered(self, answer: str) -> tuple[Letter, tuple[str, ...]] | None:
        """The letter with this link in it, and the numbers of its incidents; None for a link
        that belongs to none (any more)."""
        this = LetterRow.answer == answer
        with self.reading() as session:
            row = session.exec(select(LetterRow).where(this)).first() if answer else None
            if row is None:
                return None
            numbers = (
                select(IncidentRow.number)
                .join(AlertRow, col(AlertRow.incident) == IncidentRow.key)
                .where(AlertRow.letter == row.key)
                .order_by(IncidentRow.number)
            )
            return letter_from_row(row), tuple(session.exec(numbers))

    def mark_answered(self, letter: Letter, at: datetime) -> None:
        """Its link was followed; the first time counts."""
        this = (col(LetterRow.key) == letter.key, col(LetterRow.answered_at).is_(None))
        with self.transaction() as session:
            session.execute(update(LetterRow).where(*this).values(answered_at=at))


def _told(session: Session, incidents: Iterable[str]) -> dict[str, set[Role]]:
    found: dict[str, set[Role]] = defaultdict(set)
    """Which roles were told of each, as grave as it now is."""
    query = (
        select(AlertRow.incident, LetterRow.role)
        .join(LetterRow, col(AlertRow.letter) == LetterRow.key)
        .join(IncidentRow, col(AlertRow.incident) == IncidentRow.key)
        .where(col(AlertRow.incident).in_(incidents), AlertRow.severity == IncidentRow.severity)
    )
    for incident, role in session.exec(query):
        found[incident].add(Role(role))
    return found


def _unanswered(
    alert: AlertRow, letter: LetterRow, incident: IncidentRow, told: dict[str, set[Role]]
) -> Unanswered:
    return Unanswered(
        alert=alert.key,
        incident=incident_from_row(incident),
        role=Role(letter.role),
        sent_at=letter.sent_at or letter.due_at,
        undelivered=letter.state in _UNDELIVERED,
        deputy=letter.deputy,
        called_in=letter.called_in,
        told=frozenset(told[incident.key]),
    )
