"""Sources that can tell when something is new are listened to, and read as soon as they do.

The schedule stays beside it: what is missed here, the next visit finds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sources.errors import SourceError

log = logging.getLogger(__name__)

Hear = Callable[[threading.Event], Iterator[None]]
Read = Callable[[], object]
Heard = tuple[str, Hear, Read]  # of a source its name, how it is heard, and what reads it

GATHER = timedelta(seconds=10)  # mails come in flocks
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)  # waits after a line that broke
_STEADY = timedelta(minutes=10)  # one that held so long was a good one
_GOODBYE = timedelta(seconds=2)


@contextmanager
def listening(to: Iterable[Heard]) -> Iterator[None]:
    """For as long as the block lasts."""
    ended = threading.Event()
    threads = [
        threading.Thread(target=listen, name=f"listening to {each[0]}", args=(*each, ended))
        for each in to
    ]
    for thread in threads:
        thread.daemon = True  # a server that says nothing must not keep the program from ending
        thread.start()
    try:
        yield
    finally:
        ended.set()
        over = time.monotonic() + _GOODBYE.total_seconds()
        for thread in threads:
            thread.join(max(0.0, over - time.monotonic()))


def listen(
    name: str,
    hear: Hear,
    read: Read,
    ended: threading.Event,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Until it is over, or the source says that it cannot tell."""
    wait = FIRST
    while not ended.is_set():
        began = clock()
        if not _broke_off(name, hear, read, ended):
            return
        if clock() - began > _STEADY.total_seconds():
            wait = FIRST
        ended.wait(wait.total_seconds())
        wait = min(2 * wait, LONGEST)


def _broke_off(name: str, hear: Hear, read: Read, ended: threading.Event) -> bool:
    """Whether there was some trouble. It is the visits that the office hears of, not this."""
    try:
        for _ in hear(ended):
            read()
            ended.wait(GATHER.total_seconds())
    except SourceError as error:
        log.info("%s does not tell us of news just now: %s", name, error)
        return True
    except Exception as error:  # noqa: BLE001 - a kind may be a stranger's; its words may be a person's
        log.warning("listening to %s failed (%s)", name, type(error).__name__)
        return True
    return False
