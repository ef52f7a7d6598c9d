"""`make bench`: what the program costs and how well it judges. Nothing here asserts a time.

`make bench ONLY=visits` measures only what has this word in its name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from rich.console import Console

from nlp.bench import main as judging_scores
from tests.bench import (
    dashboard,
    delay,
    judging,
    proving,
    reviewing,
    scanning,
    telling,
    visiting,
)
from tests.bench.capturing import captures
from tests.bench.table import Section, show

_MEASURES: tuple[tuple[str, Callable[[], Section | Iterable[Section]]], ...] = (
    ("judging", judging.speed),
    ("getting ready", judging.readiness),
    ("captures", captures),
    ("what the verifier notices", proving.proofs),
    ("a scan", scanning.scans),
    ("visits for many schools", visiting.visits),
    ("governors' reports", reviewing.reports),
    ("what they give away", reviewing.disclosure),
    ("the delay of a mail", delay.delays),
    ("telling very much", telling.tellings),
    ("the dashboard", dashboard.pages),
)


def main(only: str = "") -> int:
    show(_sections(Console(stderr=True), only))
    if only:
        return 0
    sys.stdout.write("\nHow well it judges (tests/quality/test_posts)\n")
    sys.stdout.flush()
    return judging_scores([str(judging.HELD_OUT)])


def _sections(progress: Console, only: str) -> Iterator[Section]:
    for what, measure in _MEASURES:
        if only not in what:
            continue
        if progress.is_terminal:
            progress.print(f"Measuring {what} ...")
        measured = measure()
        yield from [measured] if isinstance(measured, Section) else measured


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:2]))
