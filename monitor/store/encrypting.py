"""Encrypts a database that was begun without a key: written anew beside it, proved, and put in its
place in one step. Until then, whatever happens, the old one is there and whole."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sqlalchemy import Connection, Engine, func, make_url, select, table
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from monitor.store.cipher import is_plain, plain_engine, sqlite_engine
from monitor.store.database import StoreError, trouble

_IN_USE = (
    "The database is in use: please stop monitor run, and the timer of monitor watchdog, and try "
    "again. Nothing was changed."
)
_UNLIKE = "The encrypted copy is not like the database. Nothing was changed; please try again."
_PATIENCE = 5  # seconds to wait for a scan that is just ending


def encrypt(url: str, key: str) -> bool:
    """Encrypt the SQLite database at *url* to *key*; False if it is so already, or not there.

    Raises StoreError where it could not be done, and then nothing was; MissingSecret.
    """
    file = Path(make_url(url).database or "")
    if not is_plain(file):
        return False
    new = file.with_name(f"{file.name}.encrypting")
    old = plain_engine(url, connect_args={"timeout": _PATIENCE}, isolation_level="AUTOCOMMIT")
    try:
        _write(old, new, key)
        if sys.platform == "win32":  # there, what is open cannot be replaced
            old.dispose()
        _put_in_place(new, file)
    except SQLAlchemyError as error:
        raise trouble(error) from error
    finally:
        old.dispose()
        new.unlink(missing_ok=True)
    return True


def _write(old: Engine, new: Path, key: str) -> None:
    """The connection stays in the pool, and so does its lock: nobody may write to the old one."""
    copy = sqlite_engine(old.url.set(database=str(new)), key)
    with old.connect() as connection:
        _be_alone(connection)
        _export(connection, new, key)
        try:
            with copy.connect() as other:
                if not _is_sound(other) or _counted(other) != _counted(connection):
                    raise StoreError(_UNLIKE)
        finally:
            copy.dispose()
    _to_disk(new)


def _be_alone(connection: Connection) -> None:
    """With all of it in the one file, and no other program in it."""
    try:
        for words in ("locking_mode=EXCLUSIVE", "journal_mode=DELETE", "temp_store=MEMORY"):
            connection.exec_driver_sql(f"PRAGMA {words}")
        connection.exec_driver_sql("BEGIN EXCLUSIVE")
        connection.exec_driver_sql("COMMIT")
    except OperationalError as error:
        if "locked" in str(error.orig):
            raise StoreError(_IN_USE) from None
        raise


def _export(connection: Connection, new: Path, key: str) -> None:
    """Source: zetetic.net/sqlcipher/sqlcipher-api, sqlcipher_export."""
    new.unlink(missing_ok=True)  # of a try that was killed
    new.touch(mode=0o600)
    connection.exec_driver_sql("ATTACH DATABASE ? AS encrypted KEY ?", (str(new), f"x'{key}'"))
    connection.exec_driver_sql("SELECT sqlcipher_export('encrypted')")
    connection.exec_driver_sql("DETACH DATABASE encrypted")


def _is_sound(copy: Connection) -> bool:
    broken = copy.exec_driver_sql("PRAGMA cipher_integrity_check").all()
    found = copy.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    return not broken and found == "ok"


def _counted(connection: Connection) -> dict[tuple[str, str, str], int]:
    """All that it is made of, and of each table how many rows it has."""
    parts = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master").all()
    return {
        (kind, name, sql or ""): _rows(connection, name) if kind == "table" else 0
        for kind, name, sql in parts
    }


def _rows(connection: Connection, name: str) -> int:
    return connection.scalars(select(func.count()).select_from(table(name))).one()


def _put_in_place(new: Path, file: Path) -> None:
    shutil.copymode(file, new)
    new.replace(file)
    if sys.platform != "win32":
        _to_disk(file.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
