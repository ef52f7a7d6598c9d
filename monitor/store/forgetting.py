"""What must be forgotten is deleted here; monitor.retention says what that is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, delete, func, select, update

from monitor.domain import EvidenceState, IncidentState
from monitor.store.custody import erased, record
from monitor.store.database import Database
from monitor.store.search import forget_struck_out
from monitor.store.sightings import hand_on
from monitor.store.stories import forget_untold
from monitor.store.tables import AlertRow, CaptureRow, IncidentRow, LetterRow, MentionRow


class Forgetting(Database):
    def forgettable_mentions(self, before: datetime, *, about_school: bool) -> int:
        query = select(func.count()).where(*_old(before, about_school=about_school))
        with self.reading() as session:
            return session.exec(query).one()

    def forget_mentions(self, before: datetime, *, about_school: bool) -> int:
        """Delete mentions outside the log first seen before then. They stay counted nowhere."""
        with self.transaction() as session:
            done = session.execute(
                delete(MentionRow).where(*_old(before, about_school=about_school))
            )
            forget_untold(session)
            return int(done.rowcount)  # type: ignore[attr-defined]  # a delete's result has it

    def strippable_authors(self, before: datetime, *, since: datetime) -> int:
        """Of mentions first seen from *since* on; earlier ones are forgotten altogether."""
        kept = col(MentionRow.first_seen_at) >= since
        query = select(func.count()).where(*_signed(before), kept)
        with self.reading() as session:
            return session.exec(query).one()

    def strip_authors(self, before: datetime) -> int:
        """Blank the author of mentions outside the log; the words stay until their own day."""
        with self.transaction() as session:
            unsigned = update(MentionRow).where(*_signed(before)).values(author="", answers="")
            done = session.execute(unsigned)
            return int(done.rowcount)  # type: ignore[attr-defined]  # as above

    def forgettable_cases(self, closed_before: datetime) -> list[str]:
        """Numbers of incidents closed before then, but for those about a child's safety:
        these a person moves to the child's file (IICSA asked schools to destroy none)."""
        query = select(IncidentRow.number).where(
            IncidentRow.state == IncidentState.CLOSED,
            col(IncidentRow.child_safety).is_(False),
            col(IncidentRow.closed_at) < closed_before,
        )
        with self.reading() as session:
            return list(session.exec(query.order_by(IncidentRow.number)))

    def forgettable_evidence(self, before: datetime) -> list[str]:
        """Ids of evidence that a person asked for outside any incident, captured before then."""
        query = select(CaptureRow.id).where(
            col(CaptureRow.incident).is_(None), col(CaptureRow.captured_at) < before
        )
        with self.reading() as session:
            return list(session.exec(query.order_by(CaptureRow.id)))

    def forget_evidence(self, id_: str, now: datetime) -> None:
        with self.transaction() as session:
            session.execute(delete(CaptureRow).where(col(CaptureRow.id) == id_))
            record(session, *erased([id_], now))

    def forget_words(self) -> None:
        """After incidents were forgotten: nothing of their words is left in the search, either."""
        with self.transaction() as session:
            forget_struck_out(session)

    def forget_case(self, number: str, now: datetime) -> list[str]:
        """Delete an incident with all that hangs on it; the ids of evidence whose folders
        the caller is to delete."""
        with self.transaction() as session:
            row = session.exec(select(IncidentRow).where(IncidentRow.number == number)).first()
            if row is None:
                return []
            ids, sealed = _captures_of(session, row.key)
            letters = session.exec(
                select(AlertRow.letter).where(AlertRow.incident == row.key)
            ).all()
            session.execute(delete(AlertRow).where(col(AlertRow.incident) == row.key))
            carrying = select(AlertRow.letter)
            session.execute(
                delete(LetterRow).where(
                    col(LetterRow.key).in_(letters), col(LetterRow.key).not_in(carrying)
                )
            )
            session.execute(delete(CaptureRow).where(col(CaptureRow.incident) == row.key))
            hand_on(session, row.key)
            session.execute(delete(MentionRow).where(col(MentionRow.incident) == row.key))
            forget_untold(session)
            session.delete(row)  # and with it its history, which can go no other way
            record(session, *erased(sealed, now))
            return ids


def _captures_of(session: Session, incident: str) -> tuple[list[str], list[str]]:
    """The ids of all, and of those that are more than a promise."""
    rows = session.exec(select(CaptureRow).where(CaptureRow.incident == incident)).all()
    sealed = [row.id for row in rows if row.state != EvidenceState.WANTED]
    return [row.id for row in rows], sealed


def _signed(before: datetime) -> tuple[ColumnElement[bool], ...]:
    signed = (col(MentionRow.author) != "") | (col(MentionRow.answers) != "")
    return (*_old(before, about_school=True), signed)


def _old(before: datetime, *, about_school: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        col(MentionRow.incident).is_(None),
        col(MentionRow.about_school).is_(about_school),
        col(MentionRow.first_seen_at) < before,
    )
