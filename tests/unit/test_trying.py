"""A source tried by hand: bounded in time and number, and never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import ClassVar

import pytest
from pydantic import PrivateAttr

from monitor.domain import School
from monitor.egress import Egress
from monitor.trying import PAUSE, Trials
from monitor.visitor import Visit
from sources.contract import About, Page, Source
from sources.http import PoliteClient

SCHOOL = School(id="wexcombe", name="Wexcombe Park Primary School")


class Slow(Source):
    """Answers once it is let."""

    kind: ClassVar[str] = "slow"
    about: ClassVar[About] = About(finds="", cost="", limits="", terms="")
    _goes_on: Event = PrivateAttr(default_factory=Event)
    _asked: list[str] = PrivateAttr(default_factory=list)

    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        self._asked.append(school.id)
        self._goes_on.wait(10)
        yield Page(mentions=(), cursor="")


class Faulty(Slow):
    def fetch(self, school: School, cursor: str | None, client: PoliteClient) -> Iterator[Page]:
        raise KeyError("what somebody wrote")


@pytest.fixture
def client() -> Iterator[PoliteClient]:
    with PoliteClient(Egress(frozenset()), contact="o@wexcombe.example") as client:
        yield client


def now() -> datetime:
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_source_that_hangs_is_left_and_said(client: PoliteClient) -> None:
    source = Slow(name="slow")
    visit = Visit(school=SCHOOL, source=source)
    trials = Trials(client, now, longest=timedelta(milliseconds=20))
    assert trials.run(visit) == ""
    trial = trials.last(visit)
    assert trial is not None
    assert not trial.finding.ok
    assert "no answer within" in trial.finding.sentence
    assert trials.again_at("slow") == now() + PAUSE
    assert trials.run(visit) == "It was tested a moment ago."
    source._goes_on.set()
    assert source._asked == ["wexcombe"]


def test_a_kind_of_a_stranger_that_breaks_says_so_and_nothing_of_what_it_read(
    client: PoliteClient,
) -> None:
    visit = Visit(school=SCHOOL, source=Faulty(name="faulty"))
    trials = Trials(client, now)
    trials.run(visit)
    trial = trials.last(visit)
    assert trial is not None
    assert trial.finding.sentence == (
        "The program that reads it failed (KeyError); please report this."
    )


def test_only_a_few_sources_are_tried_at_once(client: PoliteClient) -> None:
    from threading import Thread

    slow = [Slow(name=f"slow {n}") for n in range(3)]
    visits = [Visit(school=SCHOOL, source=source) for source in slow]
    trials = Trials(client, now)
    threads = [Thread(target=trials.run, args=(visit,)) for visit in visits[:2]]
    for thread in threads:
        thread.start()
    while len(slow[0]._asked) + len(slow[1]._asked) < 2:
        pass
    assert trials.run(visits[2]).startswith("Other sources are being tested just now.")
    for source in slow:
        source._goes_on.set()
    for thread in threads:
        thread.join()
    assert trials.run(visits[2]) == ""
