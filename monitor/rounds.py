"""A round of visits: a few sources at once, and none is waited for without end."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

AT_ONCE = 4  # one slow site must not keep the others waiting; more would only wait for the reader
LONGEST = timedelta(minutes=30)  # a great backlog, read at the gentlest pace, ends sooner


class Visited(Protocol):
    """What is to be visited: for which school, and which source."""

    @property
    def key(self) -> tuple[str, str]: ...


Visit = TypeVar("Visit", bound=Visited)
Came = TypeVar("Came")
_Answer = tuple[Visit, Future[Came]]


@dataclass
class _Round(Generic[Visit, Came]):
    """What its threads share: the sources whose turn is still to come, and the answers."""

    turns: deque[deque[Visit]]
    answers: SimpleQueue[_Answer[Visit, Came]] = field(default_factory=SimpleQueue)
    over: threading.Event = field(default_factory=threading.Event)


class _Hand(threading.Thread, Generic[Visit, Came]):
    """Takes one source after the other, and makes its visits, until there is none left, the
    round is over, or nobody waits for it any more. Another then goes on with the `rest`."""

    def __init__(
        self, round_: _Round[Visit, Came], visit: Callable[[Visit], Came], rest: deque[Visit]
    ) -> None:
        super().__init__(name="a round", daemon=True)
        self._round, self._visit, self.rest = round_, visit, rest
        self._lock = threading.Lock()
        self._at: Visit | None = None
        self._since = 0.0

    def run(self) -> None:
        while not self._round.over.is_set() and (visit := self._next()) is not None:
            self._begin(visit)
            came = _settle(self._visit, visit)
            if not self._end():
                return
            if came.exception() is not None:
                self._round.over.set()
            self._round.answers.put((visit, came))

    def left(self, longest: float) -> float:
        """Seconds until its visit has lasted for so long."""
        with self._lock:
            return self._left(longest)

    def give_up(self, longest: float) -> Visit | None:
        """The visit that lasts for so long, if one does: nobody waits for it from now on."""
        with self._lock:
            if self._left(longest) > 0:
                return None
            visit, self._at = self._at, None
            return visit

    def _left(self, longest: float) -> float:
        return longest if self._at is None else self._since + longest - time.monotonic()

    def _next(self) -> Visit | None:
        try:
            while not self.rest:
                self.rest = self._round.turns.popleft()
        except IndexError:
            return None
        return self.rest.popleft()

    def _begin(self, visit: Visit) -> None:
        with self._lock:
            self._at, self._since = visit, time.monotonic()

    def _end(self) -> bool:
        """Whether somebody still waits for it."""
        with self._lock:
            visit, self._at = self._at, None
            return visit is not None


class Rounds(Generic[Visit, Came]):
    """Visits to one source go one after the other, as its site would want; those to other
    sources go on beside them.

    *visit* makes one; *give_up* says what came of one that did not end in time. Its thread
    cannot be stopped: that source is left alone until it ends, or the program does.
    """

    def __init__(
        self,
        visit: Callable[[Visit], Came],
        give_up: Callable[[Visit], Came],
        *,
        at_once: int = AT_ONCE,
        longest: timedelta = LONGEST,
    ) -> None:
        self._visit, self._give_up = visit, give_up
        self._at_once, self._longest = at_once, longest.total_seconds()
        self._hanging: dict[tuple[str, str], threading.Thread] = {}

    def go(self, visits: Iterable[Visit]) -> Iterator[tuple[Visit, Came]]:
        """What came of each, as it ends. What *visit* raises ends the round and is raised."""
        round_: _Round[Visit, Came] = _Round(self._by_source(visits))
        expected, several = sum(map(len, round_.turns)), min(self._at_once, len(round_.turns))
        hands = [self._hand(round_, deque()) for _ in range(several)]
        try:
            for _ in range(expected):
                visit, came = self._answer(round_, hands)
                yield visit, came.result()
        finally:
            round_.over.set()

    def _by_source(self, visits: Iterable[Visit]) -> deque[deque[Visit]]:
        queues: dict[str, deque[Visit]] = {}
        for visit in visits:
            if not self._still_hangs(visit):
                queues.setdefault(visit.key[1], deque()).append(visit)
        return deque(queues.values())

    def _still_hangs(self, visit: Visit) -> bool:
        thread = self._hanging.get(visit.key)
        return thread is not None and thread.is_alive()

    def _hand(self, round_: _Round[Visit, Came], rest: deque[Visit]) -> _Hand[Visit, Came]:
        hand = _Hand(round_, self._visit, rest)
        hand.start()
        return hand

    def _answer(
        self, round_: _Round[Visit, Came], hands: list[_Hand[Visit, Came]]
    ) -> _Answer[Visit, Came]:
        """The next one, if need be by giving up a visit that lasts too long."""
        while True:
            patience = min(hand.left(self._longest) for hand in hands)
            with suppress(Empty):
                return round_.answers.get(timeout=max(0.0, patience))
            for number, hand in enumerate(hands):
                if (visit := hand.give_up(self._longest)) is not None:
                    self._hanging[visit.key] = hand
                    hands[number] = self._hand(round_, hand.rest)
                    return visit, _settle(self._give_up, visit)


def _settle(act: Callable[[Visit], Came], visit: Visit) -> Future[Came]:
    came: Future[Came] = Future()
    try:
        came.set_result(act(visit))
    except BaseException as error:  # noqa: BLE001 # whoever asks for the result meets it
        came.set_exception(error)
    return came
