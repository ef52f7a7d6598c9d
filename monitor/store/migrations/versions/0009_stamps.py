"""Time stamps of evidence, by outside authorities."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["capture.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("capture", "authority"),
    )
    op.create_index("ix_stamp_due_at", "stamp", ["due_at"])
