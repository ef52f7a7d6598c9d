"""The audit log, which can only be added to.

A trigger on INSERT, too: SQLite's INSERT OR REPLACE deletes without asking the trigger on DELETE.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_REFUSED = "the audit log can only be added to"
_SQLITE = (
    *(
        f"CREATE TRIGGER audit_no_{what.lower()} BEFORE {what} ON audit "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit "
    "WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n) "
    "BEGIN SELECT RAISE(ABORT, 'the audit log can only be added to'); END",
)
_POSTGRES = (
    f"""
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$
    """,
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("n", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("moment", "act", "actor")),
        sa.Column("subject", sa.String(), nullable=False),
    )
    for name in ("moment", "actor", "subject"):
        op.create_index(f"ix_audit_{name}", "audit", [name])
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRES if postgres else _SQLITE:
        op.execute(statement)
