"""A year of many schools, written straight into the tables: what the dashboard then has to find
its way through. Words are those of the posts that the judging is measured on. The first schools
are written row by row; the databases copy them for all others, which takes a tenth of the time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    String,
    Table,
    Text,
    cast,
    insert,
    literal,
    text,
)
from sqlmodel import SQLModel, col, func, select
from sqlmodel.sql.sqltypes import AutoString

from monitor.account_role import AccountRole
from monitor.audit import Act, account, moment
from monitor.domain import Assessment, Category, Decision, School, Sentiment, Severity
from monitor.searching import mark, passages
from monitor.store.account_tables import AccountRow
from monitor.store.audit import AuditRow
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
MODELS = 20  # schools that are written row by row
FIRST = 10_001  # of the numbers of incidents; so all are of one length
LOOKS = 3  # at each incident
VISITS = 20  # how often each account was signed in with
_AT_ONCE = 5_000  # rows in one statement
_LEVELS = (Severity.LOW, Severity.MEDIUM, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)

Row = tuple[type[SQLModel], dict[str, Any]]


def some_schools(count: int) -> dict[str, School]:
    ids = [f"school{n:04d}" for n in range(count)]  # such a word stands in no post
    return {id_: School(id=id_, name=f"Number {n} Primary School") for n, id_ in enumerate(ids)}


def write(store: Store, schools: dict[str, School]) -> None:
    """The same for the same schools, whatever the database."""
    texts = [post.mention.text for post in read_posts(HELD_OUT)]
    dice = random.Random(1)
    everything = (row for school in list(schools)[:MODELS] for row in _of(school, texts, dice))
    while part := list(islice(everything, _AT_ONCE)):
        with store.transaction() as session:
            for table in _ORDER:
                if rows := [values for of, values in part if of is table]:
                    session.execute(insert(table), rows)
    _copy(store, list(schools))
    _people(store, list(schools))
    store.take_stock()
    if store.engine.dialect.name == "postgresql":  # as it does by itself within a minute
        with store.transaction() as session:
            session.execute(text("ANALYZE"))


def _people(store: Store, schools: Sequence[str]) -> None:
    """Those who work there."""
    rows = [
        {"email": f"{role}@{school}.example", "role": role, "schools": [school], "created_at": END}
        for school in schools
        for role in (AccountRole.HEAD, AccountRole.OFFICE, AccountRole.DSL, AccountRole.GOVERNOR)
    ]
    with store.transaction() as session:
        session.execute(insert(AccountRow), rows)
        for n in range(VISITS):
            session.execute(_signed_in(END - timedelta(days=n)))


def _signed_in(at: datetime) -> Insert:
    """Every account, once."""
    who = literal("account ") + cast(col(AccountRow.id), String)
    line = select(literal(moment(at)), literal(Act.SIGNED_IN.value), who, who)
    return insert(AuditRow).from_select(["moment", "act", "actor", "subject"], line)


def _copy(store: Store, schools: Sequence[str]) -> None:
    for first in range(MODELS, len(schools), MODELS):
        with store.transaction() as session:
            for model, copy in zip(schools, schools[first : first + MODELS], strict=False):
                for rows in _ORDER:
                    table = SQLModel.metadata.tables[str(rows.__tablename__)]
                    columns = [c for c in table.c if c is not table.autoincrement_column]
                    moved = [_moved(c, model, copy, first) for c in columns]
                    there = select(*moved).where(_of_school(table, model))
                    session.execute(table.insert().from_select(columns, there))


def _moved(column: Column[Any], model: str, copy: str, schools: int) -> ColumnElement[Any]:
    """What stands there for one school, as it must stand there for the one so many *schools*
    after it."""
    if column in (IncidentRow.__table__.c.number, AuditRow.__table__.c.subject):  # type: ignore[attr-defined]  # SQLModel's tables have it
        later = cast(func.substr(column, 6), Integer) + schools * INCIDENTS
        return literal("2026-") + cast(later, String)
    if isinstance(column.type, AutoString | Text):
        return func.replace(column, model, copy)
    return column


def _of_school(table: Table, school: str) -> ColumnElement[bool]:
    """Which rows of *table* are of it; tables without a school hang on one that has it."""
    if "school" in table.c:
        return table.c.school == school
    for own, of, theirs in (
        ("incident", IncidentRow, IncidentRow.key),
        ("subject", IncidentRow, IncidentRow.number),
        ("id", TellingRow, TellingRow.story),
    ):
        if own in table.c:
            return table.c[own].in_(select(theirs).where(of.school == school))
    raise AssertionError(table)


_ORDER = (
    IncidentRow,
    StoryRow,
    MentionRow,
    TellingRow,
    PassageRow,
    EventRow,
    AuditRow,
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
    number = f"2026-{FIRST + n + INCIDENTS * int(school[-4:])}"
    values = {
        "key": key,
        "number": number,
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
    for hours in range(LOOKS):
        look = {"moment": moment(at + timedelta(hours=2 * hours)), "act": Act.READ.value}
        yield AuditRow, look | {"actor": account(10_000 + n), "subject": number}


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
        "about_head": judged.about_head,
        "child_safety": judged.child_safety,
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
