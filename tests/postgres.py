"""A temporary PostgreSQL cluster from the system's packages, on a Unix socket only.

`from tests.postgres import postgres_cluster` in a conftest.py makes the fixture known.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.needs import missing
from tests.processes import Server

OWNER = "monitor"
# Nothing here outlives the tests, so nothing need survive a loss of power.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresCluster:
    """A running server; anyone who can reach its socket may do anything in it."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.socket}"

    def run(self, statement: sql.Composed) -> None:
        """One statement outside any transaction, in the database `postgres`."""
        with psycopg.connect(
            host=str(self.socket), user=OWNER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def fresh_database(self, template: str = "template1") -> str:
        """The URL of a new database: a copy of *template*, which nobody may be using.

        Migrate one database, then pass its name: each copy takes some 30 ms.
        """
        name = f"fresh_{next(self._numbers)}"
        self.run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.socket), user=OWNER, dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True


def _programs() -> Path | None:
    """The folder of initdb and postgres; Debian keeps it off the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((p.parent for p in debian), key=lambda p: float(p.parent.name), default=None)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _initialise(programs: Path, data: Path, user: str | None) -> None:
    done = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={data}",
            f"--username={OWNER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        cwd=data.parent,
        user=user,
        group=pwd.getpwnam(user).pw_gid if user else None,
        extra_groups=[] if user else None,
        check=False,
    )
    assert done.returncode == 0, f"initdb failed: {done.stderr}"


def _reachable_folder(user: str | None) -> Path:
    """Directly under /tmp: pytest's own folders are closed to other users, and the path
    of a socket may have 107 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    return folder


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    if _programs() is None:
        missing("PostgreSQL", "postgresql")
    with running_cluster() as cluster:
        yield cluster


def is_here() -> bool:
    return _programs() is not None


@contextmanager
def running_cluster(*settings: str) -> Iterator[PostgresCluster]:
    """Where it `is_here`. *settings*: further ones, as in "shared_buffers=32MB"."""
    programs = _programs()
    assert programs is not None
    user = _unprivileged()
    folder = _reachable_folder(user)
    cluster = PostgresCluster(socket=folder)
    try:
        _initialise(programs, folder / "data", user)
        server = Server(
            [
                programs / "postgres",
                *("-D", folder / "data", "-k", folder, "-c", "listen_addresses="),
                *(word for setting in (*FAST, *settings) for word in ("-c", setting)),
            ],
            ready=cluster.answers,
            log=folder / "log",
            user=user,
            stop_signal=signal.SIGINT,  # "fast": ends open connections, then stops cleanly
        )
        with server:
            yield cluster
    finally:
        shutil.rmtree(folder)
