"""What was seen of incidents: posts, what became of them, and who says nearly the same."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, Subquery, tuple_
from sqlmodel import Session, col, func, select, update
from sqlmodel.sql.expression import SelectOfScalar

from monitor.domain import Mention, Sighting
from monitor.store.history_tables import RevisionRow, TellingRow
from monitor.store.rows import as_revised, mention_from_row, sighting_from_row
from monitor.store.tables import CaptureRow, IncidentRow, MentionRow

Post = tuple[str, str, str]  # school, source, external id
_POST = tuple_(col(MentionRow.school), col(MentionRow.source), col(MentionRow.external_id))
_REVISED = tuple_(col(RevisionRow.school), col(RevisionRow.source), col(RevisionRow.external_id))
_TOLD = tuple_(col(TellingRow.school), col(TellingRow.source), col(TellingRow.external_id))


def sightings_of(session: Session, incidents: Sequence[str]) -> dict[str, list[Sighting]]:
    """By incident, oldest first: its posts, and those that became its business by an edit."""
    posts: dict[str, dict[Post, MentionRow]] = defaultdict(dict)
    for incident, row in (*_joined(session, incidents), *_changed_into(session, incidents)):
        posts[incident][_key(row)] = row
    revisions = _revisions(session, incidents)
    stories = _stories(session, incidents)
    return {
        incident: [
            sighting_from_row(row, revisions[key], stories.get(key, ""))
            for key, row in sorted(found.items(), key=lambda each: _age(each[1]))
        ]
        for incident, found in posts.items()
    }


def copies_of(session: Session, sightings: Iterable[Sighting]) -> dict[str, int]:
    """How many posts tell each of the stories in *sightings*, those among them."""
    stories = {sighting.story for sighting in sightings} - {""}
    query = (
        select(TellingRow.story, func.count())
        .where(col(TellingRow.story).in_(stories))
        .group_by(TellingRow.story)
    )
    return dict(session.exec(query).all()) if stories else {}


def near_copies(sightings: Sequence[Sighting], copies: dict[str, int]) -> int:
    """How many more there are than the incident's own."""
    own = [sighting.story for sighting in sightings if sighting.story]
    return sum(copies[story] for story in set(own)) - len(own)


def tells_as(number: str) -> ColumnElement[bool]:
    """That an incident has a post which tells what a post of incident *number* tells, in nearly
    the same words, and is another one."""
    of_it = (
        select(TellingRow.story)
        .join(MentionRow, _TOLD == _POST)
        .join(IncidentRow, col(MentionRow.incident) == col(IncidentRow.key))
        .where(IncidentRow.number == number)
    )
    alike = (
        select(MentionRow.incident)
        .join(TellingRow, _TOLD == _POST)
        .where(col(TellingRow.story).in_(of_it))
    )
    return col(IncidentRow.key).in_(alike) & (col(IncidentRow.number) != number)


def mention_of(session: Session, capture: CaptureRow) -> Mention:
    """The post as it stood when its evidence was promised; as it stands now, where a person
    asked for it again."""
    post = capture.school, capture.source, capture.external_id
    mention = mention_from_row(session.get_one(MentionRow, post))
    if capture.id == capture_id(capture.school, mention):
        return mention
    edits = session.exec(
        select(RevisionRow).where(post == _REVISED).order_by(col(RevisionRow.seen_at))
    ).all()
    own = [edit for edit in edits if edit.capture == capture.id] or edits
    return as_revised(mention, own[-1]) if own else mention


def capture_id(school: str, mention: Mention, edition: str = "") -> str:
    """The same for the same mention, so that a promise written twice is one promise."""
    return _id(school, *mention.key, *([edition] if edition else []))


def again_id(post: Post, times: int) -> str:
    """*times*: how often it was captured before."""
    return _id(*post, "again", str(times))


def _id(*parts: str) -> str:
    return "ev-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def posts_in_it(which: ColumnElement[bool]) -> Iterator[SelectOfScalar[str]]:
    """Posts of an incident of the query around it: those that joined it, and those that became
    its business by an edit."""
    yield select(MentionRow.source).where(MentionRow.incident == IncidentRow.key, which)
    by_edit = select(RevisionRow.source).join(MentionRow, _POST == _REVISED)
    yield by_edit.where(RevisionRow.incident == IncidentRow.key, which)


def seen_by_edits(session: Session, incidents: Sequence[str]) -> list[tuple[str | None, str, str]]:
    """Incident, source and address of the posts that became its business by an edit."""
    query = (
        select(RevisionRow.incident, MentionRow.source, MentionRow.url)
        .join(MentionRow, _POST == _REVISED)
        .where(col(RevisionRow.incident).in_(incidents))
        .distinct()
    )
    return list(session.exec(query).all())


def hand_on(session: Session, incident: str) -> None:
    """Give posts of *incident* that are another's business, too, to that one."""
    other = (
        select(func.min(RevisionRow.incident))
        .where(_POST == _REVISED, col(RevisionRow.incident) != incident)
        .scalar_subquery()
    )
    session.execute(
        update(MentionRow)
        .where(col(MentionRow.incident) == incident, other.is_not(None))
        .values(incident=other)
        .execution_options(synchronize_session=False)
    )


def _joined(session: Session, incidents: Sequence[str]) -> Iterable[tuple[str, MentionRow]]:
    query = select(MentionRow).where(col(MentionRow.incident).in_(incidents))
    return [(row.incident or "", row) for row in session.exec(query)]


def _changed_into(session: Session, incidents: Sequence[str]) -> Iterable[tuple[str, MentionRow]]:
    query = (
        select(RevisionRow.incident, MentionRow)
        .join(MentionRow, _POST == _REVISED)
        .where(col(RevisionRow.incident).in_(incidents))
    )
    return [(incident or "", row) for incident, row in session.exec(query)]


def _revisions(session: Session, incidents: Sequence[str]) -> dict[Post, list[RevisionRow]]:
    query = (
        select(RevisionRow)
        .where(_REVISED.in_(_posts(incidents).select()))
        .order_by(col(RevisionRow.seen_at), RevisionRow.wording)
    )
    found: dict[Post, list[RevisionRow]] = defaultdict(list)
    for row in session.exec(query):
        found[_key(row)].append(row)
    return found


def _stories(session: Session, incidents: Sequence[str]) -> dict[Post, str]:
    query = select(TellingRow).where(_TOLD.in_(_posts(incidents).select()))
    return {_key(row): row.story for row in session.exec(query)}


def _posts(incidents: Sequence[str]) -> Subquery:
    """The keys of all posts that are these incidents' business."""
    joined = select(MentionRow.school, MentionRow.source, MentionRow.external_id).where(
        col(MentionRow.incident).in_(incidents)
    )
    changed = select(RevisionRow.school, RevisionRow.source, RevisionRow.external_id).where(
        col(RevisionRow.incident).in_(incidents)
    )
    return joined.union(changed).subquery()


def _key(row: MentionRow | RevisionRow | TellingRow) -> Post:
    return row.school, row.source, row.external_id


def _age(row: MentionRow) -> tuple[object, ...]:
    return row.first_seen_at, row.source, row.external_id
