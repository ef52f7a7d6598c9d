"""The custody log: only ever added to, in the transaction of what it records."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from monitor.custody import LETTER, START, Deed, Handling, Head, Link, chained, letter_key
from monitor.domain import AlertState, Role, Urgency
from monitor.store.custody_tables import CustodyRow
from monitor.store.database import Database, insert_new, one_writer
from monitor.store.tables import LetterRow

_STREAMED = 1000  # rows held at a time


def record(session: Session, *deeds: Deed) -> None:
    """Add *deeds* to the log, as part of this transaction. Do it last: until its end nobody
    else can add anything."""
    one_writer(session, "the custody log")
    head = _head(session)
    for deed in deeds:
        link = chained(deed, head)
        session.add(CustodyRow(**{name: getattr(link, name) for name in Link.__slots__}))
        head = Head(n=link.n, hash=link.hash)
    session.flush()


class Custody(Database):
    def record(self, *deeds: Deed) -> None:
        """The same for what leaves nothing else in the database, such as a look."""
        with self.transaction() as session:
            record(session, *deeds)

    def custody(self, after: int = 0) -> list[Link]:
        """The whole log, or what follows link number *after*."""
        query = select(CustodyRow).where(CustodyRow.n > after).order_by(col(CustodyRow.n))
        with self.reading() as session:
            rows = session.exec(query.execution_options(yield_per=_STREAMED))
            return [_link(row) for row in rows]

    def custody_of(self, subjects: Collection[str]) -> list[Link]:
        """What was done to these, oldest first."""
        query = select(CustodyRow).where(col(CustodyRow.subject).in_(subjects))
        with self.reading() as session:
            return [_link(row) for row in session.exec(query.order_by(col(CustodyRow.n)))]

    def custody_head(self) -> Head:
        with self.reading() as session:
            return _head(session)

    def promise_head(self, school: str, now: datetime) -> bool:
        """Promise a letter that takes the head of the chain out of the house: one a day, and
        none while nothing was added. False where none is needed."""
        with self.transaction() as session:
            head = _head(session)
            promised = session.exec(
                select(LetterRow.key).where(col(LetterRow.key).startswith(f"{LETTER}:"))
            ).all()
            if not head.n or _is_told(promised, head, f"{now:%Y-%m-%d}"):
                return False
            return insert_new(session, _letter(school, head, now))


def captured(
    id_: str, manifest_sha256: str, at: datetime, act: Handling = Handling.CAPTURED
) -> Deed:
    return Deed(act=act, subject=id_, at=at, sha256=manifest_sha256)


def erased(ids: Iterable[str], at: datetime) -> list[Deed]:
    return [Deed(act=Handling.ERASED, subject=id_, at=at) for id_ in ids]


def _head(session: Session) -> Head:
    query = select(CustodyRow.n, CustodyRow.hash).order_by(col(CustodyRow.n).desc()).limit(1)
    found = session.exec(query).first()
    return Head(n=found[0], hash=found[1]) if found else Head(n=0, hash=START)


def _link(row: CustodyRow) -> Link:
    return Link(**{name: getattr(row, name) for name in Link.__slots__})


def _is_told(promised: Iterable[str], head: Head, day: str) -> bool:
    return any(day in key or key.endswith(f":{head}") for key in promised)


def _letter(school: str, head: Head, now: datetime) -> LetterRow:
    return LetterRow(
        key=letter_key(head, f"{now:%Y-%m-%d}"),
        school=school,
        role=Role.OFFICE,
        urgency=Urgency.DIGEST,
        state=AlertState.WAITING,
        due_at=now,
    )
