"""One database, SQLite or PostgreSQL: connections, transactions, migrations, and its troubles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, event, inspect, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlmodel import Session, SQLModel, create_engine, func, select

from monitor.failure import Explained
from monitor.store.cipher import is_plain, sqlite_engine

_MIGRATIONS = Path(__file__).parent / "migrations"
_READING = "reading"


class StoreError(Explained):
    """The database could not do its work. The message is for the school; nothing was half done."""


class RowRefused(StoreError):
    """It would not take this one row, and works otherwise: the rest goes on."""


_UNREADABLE = (
    "The database file is damaged, or it is encrypted and the key under database_key is another "
    "one or missing. Please put the key back, or else the last backup."
)
_BEGUN_WITHOUT_A_KEY = (
    "The database is not encrypted yet, and database_key is set. Please stop the monitor, make a "
    "copy of the data folder, and run: monitor encrypt"
)


def not_opened(error: SQLAlchemyError, url: str, key: str) -> StoreError:
    """Why the database at *url* could not be opened with this *key*."""
    if key and is_plain(Path(make_url(url).database or "")):
        return StoreError(_BEGUN_WITHOUT_A_KEY)
    return trouble(error)


def trouble(error: SQLAlchemyError) -> StoreError:
    if (words := _known(error)) is not None:
        return StoreError(words)
    return RowRefused(
        f"The database refused ({type(error).__name__}). Nothing is lost; please try again."
    )


def _known(error: SQLAlchemyError) -> str | None:
    """What happened, without SQL and without anything a person wrote."""
    words = str(getattr(error, "orig", error)).lower()
    if "locked" in words or "lock timeout" in words:
        return "The database is in use by another program. Nothing is lost; please try again."
    if "full" in words or "no space" in words or "disk i/o" in words:  # SQLite says either
        return "The disk is full. Nothing is lost; please make room and try again."
    if "readonly" in words or "read-only" in words:
        return "The database may not be written to. Please check the folder's permissions."
    if "unable to open" in words:
        return "The database file cannot be opened. Please check data_dir and its permissions."
    if "malformed" in words or "not a database" in words:
        return _UNREADABLE
    if "connect" in words or "password" in words or "does not exist" in words:
        return "The database server did not let us in. Please check DATABASE_URL and the server."
    return None


class Database:
    """*url* is SQLAlchemy's. Opening brings the tables up to date."""

    def __init__(self, url: str, *, key: str = "", patience: float = 30.0) -> None:
        """*key*: to which SQLite encrypts; else it does not. *patience*: seconds to wait for
        another writer on SQLite before saying so."""
        try:
            self.engine = _engine(url, key, patience)
            self._migrate_or_close()
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
            raise StoreError(
                "The database address cannot be read. "
                'Write "sqlite" or env:DATABASE_URL holding postgresql+psycopg://…'
            ) from None
        except SQLAlchemyError as error:
            raise not_opened(error, url, key) from error

    def _migrate_or_close(self) -> None:
        try:
            self._migrate()
        except SQLAlchemyError:
            self.close()
            raise

    def _migrate(self) -> None:
        if self._is_current():
            return  # so that looking at the log never waits for somebody who writes
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _is_current(self) -> bool:
        """Asked without Alembic, which takes as long to load as the rest of the program."""
        newest = max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("????_*.py"))
        with self._looking() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            steps = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
            return steps == [newest]

    def take_stock(self) -> None:
        """So that the database knows how much there is of what, and finds it the shortest way.
        PostgreSQL does so by itself; SQLite only when it is asked to."""
        if self.engine.dialect.name == "sqlite":
            with self.transaction() as session:
                session.execute(text("PRAGMA analysis_limit = 1000"))  # rows of each index
                session.execute(text("ANALYZE"))

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All of it or none of it. Raises StoreError."""
        with _in_words(), _session(self.engine) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view that never waits for a writer. Raises StoreError."""
        with self.looking() as connection, _session(connection) as session:
            yield session

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """As `transaction`, for what every visit does in a few statements made beforehand: a
        session costs as much as two of those. Raises StoreError."""
        with _in_words(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """As `reading`, likewise. Raises StoreError."""
        with _in_words(), self._looking() as connection:
            yield connection

    @contextmanager
    def _looking(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.info[_READING] = True
            with connection.begin():
                yield connection

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _session(bind: Engine | Connection) -> Iterator[Session]:
    with Session(bind, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise trouble(error) from error


def one_writer(transaction: Session | Connection, school: str) -> None:
    """From here to the end of the transaction nobody else writes for *school*."""
    if _dialect(transaction) == "postgresql":  # SQLite has one writer anyway
        transaction.execute(select(func.pg_advisory_xact_lock(func.hashtext(school))))


def _dialect(transaction: Session | Connection) -> str:
    bind = transaction.get_bind() if isinstance(transaction, Session) else transaction
    return bind.dialect.name


def insert_new(session: Session, row: SQLModel) -> bool:
    """Insert unless the key is there already: the one race between two scans."""
    return insert_missing(session.connection(), type(row), row.model_dump()) == 1


Columns = Mapping[str, object]


def insert_missing(
    connection: Connection, kind: type[SQLModel], rows: Columns | Sequence[Columns]
) -> int:
    """Those rows of one table whose keys are not there yet, in one go; how many these were. A
    row has every column that has no default in the database itself."""
    return connection.execute(_missing(connection.dialect.name, kind), rows).rowcount


def put(
    connection: Connection, kind: type[SQLModel], row: Columns, changes: tuple[str, ...]
) -> None:
    """Insert a row; where its key is there already, change these columns and no others."""
    connection.execute(_put(connection.dialect.name, kind, changes), row)


@cache
def _missing(dialect: str, kind: type[SQLModel]) -> Any:
    insert = _insert(dialect, kind).on_conflict_do_nothing()
    return insert.execution_options(preserve_rowcount=True)


@cache
def _put(dialect: str, kind: type[SQLModel], changes: tuple[str, ...]) -> Any:
    insert = _insert(dialect, kind)
    return insert.on_conflict_do_update(
        index_elements=list(insert.table.primary_key),
        set_={name: insert.excluded[name] for name in changes},
    )


def _insert(dialect: str, kind: type[SQLModel]) -> Any:
    """Both dialects can say ON CONFLICT, but share no type that does."""
    table = SQLModel.metadata.tables[str(kind.__tablename__)]
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # loaded by then; it is slow to load

        return postgresql.insert(table)
    return sqlite.insert(table)


def _engine(url: str, key: str, patience: float) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, connect_args={"connect_timeout": 10}, pool_pre_ping=True)
        event.listen(engine, "connect", _postgresql_connect)
        return engine
    alone = {"timeout": patience, "check_same_thread": False}
    engine = sqlite_engine(url, key, connect_args=alone)
    event.listen(engine, "connect", _sqlite_connect)
    # Not by the event "begin": an engine with one asks around before and after each statement.
    engine.dialect.do_begin = _sqlite_begin  # type: ignore[method-assign]
    return engine


# Of hundreds of schools, PostgreSQL expects that a query takes long. It then compiles it, for 300
# ms where 30 would do; and from the tenth time on it finds its way without looking at the schools.
_FOR_MANY_SCHOOLS = ("jit = off", "plan_cache_mode = force_custom_plan")


def _postgresql_connect(connection: Any, _record: object) -> None:
    connection.autocommit = True  # a psycopg connection; else the next rollback takes it back
    for setting in _FOR_MANY_SCHOOLS:
        connection.execute(f"SET {setting}")
    connection.autocommit = False


def _sqlite_connect(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # a sqlite3.Connection; we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # as above


def _sqlite_begin(dbapi_connection: PoolProxiedConnection) -> None:
    # A deferred transaction that turns into a writer fails at once with SQLITE_BUSY, whatever
    # the time-out; so writers take the lock at the start (simonwillison.net, 17 Feb 2025).
    reading = dbapi_connection.info.pop(_READING, False)
    dbapi_connection.cursor().execute("BEGIN" if reading else "BEGIN IMMEDIATE")
