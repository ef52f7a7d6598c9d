"""An index of the few captures that show something else than the post."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_NO_POST = sa.text("shows NOT IN ('post', 'not_opened', 'supplied')")


def upgrade() -> None:
    op.create_index(
        "ix_capture_no_post",
        "capture",
        ["incident"],
        sqlite_where=_NO_POST,
        postgresql_where=_NO_POST,
    )
