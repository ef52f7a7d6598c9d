"""Stories: which posts say nearly the same. Found by an index, not by comparing all with all.

A story is known by the sketch of its first post alone. So it cannot drift from post to post
into something else, and a rant pasted ten thousand times costs ten thousand short rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam
from sqlmodel import Session, col, delete, select

from monitor.likeness import ALIKE, BANDS, bands, likeness
from monitor.store.database import insert_missing
from monitor.store.entry import Entry
from monitor.store.history_tables import BandRow, StoryRow, TellingRow

_CANDIDATES = 50
_SOUGHT = tuple(f"band_{n}" for n in range(BANDS))
_NEAR = (  # made once: it is asked of every new mention
    select(StoryRow.id, StoryRow.sketch)
    .where(
        col(StoryRow.id).in_(
            select(BandRow.story).where(
                BandRow.school == bindparam("school"),
                col(BandRow.band).in_([bindparam(name) for name in _SOUGHT]),
            )
        )
    )
    .order_by(StoryRow.id)
    .limit(_CANDIDATES)
)


def keep_tellings(connection: Connection, school: str, entries: Iterable[Entry]) -> None:
    """Say which story each new mention tells: a known one, or its own."""
    begun: dict[str, bytes] = {}  # by its id, the sketch of each new story
    tellings = []
    for entry in entries:
        if entry.sketch is None or not entry.assessment.about_school:
            continue
        near = [*_near(connection, school, entry.sketch), *begun.items()]
        story = _likest(entry.sketch, near)
        if story is None:
            story = _id_of(entry)
            begun[story] = entry.sketch
        source, external_id = entry.mention.key
        its = {"school": school, "source": source, "external_id": external_id}
        tellings.append({**its, "story": story})
    _begin(connection, school, begun)
    if tellings:
        insert_missing(connection, TellingRow, tellings)


def forget_untold(session: Session) -> None:
    """A story ends with the last post that tells it."""
    told = select(TellingRow.story)
    session.execute(delete(StoryRow).where(col(StoryRow.id).not_in(told)))


def known_story(connection: Connection, school: str, sketch: bytes) -> str | None:
    """The story that a text of this sketch tells; None where it is a new one."""
    return _likest(sketch, _near(connection, school, sketch))


def _near(connection: Connection, school: str, sketch: bytes) -> list[tuple[str, bytes]]:
    """Id and sketch of the stories that may be alike."""
    sought = dict(zip(_SOUGHT, bands(sketch), strict=True))
    rows = connection.execute(_NEAR, {"school": school, **sought})
    return [(id_, other) for id_, other in rows]


def _likest(sketch: bytes, near: Iterable[tuple[str, bytes]]) -> str | None:
    alike = [(likeness(sketch, other), id_) for id_, other in near]
    best, story = max(alike, default=(0.0, ""))
    return story if best >= ALIKE else None


def _id_of(entry: Entry) -> str:
    """Of the story that its mention is the first to tell."""
    key = "\n".join((entry.school, *entry.mention.key)).encode()
    return hashlib.sha256(key).hexdigest()[:16]


def _begin(connection: Connection, school: str, stories: Mapping[str, bytes]) -> None:
    if not stories:
        return
    made = [{"id": id_, "sketch": sketch} for id_, sketch in stories.items()]
    insert_missing(connection, StoryRow, made)
    rows = [
        {"school": school, "band": band, "story": id_}
        for id_, sketch in stories.items()
        for band in bands(sketch)
    ]
    insert_missing(connection, BandRow, rows)
