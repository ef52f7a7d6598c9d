"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("schools", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "incident",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("categories", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("about_head", sa.Boolean(), nullable=False),
        sa.Column("child_safety", sa.Boolean(), nullable=False),
        sa.Column("pictures_allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_incident_opened_at", "incident", ["opened_at"])
    op.create_index("ix_incident_school", "incident", ["school"])
    op.create_table(
        "letter",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_letter_state", "letter", ["state"])
    op.create_table(
        "number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_sha256", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sign_in_try_at", "sign_in_try", ["at"])
    op.create_index("ix_sign_in_try_email_sha256", "sign_in_try", ["email_sha256"])
    op.create_table(
        "visit",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("next_visit_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("needs_a_person", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("school", "source"),
    )
    op.create_table(
        "alert",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incident.key"],
        ),
        sa.ForeignKeyConstraint(
            ["letter"],
            ["letter.key"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_alert_incident", "alert", ["incident"])
    op.create_index("ix_alert_letter", "alert", ["letter"])
    op.create_table(
        "capture",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("manifest_sha256", sa.String(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incident.key"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_capture_incident", "capture", ["incident"])
    op.create_index("ix_capture_state", "capture", ["state"])
    op.create_table(
        "invite",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("ix_invite_account", "invite", ["account"])
    op.create_table(
        "mention",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_school", sa.Boolean(), nullable=False),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("incident", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident"],
            ["incident.key"],
        ),
        sa.PrimaryKeyConstraint("school", "source", "external_id"),
    )
    op.create_index("ix_mention_incident", "mention", ["incident"])
    op.create_index("ix_mention_place", "mention", ["school", "place"])
    op.create_index("ix_mention_seen", "mention", ["school", "first_seen_at"])
    op.create_index("ix_mention_story", "mention", ["school", "story"])
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.id"],
        ),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("ix_session_account", "session", ["account"])
