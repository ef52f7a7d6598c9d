"""The custody log, which can only be added to; evidence that is there already is adopted.

A trigger on INSERT, too: SQLite's INSERT OR REPLACE deletes without asking the trigger on
DELETE, and no link may be put in but the next.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from monitor.custody import START, Deed, Handling, Head, Link, chained

revision = "0006"
down_revision = "0005"

_TEXTS = ("moment", "act", "actor", "subject", "sha256", "outcome", "previous", "hash")
_REFUSED = "the custody log can only be added to"


def upgrade() -> None:
    table = op.create_table(
        "custody",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("ix_custody_subject", "custody", ["subject"])
    _adopt(table)
    postgres = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRES if postgres else _SQLITE:
        op.execute(statement)


def _adopt(table: sa.Table) -> None:
    """Each piece of evidence that was sealed before there was this log."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text("SELECT id, manifest_sha256 FROM capture WHERE state <> 'wanted' ORDER BY id")
    ).all()
    head, now = Head(n=0, hash=START), datetime.now(UTC)
    for id_, sha256 in found:
        link = chained(Deed(act=Handling.ADOPTED, subject=id_, at=now, sha256=sha256), head)
        row = {name: getattr(link, name) for name in Link.__slots__}
        connection.execute(table.insert().values(row))
        head = Head(n=link.n, hash=link.hash)


_NOT_NEXT = """NEW.n <> (SELECT COALESCE(MAX(n), 0) + 1 FROM custody)
  OR (NEW.n > 1 AND NEW.previous <> (SELECT hash FROM custody WHERE n = NEW.n - 1))"""

_SQLITE = (
    *(
        f"CREATE TRIGGER custody_no_{what.lower()} BEFORE {what} ON custody "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        for what in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER custody_next BEFORE INSERT ON custody WHEN {_NOT_NEXT} "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END",
)

_POSTGRES = (
    f"""
    CREATE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$
    """,
    f"""
    CREATE FUNCTION custody_next() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF {_NOT_NEXT} THEN RAISE EXCEPTION '{_REFUSED}'; END IF;
      RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER custody_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON custody "
    "FOR EACH STATEMENT EXECUTE FUNCTION custody_refuse()",
    "CREATE TRIGGER custody_next BEFORE INSERT ON custody "
    "FOR EACH ROW EXECUTE FUNCTION custody_next()",
)
