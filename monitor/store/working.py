"""What people did to incidents: only ever added to, in one transaction with what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlmodel import Session, col, func, select

from monitor.domain import Alert, Event, Incident
from monitor.lessons import Learnt
from monitor.store.captures import open_no_page, promise_again, promised
from monitor.store.database import Database, one_writer
from monitor.store.learning import learn
from monitor.store.letters import promise
from monitor.store.rows import event_from_row, incident_from_row
from monitor.store.search import index_note
from monitor.store.tables import EventRow, IncidentRow


class Working(Database):
    @contextmanager
    def working(self, number: str) -> Iterator[Folder | None]:
        """One transaction in which nobody else changes this incident; None if there is none."""
        with self.transaction() as session:
            this = IncidentRow.number == number
            school = session.exec(select(IncidentRow.school).where(this)).first()
            if school is None:
                yield None
                return
            one_writer(session, school)
            yield Folder(session, session.exec(select(IncidentRow).where(this)).one())


class Folder:
    """One incident, open for writing."""

    def __init__(self, session: Session, row: IncidentRow) -> None:
        self.session = session
        self._row = row

    @property
    def incident(self) -> Incident:
        return incident_from_row(self._row)

    @property
    def entries(self) -> int:
        """How long its history is."""
        query = select(func.count()).where(EventRow.incident == self._row.key)
        return self.session.exec(query).one()

    @property
    def last(self) -> Event | None:
        rows = select(EventRow).where(EventRow.incident == self._row.key)
        row = self.session.exec(rows.order_by(col(EventRow.position).desc()).limit(1)).first()
        return None if row is None else event_from_row(row)

    def record(self, event: Event, incident: Incident, alerts: Iterable[Alert]) -> None:
        """*incident*: as it stands after it."""
        position = self.entries + 1
        self.session.add(
            EventRow(
                incident=self._row.key,
                position=position,
                act=event.act,
                value=event.value,
                reason=event.reason,
                who=event.by,
                role=event.role,
                at=event.at,
            )
        )
        index_note(self.session, self._row, position, event.reason)
        _write_standing(self._row, incident)
        self.session.add(self._row)
        if not incident.pictures_allowed:
            open_no_page(self.session, incident)
        for alert in alerts:
            promise(self.session, alert, event.at)

    def learn(self, learnt: Learnt, event: Event) -> None:
        """What *event* teaches of other posts."""
        learn(self.session, self._row.school, self._row.number, learnt, event)

    @property
    def captures_promised(self) -> bool:
        """Whether any of its pages is still to be captured."""
        return bool(promised(self.session, [self._row.key]))

    def capture_again(self, now: datetime, role: str) -> None:
        promise_again(self.session, self.incident, now, role)


def histories_of(session: Session, incidents: Sequence[str]) -> dict[str, list[Event]]:
    """By incident, oldest first."""
    found: dict[str, list[Event]] = defaultdict(list)
    query = select(EventRow).where(col(EventRow.incident).in_(incidents))
    for row in session.exec(query.order_by(col(EventRow.position))):
        found[row.incident].append(event_from_row(row))
    return found


def entries_of(session: Session, incidents: Sequence[str]) -> dict[str, int]:
    """How long the history of each is."""
    query = select(EventRow.incident, func.count()).where(col(EventRow.incident).in_(incidents))
    return dict(session.exec(query.group_by(EventRow.incident)).all())


def _write_standing(row: IncidentRow, incident: Incident) -> None:
    standing = incident.standing
    row.state, row.severity = incident.state, incident.severity
    row.categories = " ".join(sorted(incident.categories))
    row.child_safety, row.pictures_allowed = incident.child_safety, incident.pictures_allowed
    row.closed_at = standing.closed_at
    row.decision = standing.decision or ""
    row.veracity = standing.veracity or ""
    row.assigned = standing.assigned
    row.due = standing.due
    row.acknowledged_at = standing.acknowledged_at
    row.lowered = standing.lowered
