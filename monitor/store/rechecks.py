"""Later looks at captured addresses: which are due, and what they found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from monitor.custody import Deed, Handling
from monitor.domain import (
    CaptureMode,
    Evidence,
    IncidentState,
    Looked,
    Mention,
    Recheck,
    RecheckPromise,
    Shows,
    StillThere,
)
from monitor.revisits import next_look
from monitor.store.custody import record
from monitor.store.database import Database
from monitor.store.recheck_tables import RecheckPlanRow, RecheckRow
from monitor.store.sightings import mention_of
from monitor.store.tables import CaptureRow, IncidentRow

_AT_ONCE = 500  # ids in one query
MOST_WORDS = 200_000  # characters of a page that are kept for comparing


class Rechecks(Database):
    def claim_recheck(self, now: datetime, lease: timedelta) -> RecheckPromise | None:
        """The look that is due longest, and that nobody else is at. Never one at what may not
        be opened, nor for an incident that is closed: these wait."""
        with self.transaction() as session:
            found = session.exec(
                select(RecheckPlanRow, CaptureRow)
                .join(CaptureRow, col(CaptureRow.id) == col(RecheckPlanRow.capture))
                .outerjoin(IncidentRow, col(IncidentRow.key) == col(CaptureRow.incident))
                .where(*_due(now))
                .order_by(col(RecheckPlanRow.due_at), col(RecheckPlanRow.capture))
                .limit(1)
                .with_for_update(skip_locked=True, of=RecheckPlanRow)
            ).first()
            if found is None:
                return None
            plan, capture = found
            plan.leased_until = now + lease
            session.add(plan)
            return _promise(session, plan, capture)

    def rechecked(self, promise: RecheckPromise, looked: Looked) -> None:
        """Write a look down and plan the next; what was never known to compare with is now."""
        recheck = looked.recheck
        with self.transaction() as session:
            plan = session.get(RecheckPlanRow, promise.id)
            if plan is None:
                return  # the evidence was erased in the meantime
            plan.due_at, plan.leased_until, plan.attempts = looked.due_at, None, 0
            plan.words = plan.words or looked.words[:MOST_WORDS]
            session.add(plan)
            session.add(
                RecheckRow(
                    capture=promise.id,
                    at=recheck.at,
                    found=recheck.found,
                    note=recheck.note,
                    difference=recheck.difference,
                )
            )
            record(session, _deed(promise, recheck))

    def postpone_recheck(self, promise: RecheckPromise, until: datetime) -> None:
        with self.transaction() as session:
            plan = session.get(RecheckPlanRow, promise.id)
            if plan is not None:
                plan.due_at, plan.leased_until = until, None
                plan.attempts += 1
                session.add(plan)

    def rechecks_due(self, now: datetime) -> int:
        with self.reading() as session:
            joined = (
                select(RecheckPlanRow.capture)
                .join(CaptureRow, col(CaptureRow.id) == col(RecheckPlanRow.capture))
                .outerjoin(IncidentRow, col(IncidentRow.key) == col(CaptureRow.incident))
            )
            return len(session.exec(joined.where(*_due(now))).all())


def _deed(promise: RecheckPromise, recheck: Recheck) -> Deed:
    return Deed(
        act=Handling.RECHECKED, subject=promise.id, at=recheck.at, outcome=recheck.found.value
    )


def plan_looks(session: Session, evidence: Evidence) -> None:
    """Look again later at what was opened and showed the post; at nothing else, ever."""
    if evidence.mode is CaptureMode.LINK or evidence.shows is not Shows.POST:
        return
    if session.get(RecheckPlanRow, evidence.id) is None:
        session.add(
            RecheckPlanRow(
                capture=evidence.id,
                due_at=next_look(evidence.captured_at, evidence.captured_at),
                words=evidence.words[:MOST_WORDS],
            )
        )


def rechecks_of(session: Session, captures: Sequence[str]) -> dict[str, list[Recheck]]:
    """By capture, oldest first."""
    found: dict[str, list[Recheck]] = defaultdict(list)
    for first in range(0, len(captures), _AT_ONCE):
        some = col(RecheckRow.capture).in_(captures[first : first + _AT_ONCE])
        query = select(RecheckRow).where(some)
        for row in session.exec(query.order_by(col(RecheckRow.at), col(RecheckRow.id))):
            found[row.capture].append(_recheck(row))
    return found


def _recheck(row: RecheckRow) -> Recheck:
    return Recheck(
        at=row.at, found=StillThere(row.found), note=row.note, difference=row.difference
    )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    leased = col(RecheckPlanRow.leased_until)
    in_the_open = (col(IncidentRow.state) == IncidentState.OPEN) & col(
        IncidentRow.pictures_allowed
    ).is_(True)
    return (
        col(RecheckPlanRow.due_at) <= now,
        or_(leased.is_(None), leased <= now),
        col(CaptureRow.mode) != CaptureMode.LINK,
        or_(col(CaptureRow.incident).is_(None), in_the_open),
        ~_barred_elsewhere(),
    )


@cache  # always the same, and asked with every scan
def _barred_elsewhere() -> ColumnElement[bool]:
    """Whether another incident, of any school, says that a picture at this address may be
    indecent: what a person had captured by hand belongs to none that could say so."""
    other, theirs = aliased(CaptureRow), aliased(IncidentRow)
    barred = select(other.id).join(theirs, col(theirs.key) == other.incident)
    return barred.where(
        other.url == CaptureRow.url, col(theirs.pictures_allowed).is_(False)
    ).exists()


def _promise(session: Session, plan: RecheckPlanRow, capture: CaptureRow) -> RecheckPromise:
    return RecheckPromise(
        id=capture.id,
        school=capture.school,
        mention=_mention(session, capture),
        mode=CaptureMode(capture.mode),
        captured_at=capture.captured_at or capture.due_at,
        words=plan.words,
        attempts=plan.attempts,
    )


def _mention(session: Session, capture: CaptureRow) -> Mention:
    """The post; of what a person had captured by hand, no more is known than the address."""
    if capture.incident is not None:
        return mention_of(session, capture)
    return Mention(
        source=capture.source, external_id=capture.external_id, url=capture.url, text=""
    )
