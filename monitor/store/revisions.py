"""Edited posts: the new words beside the old ones, never in their place."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam
from sqlmodel import Session, col, func, select

from monitor.domain import Assessment, Incident, IncidentState, Mention
from monitor.store.database import insert_new
from monitor.store.entry import Entry, Neighbour
from monitor.store.history_tables import RevisionRow
from monitor.store.rows import as_revised, counts_to_text, incident_from_row, mention_from_row
from monitor.store.tables import IncidentRow, MentionRow
from monitor.wire import assessment_from_json, assessment_to_json
from monitor.wording import fingerprint, words

MOST = 50  # of one post; one that is new at every visit is a clock, as a rule
_NEAR = 50  # as many as of posts that never changed


Post = Row[Any]  # the columns of a mention

# Made once: they are asked of every page that a source shows.
_POSTS = select(MentionRow.__table__).where(  # type: ignore[attr-defined]  # every table has one
    col(MentionRow.school) == bindparam("school"),
    col(MentionRow.source) == bindparam("source"),
    col(MentionRow.external_id).in_(bindparam("ids", expanding=True)),
)
_WORDING = select(RevisionRow.wording).where(
    col(RevisionRow.school) == bindparam("school"),
    col(RevisionRow.source) == bindparam("source"),
    col(RevisionRow.external_id) == bindparam("external_id"),
    col(RevisionRow.wording) == bindparam("wording"),
)


def posts(
    connection: Connection, school: str, keys: Collection[tuple[str, str]]
) -> dict[tuple[str, str], Post]:
    """Those of these posts that are written down, by key. Asked of each source by itself, and
    there is one as a rule: for pairs SQLite looks through all that a school has."""
    ids = defaultdict(list)
    for source, external_id in keys:
        ids[source].append(external_id)
    return {
        (source, row.external_id): row
        for source, its in ids.items()
        for row in connection.execute(_POSTS, {"school": school, "source": source, "ids": its})
    }


def is_news(connection: Connection, row: Post | None, mention: Mention) -> bool:
    """Whether these words have not been read yet: of a post, or of what became of one."""
    if row is None:
        return True
    said = mention.kept_as or mention.text  # that is what is in the row
    wording = fingerprint(said)
    if not words(said) or wording == fingerprint(row.text):
        return False
    source, external_id = mention.key
    its = {"school": row.school, "source": source, "external_id": external_id}
    return connection.scalar(_WORDING, {**its, "wording": wording}) is None


def is_worth_keeping(
    session: Session, row: Post | None, mention: Mention, assessment: Assessment
) -> bool:
    """Not for ever, or a clock would fill the log; but what is worse than all that it said
    before is kept, or whoever edits often enough could write anything in the end."""
    if row is None or _count(session, row.school, mention) < MOST:
        return True
    query = select(RevisionRow.assessment).where(*_of(row.school, mention))
    said = [
        assessment_from_json(json.loads(one)) for one in (row.assessment, *session.exec(query))
    ]
    gravest = max(one.severity.rank for one in said)
    known = frozenset().union(*(one.categories for one in said))
    return assessment.severity.rank > gravest or not assessment.categories <= known


def earlier(session: Session, row: Post, mention: Mention) -> list[Neighbour]:
    """What a post said before, where that is in an open incident; newest first."""
    is_open = IncidentRow.state == IncidentState.OPEN
    changed = session.exec(
        select(RevisionRow, IncidentRow)
        .join(IncidentRow)
        .where(*_of(row.school, mention), is_open)
        .order_by(col(RevisionRow.seen_at).desc())
    )
    first = mention_from_row(row)
    found = [_neighbour(as_revised(first, r), i) for r, i in changed]
    opened = session.exec(select(IncidentRow).where(IncidentRow.key == row.incident, is_open))
    return found + [_neighbour(first, i) for i in opened]


def is_at(mention: Mention, place: str) -> ColumnElement[bool]:
    """That another mention stands at this place, or has the same id in all the world."""
    at = col(MentionRow.place) == place
    if "://" not in mention.external_id:
        return at
    return at | (col(MentionRow.external_id) == mention.external_id)


def changed_neighbours(
    session: Session, school: str, mention: Mention, place: str, story: str, since: datetime
) -> list[Neighbour]:
    """As Book.neighbours, of posts as they were found changed."""
    same_words = (RevisionRow.story == story) & (RevisionRow.story != "")
    same_page = is_at(mention, place) & (MentionRow.source != mention.source)
    query = (
        select(MentionRow, RevisionRow, IncidentRow)
        .join(RevisionRow, _same_post())
        .join(IncidentRow, col(RevisionRow.incident) == col(IncidentRow.key))
        .where(
            MentionRow.school == school,
            RevisionRow.seen_at >= since,
            IncidentRow.state == IncidentState.OPEN,
            same_page | same_words,
        )
        .order_by(col(RevisionRow.seen_at).desc(), col(RevisionRow.wording))
        .limit(_NEAR)
    )
    return [_neighbour(as_revised(mention_from_row(m), r), i) for m, r, i in session.exec(query)]


def keep_revision(session: Session, entry: Entry) -> bool:
    """Write down what a known post now says. False if somebody else did so meanwhile."""
    if not insert_new(session, _row(entry)):
        return False
    mention = session.get_one(MentionRow, (entry.school, *entry.mention.key))
    mention.about_school = mention.about_school or entry.assessment.about_school
    mention.about_head = mention.about_head or entry.assessment.about_head
    mention.child_safety = mention.child_safety or entry.assessment.child_safety
    session.add(mention)
    return True


def settle_revision(session: Session, entry: Entry, incident: Incident, capture: str) -> None:
    """To which incident it belongs, and which evidence is of these very words."""
    key = (entry.school, *entry.mention.key, fingerprint(entry.mention.text))
    row = session.get_one(RevisionRow, key)
    row.incident, row.capture = incident.key, capture
    session.add(row)


def _row(entry: Entry) -> RevisionRow:
    mention = entry.mention
    return RevisionRow(
        school=entry.school,
        source=mention.source,
        external_id=mention.external_id,
        wording=fingerprint(mention.text),
        story=entry.story,
        url=mention.url,
        text=mention.text,
        sensitive=mention.sensitive,
        published_at=mention.published_at,
        published_as=mention.published_as,
        edited_at=mention.edited_at,
        counts=counts_to_text(mention.counts),
        seen_at=entry.seen_at,
        assessment=json.dumps(assessment_to_json(entry.assessment)),
    )


def _neighbour(mention: Mention, incident: IncidentRow) -> Neighbour:
    return Neighbour(incident=incident_from_row(incident), mention=mention)


def _of(school: str, mention: Mention) -> tuple[ColumnElement[bool], ...]:
    return (
        col(RevisionRow.school) == school,
        col(RevisionRow.source) == mention.source,
        col(RevisionRow.external_id) == mention.external_id,
    )


def _same_post() -> ColumnElement[bool]:
    return (
        (col(RevisionRow.school) == col(MentionRow.school))
        & (col(RevisionRow.source) == col(MentionRow.source))
        & (col(RevisionRow.external_id) == col(MentionRow.external_id))
    )


def _count(session: Session, school: str, mention: Mention) -> int:
    query = select(func.count()).select_from(RevisionRow).where(*_of(school, mention))
    return session.exec(query).one()
