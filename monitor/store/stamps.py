"""Time stamps: promised for all sealed evidence, fetched later, kept with what they prove."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from monitor.custody import Deed, Handling
from monitor.domain import EvidenceState
from monitor.stamps import Stamp, StampPromise
from monitor.store.custody import record
from monitor.store.custody_tables import StampRow
from monitor.store.database import Database, insert_new
from monitor.store.tables import CaptureRow

_AT_ONCE = 100  # promises written at a time


class Stamps(Database):
    def claim_stamp(
        self, authorities: Collection[str], now: datetime, lease: timedelta
    ) -> StampPromise | None:
        """The oldest that one of *authorities* owes us, for one worker until the lease ends."""
        free = or_(col(StampRow.leased_until).is_(None), col(StampRow.leased_until) <= now)
        owed = (col(StampRow.stamped_at).is_(None), StampRow.due_at <= now, free)
        with self.transaction() as session:
            for authority in authorities:
                _promise(session, authority, now)
            found = session.exec(
                select(StampRow, CaptureRow.manifest_sha256)
                .join(CaptureRow)
                .where(*owed, col(StampRow.authority).in_(authorities))
                .order_by(col(StampRow.due_at), StampRow.capture)
                .limit(1)
                .with_for_update(skip_locked=True, of=StampRow)
            ).first()
            if found is None:
                return None
            row, manifest = found
            row.leased_until = now + lease
            session.add(row)
            return StampPromise(
                capture=row.capture,
                authority=row.authority,
                manifest_sha256=manifest,
                attempts=row.attempts,
            )

    def stamped(self, stamp: Stamp, now: datetime) -> None:
        """Keep a token that was verified."""
        with self.transaction() as session:
            row = session.get(StampRow, (stamp.capture, stamp.authority))
            if row is None or row.stamped_at is not None:
                return  # erased meanwhile, or another worker was faster
            row.stamped_at, row.token, row.root = stamp.at, stamp.token, stamp.root
            row.leased_until, row.error = None, ""
            session.add(row)
            record(session, _deed(stamp, now))

    def postpone_stamp(self, promise: StampPromise, until: datetime, error: str) -> None:
        with self.transaction() as session:
            row = session.get(StampRow, (promise.capture, promise.authority))
            if row is not None:
                row.due_at, row.leased_until, row.error = until, None, error
                row.attempts += 1
                session.add(row)

    def stamps(self, captures: Collection[str]) -> list[Stamp]:
        """Those there are and those that are waited for, of these pieces of evidence."""
        query = select(StampRow).where(col(StampRow.capture).in_(captures))
        ordered = query.order_by(col(StampRow.capture), col(StampRow.authority))
        with self.reading() as session:
            return [_stamp(row) for row in session.exec(ordered)]


def _promise(session: Session, authority: str, now: datetime) -> None:
    """A stamp by *authority* for each piece of evidence that has, or waits for, none."""
    known = select(StampRow.capture).where(
        StampRow.capture == CaptureRow.id, StampRow.authority == authority
    )
    sealed = select(CaptureRow.id).where(CaptureRow.state != EvidenceState.WANTED, ~known.exists())
    for id_ in session.exec(sealed.order_by(CaptureRow.id).limit(_AT_ONCE)).all():
        insert_new(session, StampRow(capture=id_, authority=authority, due_at=now))


def _deed(stamp: Stamp, now: datetime) -> Deed:
    return Deed(
        act=Handling.TIMESTAMPED,
        subject=stamp.capture,
        at=now,
        sha256=stamp.sha256,
        outcome=stamp.name,
    )


def _stamp(row: StampRow) -> Stamp:
    return Stamp(
        capture=row.capture,
        authority=row.authority,
        at=row.stamped_at,
        token=row.token,
        root=row.root,
        error=row.error,
    )
