"""A round of visits: a few sources at once, and none is waited for without end."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

AT_ONCE = 4  # one slow site must not keep the others waiting; more would only wait for the reader
LONGEST = timedelta(minutes=30)  # a great backlog, read at the gentlest pace, ends sooner


class Visited(Protocol):
    """What is to be visited: for which school, and which source."""

    @property
    def key(self) -> tuple[str, str]: ...


Visit = TypeVar("Visit", bound=Visited)
Came = TypeVar("Came")
_Answers = SimpleQueue[tuple[Visit, Future[Came]]]


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
        self._at_once, self._longest = at_once, longest
        self._hanging: dict[tuple[str, str], threading.Thread] = {}

    def go(self, visits: Iterable[Visit]) -> Iterator[tuple[Visit, Came]]:
        """What came of each, as it ends. What *visit* raises ends the round and is raised."""
        turns = self._by_source(visits)
        expected, over = sum(map(len, turns)), threading.Event()
        answers: _Answers[Visit, Came] = SimpleQueue()
        for _ in range(min(self._at_once, len(turns))):
            threading.Thread(
                target=self._work, name="a round", args=(turns, answers, over), daemon=True
            ).start()
        try:
            for _ in range(expected):
                visit, came = answers.get()
                yield visit, came.result()
        finally:
            over.set()

    def _by_source(self, visits: Iterable[Visit]) -> deque[deque[Visit]]:
        queues: dict[str, deque[Visit]] = {}
        for visit in visits:
            if not self._still_hangs(visit):
                queues.setdefault(visit.key[1], deque()).append(visit)
        return deque(queues.values())

    def _still_hangs(self, visit: Visit) -> bool:
        thread = self._hanging.get(visit.key)
        return thread is not None and thread.is_alive()

    def _work(
        self,
        turns: deque[deque[Visit]],
        answers: _Answers[Visit, Came],
        over: threading.Event,
    ) -> None:
        """Take the next source until there is none left, or the round is over."""
        with suppress(IndexError):
            while True:
                for visit in turns.popleft():
                    if over.is_set():
                        return
                    answers.put((visit, came := self._bounded(visit)))
                    if came.exception() is not None:
                        over.set()

    def _bounded(self, visit: Visit) -> Future[Came]:
        came: Future[Came] = Future()
        thread = threading.Thread(target=_settle, args=(came, self._visit, visit), daemon=True)
        thread.start()
        thread.join(self._longest.total_seconds())
        if not thread.is_alive():
            return came
        self._hanging[visit.key] = thread
        return _settle(Future(), self._give_up, visit)


def _settle(came: Future[Came], act: Callable[[Visit], Came], visit: Visit) -> Future[Came]:
    try:
        came.set_result(act(visit))
    except BaseException as error:  # noqa: BLE001 # whoever asks for the result meets it
        came.set_exception(error)
    return came
