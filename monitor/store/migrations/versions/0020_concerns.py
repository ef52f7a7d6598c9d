"""Which posts concern the head or a child's safety, by any of their texts: so that a list need not
read what was thought of each."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_FLAGS = {"about_head": "ix_mention_head", "child_safety": "ix_mention_child"}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for flag, index in _FLAGS.items():
        column = sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("mention", column)
        op.execute(_fill(flag, postgresql=postgresql))
        op.create_index(
            index,
            "mention",
            ["incident", "school"],
            sqlite_where=sa.text(f"{flag} = 1"),  # as SQLAlchemy asks for it there
            postgresql_where=sa.text(flag),
        )


def _fill(flag: str, *, postgresql: bool) -> str:
    def judged(table: str) -> str:
        if postgresql:
            return f"({table}.assessment::json ->> '{flag}')::boolean"
        return f"json_extract({table}.assessment, '$.{flag}')"

    return f"""
        UPDATE mention SET {flag} = true WHERE {judged("mention")} OR EXISTS (
            SELECT 1 FROM revision r WHERE r.school = mention.school
            AND r.source = mention.source AND r.external_id = mention.external_id
            AND {judged("r")})"""  # noqa: S608 - the names above, and nothing from elsewhere
