"""Databases for tests, of each kind. What is asked for brought up to date is a copy of one that
was: making the tables takes longer than most tests.

Import the fixtures in a conftest.py to make them known.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from monitor.store import database
from monitor.store.database import Database
from tests.postgres import PostgresCluster

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
NewDatabase = Callable[[], str]


@pytest.fixture(scope="session", autouse=True)
def _sql_is_worded_once() -> Iterator[None]:
    """For all databases of a kind: each test has its own, and wording takes a fifth of its time.
    A statement is known by its dialect (SQLAlchemy, "SQL Compilation Caching")."""
    first: dict[object, Engine] = {}

    def engine(url: str, key: str, patience: float) -> Engine:
        made = make(url, key, patience)
        known = first.setdefault((type(made.dialect), made.dialect.dbapi), made)
        made.dialect = made.pool._dialect = known.dialect
        made._compiled_cache = known._compiled_cache
        return made

    make, database._engine = database._engine, engine
    yield
    database._engine = make


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables and no rows."""
    path = tmp_path_factory.mktemp("tables") / "monitor.db"
    Database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_cluster: PostgresCluster) -> str:
    """The name of a database like it."""
    url = postgres_cluster.fresh_database()
    Database(url).close()
    return str(make_url(url).database)


@pytest.fixture(params=KINDS)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Call it for the URL of a new one with all tables and no rows, of each kind in turn."""
    if request.param == "sqlite":
        tables: Path = request.getfixturevalue("sqlite_tables")
        numbers = count(1)

        def copied() -> str:
            path = tmp_path / f"monitor-{next(numbers)}.db"
            shutil.copy(tables, path)
            return f"sqlite:///{path}"

        return copied
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    template: str = request.getfixturevalue("postgres_tables")
    return lambda: cluster.fresh_database(template)


@pytest.fixture
def database_url(new_database: NewDatabase) -> str:
    """One of those, for this test alone."""
    return new_database()


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database in which nothing is, not even tables, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'monitor.db'}"
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    return cluster.fresh_database()
