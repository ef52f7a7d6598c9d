"""The log is searched with the same results on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from monitor.domain import Act, Assessment, Category, Incident, Mention, Severity
from monitor.store.cases import Wanted
from monitor.store.entry import Entry
from monitor.store.search_tables import PassageRow
from monitor.store.store import Store
from tests import migrations
from tests.casework import act, close

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def entry(
    id_: str,
    words: str,
    *,
    school: str = "park",
    about_head: bool = False,
    child_safety: bool = False,
    edition: str = "",
    incident: str = "",
) -> Entry:
    return Entry(
        school=school,
        mention=Mention(
            source="town forum",
            external_id=id_,
            url=f"https://forum.park.example/@some_parent/{id_}",
            text=words,
            author="@some_parent",
        ),
        place=id_,
        story="",
        assessment=Assessment(
            about_school=True,
            relevance=1,
            model="m",
            about_head=about_head,
            child_safety=child_safety,
        ),
        seen_at=NOW,
        incident=Incident(
            key=f"{school}:{incident or id_}",
            school=school,
            opened_at=NOW,
            categories=frozenset({Category.THREAT}),
            severity=Severity.HIGH,
            about_head=about_head,
            child_safety=child_safety,
        ),
        edition=edition,
    )


def found(store: Store, words: str, *, school: str = "park", everything: bool = True) -> list[str]:
    """The ids of the first posts of the incidents that have it."""
    wanted = Wanted(schools=(school,), words=words, about_head=everything, child_safety=everything)
    rows = store.listed(wanted, limit=50)
    assert store.count(wanted) == len(rows)
    return sorted(row.incident.key.partition(":")[2] for row in rows)


POSTS = {
    "fire": "We will BURN it down on Friday, and Mr Deputy's car too",
    "tea": "The tea is cold. Burning hot it was last year; teachers, teaching and the deputy",
    "welsh": "Ysgol Tŷ Gwyn: школа и 学校, 4U 1e5 0x1f",
    "hidden": "bu\u200brn n\u00ado\u0301t",
}


EXPECTED: dict[str, list[str]] = {
    "burn": ["fire", "hidden"],
    "BURN friday": ["fire"],
    "burn*": ["fire", "hidden", "tea"],
    "teach*": ["tea"],
    '"burn it down"': ["fire"],
    '"down it burn"': [],
    '"mr dep"*': ["fire"],
    "deputy's": ["fire"],
    "deputy": ["fire", "tea"],
    "ty gwyn": ["welsh"],
    "школ* 学校": ["welsh"],
    "4u 1e5 0x1f": ["welsh"],
    "not": ["hidden"],
    "the": ["tea"],
    "it on and": ["fire"],
    "forum.park.example": sorted(POSTS),
    "town forum deputy": ["fire", "tea"],
    '"friday town"': [],
    "some_parent": [],
    "2026-001": ["fire"],
    " 2026-001 ": ["fire"],
    "2026-00*": [],
}
HOSTILE = (
    '"',
    '"""',
    "*",
    "'; DROP TABLE passage; --",
    "a AND",
    "NOT b",
    "NEAR(a b, 2)",
    "words:a",
    "a:* & !b | (c",
    "<-> \\",
    "^a + b",
    "\x00",
    "\udc80",
    "a" * 10_000,
    "(" * 5_000,
    '"a' * 3_000,
    "\u202e%_",
)


def test_words_phrases_and_beginnings_are_found(store: Store) -> None:
    for id_, words in POSTS.items():
        store.keep(entry(id_, words))
    assert {looked_for: found(store, looked_for) for looked_for in EXPECTED} == EXPECTED


def test_no_input_is_an_error(store: Store) -> None:
    store.keep(entry("1", "something else"))
    assert [hostile for hostile in HOSTILE if found(store, hostile)] == []
    assert store.count(Wanted(schools=("park",))) == 1


def test_a_long_text_is_found_to_its_end(store: Store) -> None:
    store.keep(entry("1", "the and " * 3_000 + "last words of all"))
    assert found(store, '"last words of all"') == ["1"]
    assert found(store, '"and last words"') == ["1"]


def test_what_is_found_may_be_known_of(store: Store) -> None:
    store.keep(entry("plain", "kettle"))
    store.keep(entry("head", "kettle", about_head=True))
    store.keep(entry("child", "kettle", child_safety=True))
    store.keep(entry("plain", "kettle", school="hill"))
    assert found(store, "kettle") == ["child", "head", "plain"]
    assert found(store, "kettle", everything=False) == ["plain"]
    assert found(store, "kettle", school="hill") == ["plain"]
    assert found(store, "kettle", school="moor") == []


def test_a_harmless_notice_that_came_to_concern_the_head_is_hidden_with_its_old_words(
    store: Store,
) -> None:
    store.keep(entry("1", "a harmless notice"))
    store.keep(entry("1", "the head stole a kettle", about_head=True, edition="x", incident="2"))
    for words in ("harmless", "kettle"):
        assert found(store, words) == ["1", "2"], "all that a post said is on both pages"
        assert found(store, words, everything=False) == []


def test_what_people_wrote_to_an_incident_is_found(store: Store) -> None:
    store.keep(entry("1", "words"))
    act(store, "2026-001", Act.NOTE, NOW, reason="Mother telephoned about a bicycle")
    act(store, "2026-001", Act.DUE, NOW, value="2026-12-01", reason="")
    assert found(store, "bicycle words") == ["1"], "in one incident, not in one text"
    assert found(store, '"words mother"') == []


def test_what_is_outside_the_log_is_not_searched(store: Store) -> None:
    store.keep(replace(entry("1", "a lovely fair"), incident=None))
    with store.reading() as session:
        assert session.exec(select(PassageRow)).all() == []


def test_many_schools_are_searched_at_once(store: Store) -> None:
    schools = tuple(f"school-{n}" for n in range(25))
    for school in schools:
        store.keep(entry("1", "kettle", school=school))
    assert store.count(Wanted(schools=schools, words="kettle")) == 25
    assert store.count(Wanted(schools=schools[:3], words="kettle")) == 3


def test_what_is_forgotten_is_gone_from_the_search_too(store: Store) -> None:
    for n in range(3):
        store.keep(entry(str(n), f"zanzibar{n} kettle"))
    close(store, "2026-001", NOW)
    store.forget_case("2026-001", NOW)
    store.forget_words()
    assert found(store, "zanzibar0") == []
    assert found(store, "kettle") == ["1", "2"]
    with store.reading() as session:
        left = " ".join(row.words for row in session.exec(select(PassageRow)))
    assert "zanzibar0" not in left
    assert "zanzibar1" in left


def test_not_a_byte_of_what_is_forgotten_stays_in_the_file(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    for n in range(3):
        store.keep(entry(str(n), f"zanzibar{n} kettle"))
    close(store, "2026-001", NOW)
    store.forget_case("2026-001", NOW)
    store.forget_words()
    store.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"anzibar0" not in written
    assert b"anzibar1" in written


def test_a_post_that_another_incident_needs_is_still_found_there(store: Store) -> None:
    store.keep(entry("1", "first words"))
    store.keep(entry("1", "second words", edition="x", incident="2"))
    close(store, "2026-001", NOW)
    store.forget_case("2026-001", NOW + timedelta(days=1))
    assert found(store, "first second") == ["2"]


def test_the_words_of_a_log_from_before_there_was_a_search_are_found(store: Store) -> None:
    store.keep(entry("1", "first words"))
    store.keep(entry("1", "second words", edition="x", incident="2"))
    act(store, "2026-001", Act.NOTE, NOW, reason="a bicycle")
    with Session(store.engine) as session, session.begin():
        kept = {(row.incident, row.origin, row.words) for row in session.exec(select(PassageRow))}
        session.execute(text("DROP TABLE IF EXISTS passage_words"))
        session.execute(text("DROP TABLE passage"))
    migrations.run(store, "0014_search")
    with store.reading() as session:
        made = {(row.incident, row.origin, row.words) for row in session.exec(select(PassageRow))}
    assert made == kept
    assert found(store, "second bicycle") == ["1"]


def test_the_index_agrees_with_the_log(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    for n in range(5):
        store.keep(entry(str(n), f"words {n}"))
    close(store, "2026-002", NOW)
    store.forget_case("2026-002", NOW)
    store.close()
    raw = sqlite3.connect(tmp_path / "monitor.db")
    raw.execute("VACUUM")  # as a backup may; the rows keep their numbers
    raw.execute("INSERT INTO passage_words (passage_words, rank) VALUES ('integrity-check', 1)")
    raw.close()
