"""Searches whose answers are known: asked once a day, against a search engine that searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from monitor import settings
from monitor.app import App, Quiet
from monitor.demo.place import Answer, Request
from monitor.demo.search_engine import Page, SearchEngine
from monitor.domain import Assessment, Mention, School
from monitor.health import Ailment, SourceHealth
from monitor.health_words import CANNOT_FIND, FINDS_ANYTHING
from monitor.watching import nonsense
from sources.contract import Canary
from sources.http import PoliteClient
from sources.searxng import Searxng
from tests.e2e.school import NAME, PRAISE

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OWN = "Our values, and the dates of the terms"

CONFIG = """
[[schools]]
id = "wexcombe"
name = "{name}"
website = "https://www.wexcombepark.example"
[[sources]]
kind = "searxng"
name = "Web search"
url = "{url}"
{more}
"""


class Engine(SearchEngine):
    """Remembers what it was asked. It `parrots`: has a page for whatever that is; or is `deaf`."""

    def __init__(self) -> None:
        super().__init__(NOON)
        self.questions: list[str] = []
        self.parrots = self.deaf = False

    def answer(self, request: Request) -> Answer:
        if self.deaf:
            return Answer(b"", status=HTTPStatus.SERVICE_UNAVAILABLE)
        if request.get("format") == "json":
            self.questions.append(request.get("q"))
        return super().answer(request)

    def _found(self, query: str, time_range: str) -> list[Page]:
        if self.parrots:
            return [_page(f"https://parrot.example/{len(self.questions)}", query)]
        return super()._found(query, time_range)

    def learn(self, *pages: Page) -> None:
        self.read(pages)

    def forget(self) -> None:
        self._pages.clear()

    def canaries(self) -> list[str]:
        return [query for query in self.questions if query == OWN or _is_nonsense(query)]


def _is_nonsense(query: str) -> bool:
    return query.startswith('"') and not set("aeiou") & set(query.casefold())


def _page(url: str, text: str) -> Page:
    return Page(url=url, title="A page", text=text, published=NOON - 30 * DAY)


def harmless(mention: Mention, school: School) -> Assessment:
    return Assessment(about_school=True, relevance=1.0, model="none")


class Office:
    def __init__(self, folder: Path, engine: Engine, more: str) -> None:
        self.engine, self.now = engine, NOON
        config = folder / "config.toml"
        config.write_text(CONFIG.format(name=NAME, url=engine.url, more=more))
        self.app = App(
            settings.load(config), clock=lambda: self.now, assess=harmless, gap=timedelta(0)
        )

    def visit(self, after: timedelta = timedelta(0)) -> SourceHealth:
        self.now += after
        done = self.app.scan(list(self.app.visitor.all()), Quiet())
        assert [v.error for v in done.visits] == [None]
        (health,) = self.app.store.health()
        return health

    def found(self) -> int:
        return len(self.app.store.counted("wexcombe", NOON - DAY, NOON + 99 * DAY))


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def office(tmp_path: Path, engine: Engine) -> Iterator[Office]:
    engine.learn(_page("https://forum.example/1", PRAISE), _page("https://own.example/", OWN))
    office = Office(tmp_path, engine, f'must_find = "{OWN}"')
    yield office
    office.app.close()


def test_both_are_asked_once_a_day_and_never_found_as_mentions(office: Office) -> None:
    for _ in range(8):
        health = office.visit(timedelta(hours=6))
        assert (health.canary, health.ailing) == ("", None)
    days = {(NOON + n * timedelta(hours=6)).date() for n in range(1, 9)}
    asked = office.engine.canaries()
    assert asked.count(OWN) == len(days)
    assert len(asked) == 2 * len(days)
    assert len({query for query in asked if query != OWN}) == len(days), "new nonsense each day"
    assert office.found() == 1, "the praise, and not the page of the canary"


def test_where_they_were_asked_today_the_database_is_not_asked_about_them_again(
    office: Office,
) -> None:
    office.visit()
    said: list[str] = []
    engine = office.app.store.engine
    event.listen(engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    (visit,) = office.app.visitor.all()
    office.app.visitor.visit(visit)
    about_them = [words for words in said if "canaries_at" in words and words[:6] == "SELECT"]
    assert len(about_them) == 2, "with the cursor before the visit, with its health after it"


def test_an_engine_that_forgets_the_school_is_in_doubt_then_told_of_then_mended(
    office: Office,
) -> None:
    office.visit()
    office.engine.forget()
    first = office.visit(DAY)
    assert (first.canary, first.ailing) == (CANNOT_FIND, None)
    second = office.visit(DAY)
    assert second.ailing is not None
    assert (second.ailing.ailment, second.ailing.since) == (Ailment.UNPROVEN, NOON + DAY)
    assert len(office.app.store.unsent()) == 1
    office.engine.learn(_page("https://own.example/", OWN))
    mended = office.visit(DAY)
    assert (mended.canary, mended.ailing) == ("", None)


def test_an_engine_that_finds_anything_is_in_doubt_and_what_it_made_up_is_no_mention(
    office: Office,
) -> None:
    office.engine.parrots = True
    assert office.visit().canary == FINDS_ANYTHING
    assert office.found() == len(office.engine.questions) - 2


def test_an_engine_that_does_not_answer_proves_nothing_either_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Searxng.finds

    def fails(self: Searxng, canary: Canary, client: PoliteClient) -> bool:
        office.engine.deaf = True
        return found(self, canary, client)

    monkeypatch.setattr(Searxng, "finds", fails)
    health = office.visit()
    assert (health.canary, health.error) == ("", "")


def test_a_stranger_kind_that_fails_in_its_canaries_is_read_all_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> bool:
        raise ZeroDivisionError("what a person wrote")

    monkeypatch.setattr(Searxng, "finds", fails)
    assert office.visit().canary == ""
    assert "ZeroDivisionError" in caplog.text
    assert "what a person wrote" not in caplog.text


def test_a_clock_set_back_by_a_day_asks_no_second_time(office: Office) -> None:
    office.visit(DAY)
    office.visit(-DAY)
    assert len(office.engine.canaries()) == 2


def _canaries(**keys: Any) -> Sequence[Canary]:
    source = Searxng.model_validate({"name": "n", "url": "http://searx.example", **keys})
    school = School(id="w", name=NAME, website=keys.pop("website", "https://www.park.example/"))
    return source.canaries(school, "bcdf")


def test_without_other_words_the_schools_name_must_be_found_on_its_own_website() -> None:
    known, unknown = _canaries()
    assert known == Canary(words=f'"{NAME}"', site="park.example", must_find=True)
    assert unknown == Canary(words='"bcdf"', must_find=False)


def test_a_budget_too_small_for_canaries_is_left_alone() -> None:
    assert _canaries(per_day=19) == ()
    assert len(_canaries(per_day=20)) == 2


def test_nonsense_is_never_the_same_and_never_a_word() -> None:
    assert len({nonsense() for _ in range(50)}) == 50
    assert not set("aeiou") & set(nonsense())
