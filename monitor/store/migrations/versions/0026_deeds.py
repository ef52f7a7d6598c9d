"""An index of what is done to accounts, which the log of who read what would else bury."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_A_DEED = sa.text("act NOT IN ('read', 'reported')")


def upgrade() -> None:
    op.create_index(
        "ix_audit_deed", "audit", ["moment"], sqlite_where=_A_DEED, postgresql_where=_A_DEED
    )
