"""One source in trouble must not blind the school to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from monitor import settings
from monitor.app import App, Quiet
from monitor.rounds import Rounds
from monitor.store.entry import Entry
from monitor.store.mentions import Book
from sources.contract import Page
from sources.feed import Feed
from tests.e2e.school import Site

TWO_FEEDS = """
[[schools]]
id = "wexcombe"
name = "Wexcombe Park Primary School"
[[sources]]
kind = "feed"
name = "broken"
url = "{url}/a.xml"
[[sources]]
kind = "feed"
name = "whole"
url = "{url}/b.xml"
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    with Site() as site:
        site.publish("/a.xml", {"1": "Lovely fair at Wexcombe Park Primary School"})
        site.publish("/b.xml", {"2": "Lovely fete at Wexcombe Park Primary School"})
        (tmp_path / "config.toml").write_text(TWO_FEEDS.format(url=site.url("")))
        app = App(settings.load(tmp_path / "config.toml"))
        yield app
        app.close()


def test_a_source_that_fails_in_an_unforeseen_way_is_named_and_the_rest_goes_on(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Feed.fetch

    def fetch(self: Feed, *rest: object) -> Iterator[Page]:
        if self.name == "broken":
            raise ZeroDivisionError("what a person wrote")
        return read(self, *rest)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(Feed, "fetch", fetch)
    done = app.scan(list(app.visitor.all()), Quiet())

    broken, whole = done.visits
    assert "ZeroDivisionError" in str(broken.error)
    assert "what a person wrote" not in str(broken.error)
    assert (whole.error, whole.new) == (None, 1)
    health = {h.source: h for h in app.store.health()}
    assert health["broken"].needs_a_person
    assert health["whole"].error == ""


def test_one_row_that_the_database_will_not_take_blinds_the_school_to_one_source_only(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = Book.keep

    def refused(self: Book, entry: Entry) -> bool:
        if entry.mention.source == "broken":
            entry = replace(entry, school=None)  # type: ignore[arg-type]  # no such row
        return keep(self, entry)

    monkeypatch.setattr(Book, "keep", refused)
    broken, whole = app.scan(list(app.visitor.all()), Quiet()).visits
    assert "The database refused (IntegrityError)" in str(broken.error)
    assert (whole.error, whole.new) == (None, 1)


def test_a_visit_that_does_not_end_is_in_the_health_of_its_source(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go = Event()

    def fetch(self: Feed, *rest: object) -> Iterator[Page]:
        let_go.wait(10)
        return iter(())

    monkeypatch.setattr(Feed, "fetch", fetch)
    visitor = app.visitor
    visitor.rounds = Rounds(visitor.visit, visitor.give_up, longest=timedelta(milliseconds=20))
    (left,) = visitor.go(visitor.all(only="broken"))
    assert left.error is not None
    assert app.store.health()[0].error == str(left.error)
    assert "did not come to an end" in str(left.error)
    let_go.set()
    visitor.rounds._hanging["wexcombe", "broken"].join(10)
