"""An invented school whose short names mean other things, too, and what was decided about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.domain import Assessment, Mention, School, Sighting
from monitor.lessons import Clue, ClueKind, Decided, Lesson, Sense

OAKMARSH = School(
    id="oakmarsh",
    name="Oakmarsh Primary School",
    aliases=("Oakmarsh", "The Forge"),
    town="Wexcombe",
    county="Wexshire",
    website="https://oakmarsh.example",
    headteacher="Mrs A Ferrow",
)
NOW = datetime(2026, 5, 3, 10, tzinfo=UTC)


def post(text: str, url: str = "https://forum.example/t/1") -> Mention:
    return Mention(source="forum", external_id=str(hash((text, url))), url=url, text=text)


def decided(
    *posts: Mention,
    sense: Sense = Sense.NOT_US,
    number: str = "2026-014",
    by: str = "office@oakmarsh.example",
    hours: int = 0,
    story: str = "",
) -> Decided:
    """So many hours from now."""
    judged = Assessment(about_school=True, relevance=0.7, model="test")
    return Decided(
        number=number,
        sense=sense,
        at=NOW + timedelta(hours=hours),
        by=by,
        role="office",
        sightings=tuple(
            Sighting(mention=each, assessment=judged, first_seen_at=NOW, story=story)
            for each in posts
        ),
    )


def a_lesson(
    words: str = "Garden Centre",
    kind: ClueKind = ClueKind.AFTER,
    sense: Sense = Sense.NOT_US,
    id_: int = 1,
) -> Lesson:
    clue = Clue(kind=kind, words=words, name="Oakmarsh")
    return Lesson(id=id_, school="oakmarsh", sense=sense, clue=clue)
