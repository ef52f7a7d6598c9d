"""How long people wait for a page when 600 schools have kept their log for a year, on SQLite and
beside it on PostgreSQL. BENCH_SCHOOLS: of how many schools, if not of 600."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from monitor.store.accounts import AccountRole
from tests.bench.table import Figure, Section
from tests.bench.year import INCIDENTS, MENTIONS, some_schools, write
from tests.integration.dashboard import Dashboard, running
from tests.postgres import is_here, running_cluster

SCHOOLS = 600
ROUNDS, EACH = 3, 20  # rounds, and how often each page is asked for in one
_WORDS = ("school", '"the school"', "teach*", "number4242*", "head teacher dinner")


def pages() -> list[Section]:
    count = int(os.environ.get("BENCH_SCHOOLS", SCHOOLS))
    sections = [_on(count, "SQLite", "")]
    if is_here():
        with running_cluster("shared_buffers=256MB") as cluster:
            sections.append(_on(count, "PostgreSQL", cluster.fresh_database()))
    return sections


def _on(count: int, name: str, database: str) -> Section:
    schools = some_schools(count)
    with ExitStack() as open_:
        folder = Path(open_.enter_context(TemporaryDirectory()))
        board = open_.enter_context(running(folder, database=database, schools=schools))
        begun = time.perf_counter()
        write(board.store, schools)
        took = time.perf_counter() - begun
        figures = [
            *_as(board, "one school", ["s1"]),
            *_as(board, f"all {count} schools", list(schools)),
        ]
    return Section(
        title=f"Pages of {count} schools' year on {name}: 95 of 100 are there within",
        figures=tuple(figures),
        note=f"{count * MENTIONS:,} mentions, {count * INCIDENTS:,} incidents, written in "
        f"{took:.0f} s. Goals: 300 ms, a search 500 ms.",
    )


def _as(board: Dashboard, whose: str, schools: list[str]) -> Iterator[Figure]:
    with board.signed_in(AccountRole.OFFICE, *schools) as client:
        numbers = _numbers(client)
        for name, paths in _paths(numbers).items():
            yield Figure(
                what=f"{name}, {whose}",
                unit="ms",
                values=tuple(_p95(client, paths) for _ in range(ROUNDS)),
            )
            _say(f"{name}, {whose}")
    for account in board.accounts.everyone():
        board.accounts.disable(account.email)  # the next one has the same name


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"  {what}\n")


def _numbers(client: httpx.Client) -> list[str]:
    page = client.get("/incidents").text
    found = [each.partition('"')[0] for each in page.split('data-open href="/incidents/')[1:]]
    assert found, "there is something to read"
    return found


def _paths(numbers: list[str]) -> dict[str, list[str]]:
    searches = [f"/incidents?words={quote(words)}" for words in _WORDS]
    return {
        "Today": ["/today"],
        "Incidents": ["/incidents", "/incidents?page=2"],
        "Incidents, filtered": [
            "/incidents?state=open&severity=high",
            "/incidents?category=threat&decision=none",
        ],
        "a search": searches,
        "an Incident": [f"/incidents/{number}" for number in numbers[:EACH]],
        "Others like it": [f"/incidents?like={number}" for number in numbers[:EACH]],
        "Steps": [f"/incidents/{number}/steps" for number in numbers[:EACH]],
        "Report": ["/report"],
        "Trends": ["/trends"],
        "Sources": ["/sources"],
    }


def _p95(client: httpx.Client, paths: list[str]) -> float:
    """Milliseconds."""
    took = []
    for n in range(EACH):
        begun = time.perf_counter()
        answer = client.get(paths[n % len(paths)])
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, paths[n % len(paths)]
    return quantiles(took, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    from tests.bench.table import show

    show(pages())
