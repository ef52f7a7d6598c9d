"""The audit log: written in the transaction of what it records, and never changed.

Who looked at evidence, or took it out, stands in the custody log; here both are read together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Index,
    Select,
    String,
    cast,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, func, or_

from monitor.audit import ACCOUNT, Act, Trace, account, at_moment, ids_in, moment
from monitor.custody import PROGRAM, Handling
from monitor.store.account_tables import AccountRow, works_at
from monitor.store.cases import Wanted, among
from monitor.store.custody_tables import CustodyRow
from monitor.store.database import Database
from monitor.store.tables import CaptureRow, IncidentRow, MentionRow

_FEW = 20  # schools
_FEW_ACCOUNTS = 200
_LOOKS = 1000  # at one incident; the first ones tell whether it was read
MOST = 10_000  # lines are counted; of more it is said that there are more
_Lines = Select[Any, str, str, str, str]
ONE_DENIAL = timedelta(minutes=1)
ONE_LOOK = timedelta(hours=1)  # whoever reads an incident again within it is not written down anew
_BY_PEOPLE = (
    Handling.VIEWED,
    Handling.REVEALED,
    Handling.SUPPLIED,
    Handling.EXPORTED,
    Handling.PACKED,
)


# What is done to accounts: all but the looks and the reports, which are many. In these very words,
# for so the index is found.
_A_DEED = text("act NOT IN ('read', 'reported')")


class AuditRow(SQLModel, table=True):
    """Triggers refuse to change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_deed", "moment", sqlite_where=_A_DEED, postgresql_where=_A_DEED),
    )
    n: int | None = Field(default=None, primary_key=True)
    moment: str = Field(index=True)
    act: str
    actor: str = Field(index=True)
    subject: str = Field(index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line of the audit; `act` is of monitor.audit, or of the custody log."""

    at: datetime
    act: str
    actor: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What somebody reported, in their own words, and the number of its incident."""

    at: datetime
    text: str
    number: str


def note(session: Session, trace: Trace) -> int:
    """As part of this transaction; the number of the line."""
    row = AuditRow(
        moment=moment(trace.at), act=trace.act, actor=trace.actor, subject=trace.subject
    )
    session.add(row)
    session.flush()
    assert row.n is not None  # given by the database as soon as the row is in it
    return row.n


def line_of(session: Session, n: int) -> Trace | None:
    row = session.get(AuditRow, n)
    if row is None:
        return None
    return Trace(act=Act(row.act), subject=row.subject, actor=row.actor, at=at_moment(row.moment))


class Audit(Database):
    def note_look(self, number: str, reader: int, now: datetime) -> None:
        """That an account read an incident: once an hour is enough."""
        this = (
            col(AuditRow.subject) == number,
            col(AuditRow.actor) == account(reader),
            col(AuditRow.act) == Act.READ,
            col(AuditRow.moment) > moment(now - ONE_LOOK),
        )
        with self.reading() as session:
            if session.execute(select(AuditRow).where(*this).limit(1)).first() is not None:
                return
        with self.transaction() as session:
            note(session, Trace(act=Act.READ, subject=number, actor=account(reader), at=now))

    def readers(self, number: str, since: datetime) -> list[tuple[int, datetime]]:
        """Which accounts read an incident, and when, the first first."""
        looks = select(col(AuditRow.actor), col(AuditRow.moment)).where(
            col(AuditRow.subject) == number,
            col(AuditRow.act) == Act.READ,
            col(AuditRow.moment) >= moment(since),
        )
        with self.reading() as session:
            rows = session.execute(looks.order_by(col(AuditRow.moment)).limit(_LOOKS)).all()
        return [(id_, at_moment(at)) for actor, at in rows for id_ in ids_in([actor])]

    def note_denial(self, who: int, now: datetime) -> None:
        """That an account asked for a page, or an incident, that is not for it or not there; which
        of the two is not said, or the line would give away what there is. Once a minute is
        enough, so that nobody fills the log."""
        name = account(who)
        lately = (
            col(AuditRow.act) == Act.DENIED,
            col(AuditRow.actor) == name,
            col(AuditRow.moment) > moment(now - ONE_DENIAL),
        )
        with self.transaction() as session:
            if session.execute(select(AuditRow).where(*lately).limit(1)).first() is None:
                note(session, Trace(act=Act.DENIED, subject=name, actor=name, at=now))

    def note_report(self, report: str, reporter: int, now: datetime) -> None:
        """That an account sent a report: once, however often it is sent."""
        trace = Trace(act=Act.REPORTED, subject=report, actor=account(reporter), at=now)
        same = (col(AuditRow.act) == Act.REPORTED, col(AuditRow.subject) == report)
        with self.transaction() as session:
            if session.execute(select(AuditRow).where(*same).limit(1)).first() is None:
                note(session, trace)

    def sent_by(self, reporter: int, source: str, limit: int) -> list[Sent]:
        """What an account reported, by way of *source*, newest first, while it is remembered."""
        theirs = (
            select(col(AuditRow.moment), col(MentionRow.text), col(IncidentRow.number))
            .join(MentionRow, col(MentionRow.external_id) == col(AuditRow.subject))
            .join(IncidentRow, col(IncidentRow.key) == col(MentionRow.incident))
            .where(
                col(AuditRow.act) == Act.REPORTED,
                col(AuditRow.actor) == account(reporter),
                col(MentionRow.source) == source,
            )
        )
        with self.reading() as session:
            rows = session.execute(theirs.order_by(col(AuditRow.n).desc()).limit(limit)).all()
        return [Sent(at=at_moment(at), text=text, number=number) for at, text, number in rows]

    def deeds_of(
        self, accounts: Collection[int], limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """What was done by or to these accounts, newest first, and how much there is of it, up to
        MOST; not which incidents they read, nor what they reported."""
        names = [account(each) for each in accounts]
        subject, actor = col(AuditRow.subject), col(AuditRow.actor)
        return self._page([_deeds(subject.in_(names), actor.in_(names))], limit, offset)

    def deeds_at(
        self, schools: Collection[str], limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """The same of all accounts of these schools. Of few, the lines of each account are looked
        up; of many, the accounts of each line, the newest first: so the columns are written in
        a way that no index of theirs is used."""
        with self.reading() as session:
            theirs = select(col(AccountRow.id)).where(works_at(session, schools))
            some = session.execute(theirs.limit(_FEW_ACCOUNTS + 1)).scalars().all()
        if len(some) <= _FEW_ACCOUNTS:
            return self.deeds_of([id_ for id_ in some if id_ is not None], limit, offset)
        names = literal(ACCOUNT).concat(cast(theirs.selected_columns.id, String))
        of_them = theirs.with_only_columns(names)
        subject, actor = (col(each).concat("") for each in (AuditRow.subject, AuditRow.actor))
        return self._page([_deeds(subject.in_(of_them), actor.in_(of_them))], limit, offset)

    def looks_at(
        self, wanted: Wanted, number: str, source: str, limit: int, offset: int
    ) -> tuple[list[Found], int]:
        """Who read, saw, handed in or took out what of these incidents, or of the one with this
        *number*, newest first; and how much there is of it, up to MOST. Reports are those by
        way of *source*."""
        with self.reading() as session:
            within = among(session, wanted)
        if number:
            within.append(col(IncidentRow.number) == number)
        return self._page(list(_looks(within, (*wanted.schools,), source)), limit, offset)

    def _page(self, kinds: Sequence[_Lines], limit: int, offset: int) -> tuple[list[Found], int]:
        """Of each kind no more is looked through than can stand on the page; and counted no
        further than MOST."""
        newest = [_newest(kind, offset + limit) for kind in kinds]
        found = union_all(*(select(kind.subquery()) for kind in newest)).subquery()
        page = select(found).order_by(found.c.moment.desc(), found.c.n.desc())
        some = union_all(*(select(kind.limit(MOST).subquery().c.n) for kind in kinds)).subquery()
        with self.reading() as session:
            rows = session.execute(page.limit(limit).offset(offset)).all()
            total = session.execute(select(func.count()).select_from(some)).scalar_one()
        return [_found(*row) for row in rows], min(total, MOST)


def _newest(kind: _Lines, most: int) -> _Lines:
    n, moment = list(kind.selected_columns)[:2]
    return kind.order_by(moment.desc(), n.desc()).limit(most)


_COLUMNS = (
    col(AuditRow.n),
    col(AuditRow.moment),
    col(AuditRow.act),
    col(AuditRow.actor),
    col(AuditRow.subject),
)


def _deeds(to_them: ColumnElement[bool], by_them: ColumnElement[bool]) -> _Lines:
    return select(*_COLUMNS).where(_A_DEED, or_(to_them, by_them))


_REPORT = aliased(MentionRow)  # what one may not know of is looked up among mentions, too


def _reads(within: Sequence[ColumnElement[bool]], schools: Sequence[str]) -> _Lines:
    """Of few schools, the lines of each incident; of many, the incident of each line, the newest
    first: so that a page looks at little more than it shows."""
    reads = select(*_COLUMNS).where(col(AuditRow.act) == Act.READ)
    its = col(IncidentRow.number) == col(AuditRow.subject)
    if len(schools) <= _FEW:
        return reads.join(IncidentRow, its).where(*within)
    return reads.where(select(col(IncidentRow.key)).where(its, *within).exists())


def _looks(
    within: Sequence[ColumnElement[bool]], schools: Sequence[str], source: str
) -> Iterator[_Lines]:
    """*within*: which incidents."""
    yield _reads(within, schools)
    yield (
        select(*_COLUMNS[:-1], col(IncidentRow.number))
        .join(_REPORT, col(_REPORT.external_id) == col(AuditRow.subject))
        .join(IncidentRow, col(IncidentRow.key) == col(_REPORT.incident))
        .where(col(_REPORT.school).in_(schools), col(_REPORT.source) == source)
        .where(col(AuditRow.act) == Act.REPORTED, *within)
    )
    custody = select(
        col(CustodyRow.n),
        col(CustodyRow.moment),
        col(CustodyRow.act),
        col(CustodyRow.actor),
        col(IncidentRow.number),
    ).where(
        col(CustodyRow.act).in_(_BY_PEOPLE), col(CustodyRow.actor) != literal(PROGRAM), *within
    )
    yield custody.join(IncidentRow, col(IncidentRow.number) == col(CustodyRow.subject))
    yield custody.join(CaptureRow, col(CaptureRow.id) == col(CustodyRow.subject)).join(
        IncidentRow, col(IncidentRow.key) == col(CaptureRow.incident)
    )


def _found(_n: int, kept: str, act: str, actor: str, subject: str) -> Found:
    return Found(at=at_moment(kept), act=act, actor=actor, subject=subject)
