"""How each source is, the record of what was checked, and notices of blind sources."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def _moment(name: str) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, server_default="0")


def upgrade() -> None:
    for column in (
        *map(_moment, ("visited_at", "last_find_at", "watched_since", "canaries_at")),
        *map(_moment, ("canary_failing_since", "ailing_since", "told_at")),
        *map(_count, ("successes", "canary_failures", "told_times")),
        sa.Column("usual_gap_s", sa.Integer(), nullable=True),
        sa.Column("quiet_after_s", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False, server_default="nobody"),
        sa.Column("canary", sa.Text(), nullable=False, server_default=""),
        sa.Column("ailment", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("visit", column)
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_coverage_day", "coverage", ["school", "at"])
    op.create_index("ix_coverage_source", "coverage", ["school", "source", "at"])
    op.create_table(
        "notice",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("ailment", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.key"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_notice_letter", "notice", ["letter"])
    _what_is_known_already()


def _what_is_known_already() -> None:
    """The last find of each source is the newest of its mentions."""
    op.execute(
        "UPDATE visit SET last_find_at = (SELECT max(mention.first_seen_at) FROM mention "
        "WHERE mention.school = visit.school AND mention.source = visit.source)"
    )
