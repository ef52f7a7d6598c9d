"""The incident log, read back, and the mentions counted without their words."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy import ColumnElement, case, literal_column, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, or_, select

from monitor.domain import (
    Act,
    Assessment,
    Case,
    Category,
    Decision,
    EvidenceState,
    Incident,
    IncidentState,
    Progress,
    Severity,
    Shows,
)
from monitor.store.database import Database
from monitor.store.rechecks import rechecks_of
from monitor.store.rows import evidence_from_row, incident_from_row, told_from_row
from monitor.store.search import has
from monitor.store.sightings import (
    copies_of,
    near_copies,
    posts_in_it,
    seen_by_edits,
    sightings_of,
    tells_as,
)
from monitor.store.tables import (
    SHOWS_NO_POST,
    AlertRow,
    CaptureRow,
    EventRow,
    IncidentRow,
    LetterRow,
    MentionRow,
)
from monitor.store.working import entries_of, histories_of
from monitor.wire import assessment_from_json

_AT_ONCE = 500  # keys in one query; SQLite allows 32,766
_STREAMED = 1000  # rows held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """That a step of this title was sent by then. `schools`: at these only; empty: at any."""

    title: str
    by: datetime
    schools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which incidents a list is of: also those that concern the head, or a child's safety?

    What is None, or empty, is not asked for. `words` are looked for in all that was written
    (monitor.searching).
    """

    schools: tuple[str, ...]
    state: IncidentState | None = None
    about_head: bool = False
    child_safety: bool = False
    severity: Severity | None = None
    grave: bool = False
    of_child: bool = False  # only what concerns a child's safety
    uncaptured: bool = False  # only where a page was opened, and no post was there to be kept
    category: Category | None = None
    decision: Decision | None = None
    undecided: bool = False
    decided: bool = False
    assigned: str = ""
    due_before: date | None = None
    or_unanswered: tuple[Sent, ...] = ()  # and those where nothing has come of one of these
    words: str = ""
    like: str = ""  # Incident.number: others that say nearly the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An incident as a list shows it. `seen`: the source and the address of each sighting;
    `entries`: how long its history is."""

    incident: Incident
    seen: tuple[tuple[str, str], ...]
    entries: int = 0


class Cases(Database):
    def cases(
        self,
        school: str | None = None,
        state: IncidentState | None = None,
        since: datetime | None = None,
    ) -> list[Case]:
        """Newest first."""
        query = select(IncidentRow)
        if school is not None:
            query = query.where(IncidentRow.school == school)
        if state is not None:
            query = query.where(IncidentRow.state == state)
        if since is not None:
            query = query.where(IncidentRow.opened_at >= since)
        with self.reading() as session:
            return cases_of(session, session.exec(query.order_by(*_NEWEST_FIRST)).all())

    def listed(
        self, wanted: Wanted, *, limit: int, offset: int = 0, gravest: bool = False
    ) -> list[Listed]:
        """Newest first, or what is *gravest*; without a word of what was written."""
        order = (_GRAVITY.desc(), *_NEWEST_FIRST) if gravest else _NEWEST_FIRST
        with self.reading() as session:
            query = select(IncidentRow).where(*among(session, wanted))
            page = query.order_by(*order).limit(limit).offset(offset)
            return _listed(session, session.exec(page).all())

    def count(self, wanted: Wanted) -> int:
        with self.reading() as session:
            query = select(func.count()).select_from(IncidentRow)
            return session.exec(query.where(*among(session, wanted))).one()

    def number_of(self, school: str, source: str, external_id: str) -> str | None:
        """Of the incident that a mention belongs to."""
        query = (
            select(IncidentRow.number)
            .join(MentionRow)
            .where(
                MentionRow.school == school,
                MentionRow.source == source,
                MentionRow.external_id == external_id,
            )
        )
        with self.reading() as session:
            return session.exec(query).first()

    def case(self, number: str) -> Case | None:
        with self.reading() as session:
            rows = session.exec(select(IncidentRow).where(IncidentRow.number == number)).all()
            return next(iter(cases_of(session, rows)), None)

    def assessments(self) -> list[Assessment]:
        """What was thought of every mention that is still remembered."""
        query = select(MentionRow.assessment).execution_options(yield_per=_STREAMED)
        with self.reading() as session:
            return [assessment_from_json(json.loads(row)) for row in session.exec(query)]


_NEWEST_FIRST = (col(IncidentRow.opened_at).desc(), col(IncidentRow.number).desc())
_GRAVITY = case({each.value: each.rank for each in Severity}, value=col(IncidentRow.severity))


def among(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """A limit or a count must know what is hidden, so the hiding is done by the query."""
    found: list[ColumnElement[bool]] = [col(IncidentRow.school).in_(wanted.schools)]
    if wanted.state is not None:
        found.append(col(IncidentRow.state) == wanted.state)
    found += _asked_for(wanted)
    if wanted.words:
        found.append(has(session, wanted.words, wanted.schools))
    if wanted.like:
        found.append(tells_as(wanted.like))
    if wanted.of_child:
        found.append(_concerns(IncidentRow.child_safety, MentionRow.child_safety))
    if not wanted.about_head:
        found.append(~_concerns(IncidentRow.about_head, MentionRow.about_head))
    if not wanted.child_safety:
        found.append(~_concerns(IncidentRow.child_safety, MentionRow.child_safety))
    return found


def _asked_for(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (IncidentRow.severity, wanted.severity),
        (IncidentRow.decision, wanted.decision),
        (IncidentRow.assigned, wanted.assigned),
    ):
        if value:
            yield col(column) == value
    for asked, condition in (
        (wanted.grave, col(IncidentRow.severity).in_(_GRAVE)),
        (wanted.undecided, col(IncidentRow.decision) == ""),
        (wanted.decided, col(IncidentRow.decision) != ""),
        (wanted.uncaptured, _uncaptured()),
    ):
        if asked:
            yield condition
    if wanted.category:  # no name of a category is a part of another's
        yield col(IncidentRow.categories).contains(wanted.category)
    if wanted.due_before:
        late = col(IncidentRow.due) < wanted.due_before
        yield or_(late, *map(_unanswered, wanted.or_unanswered))


def _unanswered(what: Sent) -> ColumnElement[bool]:
    """It was sent by then, and the last that was said of it is that it was sent."""
    later = aliased(EventRow)
    settled = select(later.incident).where(
        later.incident == EventRow.incident,
        col(later.position) > EventRow.position,
        later.act == Act.STEP,
        col(later.value).in_([f"{p}: {what.title}" for p in Progress if p is not Progress.SENT]),
    )
    sent = select(EventRow.incident).where(
        EventRow.act == literal_column(f"'{Act.STEP}'"),  # as its index has it
        EventRow.value == f"{Progress.SENT}: {what.title}",
        EventRow.at <= what.by,
        ~settled.exists(),
    )
    found = col(IncidentRow.key).in_(sent)
    return found & col(IncidentRow.school).in_(what.schools) if what.schools else found


def _uncaptured() -> ColumnElement[bool]:
    """A page of it was opened and showed no post, and nothing was kept in its place."""
    elsewhere = select(CaptureRow.incident).where(SHOWS_NO_POST)
    shown = select(CaptureRow.id).where(
        CaptureRow.incident == IncidentRow.key,
        CaptureRow.state != EvidenceState.WANTED,
        col(CaptureRow.shows).in_((Shows.POST, Shows.NOT_OPENED, Shows.SUPPLIED)),
    )
    return col(IncidentRow.key).in_(elsewhere) & ~shown.exists()


_GRAVE = (Severity.HIGH, Severity.CRITICAL)


def _concerns(incident: bool, post: bool) -> ColumnElement[bool]:
    """As Case.concerns_head and .concerns_child say it: the *incident*, or any *post* in it by
    any of its texts."""
    return or_(col(incident), *(each.exists() for each in posts_in_it(col(post) == true())))


def _listed(session: Session, rows: Sequence[IncidentRow]) -> list[Listed]:
    seen: dict[str | None, list[tuple[str, str]]] = defaultdict(list)
    keys = [row.key for row in rows]
    joined = session.exec(
        select(MentionRow.incident, MentionRow.source, MentionRow.url)
        .where(col(MentionRow.incident).in_(keys))
        .distinct()
    )
    for key, source, url in dict.fromkeys((*joined, *seen_by_edits(session, keys))):
        seen[key].append((source, url))
    entries = entries_of(session, keys)
    return [
        Listed(
            incident=incident_from_row(row),
            seen=tuple(seen[row.key]),
            entries=entries.get(row.key, 0),
        )
        for row in rows
    ]


def cases_of(session: Session, rows: Iterable[IncidentRow]) -> list[Case]:
    """A fixed number of queries for each 500 incidents, however many mentions they have."""
    rows = list(rows)
    found: list[Case] = []
    for first in range(0, len(rows), _AT_ONCE):
        found += _some_cases(session, rows[first : first + _AT_ONCE])
    return found


def _some_cases(session: Session, rows: list[IncidentRow]) -> list[Case]:
    keys = [row.key for row in rows]
    sightings = defaultdict(list, sightings_of(session, keys))
    copies = copies_of(session, chain.from_iterable(sightings.values()))
    captures: dict[str | None, list[CaptureRow]] = defaultdict(list)
    for capture in session.exec(
        select(CaptureRow).where(
            col(CaptureRow.incident).in_(keys), CaptureRow.state != EvidenceState.WANTED
        )
    ):
        captures[capture.incident].append(capture)
    looks = rechecks_of(session, [c.id for found in captures.values() for c in found])
    letters: dict[str, list[LetterRow]] = defaultdict(list)
    for incident, letter in session.exec(
        select(AlertRow.incident, LetterRow)
        .join(LetterRow)
        .where(col(AlertRow.incident).in_(keys))
        .order_by(col(AlertRow.key))
    ):
        letters[incident].append(letter)
    histories = histories_of(session, keys)
    return [
        Case(
            incident=incident_from_row(row),
            sightings=tuple(sightings[row.key]),
            history=tuple(histories[row.key]),
            evidence=tuple(
                evidence_from_row(capture, looks[capture.id])
                for capture in sorted(captures[row.key], key=lambda c: c.id)
            ),
            told=tuple(map(told_from_row, letters[row.key])),
            near_copies=near_copies(sightings[row.key], copies),
        )
        for row in rows
    ]
