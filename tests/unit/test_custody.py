"""Nothing happens to evidence without a trace, and no trace can be changed unnoticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlmodel import create_engine

from alerts.evidence.verifier import verify_chain
from monitor.custody import START, Deed, Handling, Head, chained
from monitor.domain import CaptureMode, Evidence, EvidenceState, Mention, Urgency
from monitor.store import database
from monitor.store.custody import record
from monitor.store.database import StoreError
from monitor.store.store import Store

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)
SEAL = "ab" * 32
Row = dict[str, "str | int"]
Harm = Callable[[list[Row]], object]


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def deed(subject: str = "ev-1", act: Handling = Handling.VIEWED) -> Deed:
    return Deed(act=act, subject=subject, at=NOW, actor="account 3", sha256=SEAL)


def evidence(id_: str = "ev-1") -> Evidence:
    return Evidence(
        id=id_,
        mode=CaptureMode.LINK,
        state=EvidenceState.SEALED,
        captured_at=NOW,
        manifest_sha256=SEAL,
    )


def page(id_: str) -> Mention:
    return Mention(source="by hand", external_id=id_, url="https://f.example/u", text="")


def acts(store: Store) -> list[tuple[str, str]]:
    return [(link.act, link.subject) for link in store.custody()]


def test_capture_and_erasure_are_written_down_with_what_they_record(store: Store) -> None:
    store.add_capture("park", page("1"), evidence())
    store.forget_evidence("ev-1", NOW + DAY)
    assert acts(store) == [("captured", "ev-1"), ("erased", "ev-1")]
    first, _ = store.custody()
    assert (first.sha256, first.actor, first.moment) == (
        SEAL,
        "monitor",
        "2026-11-20T14:05:00.000000Z",
    )


def test_what_is_rolled_back_leaves_no_trace(store: Store) -> None:
    def break_off() -> None:
        with store.transaction() as session:
            record(session, deed())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert acts(store) == []
    assert store.custody_head() == Head(n=0, hash=START)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody SET actor = 'nobody' WHERE n = 1",
        "UPDATE custody SET n = 9 WHERE n = 2",
        "DELETE FROM custody",
        "DELETE FROM custody WHERE n = 2",
        "INSERT INTO custody SELECT 9, moment, act, actor, subject, sha256, outcome, previous, "
        "hash FROM custody WHERE n = 2",
        "INSERT INTO custody SELECT 3, moment, act, actor, subject, sha256, outcome, previous, "
        "hash FROM custody WHERE n = 2",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(store: Store, statement: str) -> None:
    store.record(deed("ev-1"), deed("ev-2"))
    before = store.custody()
    with pytest.raises(StoreError), store.transaction() as session:
        session.execute(text(statement))
    assert store.custody() == before


def test_a_link_is_not_replaced_or_emptied_away_either(store: Store) -> None:
    """SQLite's REPLACE and PostgreSQL's TRUNCATE go round a trigger on DELETE."""
    store.record(deed("ev-1"), deed("ev-2"))
    before = store.custody()
    statement = {
        "sqlite": "INSERT OR REPLACE INTO custody SELECT n, moment, act, 'x', subject, sha256, "
        "outcome, previous, hash FROM custody WHERE n = 2",
        "postgresql": "TRUNCATE custody",
    }[store.engine.dialect.name]
    with pytest.raises(StoreError), store.transaction() as session:
        session.execute(text(statement))
    assert store.custody() == before


def test_many_at_once_make_one_chain(store: Store) -> None:
    def look(who: int) -> None:
        for _ in range(5):
            store.record(deed(f"ev-{who}"))

    threads = [Thread(target=look, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = [link.to_json() for link in store.custody()]
    assert len(rows) == 20
    assert verify_chain(rows, str(store.custody_head())) == []


@pytest.mark.parametrize(
    "words", ["Mr B Deputy was seen at the gate, they say: look!", "a\nb", "", "x" * 121]
)
def test_nothing_that_looks_like_words_gets_into_the_log(words: str) -> None:
    with pytest.raises(ValueError, match="must be an id"):
        deed(words)


def test_evidence_from_before_the_log_is_adopted(
    empty_database_url: str,
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for id_, state in (("ev-2", "sealed"), ("ev-1", "partial"), ("ev-3", "wanted")):
            connection.execute(
                text(
                    "INSERT INTO capture (id, school, source, external_id, url, mode, state, "
                    "due_at, attempts, error, manifest_sha256, files, note) VALUES (:id, 'park', "
                    "'f', '1', '', 'link', :state, '2026-11-20 14:05:00', 0, '', :seal, '[]', '')"
                ),
                {"id": id_, "state": state, "seal": SEAL},
            )
    engine.dispose()
    store = Store(empty_database_url)
    assert acts(store) == [("adopted", "ev-1"), ("adopted", "ev-2")]
    assert verify_chain([link.to_json() for link in store.custody()]) == []
    store.close()


# What the verifier makes of a log that was changed although the triggers were taken away.


def log(count: int = 6) -> list[Row]:
    rows, head = [], Head(n=0, hash=START)
    for number in range(1, count + 1):
        link = chained(deed(f"ev-{number}"), head)
        rows.append(link.to_json())
        head = Head(n=link.n, hash=link.hash)
    return rows


def found(rows: list[Row], head: str | None = None) -> list[str]:
    return [problem.sentence for problem in verify_chain(rows, head)]


def head_of(rows: list[Row]) -> str:
    return f"{rows[-1]['n']}:{rows[-1]['hash']}"


def test_a_log_that_nobody_touched_is_whole() -> None:
    assert found(log(), head_of(log())) == []
    assert found([]) == []


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("name", sorted(log(1)[0]))
def test_every_change_of_every_field_is_named(place: int, name: str) -> None:
    rows = log()
    value = rows[place][name]
    rows[place][name] = value + 1 if isinstance(value, int) else f"{value}0"
    assert any(f"entry {n} " in line for n in (place + 1, place + 2) for line in found(rows))


@pytest.mark.parametrize("place", range(5))
def test_a_link_that_was_removed_is_named(place: int) -> None:
    rows = log()
    del rows[place]
    assert found(rows) == [f"custody.json: entry {place + 1} is missing."]


def test_a_tail_that_was_cut_off_shows_by_the_number_from_elsewhere() -> None:
    assert found(log()[:4]) == []
    assert found(log()[:4], head_of(log())) == [
        "custody.json: entry 6 is missing: the log ends before it."
    ]


def test_links_that_changed_places_are_said_to_have() -> None:
    rows = log()
    rows[1]["n"], rows[3]["n"] = rows[3]["n"], rows[1]["n"]
    sentences = found(rows)
    assert "custody.json: entry 2 was put in the place of entry 4." in sentences
    assert "custody.json: entry 4 was put in the place of entry 2." in sentences


def test_a_list_in_another_order_is_said_to_be() -> None:
    rows = log()
    rows[1], rows[2] = rows[2], rows[1]
    assert found(rows) == ["custody.json: entry 2 stands after entry 3: they were reordered."]


def test_a_link_changed_together_with_its_hash_is_named() -> None:
    rows = log()
    rows[2] = chained(deed("ev-9"), Head(n=2, hash=str(rows[1]["hash"]))).to_json()
    assert found(rows) == [
        "custody.json: entry 3 is not the one that entry 4 was written after. "
        "It was changed or put in."
    ]


def test_a_log_written_anew_shows_by_the_number_from_elsewhere() -> None:
    rows = [log()[0]]
    for number in range(1, 6):
        after = Head(n=number, hash=str(rows[-1]["hash"]))
        rows.append(chained(deed("ev-9"), after).to_json())
    assert found(rows) == []
    assert found(rows, head_of(log())) == [
        "custody.json: entry 6 is not the one that was written down: the log was written anew."
    ]


def test_what_is_not_told_can_still_be_followed() -> None:
    rows = log()
    head, digest = Head(n=0, hash=START), ""
    links = []
    for number in range(1, 7):
        link = chained(deed(f"ev-{number}"), head)
        links.append(link.to_json(told=number % 2 == 0))
        head, digest = Head(n=link.n, hash=link.hash), link.digest
    assert "subject" not in links[0]
    assert found(links, head_of(rows)) == []
    links[2]["digest"] = digest
    assert found(links) == ["custody.json: entry 3 was changed."]


# The mail that takes the head out of the house.


def heads(store: Store) -> list[str]:
    return [letter.key for letter, *_ in store.unsent()]


def test_a_head_leaves_once_a_day_and_only_when_something_was_added(store: Store) -> None:
    assert not store.promise_head("park", NOW)
    store.record(deed())
    assert store.promise_head("park", NOW)
    store.record(deed())
    assert not store.promise_head("park", NOW)
    assert store.promise_head("park", NOW + DAY)
    assert not store.promise_head("park", NOW + 2 * DAY)
    assert len(heads(store)) == 2


def test_the_letter_tells_the_head_as_it_was_promised(store: Store) -> None:
    store.record(deed())
    head = store.custody_head()
    store.promise_head("park", NOW)
    store.record(deed())
    letter = store.claim_letter(due=NOW, until=NOW + DAY, urgencies=frozenset(Urgency), most=99)
    assert letter is not None
    assert store.matters_in(letter) == (head,)
