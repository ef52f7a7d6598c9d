"""A year of many schools, written straight into the tables: what the dashboard then has to find
its way through. Words are those of the posts that the judging is measured on."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from monitor.domain import Assessment, Category, Decision, School, Sentiment, Severity
from monitor.searching import mark, passages
from monitor.store.coverage_tables import CheckedDayRow
from monitor.store.history_tables import StoryRow, TellingRow
from monitor.store.search_tables import PassageRow
from monitor.store.store import Store
from monitor.store.tables import EventRow, IncidentRow, MentionRow, VisitRow
from monitor.wire import assessment_to_json
from nlp.posts import read_posts
from tests.bench.judging import HELD_OUT

MENTIONS, INCIDENTS, SOURCES = 750, 100, 12  # of one school in a year (evidence.md, scale)
END = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_AT_ONCE = 5_000  # rows in one statement
_LEVELS = (Severity.LOW, Severity.MEDIUM, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)

Row = tuple[type[SQLModel], dict[str, Any]]


def some_schools(count: int) -> dict[str, School]:
    return {f"s{n}": School(id=f"s{n}", name=f"Number {n} Primary School") for n in range(count)}


def write(store: Store, schools: dict[str, School]) -> None:
    """The same for the same schools, whatever the database."""
    texts = [post.mention.text for post in read_posts(HELD_OUT)]
    dice = random.Random(1)
    everything = (row for school in schools for row in _of(school, texts, dice))
    while part := list(islice(everything, _AT_ONCE)):
        with store.transaction() as session:
            for table in _ORDER:
                if rows := [values for of, values in part if of is table]:
                    session.execute(insert(table), rows)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


_ORDER = (
    IncidentRow,
    StoryRow,
    MentionRow,
    TellingRow,
    PassageRow,
    EventRow,
    VisitRow,
    CheckedDayRow,
)


def _of(school: str, texts: list[str], dice: random.Random) -> Iterator[Row]:
    for n in range(SOURCES):
        yield VisitRow, {"school": school, "source": f"source {n}", **_VISIT}
        for day in range(60):
            when = (END - timedelta(days=day)).date()
            checked = {"school": school, "day": when, "source": f"source {n}", "visits": 4}
            yield CheckedDayRow, checked | {"read": True}
    for n in range(MENTIONS):
        at = END - timedelta(days=365) * dice.random()
        words = f"{dice.choice(texts)} {dice.choice(texts)} number{dice.randrange(10**6)}"
        key = f"{school}:{n}" if n < INCIDENTS else ""
        yield from _incident(school, n, key, at, words, dice) if key else ()
        yield MentionRow, _mention(school, n, key, at, words, dice)
        yield from _further(school, n, key, words)


_VISIT = {
    "visited_at": END,
    "next_visit_at": END,
    "last_success_at": END,
    "successes": 9,
    "failures": 0,
    "needs_a_person": False,
    "actor": "nobody",
    "error": "",
    "canary": "",
    "canary_failures": 0,
    "ailment": "",
    "told_times": 0,
}


def _incident(
    school: str, n: int, key: str, at: datetime, words: str, dice: random.Random
) -> Iterator[Row]:
    decided = dice.random() < 0.8
    no_concern = dice.random() < 0.7
    decision = Decision.CRITICISM if no_concern else Decision.INCIDENT
    severity = dice.choice(_LEVELS)
    closed = at + timedelta(days=1) if decided and no_concern else None
    values = {
        "key": key,
        "number": f"2026-{1 + n + INCIDENTS * int(school[1:]):03d}",
        "school": school,
        "opened_at": at,
        "closed_at": closed,
        "state": "closed" if closed else "open",
        "categories": dice.choice(list(Category)).value,
        "severity": severity.value,
        "judged": severity.value,
        "about_head": n % 20 == 0,
        "child_safety": n % 10 == 1,
        "pictures_allowed": True,
        "decision": decision.value if decided else "",
        "veracity": "",
        "assigned": "",
        "lowered": 0,
    }
    yield IncidentRow, values
    if decided:
        event = {"incident": key, "position": 1, "act": "decided", "value": decision.value}
        who = {"who": "o@school.example", "role": "office", "reason": "Nobody is harmed."}
        yield EventRow, event | who | {"at": at + timedelta(hours=1)}


def _mention(
    school: str, n: int, key: str, at: datetime, words: str, dice: random.Random
) -> dict[str, Any]:
    kinds = dice.sample(list(Category), k=dice.choice((1, 1, 2))) if key else ()
    judged = Assessment(
        about_school=True,
        relevance=0.9,
        model="bench",
        categories=frozenset(kinds),
        criticism=not key and dice.random() < 0.3,
        sentiment=dice.choice(list(Sentiment)),
        severity=Severity.MEDIUM if key else Severity.NONE,
        about_head=bool(key) and n % 20 == 0,
        child_safety=bool(key) and n % 10 == 1,
    )
    return {
        "school": school,
        "source": f"source {n % SOURCES}",
        "external_id": str(n),
        "url": f"https://forum{n % 9}.example/{school}/{n}",
        "place": f"{school}/{n}",
        "story": f"{school}/{n}",
        "text": words,
        "author": f"@writer{dice.randrange(400)}",
        "sensitive": False,
        "published_at": at,
        "first_seen_at": at,
        "about_school": True,
        "assessment": json.dumps(assessment_to_json(judged)),
        "incident": key or None,
    }


def _further(school: str, n: int, key: str, words: str) -> Iterator[Row]:
    """What makes it findable, and of which story it is."""
    story = f"{school} story {n // 3}"
    if n % 3 == 0:
        yield StoryRow, {"id": story, "sketch": b"\0" * 256}
    of = {"school": school, "source": f"source {n % SOURCES}", "external_id": str(n)}
    yield TellingRow, of | {"story": story}
    if key:
        for found in passages(words, f"https://forum{n % 9}.example/", of["source"]):
            words_of = {"incident": key, "origin": f"post {n}", "words": f"{mark(school)} {found}"}
            yield PassageRow, words_of
