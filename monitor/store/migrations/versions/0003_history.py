"""Revisions of edited posts, and stories that many posts tell."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _key() -> tuple[sa.Column, ...]:
    return tuple(
        sa.Column(name, sa.String(), nullable=False)
        for name in ("school", "source", "external_id")
    )


def _of_a_mention() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["school", "source", "external_id"],
        ["mention.school", "mention.source", "mention.external_id"],
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_index("ix_mention_native", "mention", ["school", "external_id"])
    op.create_table(
        "revision",
        *_key(),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("capture", sa.String(), nullable=False),
        _of_a_mention(),
        sa.ForeignKeyConstraint(["incident"], ["incident.key"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("school", "source", "external_id", "wording"),
    )
    op.create_index("ix_revision_capture", "revision", ["capture"])
    op.create_index("ix_revision_incident", "revision", ["incident"])
    op.create_index("ix_revision_story", "revision", ["school", "story"])
    op.create_table(
        "story",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "story_band",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["story.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("school", "band", "story"),
    )
    op.create_index("ix_story_band_story", "story_band", ["story"])
    op.create_table(
        "telling",
        *_key(),
        sa.Column("story", sa.String(), nullable=False),
        _of_a_mention(),
        sa.ForeignKeyConstraint(["story"], ["story.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("school", "source", "external_id"),
    )
    op.create_index("ix_telling_story", "telling", ["story"])
