"""How long people wait for a page when 600 schools have kept their log for a year, on SQLite and
beside it on PostgreSQL. BENCH_SCHOOLS: of how many schools, if not of 600."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from monitor.account_role import AccountRole
from tests.bench.table import Figure, Section
from tests.bench.year import INCIDENTS, MENTIONS, SOURCES, some_schools, write
from tests.integration.dashboard import Dashboard, a_feed, running
from tests.postgres import is_here, running_cluster

SCHOOLS = 600
ROUNDS, EACH = 3, 20  # rounds, and how often each page is asked for in one
_WORDS = ("school", '"the school"', "teach*", "number4242*", "head teacher dinner")


def pages() -> Iterator[Section]:
    """Each is to be shown before the next one is asked for: then its database is gone."""
    schools = int(os.environ.get("BENCH_SCHOOLS", SCHOOLS))
    with _a_year(schools, "SQLite", "") as section:
        yield section
    if is_here():
        with (
            running_cluster("shared_buffers=256MB") as cluster,
            _a_year(schools, "PostgreSQL", cluster.fresh_database()) as section,
        ):
            yield section


@contextmanager
def _a_year(number: int, name: str, database: str) -> Iterator[Section]:
    schools = some_schools(number)
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), database=database, schools=schools) as board,
    ):
        board.sources[:] = [a_feed(f"source {n}") for n in range(SOURCES)]
        begun = time.perf_counter()
        write(board.store, schools)
        took = time.perf_counter() - begun
        everybody = list(schools)
        yield Section(
            title=f"Pages of {number} schools' year on {name}: 95 of 100 are there within",
            figures=chain(
                _as(board, "one school", everybody[1:2]),
                _as(board, f"all {number} schools", everybody),
            ),
            note=f"{number * MENTIONS:,} mentions, {number * INCIDENTS:,} incidents, written in "
            f"{took:.0f} s. Goals: 300 ms, a search 500 ms",
        )


def _as(board: Dashboard, whose: str, schools: list[str]) -> Iterator[Figure]:
    board.publish(schools[0])
    for role, paths in ((AccountRole.OFFICE, _paths), (AccountRole.ADMIN, _paths_of_admin)):
        email = board.add_account(role, *schools, email=f"{role}.{len(schools)}@trust.example")
        with board.browser() as client:
            board.enter(client, email)
            for name, addresses in paths(client).items():
                yield Figure(
                    what=f"{name}, {whose}",
                    unit="ms",
                    values=tuple(_p95(client, addresses, part) for part in range(ROUNDS)),
                )


def _numbers(client: httpx.Client) -> list[str]:
    """Enough for every round to open other ones: the first look at each is written down."""
    found: list[str] = []
    for number in count(1):
        page = client.get(f"/incidents?page={number}").text
        found += [each.partition('"')[0] for each in page.split('data-open href="/incidents/')[1:]]
        if len(found) >= ROUNDS * EACH or 'rel="next"' not in page:
            break
    assert len(found) >= ROUNDS * EACH, "there is enough to read"
    return found


def _paths(client: httpx.Client) -> dict[str, list[str]]:
    numbers = _numbers(client)
    searches = [f"/incidents?words={quote(words)}" for words in _WORDS]
    return {
        "Today": ["/today"],
        "Incidents": ["/incidents", "/incidents?page=2"],
        "Incidents, filtered": [
            "/incidents?state=open&severity=high",
            "/incidents?category=threat&decision=none",
        ],
        "a search": searches,
        "an Incident": [f"/incidents/{number}" for number in numbers],
        "Others like it": [f"/incidents?like={number}" for number in numbers],
        "Steps": [f"/incidents/{number}/steps" for number in numbers],
        "Report": ["/report"],
        "Trends": ["/trends"],
        "School": ["/school"],
    }


def _paths_of_admin(_: httpx.Client) -> dict[str, list[str]]:
    """What an administrator sees, and the office does not, or not so much of it."""
    return {
        "Sources": ["/sources", "/sources?page=2"],
        "People": ["/people"],
        "a Person": ["/people/2"],
        "Audit": ["/audit"],
    }


def _p95(client: httpx.Client, paths: list[str], part: int) -> float:
    """Milliseconds. *part*: the round, each with the next of the paths."""
    took = []
    for n in range(part * EACH, (part + 1) * EACH):
        begun = time.perf_counter()
        answer = client.get(paths[n % len(paths)])
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, paths[n % len(paths)]
    return quantiles(took, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    from tests.bench.table import show

    show(pages())
