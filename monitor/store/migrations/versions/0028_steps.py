"""An index of what was done about the steps of incidents, which Today asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_STEPS = sa.text("act = 'step'")


def upgrade() -> None:
    op.create_index(
        "ix_event_step",
        "event",
        ["value", "at"],
        sqlite_where=_STEPS,
        postgresql_where=_STEPS,
    )
