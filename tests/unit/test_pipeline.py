"""Everything that is new on a page is entered together, and nothing is lost by that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from alerts.telling import Telling
from monitor.domain import Assessment, Category, Mention, Role, School, Severity
from monitor.pipeline import Judged, enter_all
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


def test_a_page_of_posts_that_need_nobody_costs_five_statements_each_at_most(
    store: Store,
) -> None:
    page = [post(str(n), f"The {n} garden of the school is a lovely place") for n in range(20)]
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    enter(store, *page)
    assert len(said) <= 5 * len(page) + 5
    assert sum("UPDATE visit" in words or "INSERT INTO visit" in words for words in said) == 1


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
