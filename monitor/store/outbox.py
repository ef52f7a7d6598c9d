"""Letters that must leave: claimed with a lease, rendered once, marked when they are gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, or_, select, update

from monitor.account_letter import Change, change, line_in
from monitor.counts import Period
from monitor.custody import Head, head_in
from monitor.domain import AlertState, Case, Letter, Role, Severity, Urgency
from monitor.health import Notice
from monitor.store.audit import line_of
from monitor.store.cases import cases_of
from monitor.store.letters import URGENT
from monitor.store.notices import notices_of
from monitor.store.tables import AlertRow, IncidentRow, LetterRow
from monitor.store.weeks import Weeks
from monitor.term_letter import period_in
from monitor.week import Week

_HOUR = timedelta(hours=1)


class Outbox(Weeks):
    def claim_letter(
        self, *, due: datetime, until: datetime, urgencies: frozenset[Urgency], most: int
    ) -> Letter | None:
        """A letter that was due at *due*, taken out of reach of others until *until*.

        A school that has had *most* urgent mails within the hour gets no more of them just
        now, but for a role that had none; what waits is told by then in one mail.
        """
        free = or_(col(LetterRow.leased_until).is_(None), col(LetterRow.leased_until) <= due)
        with self.transaction() as session:
            row = session.exec(
                select(LetterRow)
                .where(
                    LetterRow.state == AlertState.WAITING,
                    LetterRow.due_at <= due,
                    free,
                    col(LetterRow.urgency).in_(sorted(urgencies)),
                    ~_too_many(due, most),
                )
                .order_by(col(LetterRow.due_at), LetterRow.key)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return None
            letter = letter_from_row(row)
            row.leased_until = until
            row.attempts += 1  # now, so that a letter which kills its sender is seen to
            session.add(row)
            return letter

    def cases_in(self, letter: Letter) -> tuple[Case, ...]:
        """The incidents it tells of, as they are now, oldest first."""
        told = select(AlertRow.incident).where(AlertRow.letter == letter.key)
        query = select(IncidentRow).where(col(IncidentRow.key).in_(told))
        with self.reading() as session:
            rows = session.exec(query.order_by(IncidentRow.number)).all()
            return tuple(cases_of(session, rows))

    def notices_in(self, letter: Letter) -> tuple[Notice, ...]:
        """What it tells of sources, as they are now."""
        with self.reading() as session:
            return tuple(notices_of(session, letter))

    def matters_in(
        self, letter: Letter
    ) -> tuple[Case | Notice | Head | Week | Period | Change, ...]:
        if head := head_in(letter.key):
            return (head,)
        if term := period_in(letter.key):
            return (term,)
        if line := line_in(letter.key):
            return self._change(*line)
        if week := self.week_in(letter.key, letter.school, letter.role):
            return (week,)
        return self.cases_in(letter) or self.notices_in(letter)

    def _change(self, line: int, detail: str) -> tuple[Change, ...]:
        with self.reading() as session:
            found = line_of(session, line)
        return (change(found, detail),) if found else ()

    def write_message(self, letter: Letter, message: bytes, message_id: str) -> None:
        self._mark(letter, message=message, message_id=message_id)

    def sent(self, letter: Letter, at: datetime) -> None:
        self._mark(letter, state=AlertState.SENT, sent_at=at, leased_until=None, error="")

    def postpone(self, letter: Letter, until: datetime, error: str) -> None:
        self._mark_if_still_ours(letter, due_at=until, leased_until=None, error=error)

    def give_up(self, letter: Letter, at: datetime, error: str) -> None:
        self._settle(letter, AlertState.FAILED, at, error)

    def came_back(self, message_id: str, error: str, at: datetime) -> None:
        """The letter of this name was sent, and could not be delivered. Told again, no news."""
        this = col(LetterRow.message_id) == message_id
        with self.transaction() as session:
            session.execute(
                update(LetterRow)
                .where(this, col(LetterRow.state) == AlertState.SENT)
                .values(state=AlertState.RETURNED, due_at=at, error=error)
            )

    def returned(self) -> list[Letter]:
        """Those that came back, of which nobody was told yet."""
        query = select(LetterRow).where(LetterRow.state == AlertState.RETURNED)
        with self.reading() as session:
            return [letter_from_row(row) for row in session.exec(query.order_by(LetterRow.key))]

    def told_of(self, letter: Letter) -> None:
        """That it came back is told: it is one that could not be delivered, like others."""
        self._mark(letter, col(LetterRow.state) == AlertState.RETURNED, state=AlertState.FAILED)

    def withdraw(self, letter: Letter, at: datetime, reason: str) -> None:
        self._settle(letter, AlertState.WITHDRAWN, at, reason)

    def _settle(self, letter: Letter, state: AlertState, at: datetime, why: str) -> None:
        self._mark_if_still_ours(letter, state=state, due_at=at, leased_until=None, error=why)

    def _mark_if_still_ours(self, letter: Letter, **values: object) -> None:
        """Not if our lease ran out and another worker has it, or has sent it, by now."""
        ours = col(LetterRow.attempts) == letter.attempts + 1
        self._mark(letter, ours, col(LetterRow.state) == AlertState.WAITING, **values)

    def _mark(self, letter: Letter, *only: ColumnElement[bool], **values: object) -> None:
        this = col(LetterRow.key) == letter.key
        with self.transaction() as session:
            session.execute(update(LetterRow).where(this, *only).values(**values))

    def hasten(self, now: datetime, quiet: Collection[str] = ()) -> None:
        """Make every urgent letter that was put off due now: a person has asked for a pass. Of
        the *quiet* schools, by id, only what is critical or was tried before."""
        critical = select(AlertRow.letter).where(AlertRow.severity == Severity.CRITICAL)
        with self.transaction() as session:
            session.execute(
                update(LetterRow)
                .where(
                    col(LetterRow.state) == AlertState.WAITING,
                    col(LetterRow.urgency).in_(URGENT),
                    col(LetterRow.due_at) > now,
                    or_(
                        col(LetterRow.school).not_in(quiet),
                        col(LetterRow.attempts) > 0,
                        col(LetterRow.key).in_(critical),
                    ),
                )
                .values(due_at=now)
            )

    def hasten_letter(self, letter: Letter, now: datetime) -> None:
        """Make one that was put off due now, if nobody is at work on it."""
        with self.transaction() as session:
            session.execute(
                update(LetterRow)
                .where(
                    col(LetterRow.key) == letter.key,
                    col(LetterRow.state) == AlertState.WAITING,
                    col(LetterRow.leased_until).is_(None),
                )
                .values(due_at=now)
            )

    def unsent(self) -> list[tuple[Letter, AlertState, datetime, str]]:
        """Letters that wait, were refused or came back: with state, when due, and why."""
        states = (AlertState.WAITING, AlertState.FAILED, AlertState.RETURNED)
        query = select(LetterRow).where(col(LetterRow.state).in_(states))
        with self.reading() as session:
            return [
                (letter_from_row(row), AlertState(row.state), row.due_at, row.error)
                for row in session.exec(query.order_by(col(LetterRow.due_at), LetterRow.key))
            ]


def _too_many(due: datetime, most: int) -> ColumnElement[bool]:
    """Whether it is urgent, and its school and its role have had their share of this hour."""
    gone = aliased(LetterRow)
    urgent = col(LetterRow.urgency).in_(URGENT)
    lately = or_(col(gone.sent_at) > due - _HOUR, col(gone.leased_until) > due)
    within = (col(gone.urgency).in_(URGENT), lately)
    full = select(gone.school).where(*within).group_by(gone.school)
    full = full.having(func.count() >= most)
    had_one = select(gone.key).where(
        *within, gone.school == LetterRow.school, gone.role == LetterRow.role
    )
    return and_(urgent, col(LetterRow.school).in_(full), had_one.exists())


def letter_from_row(row: LetterRow) -> Letter:
    return Letter(
        key=row.key,
        school=row.school,
        role=Role(row.role),
        person=row.person,
        deputy=row.deputy,
        called_in=row.called_in,
        answer=row.answer,
        urgency=Urgency(row.urgency),
        attempts=row.attempts,
        message=row.message,
        message_id=row.message_id,
    )
