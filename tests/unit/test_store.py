"""The store keeps its promises on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from threading import Event, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, text
from sqlmodel import SQLModel

from monitor.domain import (
    Alert,
    AlertState,
    Assessment,
    CaptureMode,
    Category,
    Evidence,
    EvidenceFile,
    EvidenceState,
    Incident,
    IncidentState,
    Mention,
    Reason,
    Role,
    Severity,
    Urgency,
)
from monitor.store.cases import Wanted
from monitor.store.database import Database, StoreError
from monitor.store.mentions import Entry
from monitor.store.sightings import capture_id
from monitor.store.store import Store
from tests.casework import close
from tests.postgres import PostgresCluster

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SEVEN = datetime(2026, 11, 21, 7, tzinfo=UTC)  # the next morning
BOTH = frozenset(Urgency)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def entry(id_: str = "1", *, urgency: Urgency = Urgency.NOW, **changes: object) -> Entry:
    """A threat that opens an incident, promises evidence and tells the head."""
    mention = Mention(
        source="forum",
        external_id=id_,
        url=f"https://f.example/{id_}",
        text="words",
        answers="https://f.example/0",
        counts=(("likes", 3), ("replies", 0)),
        published_as="20 June, 9:00",
    )
    incident = Incident(
        key=f"park:forum:{id_}",
        school="park",
        opened_at=NOW,
        categories=frozenset({Category.THREAT}),
        severity=Severity.CRITICAL,
    )
    alert = Alert(
        key=f"{incident.key}:head:critical",
        school="park",
        incident=incident.key,
        role=Role.HEAD,
        severity=Severity.CRITICAL,
        urgency=urgency,
        due_at=NOW if urgency is Urgency.NOW else SEVEN,
    )
    made = Entry(
        school="park",
        mention=mention,
        place="place " + id_,
        story="story " + id_,
        assessment=Assessment(about_school=True, relevance=0.9, model="m"),
        seen_at=NOW,
        incident=incident,
        alerts=(alert,),
        capture=CaptureMode.FULL,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # a test names real fields


@pytest.mark.postgres
def test_postgresql_neither_compiles_a_query_first_nor_forgets_which_schools_it_is_of(
    postgres_cluster: PostgresCluster, postgres_tables: str
) -> None:
    store = Store(postgres_cluster.fresh_database(postgres_tables))
    for _ in range(2):  # also after the first transaction was rolled back
        with store.reading() as session:
            told = [session.scalar(text(f"SHOW {name}")) for name in ("jit", "plan_cache_mode")]
            session.rollback()
        assert told == ["off", "force_custom_plan"]
    store.close()


def test_what_was_kept_is_read_back_as_it_was(store: Store) -> None:
    first = entry()
    assert store.keep(first)

    (case,) = store.cases()
    assert case.incident == replace(first.incident, number="2026-001")  # type: ignore[type-var]  # it has one
    assert case.sightings[0].mention == first.mention
    assert case.sightings[0].assessment == first.assessment
    assert case.sightings[0].first_seen_at == NOW
    assert [t.state for t in case.told] == [AlertState.WAITING]
    assert store.case("2026-001") == case
    assert store.case("2026-999") is None


def test_a_mention_is_seen_once_for_each_school(store: Store) -> None:
    first = entry()
    store.keep(first)

    assert list(store.unseen("park", [first.mention])) == []
    assert list(store.unseen("hill", [first.mention])) == [first.mention]


def test_keeping_the_same_mention_again_changes_nothing(store: Store) -> None:
    store.keep(entry())
    before = store.cases()

    assert not store.keep(entry())
    assert store.cases() == before


def test_incident_numbers_run_through_the_year_and_begin_anew(store: Store) -> None:
    for id_, year in (("a", 2026), ("b", 2026), ("c", 2027)):
        made = entry(id_)
        assert made.incident is not None
        opened = replace(made.incident, opened_at=NOW.replace(year=year))
        store.keep(replace(made, incident=opened))

    numbers = sorted(case.incident.number for case in store.cases())
    assert numbers == ["2026-001", "2026-002", "2027-001"]


def test_a_further_sighting_joins_its_incident_and_tells_nobody_twice(store: Store) -> None:
    first, second = entry("1"), entry("2")
    store.keep(first)
    store.keep(replace(second, incident=first.incident, alerts=first.alerts))

    (case,) = store.cases()
    assert [s.mention.external_id for s in case.sightings] == ["1", "2"]
    assert len(case.told) == 1


def test_neighbours_stand_at_the_same_place_or_have_the_same_words(store: Store) -> None:
    store.keep(entry("1"))

    here, there = entry("2").mention, replace(entry("2").mention, source="web")

    def near(
        school: str, mention: Mention, place: str, story: str, since: datetime = NOW
    ) -> list[str]:
        with store.entering(school) as book:
            return [n.mention.external_id for n in book.neighbours(mention, place, story, since)]

    assert near("park", here, "elsewhere", "story 1") == ["1"]
    assert near("park", there, "place 1", "") == ["1"]
    assert near("park", here, "place 1", "") == [], "one source tells its own items apart"
    assert near("park", here, "elsewhere", "") == []
    assert near("hill", there, "place 1", "story 1") == []
    assert near("park", there, "place 1", "story 1", NOW + LEASE) == [], "too long ago"
    close(store, "2026-001", NOW)
    assert near("park", there, "place 1", "story 1") == [], "closed"


def test_a_capture_is_claimed_by_one_until_its_lease_ends(store: Store) -> None:
    store.keep(entry())

    claimed = store.claim_capture(NOW, LEASE)
    assert claimed is not None
    assert claimed.id == capture_id("park", entry().mention)
    assert store.claim_capture(NOW, LEASE) is None
    assert store.claim_capture(NOW + LEASE, LEASE) == claimed


def test_where_a_picture_may_be_indecent_even_older_promises_open_no_page(store: Store) -> None:
    first, second = entry("1"), entry("2", capture=CaptureMode.LINK)
    store.keep(first)
    assert first.incident is not None
    store.keep(
        replace(second, incident=replace(first.incident, pictures_allowed=False), alerts=())
    )
    modes = []
    while (claimed := store.claim_capture(NOW, LEASE)) is not None:
        modes.append(claimed.mode)
    assert modes == [CaptureMode.LINK, CaptureMode.LINK]


def test_a_postponed_capture_comes_back_when_it_is_due(store: Store) -> None:
    store.keep(entry())
    claimed = store.claim_capture(NOW, LEASE)
    assert claimed is not None
    store.postpone_capture(claimed, NOW + timedelta(hours=1), "not now")

    assert store.claim_capture(NOW + timedelta(minutes=59), LEASE) is None
    again = store.claim_capture(NOW + timedelta(hours=1), LEASE)
    assert again == replace(claimed, attempts=1)


def test_sealed_evidence_belongs_to_its_incident(store: Store) -> None:
    store.keep(entry())
    claimed = store.claim_capture(NOW, LEASE)
    assert claimed is not None
    evidence = Evidence(
        id=claimed.id,
        mode=CaptureMode.FULL,
        state=EvidenceState.SEALED,
        captured_at=NOW,
        manifest_sha256="ab",
        files=(EvidenceFile(name="text.txt", sha256="cd", bytes=3),),
    )
    store.captured(claimed, evidence)

    assert store.cases()[0].evidence == (evidence,)
    assert store.evidence() == [evidence]
    assert store.claim_capture(NOW + timedelta(days=1), LEASE) is None


def test_a_letter_is_claimed_by_one_until_its_lease_ends(store: Store) -> None:
    store.keep(entry())

    letter = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    assert letter is not None
    assert [case.incident.number for case in store.cases_in(letter)] == ["2026-001"]
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is None
    again = store.claim_letter(due=NOW + LEASE, until=NOW + 2 * LEASE, urgencies=BOTH, most=99)
    assert again == replace(letter, attempts=1)


def test_a_worker_whose_lease_ran_out_cannot_undo_what_another_did(store: Store) -> None:
    store.keep(entry())
    slow = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    quick = store.claim_letter(due=NOW + LEASE, until=NOW + 2 * LEASE, urgencies=BOTH, most=99)
    assert slow is not None
    assert quick is not None
    store.sent(quick, NOW + LEASE)
    store.postpone(slow, NOW, "time-out")
    store.give_up(slow, NOW, "time-out")

    assert [t.state for t in store.cases()[0].told] == [AlertState.SENT]


def test_a_letter_once_written_keeps_its_bytes_over_a_postponement(store: Store) -> None:
    store.keep(entry())
    letter = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    assert letter is not None
    store.write_message(letter, b"bytes", "<id@x>")
    store.postpone(letter, NOW + timedelta(hours=1), "busy")
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is None

    store.hasten(NOW)
    again = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    assert again == replace(letter, attempts=1, message=b"bytes", message_id="<id@x>")
    assert again is not None
    store.sent(again, NOW)

    (told,) = store.cases()[0].told
    assert (told.state, told.sent_at, told.message_id) == (AlertState.SENT, NOW, "<id@x>")
    assert store.unsent() == []


@pytest.mark.parametrize(
    ("severity", "attempts", "leaves"),
    [(Severity.HIGH, 0, False), (Severity.HIGH, 1, True), (Severity.CRITICAL, 0, True)],
)
def test_in_quiet_hours_a_pass_that_keeps_them_sends_what_is_critical_or_was_tried(
    store: Store, severity: Severity, attempts: int, leaves: bool
) -> None:
    made = entry()
    store.keep(replace(made, alerts=(replace(made.alerts[0], severity=severity),)))
    for _ in range(attempts):
        tried = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
        assert tried is not None
        store.postpone(tried, NOW + LEASE, "busy")
    before = NOW - timedelta(hours=9)
    store.hasten(before, ["another school", "park"])
    found = store.claim_letter(due=before, until=NOW, urgencies=BOTH, most=99)
    assert (found is not None) is leaves


def test_in_its_own_hours_a_pass_sends_all_that_is_urgent(store: Store) -> None:
    store.keep(entry())
    before = NOW - timedelta(hours=9)
    store.hasten(before, ["another school"])
    assert store.claim_letter(due=before, until=NOW, urgencies=BOTH, most=99) is not None


def test_medium_alerts_of_a_day_share_one_letter_the_next_morning(store: Store) -> None:
    store.keep(entry("1", urgency=Urgency.NOW))
    store.keep(_digested("2"))
    store.keep(_digested("3"))

    seven = SEVEN
    late = seven - timedelta(seconds=1)
    digests = frozenset({Urgency.DIGEST})
    assert store.claim_letter(due=late, until=late + LEASE, urgencies=digests, most=99) is None
    letter = store.claim_letter(due=seven, until=seven + LEASE, urgencies=digests, most=99)
    assert letter is not None
    assert [c.incident.number for c in store.cases_in(letter)] == ["2026-002", "2026-003"]


def test_an_alert_that_comes_while_the_digest_is_being_written_waits_for_the_next(
    store: Store,
) -> None:
    store.keep(_digested("1"))
    seven = SEVEN
    begun = store.claim_letter(due=seven, until=seven + LEASE, urgencies=BOTH, most=99)
    assert begun is not None
    store.keep(_digested("2"))

    assert len(store.cases_in(begun)) == 1
    tomorrow = seven + timedelta(days=1)
    following = store.claim_letter(due=tomorrow, until=tomorrow + LEASE, urgencies=BOTH, most=99)
    store.sent(begun, seven)
    assert following is not None
    found = {c.incident.key for letter in (begun, following) for c in store.cases_in(letter)}
    assert found >= {"park:forum:1"}
    assert {c.incident.key for c in store.cases()} == {"park:forum:1", "park:forum:2"}


def _digested(id_: str) -> Entry:
    return entry(id_, urgency=Urgency.DIGEST)


def test_a_source_is_due_at_once_then_after_its_interval(store: Store) -> None:
    assert store.resting(NOW) == set()
    store.visited("park", "forum", NOW, timedelta(hours=6))
    assert store.resting(NOW + timedelta(hours=5)) == {("park", "forum")}
    assert store.resting(NOW + timedelta(hours=6)) == set()


def test_failures_wait_longer_each_time_and_are_cleared_by_success(store: Store) -> None:
    wait = timedelta(minutes=10)
    for _ in range(3):
        store.failed("park", "forum", NOW, "gone", again_in=wait, needs_a_person=True)
    (health,) = store.health()
    assert health.next_visit_at == NOW + 4 * wait
    assert (health.error, health.failing_since, health.needs_a_person) == ("gone", NOW, True)

    store.visited("park", "forum", NOW, timedelta(hours=6))
    (health,) = store.health()
    assert (health.error, health.failing_since, health.needs_a_person) == ("", None, False)


def test_a_cursor_is_kept_for_each_school_and_source(store: Store) -> None:
    assert store.cursor("park", "forum") is None
    store.save_cursor("park", "forum", "7")
    store.save_cursor("hill", "forum", "3")
    assert (store.cursor("park", "forum"), store.cursor("hill", "forum")) == ("7", "3")


def test_only_old_mentions_outside_the_log_are_forgotten(store: Store) -> None:
    store.keep(entry("in the log"))
    for id_, about in (("ours", True), ("not ours", False)):
        made = entry(id_, incident=None, alerts=(), capture=None)
        judged = replace(made.assessment, about_school=about)
        store.keep(replace(made, assessment=judged))
    later = NOW + timedelta(days=1)

    assert store.forget_mentions(NOW, about_school=False) == 0
    assert store.forget_mentions(later, about_school=False) == 1
    assert len(store.counted("park", NOW, later)) == 2
    assert store.forget_mentions(later, about_school=True) == 1
    assert len(store.cases()[0].sightings) == 1


def test_a_closed_incident_is_forgotten_with_all_that_hangs_on_it(store: Store) -> None:
    store.keep(entry("1"))
    store.keep(entry("2"))
    close(store, "2026-001", NOW)
    later = NOW + timedelta(days=1)

    assert store.forgettable_cases(NOW) == []
    assert store.forgettable_cases(later) == ["2026-001"]
    assert store.forget_case("2026-001", NOW) == [capture_id("park", entry("1").mention)]
    assert [c.incident.number for c in store.cases()] == ["2026-002"]
    assert len(store.unsent()) == 1


def test_a_closed_incident_about_a_childs_safety_waits_for_a_person(store: Store) -> None:
    made = entry()
    assert made.incident is not None
    store.keep(replace(made, incident=replace(made.incident, child_safety=True)))
    close(store, "2026-001", NOW)

    assert store.forgettable_cases(NOW + timedelta(days=9999)) == []


def test_the_migrations_make_exactly_the_tables_of_the_model(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """What a search looks into is the database's own: no model has words for it."""
    return kind not in ("table", "index") or not (name or "").removeprefix("ix_").startswith(
        "passage_words"
    )


def test_opening_twice_is_opening_once(database_url: str) -> None:
    with_one = Store(database_url)
    with_one.keep(entry())
    again = Store(database_url)
    assert len(again.cases()) == 1
    with_one.close()
    again.close()


def test_a_locked_database_says_so_and_nothing_is_half_done(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}", patience=0.05)
    other = sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="in use by another program"):
        store.keep(entry())
    other.execute("ROLLBACK")
    other.close()

    assert store.keep(entry())
    store.close()


def test_a_full_disk_says_so_and_nothing_is_half_done(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'monitor.db'}")
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    huge = entry()
    with pytest.raises(StoreError, match="disk is full"):
        store.keep(replace(huge, mention=replace(huge.mention, text="x" * 1_000_000)))

    assert store.cases() == []
    store.close()


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "monitor.db").write_bytes(b"a shopping list, and not a database at all" * 99)
    with pytest.raises(StoreError, match="damaged"):
        Store(f"sqlite:///{tmp_path / 'monitor.db'}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not an address", "cannot be read"),
        ("oracle+nothing://x", "cannot be read"),
        ("postgresql+psycopg://someone:hunter2@127.0.0.1:1/x", "did not let us in"),
    ],
)
def test_a_wrong_database_address_is_a_sentence_without_the_password(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Database(url)
    assert "hunter2" not in str(caught.value)


def test_evidence_outside_any_incident_is_forgotten_in_its_time(store: Store) -> None:
    page = Mention(source="by hand", external_id="u", url="https://f.example/u", text="")
    evidence = Evidence(
        id="ev-1",
        mode=CaptureMode.LINK,
        state=EvidenceState.SEALED,
        captured_at=NOW,
        manifest_sha256="ab",
    )
    store.add_capture("park", page, evidence)

    assert store.forgettable_evidence(NOW) == []
    assert store.forgettable_evidence(NOW + LEASE) == ["ev-1"]
    store.forget_evidence("ev-1", NOW)
    assert store.evidence() == []


def test_the_log_can_be_opened_and_read_while_another_program_writes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'monitor.db'}"
    writer = Store(url)
    writer.keep(entry())
    with writer.transaction():
        reader = Store(url, patience=0.05)
        assert len(reader.cases()) == 1
        reader.close()
    writer.close()


def test_what_happens_before_the_letter_is_written_goes_into_that_letter(store: Store) -> None:
    """Two sightings within a minute are one mail, not two of the same."""
    first, second = entry("1"), entry("2")
    assert first.incident is not None
    worse = replace(first.alerts[0], key=first.incident.key + ":head:worse")
    store.keep(first)
    store.keep(replace(second, incident=first.incident, alerts=(worse,)))

    letter = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    assert letter is not None
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is None
    again = replace(first.alerts[0], key=first.incident.key + ":head:worst")
    store.keep(replace(entry("3"), incident=first.incident, alerts=(again,)))
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is not None


def test_two_scans_at_once_decide_one_after_the_other(database_url: str) -> None:
    """What the second decides, it decides knowing what the first wrote."""
    one, other = Store(database_url), Store(database_url)
    seen: list[list[str]] = []

    def enter(store: Store, id_: str) -> None:
        made = entry(id_)
        with store.entering("park") as book:
            near = book.neighbours(made.mention, "p", "the same words", NOW)
            seen.append([n.mention.external_id for n in near])
            entered.set()
            book.keep(replace(made, story="the same words"))

    entered = Event()
    first = Thread(target=enter, args=(one, "1"))
    second = Thread(target=enter, args=(other, "2"))
    first.start()
    entered.wait()
    second.start()
    first.join()
    second.join()

    assert sorted(seen) == [[], ["1"]]
    one.close()
    other.close()


def test_a_list_holds_what_its_reader_may_know_of_and_counts_the_same(store: Store) -> None:
    """Also where only a sighting says so, and not the incident it is in."""
    flags = list(product((False, True), repeat=4))
    for n, (head, child, seen_head, seen_child) in enumerate(flags):
        made = entry(str(n))
        assert made.incident is not None
        store.keep(
            replace(
                made,
                incident=replace(made.incident, about_head=head, child_safety=child),
                assessment=replace(made.assessment, about_head=seen_head, child_safety=seen_child),
            )
        )
    for knows_head, knows_child in product((False, True), repeat=2):
        wanted = Wanted(schools=("park",), about_head=knows_head, child_safety=knows_child)
        listed = {one.incident.key for one in store.listed(wanted, limit=100)}
        assert listed == {
            f"park:forum:{n}"
            for n, (head, child, seen_head, seen_child) in enumerate(flags)
            if (knows_head or not (head or seen_head))
            and (knows_child or not (child or seen_child))
        }
        assert store.count(wanted) == len(listed)


def test_words_that_look_like_a_judgement_hide_nothing(store: Store) -> None:
    made = entry()
    sly = Reason(category="threat", start=0, end=1, text='"about_head": true', rule="r")
    store.keep(replace(made, assessment=replace(made.assessment, because=(sly,))))
    assert store.count(Wanted(schools=("park",))) == 1


def test_a_list_is_of_the_schools_and_the_state_asked_for(store: Store) -> None:
    for id_ in ("1", "2", "3"):
        store.keep(entry(id_))
    close(store, "2026-002", NOW)
    closed = Wanted(schools=("park", "hill"), state=IncidentState.CLOSED)
    assert [one.incident.number for one in store.listed(closed, limit=9)] == ["2026-002"]
    assert store.count(Wanted(schools=("hill",))) == 0
    assert store.count(Wanted(schools=())) == 0
    both = Wanted(schools=("park",))
    pages = [store.listed(both, limit=2, offset=n) for n in (0, 2)]
    assert [[one.incident.number for one in page] for page in pages] == [
        ["2026-003", "2026-002"],
        ["2026-001"],
    ]


def test_a_list_says_where_each_was_seen(store: Store) -> None:
    first = entry("1")
    store.keep(first)
    store.keep(replace(entry("2"), incident=first.incident, alerts=()))
    (one,) = store.listed(Wanted(schools=("park",)), limit=9)
    assert sorted(one.seen) == [("forum", "https://f.example/1"), ("forum", "https://f.example/2")]


def test_lists_and_counts_read_no_words(store: Store) -> None:
    store.keep(entry())
    read: list[str] = []
    event.listen(
        store.engine, "before_cursor_execute", lambda *a: read.append(str(a[2])), named=False
    )
    wanted = Wanted(schools=("park",))
    assert len(store.listed(wanted, limit=9)) == store.count(wanted) == 1
    assert len(store.counted("park", NOW, NOW + LEASE)) == 1
    assert store.captures_waiting() == 1
    assert store.forgettable_mentions(NOW + LEASE, about_school=True) == 0
    assert store.strippable_authors(NOW + LEASE, since=NOW) == 0
    assert read
    assert not [statement for statement in read if "mention.text" in statement]


def test_one_letter_can_be_hastened_unless_somebody_is_at_work_on_it(store: Store) -> None:
    store.keep(entry())
    letter = store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99)
    assert letter is not None
    tomorrow = NOW + timedelta(days=1)
    store.hasten_letter(letter, NOW)
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is None

    store.postpone(letter, tomorrow, "no such mailbox")
    store.hasten_letter(letter, NOW)
    assert store.claim_letter(due=NOW, until=NOW + LEASE, urgencies=BOTH, most=99) is not None


def test_a_changed_post_keeps_how_often_it_was_liked_each_time_and_the_time_as_shown(
    store: Store,
) -> None:
    first = entry()
    store.keep(first)
    later = replace(
        first.mention, text="other words", counts=(("likes", 9),), published_as="20 June, 10:30"
    )
    store.keep(replace(first, mention=later, edition="2", alerts=(), capture=None))
    ((sighting,),) = [case.sightings for case in store.cases()]
    assert sighting.mention.counts == first.mention.counts
    assert sighting.mention.published_as == "20 June, 9:00"
    (changed,) = sighting.revisions
    assert (changed.mention.counts, changed.mention.published_as) == (
        (("likes", 9),),
        "20 June, 10:30",
    )
    assert changed.mention.answers == first.mention.answers
