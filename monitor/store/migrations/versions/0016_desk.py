"""Who has an incident open, the lists that people save, and who looked who wrote something."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def _of_an_incident() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["incident"], ["incident.key"], ondelete="CASCADE")


def _when(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.create_table(
        "checkout",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        _when("since"),
        _when("until"),
        _of_an_incident(),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("incident"),
    )
    op.create_table(
        "saved_view",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"]),
        sa.PrimaryKeyConstraint("account", "name"),
    )
    op.create_table(
        "reveal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        _when("at"),
        _of_an_incident(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reveal_incident", "reveal", ["incident"])
    op.create_index("ix_reveal_author", "reveal", ["author"])
