"""Everything that is new on a page is entered together, and nothing is lost by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from alerts.telling import Telling
from monitor.domain import Assessment, Category, Mention, Role, School, Severity
from monitor.pipeline import Judged, enter_all
from monitor.store.history_tables import StoryRow, TellingRow
from monitor.store.store import Store

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)
PARK = School(id="park", name="Wexcombe Park Primary School")
HEAD = Telling.to({Role.HEAD: "head@wexcombepark.example"})
PRAISE = Assessment(about_school=True, relevance=1, model="none")
THREAT = Assessment(
    about_school=True,
    relevance=1,
    model="none",
    categories=frozenset({Category.THREAT}),
    severity=Severity.CRITICAL,
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


def post(id_: str, text: str, judged: Assessment = PRAISE) -> Judged:
    url = f"https://forum.example/{id_}"
    return Mention(source="forum", external_id=id_, url=url, text=text), judged


def enter(store: Store, *posts: Judged) -> list[bool | None]:
    return enter_all(PARK, posts, HEAD, store, lambda: NOW)


def known(store: Store, *posts: Judged) -> set[str]:
    unseen = {mention.external_id for mention in store.unseen("park", [one for one, _ in posts])}
    return {mention.external_id for mention, _ in posts} - unseen


def test_one_post_that_cannot_be_written_down_keeps_none_out_that_came_before_it(
    store: Store,
) -> None:
    unwritable = replace(PRAISE, model=b"no text")  # type: ignore[arg-type]  # as a fault of ours might
    good, bad, later = post("1", "A fair"), post("2", "A fair", unwritable), post("3", "A fair")
    with pytest.raises(TypeError):
        enter(store, good, bad, later)
    assert known(store, good, later) == {"1"}


def test_of_posts_entered_together_the_later_ones_know_the_earlier(store: Store) -> None:
    words = "I will burn down Wexcombe Park Primary School tonight and nobody can stop me."
    together = [
        post("1", words, THREAT),
        post("2", words, THREAT),
        post("2", words, THREAT),
        post("2", f"{words} I have changed my mind.", THREAT),
    ]
    assert enter(store, *together) == [True, False, None, False]
    (case,) = store.cases()
    assert [len(sighting.revisions) for sighting in case.sightings] == [0, 1]


def test_a_page_of_posts_that_need_nobody_costs_one_question_each_and_five_statements_for_all(
    store: Store,
) -> None:
    page = [post(str(n), f"{' '.join(str(n) * 20)} is a lovely garden") for n in range(20)]
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    enter(store, *page)
    into = [words.split()[2] for words in said if words.startswith("INSERT INTO")]
    assert into == ["mention", "story", "story_band", "telling", "visit"]
    assert len(said) <= len(page) + len(into) + 2, "what is known of the page; whose turn it is"


def test_of_posts_entered_together_those_that_say_the_same_tell_one_story(store: Store) -> None:
    fair = "The summer fair is on Saturday at ten, and there will be cakes, games and a band."
    trip = "Year four went to the museum by train and came home with drawings of every knight."
    enter(store, post("1", fair), post("2", trip), post("3", f"Hello! {fair}"))
    enter(store, post("4", f"{fair} Do come."))
    with store.reading() as session:
        told = {row.external_id: row.story for row in session.exec(select(TellingRow))}
        assert len(session.exec(select(StoryRow)).all()) == 2
    assert told["1"] == told["3"] == told["4"] != told["2"]


def test_what_is_known_of_a_page_is_found_without_going_through_the_log(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/log.sqlite")
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *about: asked.append(about[2:4]))
    known(store, post("1", "A fair"), post("2", "A play"))
    ((words, values),) = asked
    with store.looking() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}", values).all())
    assert "(school=? AND source=? AND external_id=?)" in plan
    store.close()


def test_how_far_a_source_is_read_is_written_down_with_all_that_was_new_or_not_at_all(
    store: Store,
) -> None:
    unwritable = replace(PRAISE, model=b"no text")  # type: ignore[arg-type]  # as a fault of ours might
    good, bad = post("1", "A fair"), post("2", "A fair", unwritable)
    with pytest.raises(TypeError):
        enter_all(PARK, [good, bad], HEAD, store, lambda: NOW, ("forum", "2"))
    assert store.cursor("park", "forum") is None
    enter_all(PARK, [good], HEAD, store, lambda: NOW, ("forum", "1"))
    assert store.cursor("park", "forum") == "1"
