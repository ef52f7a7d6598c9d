"""SQLite, and encrypted on the disk by SQLCipher where a school has a key for it."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, event
from sqlmodel import create_engine

from monitor.secret import MissingSecret

_NOT_A_KEY = (
    "the key under database_key must be 64 digits and letters from a to f; make one with: "
    "openssl rand -hex 32"
)
_NO_MODULE = (
    "database_key needs a package that is not installed; "
    "please run: .venv/bin/python -m pip install sqlcipher3"
)


def sqlite_engine(url: URL | str, key: str, **options: Any) -> Engine:
    """*key*: 64 hexadecimal digits, or empty for a database that is not encrypted. The options
    are SQLAlchemy's. Raises MissingSecret."""
    if not key:
        return create_engine(url, **options)
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", key):
        raise MissingSecret(_NOT_A_KEY)
    engine = create_engine(url, module=_sqlcipher(), **options)
    event.listen(engine, "connect", partial(_unlock, key))  # before anything else is said
    return engine


def plain_engine(url: URL | str, **options: Any) -> Engine:
    """Opens one without a key by the module that can also encrypt. Raises MissingSecret."""
    return create_engine(url, module=_sqlcipher(), **options)


def is_plain(file: Path) -> bool:
    """Whether there is an SQLite database that anybody can read."""
    try:
        with file.open("rb") as opened:
            return opened.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def _sqlcipher() -> Any:
    """It stands in for Python's own sqlite3."""
    try:
        from sqlcipher3 import dbapi2  # an extra
    except ImportError:
        raise MissingSecret(_NO_MODULE) from None
    return dbapi2


def _unlock(key: str, connection: Any, _record: object) -> None:
    """The key is used as it is. It is random, so it need not be stretched as a password would
    be, for half a second at every connection."""
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would write on the terminal
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
