"""Promises of evidence, and the evidence once it is sealed. Files lie on disk, not here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from monitor.custody import Deed, Handling
from monitor.domain import (
    CaptureMode,
    CapturePromise,
    Evidence,
    EvidenceState,
    Incident,
    Mention,
    Shows,
)
from monitor.store.custody import captured, record
from monitor.store.database import Database
from monitor.store.rechecks import plan_looks, rechecks_of
from monitor.store.rows import evidence_from_row
from monitor.store.sightings import Post, again_id, mention_of
from monitor.store.tables import CaptureRow, IncidentRow

MOST_AGAIN = 10  # pages that one press of a button has captured


class Captures(Database):
    def claim_capture(self, now: datetime, lease: timedelta) -> CapturePromise | None:
        """The oldest promise that is due and that nobody else is at work on."""
        free = or_(col(CaptureRow.leased_until).is_(None), col(CaptureRow.leased_until) <= now)
        wanted = (CaptureRow.state == EvidenceState.WANTED, CaptureRow.due_at <= now, free)
        with self.transaction() as session:
            row = session.exec(
                select(CaptureRow)
                .where(*wanted)
                .order_by(col(CaptureRow.due_at), CaptureRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return None
            row.leased_until = now + lease
            session.add(row)
            return _promise(session, row)

    def captured(self, promise: CapturePromise, evidence: Evidence) -> None:
        with self.transaction() as session:
            row = session.get_one(CaptureRow, promise.id)
            known = row.manifest_sha256
            _seal(row, evidence)
            session.add(row)
            session.flush()
            plan_looks(session, evidence)
            if known != evidence.manifest_sha256:  # else another worker was here before us
                record(session, _deed(evidence))

    def postpone_capture(self, promise: CapturePromise, until: datetime, error: str) -> None:
        with self.transaction() as session:
            row = session.get_one(CaptureRow, promise.id)
            row.due_at, row.leased_until, row.error = until, None, error
            row.attempts += 1
            session.add(row)

    def add_capture(self, school: str, mention: Mention, evidence: Evidence) -> None:
        """Evidence that a person asked for, outside any incident."""
        with self.transaction() as session:
            row = CaptureRow(
                id=evidence.id,
                school=school,
                source=mention.source,
                external_id=mention.external_id,
                url=mention.url,
                mode=evidence.mode,
                state=evidence.state,
                due_at=evidence.captured_at,
            )
            _seal(row, evidence)
            session.add(row)
            session.flush()
            plan_looks(session, evidence)
            record(session, _deed(evidence))

    def supplied(self, incident: Incident, evidence: Evidence, actor: str) -> None:
        """What a person handed in for an incident."""
        with self.transaction() as session:
            row = CaptureRow(
                id=evidence.id,
                school=incident.school,
                incident=incident.key,
                source="handed in",
                external_id=evidence.id,
                url="",
                mode=evidence.mode,
                state=evidence.state,
                due_at=evidence.captured_at,
            )
            _seal(row, evidence)
            session.add(row)
            session.flush()
            record(session, replace(_deed(evidence), act=Handling.SUPPLIED, actor=actor))

    def evidence(self, id_: str | None = None) -> list[Evidence]:
        """All that is sealed, or the one with this id."""
        query = select(CaptureRow).where(CaptureRow.state != EvidenceState.WANTED)
        if id_ is not None:
            query = query.where(CaptureRow.id == id_)
        with self.reading() as session:
            rows = session.exec(query.order_by(CaptureRow.id)).all()
            looks = rechecks_of(session, [row.id for row in rows])
            return [evidence_from_row(row, looks[row.id]) for row in rows]

    def is_promised(self, incident: Incident) -> bool:
        """Whether a page of it is still to be captured."""
        with self.reading() as session:
            return bool(promised(session, [incident.key]))

    def capture_ids(self) -> set[str]:
        """Of all that was captured or is still to be."""
        with self.reading() as session:
            return set(session.exec(select(CaptureRow.id)).all())

    def captures_waiting(self) -> int:
        query = select(func.count()).where(col(CaptureRow.state) == EvidenceState.WANTED)
        with self.reading() as session:
            return session.exec(query).one()


def open_no_page(session: Session, incident: Incident) -> None:
    """Promises from before anybody knew better: a picture may be indecent."""
    wanted = (CaptureRow.incident == incident.key, CaptureRow.state == EvidenceState.WANTED)
    for row in session.exec(select(CaptureRow).where(*wanted)):
        row.mode = CaptureMode.LINK
        session.add(row)


def promised(session: Session, incidents: Collection[str]) -> set[str]:
    """Those of which a page is still to be captured."""
    wanted = (col(CaptureRow.incident).in_(incidents), CaptureRow.state == EvidenceState.WANTED)
    return {key for key in session.exec(select(CaptureRow.incident).where(*wanted)) if key}


def promise_again(session: Session, incident: Incident, now: datetime, role: str) -> None:
    """Promise anew what was captured of each post; of very many, of those captured last.
    *role*: of the person who asked for it."""
    tried = Counter[Post]()
    newest: dict[Post, CaptureRow] = {}
    mine = (CaptureRow.incident == incident.key, CaptureRow.shows != Shows.SUPPLIED)
    for row in session.exec(select(CaptureRow).where(*mine).order_by(col(CaptureRow.due_at))):
        post = row.school, row.source, row.external_id
        tried[post] += 1
        newest.pop(post, None)
        newest[post] = row
    for post, row in [*newest.items()][-MOST_AGAIN:]:
        session.add(
            CaptureRow(
                id=again_id(post, tried[post]),
                school=row.school,
                incident=row.incident,
                source=row.source,
                external_id=row.external_id,
                url=row.url,
                mode=CaptureMode.FULL if incident.pictures_allowed else CaptureMode.LINK,
                state=EvidenceState.WANTED,
                due_at=now,
                asked_by=role,
            )
        )


def _seal(row: CaptureRow, evidence: Evidence) -> None:
    row.mode, row.state = evidence.mode, evidence.state
    row.captured_at, row.manifest_sha256 = evidence.captured_at, evidence.manifest_sha256
    row.files = json.dumps([asdict(f) for f in evidence.files])
    row.note, row.error, row.leased_until = evidence.note, "", None
    row.shows = evidence.shows


def _deed(evidence: Evidence) -> Deed:
    return captured(evidence.id, evidence.manifest_sha256, evidence.captured_at)


def _promise(session: Session, row: CaptureRow) -> CapturePromise:
    return CapturePromise(
        id=row.id,
        school=row.school,
        mention=mention_of(session, row),
        mode=CaptureMode(row.mode),
        attempts=row.attempts,
        incident=_number(session, row.incident),
        asked_by=row.asked_by,
    )


def _number(session: Session, key: str | None) -> str:
    incident = session.get(IncidentRow, key) if key else None
    return incident.number if incident else ""
