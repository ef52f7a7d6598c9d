"""Whoever can tell when something is new is listened to, patiently and without end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

from monitor.listening import FIRST, LONGEST, listen, listening
from sources.errors import Unreachable


class Patience(Event):
    """Waits for nobody, notes how long it should have, and is set after *times*."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times, self.waited = times, list[timedelta]()

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timedelta(seconds=timeout or 0))
        if len(self.waited) >= self.times:
            self.set()
        return self.is_set()


def broken(_ended: Event) -> Iterator[None]:
    raise Unreachable("the mail server ended the connection")
    yield


def never() -> None:
    raise AssertionError("nothing rang")


def test_a_line_that_breaks_again_and_again_is_tried_ever_more_rarely_and_never_given_up() -> None:
    patience = Patience(9)
    listen("mailbox", broken, never, patience)
    assert patience.waited[0] == FIRST
    assert patience.waited[1:3] == [2 * FIRST, 4 * FIRST]
    assert patience.waited[-2:] == [LONGEST, LONGEST]


def test_after_a_line_that_held_long_the_next_is_opened_soon() -> None:
    patience, hours = Patience(4), iter(range(100))
    listen("mailbox", broken, never, patience, clock=lambda: 3600.0 * next(hours))
    assert patience.waited == [FIRST] * 4


def test_who_cannot_tell_is_not_asked_again() -> None:
    patience = Patience(1)
    listen("mailbox", lambda _: iter(()), never, patience)
    assert patience.waited == []


def test_each_ring_is_read_and_the_end_ends_it() -> None:
    read, enough = list[int](), Event()

    def rings(ended: Event) -> Iterator[None]:
        yield
        ended.wait()

    def note() -> None:
        read.append(1)
        enough.set()

    with listening([("mailbox", rings, note)]):
        assert enough.wait(30)
    assert read == [1]
