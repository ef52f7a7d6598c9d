"""Later looks at captured addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "recheck_plan",
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["capture.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("capture"),
    )
    op.create_index("ix_recheck_plan_due_at", "recheck_plan", ["due_at"])
    op.create_table(
        "recheck",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("capture", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("difference", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["capture.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_recheck_capture", "recheck", ["capture"])
    op.execute(  # what was captured before this is looked at, too; its words are not known
        "INSERT INTO recheck_plan (capture, due_at, attempts, words) "
        "SELECT id, captured_at, 0, '' FROM capture "
        "WHERE shows = 'post' AND mode <> 'link' AND captured_at IS NOT NULL"
    )
