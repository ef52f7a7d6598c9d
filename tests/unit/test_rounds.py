"""One source that hangs must not blind the school to the others, nor be asked twice at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.rounds import Rounds

SOON = timedelta(milliseconds=50)
WAIT = 10.0  # seconds after which a test has failed; none lasts so long


@dataclass(frozen=True)
class Call:
    school: str
    source: str

    @property
    def key(self) -> tuple[str, str]:
        return self.school, self.source


class Town:
    """Sources by name; those that hang do so until they are let go."""

    def __init__(self, *hanging: str) -> None:
        self.hanging, self.let_go = hanging, threading.Event()
        self.hangs = threading.Event()
        self.at_work: list[str] = []
        self.begun: list[Call] = []
        self.together = 0
        self.lock = threading.Lock()

    def visit(self, call: Call) -> str:
        with self.lock:
            assert call.source not in self.at_work, "one site is asked one thing at a time"
            self.at_work.append(call.source)
            self.begun.append(call)
            self.together = max(self.together, len(self.at_work))
        if call.source in self.hanging:
            self.hangs.set()
            self.let_go.wait(WAIT)
        elif self.hanging:
            self.hangs.wait(WAIT)
        with self.lock:
            self.at_work.remove(call.source)
        return "read"

    def give_up(self, call: Call) -> str:
        return "given up"

    def rounds(self, longest: timedelta = timedelta(seconds=WAIT)) -> Rounds[Call, str]:
        return Rounds(self.visit, self.give_up, at_once=2, longest=longest)


@pytest.fixture
def slow() -> Iterator[Town]:
    town = Town("slow")
    yield town
    town.let_go.set()


CALLS = [Call(school, source) for source in ("slow", "b", "c") for school in ("x", "y")]


def test_every_visit_is_made_once_and_those_to_one_source_in_order() -> None:
    town = Town()
    came = dict(town.rounds().go(CALLS))
    assert came == dict.fromkeys(CALLS, "read")
    for source in ("slow", "b", "c"):
        assert [c.school for c in town.begun if c.source == source] == ["x", "y"]


def test_a_slow_site_does_not_keep_the_others_waiting(slow: Town) -> None:
    round_ = slow.rounds().go(CALLS)
    first = [next(round_)[0].source for _ in range(4)]
    assert set(first) == {"b", "c"}
    slow.let_go.set()
    assert [call.source for call, _ in round_] == ["slow", "slow"]
    assert slow.together == 2


def test_a_visit_that_never_ends_is_given_up_and_left_alone_until_it_does(slow: Town) -> None:
    rounds = slow.rounds(SOON)
    alone = [Call("x", "slow")]
    assert list(rounds.go(alone)) == [(alone[0], "given up")]
    assert list(rounds.go(alone)) == [], "it is still at it"
    slow.let_go.set()
    rounds._hanging["x", "slow"].join(WAIT)
    assert list(rounds.go(alone)) == [(alone[0], "read")]


def test_what_nobody_can_go_on_after_ends_the_round() -> None:
    def refuse(call: Call) -> str:
        raise OSError("the disk is full")

    rounds: Rounds[Call, str] = Rounds(refuse, refuse, at_once=1)
    with pytest.raises(OSError, match="full"):
        list(rounds.go(CALLS))


def test_what_ended_the_round_ends_it_for_the_other_sources_too() -> None:
    ended, begun = threading.Event(), []

    def visit(call: Call) -> str:
        begun.append(call)
        if call.source == "full":
            raise OSError("the disk is full")
        ended.wait(WAIT)
        return "read"

    rounds: Rounds[Call, str] = Rounds(visit, visit, at_once=2)
    with pytest.raises(OSError, match="full"):
        list(rounds.go([Call("x", "b"), Call("y", "b"), Call("x", "full")]))
    ended.set()
    for thread in [each for each in threading.enumerate() if each.name == "a round"]:
        thread.join(WAIT)
    assert Call("y", "b") not in begun


def test_nothing_to_visit_is_a_short_round() -> None:
    assert list(Town().rounds().go([])) == []
