"""The second step of signing in. Whoever is signed in has not done it, and is signed out."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("DELETE FROM session")
    op.add_column(
        "session", sa.Column("whole", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("session", sa.Column("offered", sa.String(), nullable=True))
    for column in (
        sa.Column("second_step", sa.String(), nullable=True),
        sa.Column("second_step_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_step_moment", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("account", column)
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
    )
    op.create_index("ix_recovery_code_account", "recovery_code", ["account"])
