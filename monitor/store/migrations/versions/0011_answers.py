"""Whether an urgent alert was answered, and who was called in because it was not."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column(
        "letter", sa.Column("called_in", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("letter", sa.Column("answer", sa.String(), nullable=False, server_default=""))
    op.add_column("letter", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_letter_answer", "letter", ["answer"])
    op.add_column("alert", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
