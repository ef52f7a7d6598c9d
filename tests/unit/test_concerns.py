"""What concerns the head, or a child's safety, is known of a post by any of its texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlmodel import Session

from monitor.store.cases import Wanted
from monitor.store.store import Store
from tests import migrations
from tests.unit.test_search import entry


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    yield store
    store.close()


OFFICE = Wanted(schools=("park",))
_UNDONE = {
    "sqlite": ("DROP INDEX {index}", "ALTER TABLE mention DROP COLUMN {flag}"),
    "postgresql": ("ALTER TABLE mention DROP COLUMN {flag}",),
}


def seen(store: Store) -> list[str]:
    return sorted(one.incident.key for one in store.listed(OFFICE, limit=9))


def a_post_that_was_changed(store: Store, *, first: bool, then: bool) -> None:
    """It opened one incident and by its later text another one; a second post is by itself."""
    store.keep(entry("1", "first", about_head=first))
    store.keep(entry("1", "then", about_head=then, edition="x", incident="2"))
    store.keep(entry("3", "something else"))


@pytest.mark.parametrize(("first", "then"), [(True, False), (False, True)])
def test_neither_incident_of_a_post_is_seen_once_one_of_its_texts_was_about_the_head(
    store: Store, first: bool, then: bool
) -> None:
    a_post_that_was_changed(store, first=first, then=then)
    assert seen(store) == ["park:3"]
    assert store.count(OFFICE) == 1


def test_of_a_log_from_before_it_is_read_off_what_was_thought_of_each_text(store: Store) -> None:
    a_post_that_was_changed(store, first=False, then=True)
    store.keep(entry("4", "a child", child_safety=True))
    name = store.engine.dialect.name
    with Session(store.engine) as session, session.begin():
        for flag, index in (
            ("about_head", "ix_mention_head"),
            ("child_safety", "ix_mention_child"),
        ):
            for statement in _UNDONE[name]:
                session.execute(text(statement.format(flag=flag, index=index)))
        session.execute(text("UPDATE incident SET about_head = false, child_safety = false"))
    migrations.run(store, "0020_concerns")
    assert seen(store) == ["park:3"]
