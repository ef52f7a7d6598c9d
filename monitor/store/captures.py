"""Promises of evidence, and the evidence once it is sealed. Files lie on disk, not here."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select

from monitor.custody import Deed, Handling
from monitor.domain import CaptureMode, CapturePromise, Evidence, EvidenceState, Incident, Mention
from monitor.store.custody import captured, record
from monitor.store.database import Database
from monitor.store.rechecks import plan_looks, rechecks_of
from monitor.store.rows import evidence_from_row
from monitor.store.sightings import mention_of
from monitor.store.tables import CaptureRow, IncidentRow


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

    def capture_ids(self) -> set[str]:
        """Of all that was captured or is still to be."""
        with self.reading() as session:
            return set(session.exec(select(CaptureRow.id)).all())

    def captures_waiting(self) -> int:
        query = select(func.count()).where(col(CaptureRow.state) == EvidenceState.WANTED)
        with self.reading() as session:
            return session.exec(query).one()


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
    )


def _number(session: Session, key: str | None) -> str:
    incident = session.get(IncidentRow, key) if key else None
    return incident.number if incident else ""
