"""The daily budget of searches: all asked in turn, never more than was allowed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.domain import Mention, School
from sources.contract import About
from sources.errors import Unreachable
from sources.http import PoliteClient
from sources.queries import Query
from sources.testing import recorded
from sources.web_search import NobodyAnswered, WebSearch

MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
SCHOOL = School(id="w", name="Wexcombe Park Primary School", aliases=("WPPS",), town="Wexcombe")


class Engine(WebSearch):
    """Finds one page for each query, and notes what it was asked, and when."""

    kind: ClassVar[str] = "engine"
    about: ClassVar[About] = About(finds="", cost="", limits="", terms="")
    asked: ClassVar[list[tuple[datetime, str]]]
    silent: ClassVar[set[str]]
    broken: ClassVar[str]

    def find(self, query: Query, client: PoliteClient, *, recent: bool) -> list[Mention]:
        if str(query) == self.broken:
            raise Unreachable("down")
        if str(query) in self.silent:
            raise NobodyAnswered("nobody")
        type(self).asked.append((type(self).now(), str(query)))
        found = self.result(f"https://x.example/{len(str(query))}", str(query))
        return [found] if found else []


class Office:
    """Visits as the scheduler does, at the times of its clock."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.moment = engine, MIDNIGHT
        self.cursor: str | None = None
        Engine.asked, Engine.silent, Engine.broken = [], set(), ""
        Engine.now = staticmethod(lambda: self.moment)
        self.client = recorded(lambda request: httpx.Response(500))

    def visit(self, at: timedelta = timedelta(0)) -> list[str]:
        self.moment, before = MIDNIGHT + at, len(Engine.asked)
        for page in self.engine.fetch(SCHOOL, self.cursor, self.client):
            self.cursor = page.cursor
        return [query for _, query in Engine.asked[before:]]


def _engine(**keys: Any) -> Engine:
    return Engine.model_validate({"name": "n", "per_day": 30, **keys})


def _per_day(asked: list[tuple[datetime, str]]) -> Counter[int]:
    return Counter((moment - MIDNIGHT).days for moment, _ in asked)


def test_over_a_day_every_query_is_asked_and_the_visits_share_them_fairly() -> None:
    office = Office(_engine())
    counts = [len(office.visit(timedelta(hours=h))) for h in (1, 7, 13, 19)]
    assert counts == [7, 7, 7, 7], "two of the thirty are for the canaries"
    every = {str(query) for query in office.engine.searches(SCHOOL)}
    assert {query for _, query in Engine.asked} == every


@given(
    every=st.sampled_from(["30m", "1h", "6h", "7h", "1d", "3d"]),
    per_day=st.integers(1, 60),
    hours=st.lists(st.floats(0, 96), min_size=1, max_size=60),
)
def test_whenever_it_is_visited_it_never_asks_more_than_the_budget(
    every: str, per_day: int, hours: list[float]
) -> None:
    office = Office(_engine(every=every, per_day=per_day))
    for hour in sorted(hours):
        office.visit(timedelta(hours=hour))
    assert all(count <= per_day for count in _per_day(Engine.asked).values())


def test_queries_are_asked_in_turn_whatever_the_visits_were_like() -> None:
    office = Office(_engine(per_day=7))
    for hour in range(0, 24 * 12, 6):
        office.visit(timedelta(hours=hour))
    counts = Counter(query for _, query in Engine.asked)
    assert len(counts) == len(office.engine.searches(SCHOOL))
    assert max(counts.values()) - min(counts.values()) <= 1


def test_one_search_a_day_still_goes_through_all_of_them() -> None:
    office = Office(_engine(per_day=1, every="30m", without=["social", "forums", "reviews"]))
    asked = [q for hour in range(48) for q in office.visit(timedelta(hours=hour))]
    assert asked == ['"Wexcombe Park Primary School"', '"WPPS" Wexcombe']


def test_visiting_again_at_once_cannot_spend_the_days_budget() -> None:
    office = Office(_engine())
    assert len(office.visit(timedelta(hours=1))) == 7
    assert len(office.visit(timedelta(hours=1))) == 2  # an hour's worth had not been used
    assert office.visit(timedelta(hours=1)) == []


def test_a_computer_that_slept_for_a_day_catches_up_by_one_share_only() -> None:
    office = Office(_engine())
    office.visit()
    assert len(office.visit(timedelta(hours=47))) == 7


def test_a_clock_put_back_by_a_day_does_not_spend_the_budget_twice() -> None:
    office = Office(_engine())
    for hour in (24, 30, 36, 42):
        office.visit(timedelta(hours=hour))
    assert office.visit(timedelta(hours=18)) == []


def test_a_clock_that_was_years_ahead_does_not_stop_the_searches_for_years() -> None:
    office = Office(_engine())
    office.visit(timedelta(days=3000))
    assert len(office.visit()) == 7


def test_where_nobody_answered_the_others_are_asked_and_it_is_told() -> None:
    office = Office(_engine(per_day=400))
    Engine.silent = {'"Wexcombe Park Primary School"'}
    with pytest.raises(NobodyAnswered):
        office.visit()
    assert len(Engine.asked) == len(office.engine.searches(SCHOOL)) - 1


def test_one_site_of_which_nothing_is_known_is_no_failure_while_others_answer() -> None:
    office = Office(_engine(per_day=400))
    Engine.silent = {'site:x.com "Wexcombe Park Primary School"'}
    assert len(office.visit()) == len(office.engine.searches(SCHOOL)) - 1


def test_sites_that_stay_silent_do_not_hold_up_the_queries_after_them() -> None:
    office = Office(_engine(per_day=12, every="6h"))
    every = {str(query) for query in office.engine.searches(SCHOOL)}
    Engine.silent = {query for query in every if "site:" in query and "mumsnet" not in query}
    failures = 0
    for hour in range(0, 24 * 6, 6):
        try:
            office.visit(timedelta(hours=hour))
        except NobodyAnswered:
            failures += 1
    assert failures
    assert {query for _, query in Engine.asked} == every - Engine.silent


def test_a_query_that_broke_off_is_asked_again_first() -> None:
    office = Office(_engine(per_day=400))
    Engine.broken = '"WPPS" Wexcombe'
    with pytest.raises(Unreachable):
        office.visit()
    Engine.broken = ""
    assert office.visit()[0] == '"WPPS" Wexcombe'


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"per_day": 30}, "22 searches, at most 30 a day: each about once a day."),
        ({"per_day": 66}, "22 searches, at most 66 a day: each about 3 times a day."),
        ({"per_day": 5}, "22 searches, at most 5 a day: each about once in 5 days."),
        (
            {"per_day": 30, "every": "7d"},
            "22 searches, at most 30 a day: each about once in 7 days.",
        ),
    ],
)
def test_the_budget_is_shown_with_how_far_it_goes(keys: dict[str, Any], sentence: str) -> None:
    assert _engine(**keys).plan(SCHOOL) == sentence.replace(
        "22", str(len(_engine().searches(SCHOOL)))
    )


@pytest.mark.parametrize(
    "keys",
    [
        {"without": ["facebook"]},
        {"per_day": 0},
        {"queries": [""]},
        {"queries": ["x" * 401]},
        {"without": ["names", "aliases", "handles", "social", "forums", "reviews"]},
    ],
)
def test_a_mistake_in_the_configuration_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _engine(**keys)


def test_a_school_that_has_none_of_what_is_left_in_is_asked_for_by_its_name() -> None:
    only_handles = _engine(without=["names", "aliases", "social", "forums", "reviews"])
    assert Office(only_handles).visit() == ['"Wexcombe Park Primary School"']
    assert only_handles.plan(SCHOOL).startswith("1 search,")


def test_a_result_without_words_is_its_address() -> None:
    found = _engine().result("https://x.example/a#b", None, "")
    assert found is not None
    assert (found.text, found.external_id) == ("https://x.example/a#b", "https://x.example/a")
