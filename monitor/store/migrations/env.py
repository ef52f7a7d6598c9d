"""Alembic runs inside the connection that database.py hands over."""

from alembic import context
from sqlmodel import SQLModel

from monitor.store import (  # noqa: F401 - they register their tables
    account_tables,
    custody_tables,
    desk_tables,
    history_tables,
    lesson_tables,
    search_tables,
    tables,
)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
