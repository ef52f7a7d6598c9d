"""Accounts elsewhere (Microsoft, Google) that are tied to accounts here."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "issuer", "subject")),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=False)
            for name in ("tied_at", "used_at")
        ),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_index("ix_identity_account", "identity", ["account"])
