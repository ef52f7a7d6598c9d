"""When a letter was promised, and whether it goes to the deputy."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "letter", sa.Column("deputy", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("letter", sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_letter_promised", "letter", ["school", "promised_at"])
