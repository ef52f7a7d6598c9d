"""Notices of how sources are: promised in the transaction that learns it, and read back."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from monitor.domain import AlertState, Letter, Role, Urgency
from monitor.health import Ailing, Ailment, News, Notice
from monitor.store.database import insert_new
from monitor.store.rows import health_from_row
from monitor.store.tables import LetterRow, NoticeRow, VisitRow


def promise(session: Session, notice: Notice) -> None:
    """Write a notice and the letter that carries it, unless it was promised before."""
    if session.get(NoticeRow, notice.key) is not None:
        return
    letter = _unwritten_letter(session, notice) or _letter_of_its_own(notice)
    insert_new(session, letter)
    row = NoticeRow(
        key=notice.key,
        school=notice.health.school,
        source=notice.health.source,
        news=notice.news,
        ailment=notice.ailing.ailment,
        since=notice.ailing.since,
        at=notice.at,
        letter=letter.key,
    )
    insert_new(session, row)


def heard_of(session: Session, notice: Notice) -> bool:
    """Whether somebody may have been told of this trouble: its letter was tried at least."""
    return _any_letter(session, notice, col(LetterRow.attempts) > 0)


def unheard(session: Session, notice: Notice) -> bool:
    """Whether a letter that tells of this trouble is still to leave."""
    return _any_letter(session, notice, col(LetterRow.state) == AlertState.WAITING)


def notices_of(session: Session, letter: Letter) -> list[Notice]:
    """What it tells of sources, as they are now: a trouble that is over is not told any more."""
    query = (
        select(NoticeRow, VisitRow)
        .join(
            VisitRow,
            (col(VisitRow.school) == NoticeRow.school)
            & (col(VisitRow.source) == NoticeRow.source),
        )
        .where(NoticeRow.letter == letter.key)
        .order_by(col(NoticeRow.source), col(NoticeRow.at))
    )
    found = [_notice(row, visit, letter.role) for row, visit in session.exec(query)]
    return [n for n in found if n.news is News.MENDED or n.ailing == n.health.ailing]


def _any_letter(session: Session, notice: Notice, is_so: ColumnElement[bool]) -> bool:
    query = (
        select(NoticeRow.key)
        .join(LetterRow)
        .where(
            NoticeRow.school == notice.health.school,
            NoticeRow.source == notice.health.source,
            NoticeRow.ailment == notice.ailing.ailment,
            NoticeRow.since == notice.ailing.since,
            is_so,
        )
    )
    return session.exec(query.limit(1)).first() is not None


def _unwritten_letter(session: Session, notice: Notice) -> LetterRow | None:
    """The letter in which this role will hear of the school's sources anyway."""
    query = (
        select(LetterRow)
        .join(NoticeRow)
        .where(
            LetterRow.school == notice.health.school,
            LetterRow.role == notice.role,
            LetterRow.state == AlertState.WAITING,
            col(LetterRow.message).is_(None),
            col(LetterRow.leased_until).is_(None),
        )
        .limit(1)
        .with_for_update()
    )
    found = session.exec(query).first()
    if found is not None:
        found.due_at = min(found.due_at, _letter_of_its_own(notice).due_at)
        session.add(found)
    return found


def _letter_of_its_own(notice: Notice) -> LetterRow:
    return LetterRow(
        key=f"sources:{notice.key}",
        school=notice.health.school,
        role=notice.role,
        urgency=Urgency.NOW,
        state=AlertState.WAITING,
        promised_at=notice.at,
        due_at=notice.leaves_at or notice.at,
    )


def _notice(row: NoticeRow, visit: VisitRow, role: Role) -> Notice:
    return Notice(
        key=row.key,
        news=News(row.news),
        ailing=Ailing(ailment=Ailment(row.ailment), since=row.since),
        role=role,
        health=health_from_row(visit),
        at=row.at,
    )
