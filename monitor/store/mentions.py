"""Mentions, and in the same transaction everything that follows from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection
from sqlmodel import Session, col, func, select

from monitor.domain import (
    Assessment,
    CaptureMode,
    EvidenceState,
    Incident,
    IncidentState,
    Mention,
    Role,
    Severity,
    ToldLately,
)
from monitor.store.captures import open_no_page
from monitor.store.database import Database, insert_missing, one_writer, put
from monitor.store.entry import Entry, Neighbour
from monitor.store.learning import lessons_behind, note_used
from monitor.store.letters import promise, telling_the_story, urgent_letters
from monitor.store.logbook import NEVER_VISITED
from monitor.store.revisions import (
    Post,
    changed_neighbours,
    earlier,
    is_at,
    is_news,
    is_worth_keeping,
    keep_revision,
    posts,
    settle_revision,
)
from monitor.store.rows import counts_to_text, incident_from_row, mention_from_row
from monitor.store.search import index_post
from monitor.store.sightings import capture_id
from monitor.store.stories import keep_tellings, known_story
from monitor.store.tables import (
    CaptureRow,
    IncidentRow,
    MentionRow,
    NumberRow,
    VisitRow,
)
from monitor.wire import assessment_to_json
from monitor.wording import fingerprint

_AT_ONCE = 200  # posts looked up together; a statement has a longest length
_NEAR = 50  # neighbours looked at; a story of more has long been joined
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Mentions(Database):
    def unseen(self, school: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
        """Those whose words are not yet written down: new posts, and old ones that have changed.
        One post can be about two schools; each sees for itself."""
        rest = iter(mentions)
        while some := list(islice(rest, _AT_ONCE)):
            with self.looking() as connection:
                known = posts(connection, school, {mention.key for mention in some})
                news = [one for one in some if is_news(connection, known.get(one.key), one)]
            yield from news

    @contextmanager
    def entering(self, school: str) -> Iterator[Book]:
        """One transaction in which nobody else enters anything for *school*.

        What is decided of a mention depends on the incidents as they are; two scans at once
        would else each open one for the same post, or undo what the other had learned.
        """
        with self.changing() as connection, Session(connection, expire_on_commit=False) as session:
            one_writer(connection, school)
            book = Book(session, connection, school)
            yield book
            book.close()

    def keep(self, entry: Entry) -> bool:
        """Enter what was decided beforehand."""
        with self.entering(entry.school) as book:
            return book.keep(entry)


class Book:
    """The log, open for writing; for one school and one transaction. What is new is written
    together, at `close` or when something must know of it.

    *session*: for what a person must see; it costs nothing where there is no such thing."""

    def __init__(self, session: Session, connection: Connection, school: str) -> None:
        self._session, self._connection = session, connection
        self._school = school
        self._new: list[Entry] = []  # kept, and not yet in the database
        self._looked_up: dict[tuple[str, str], Post | None] = {}
        self._found: dict[str, datetime] = {}  # by source: when something new last came
        self._read: dict[str, str] = {}  # by source: its cursor
        self._used: Counter[int] = Counter()  # lessons that helped to judge it, by their ids

    def look_up(self, mentions: Iterable[Mention]) -> None:
        """Those about to be entered, in one go."""
        keys = {mention.key for mention in mentions}
        self._looked_up |= dict.fromkeys(keys) | posts(self._connection, self._school, keys)

    def neighbours(
        self, mention: Mention, place: str, story: str, since: datetime
    ) -> list[Neighbour]:
        """What was first seen from *since* on in an open incident, and has the same words, or
        stands at the same place and came by another source; the newest first."""
        same_words = (MentionRow.story == story) & (MentionRow.story != "")
        same_page = is_at(mention, place) & (MentionRow.source != mention.source)
        query = (
            select(MentionRow, IncidentRow)
            .join(IncidentRow)
            .where(
                MentionRow.school == self._school,
                MentionRow.first_seen_at >= since,
                IncidentRow.state == IncidentState.OPEN,
                same_page | same_words,
            )
            .order_by(col(MentionRow.first_seen_at).desc(), col(MentionRow.external_id))
            .limit(_NEAR)
        )
        found = [
            Neighbour(incident=incident_from_row(i), mention=mention_from_row(m))
            for m, i in self._session.exec(query)
        ]
        return found + changed_neighbours(
            self._session, self._school, mention, place, story, since
        )

    def is_news(self, mention: Mention) -> bool:
        """Whether nobody else wrote it down since `unseen` was asked."""
        return is_news(self._connection, self._post(mention), mention)

    def is_worth_keeping(self, mention: Mention, assessment: Assessment) -> bool:
        """Not so a further wording of a post that changes for ever and got no worse."""
        return is_worth_keeping(self._session, self._post(mention), mention, assessment)

    def edition(self, mention: Mention) -> str:
        """Empty for a post that is new; else what tells it from what it said before."""
        return fingerprint(mention.text)[:16] if self._post(mention) else ""

    def earlier(self, mention: Mention) -> list[Neighbour]:
        """What this very post said before, where that is in an open incident; newest first."""
        row = self._post(mention)
        return earlier(self._session, row, mention) if row else []

    def _post(self, mention: Mention) -> Post | None:
        """Looked up once, for most are not there."""
        if mention.key not in self._looked_up:
            self._enter()  # what was kept just now counts
            self.look_up([mention])
        return self._looked_up[mention.key]

    def told_lately(self, sketch: bytes | None, now: datetime) -> list[ToldLately]:
        """Urgent mails of their own to this school: of the last hour all, of the last day those
        that tell the story which *sketch* tells."""
        self._enter()
        letters = urgent_letters(self._session, self._school, now - _DAY)
        story = known_story(self._connection, self._school, sketch) if sketch else None
        same = telling_the_story(self._session, story, [row.key for row, _ in letters])
        return [
            ToldLately(
                role=Role(row.role),
                severity=Severity(severity),
                at=at,
                same_story=row.key in same,
            )
            for row, severity in letters
            if (at := row.promised_at) and (at > now - _HOUR or row.key in same)
        ]

    def told(self, since: datetime, incident: Incident) -> tuple[int, int]:
        """How often *incident* was told: before *since*, and from then on."""
        query = select(func.count()).where(MentionRow.incident == incident.key)
        lately = self._session.exec(query.where(MentionRow.first_seen_at >= since)).one()
        return self._session.exec(query).one() - lately, lately

    def keep(self, entry: Entry) -> bool:
        """Write it down, all or nothing. False if somebody else did so in the meantime."""
        if entry.edition:
            if not keep_revision(self._session, entry):
                return False
        elif self._post(entry.mention) is not None:
            return False
        else:
            self._new.append(entry)
        self._looked_up.pop(entry.mention.key, None)
        self._found[entry.mention.source] = entry.seen_at
        self._used.update(lessons_behind(entry.assessment.because))
        if entry.incident is not None:
            self._enter()
            _write_incident(self._session, entry, entry.incident)
        if entry.incident is not None or entry.edition:
            index_post(self._session, (entry.school, *entry.mention.key))
        return True

    def save_cursor(self, source: str, cursor: str) -> None:
        """How far the source is read with what was entered here."""
        self._read[source] = cursor

    def close(self) -> None:
        """Write down what is not written yet, and of each source once what it has come to."""
        self._enter()
        for source in self._found.keys() | self._read.keys():
            self._note(source)
        if self._used:
            note_used(self._session, self._school, self._used, max(self._found.values()))
            self._session.flush()

    def _enter(self) -> None:
        """What is new, and what was changed by the session."""
        if self._new:
            insert_missing(self._connection, MentionRow, [*map(_incidentless, self._new)])
            keep_tellings(self._connection, self._school, self._new)
            self._new.clear()
        self._session.flush()

    def _note(self, source: str) -> None:
        told = {"last_find_at": self._found.get(source), "cursor": self._read.get(source)}
        known = {name: value for name, value in told.items() if value is not None}
        row = {**NEVER_VISITED, "school": self._school, "source": source, **known}
        put(self._connection, VisitRow, row, tuple(known))


def _incidentless(entry: Entry) -> dict[str, object]:
    """The columns of its row."""
    mention = entry.mention
    return {
        "school": entry.school,
        "source": mention.source,
        "external_id": mention.external_id,
        "url": mention.url,
        "place": entry.place,
        "story": entry.story,
        "text": mention.text,
        "author": mention.author,
        "answers": mention.answers,
        "counts": counts_to_text(mention.counts),
        "sensitive": mention.sensitive,
        "published_at": mention.published_at,
        "published_as": mention.published_as,
        "first_seen_at": entry.seen_at,
        "about_school": entry.assessment.about_school,
        "about_head": entry.assessment.about_head,
        "child_safety": entry.assessment.child_safety,
        "assessment": json.dumps(assessment_to_json(entry.assessment)),
        "incident": None,
    }


def _write_incident(session: Session, entry: Entry, incident: Incident) -> None:
    row = session.get(IncidentRow, incident.key)
    if row is None:
        row = IncidentRow(
            key=incident.key,
            number=_next_number(session, incident.opened_at.astimezone(UTC).year),
            school=incident.school,
            opened_at=incident.opened_at,
            state=incident.state,
            categories="",
            severity=incident.severity,
            about_head=False,
            child_safety=False,
            pictures_allowed=True,
            judged=incident.judged,
        )
    row.categories = " ".join(sorted(incident.categories))
    row.severity = incident.severity
    row.judged = incident.judged
    row.about_head = incident.about_head
    row.child_safety = incident.child_safety
    row.pictures_allowed = incident.pictures_allowed
    session.add(row)
    session.flush()
    mention = session.get_one(MentionRow, (entry.school, *entry.mention.key))
    mention.incident = mention.incident or incident.key
    if not incident.pictures_allowed:
        open_no_page(session, incident)
    capture = _capture_row(entry, incident, entry.capture) if entry.capture else None
    if capture is not None:
        session.add(capture)
    if entry.edition:
        settle_revision(session, entry, incident, capture.id if capture else "")
    for alert in entry.alerts:
        promise(session, alert, entry.seen_at)


def _next_number(session: Session, year: int) -> str:
    row = session.get(NumberRow, year, with_for_update=True) or NumberRow(year=year, last=0)
    row.last += 1
    session.add(row)
    return f"{year}-{row.last:03d}"


def _capture_row(entry: Entry, incident: Incident, mode: CaptureMode) -> CaptureRow:
    return CaptureRow(
        id=capture_id(entry.school, entry.mention, entry.edition),
        school=entry.school,
        incident=incident.key,
        source=entry.mention.source,
        external_id=entry.mention.external_id,
        url=entry.mention.url,
        mode=mode,
        state=EvidenceState.WANTED,
        due_at=entry.seen_at,
    )
