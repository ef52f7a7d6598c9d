"""How long people wait for a page when 600 schools have kept their log for a year, on SQLite and
beside it on PostgreSQL. BENCH_SCHOOLS: of how many schools, if not of 600."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import chain, count
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from monitor.account_role import AccountRole
from monitor.domain import School
from monitor.web.server import settle
from tests.bench.table import Figure, Section
from tests.bench.year import INCIDENTS, MENTIONS, SOURCES, some_schools, write
from tests.integration.dashboard import Dashboard, a_feed, running
from tests.postgres import is_here, running_cluster

SCHOOLS = 600
ROUNDS, EACH = 3, 20  # rounds, and how often each page is asked for in one
_WORDS = ("school", '"the school"', "teach*", "number4242*", "head teacher dinner")


def pages() -> Iterator[Section]:
    """It is to be shown before the next one is asked for: then its databases are gone."""
    number = int(os.environ.get("BENCH_SCHOOLS", SCHOOLS))
    schools = some_schools(number)
    with ExitStack() as open_:
        boards = {name: open_.enter_context(_board(each, schools)) for name, each in _kinds(open_)}
        took = {name: _written(board, schools) for name, board in boards.items()}
        settle()
        everybody = list(schools)
        yield Section(
            title=f"Pages of {number} schools' year: 95 of 100 are there within",
            figures=chain(
                _beside(boards, "one school", everybody[1:2]),
                _beside(boards, f"all {number} schools", everybody),
            ),
            note=f"{number * MENTIONS:,} mentions, {number * INCIDENTS:,} incidents, written in "
            + ", ".join(f"{seconds:.0f} s ({name})" for name, seconds in took.items())
            + ". Goals: 300 ms, a search 500 ms",
        )


def _kinds(open_: ExitStack) -> Iterator[tuple[str, str]]:
    """Each with the address of an empty database; SQLite's is a file in the board's own folder."""
    yield "SQLite", ""
    if is_here():
        cluster = open_.enter_context(running_cluster("shared_buffers=256MB"))
        yield "PostgreSQL", cluster.fresh_database()


@contextmanager
def _board(database: str, schools: dict[str, School]) -> Iterator[Dashboard]:
    with (
        TemporaryDirectory() as folder,
        running(Path(folder), database=database, schools=schools) as board,
    ):
        board.sources[:] = [a_feed(f"source {n}") for n in range(SOURCES)]
        yield board


def _written(board: Dashboard, schools: dict[str, School]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    write(board.store, schools)
    return time.perf_counter() - begun


def _beside(boards: dict[str, Dashboard], whose: str, schools: list[str]) -> Iterator[Figure]:
    """Each page on every database in turn, so that a busy minute is nobody's alone."""
    measured = (_as(board, f"{whose}, {name}", schools) for name, board in boards.items())
    return chain.from_iterable(zip(*measured, strict=True))


def _as(board: Dashboard, where: str, schools: list[str]) -> Iterator[Figure]:
    board.publish(schools[0])
    for role, paths in _BY_ROLE.items():
        email = board.add_account(role, *schools, email=f"{role}.{len(schools)}@trust.example")
        with board.browser() as client:
            board.enter(client, email)
            for name, addresses in paths(client, len(schools)).items():
                yield Figure(
                    what=f"{name}, {where}",
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


def _paths(client: httpx.Client, schools: int) -> dict[str, list[str]]:
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
        "One's account": ["/account"],
    } | ({"All schools": ["/trust"]} if schools > 1 else {})


def _paths_of_head(_client: httpx.Client, _schools: int) -> dict[str, list[str]]:
    """Which the office does not see, or not so much of it."""
    return {
        "Today, a head's": ["/today"],
        "People, a head's": ["/people"],
        "Audit of incidents": ["/audit", "/audit?page=2"],
    }


def _paths_of_admin(client: httpx.Client, _schools: int) -> dict[str, list[str]]:
    """What an administrator sees, and the office does not, or not so much of it."""
    somebody = client.get("/people").text.partition('data-open href="')[2].partition('"')[0]
    return {
        "Sources": ["/sources", "/sources?page=2"],
        "People": ["/people"],
        "a Person": [somebody],
        "Add a person": ["/people/add"],
        "Audit": ["/audit", "/audit?page=2"],
    }


_BY_ROLE: Mapping[AccountRole, Callable[[httpx.Client, int], dict[str, list[str]]]] = {
    AccountRole.OFFICE: _paths,
    AccountRole.HEAD: _paths_of_head,
    AccountRole.ADMIN: _paths_of_admin,
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
