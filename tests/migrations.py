"""Runs one migration over a real database, whichever came after it."""

from __future__ import annotations

from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations

from monitor.store.database import Database


def run(database: Database, name: str) -> None:
    """*name*: the file's, as "0013_checked_days". What it makes must not be there yet."""
    module = import_module(f"monitor.store.migrations.versions.{name}")
    with (
        database.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        module.upgrade()
