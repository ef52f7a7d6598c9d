"""Stories: which posts say nearly the same. Found by an index, not by comparing all with all.

A story is known by the sketch of its first post alone. So it cannot drift from post to post
into something else, and a rant pasted ten thousand times costs ten thousand short rows.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam
from sqlmodel import Session, col, delete, select

from monitor.likeness import ALIKE, bands, likeness
from monitor.store.database import insert_missing
from monitor.store.entry import Entry
from monitor.store.history_tables import BandRow, StoryRow, TellingRow

_CANDIDATES = 50
_NEAR = (  # made once: it is asked of every new mention
    select(StoryRow.id, StoryRow.sketch)
    .where(
        col(StoryRow.id).in_(
            select(BandRow.story).where(
                BandRow.school == bindparam("school"),
                col(BandRow.band).in_(bindparam("bands", expanding=True)),
            )
        )
    )
    .order_by(StoryRow.id)
    .limit(_CANDIDATES)
)


def keep_telling(connection: Connection, entry: Entry) -> None:
    """Say which story a new mention tells: a known one, or its own."""
    if entry.sketch is None or not entry.assessment.about_school:
        return
    known = known_story(connection, entry.school, entry.sketch)
    story = known or _begin(connection, entry, entry.sketch)
    source, external_id = entry.mention.key
    its = {"school": entry.school, "source": source, "external_id": external_id}
    insert_missing(connection, TellingRow, {**its, "story": story})


def forget_untold(session: Session) -> None:
    """A story ends with the last post that tells it."""
    told = select(TellingRow.story)
    session.execute(delete(StoryRow).where(col(StoryRow.id).not_in(told)))


def known_story(connection: Connection, school: str, sketch: bytes) -> str | None:
    """The story that a text of this sketch tells; None where it is a new one."""
    rows = connection.execute(_NEAR, {"school": school, "bands": bands(sketch)})
    near = [(likeness(sketch, other), id_) for id_, other in rows]
    best, story = max(near, default=(0.0, ""))
    return story if best >= ALIKE else None


def _begin(connection: Connection, entry: Entry, sketch: bytes) -> str:
    key = "\n".join((entry.school, *entry.mention.key)).encode()
    story = hashlib.sha256(key).hexdigest()[:16]
    insert_missing(connection, StoryRow, {"id": story, "sketch": sketch})
    rows = [{"school": entry.school, "band": b, "story": story} for b in bands(sketch)]
    insert_missing(connection, BandRow, rows)
    return story
