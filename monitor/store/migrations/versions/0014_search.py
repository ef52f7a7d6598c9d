"""The words of the log, to be searched: FTS5 on SQLite, a GIN index on PostgreSQL."""

import hashlib

import sqlalchemy as sa
from alembic import op

from monitor.searching import mark, passages

revision = "0014"
down_revision = "0013"

_SQLITE = (
    # The words are ASCII already; its own text stands in `passage`, so nothing is kept twice.
    """CREATE VIRTUAL TABLE passage_words USING fts5(
    words, content='passage', content_rowid='id', tokenize='ascii')""",
    """CREATE TRIGGER passage_is_indexed AFTER INSERT ON passage
    BEGIN INSERT INTO passage_words (rowid, words) VALUES (NEW.id, NEW.words); END""",
    """CREATE TRIGGER passage_is_forgotten AFTER DELETE ON passage
    BEGIN INSERT INTO passage_words (passage_words, rowid, words)
    VALUES ('delete', OLD.id, OLD.words); END""",
    """CREATE TRIGGER passage_is_never_changed BEFORE UPDATE ON passage
    BEGIN SELECT RAISE(ABORT, 'a passage is never changed'); END""",
)
_POSTGRESQL = (
    "CREATE INDEX ix_passage_words ON passage USING gin (to_tsvector('simple', words))",
)
# Whatever a post said, it is found in each incident whose business it is.
_POSTS = """
    WITH business AS (
        SELECT incident, school, source, external_id FROM mention WHERE incident IS NOT NULL
        UNION
        SELECT incident, school, source, external_id FROM revision WHERE incident IS NOT NULL
    )
    SELECT b.incident, b.school, b.source, b.external_id, t.wording, t.url, t.text
    FROM business b JOIN (
        SELECT school, source, external_id, '' AS wording, url, text FROM mention
        UNION ALL
        SELECT school, source, external_id, wording, url, text FROM revision
    ) t ON t.school = b.school AND t.source = b.source AND t.external_id = b.external_id"""
_EVENTS = """
    SELECT e.incident, i.school, e.position, e.reason
    FROM event e JOIN incident i ON i.key = e.incident WHERE e.reason != ''"""


def upgrade() -> None:
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passage_incident", "passage", ["incident"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgresql else _SQLITE:
        op.execute(statement)
    for row in op.get_bind().execute(sa.text(_POSTS)).all():
        key = "\n".join((row.school, row.source, row.external_id, row.wording))
        origin = hashlib.sha256(key.encode()).hexdigest()[:16]
        _keep(row.incident, row.school, origin, passages(row.text, row.url, row.source))
    for row in op.get_bind().execute(sa.text(_EVENTS)).all():
        _keep(row.incident, row.school, f"event {row.position}", passages(row.reason))


def _keep(incident, school, origin, found):  # type: ignore[no-untyped-def]  # rows of any shape
    table = sa.table("passage", sa.column("incident"), sa.column("origin"), sa.column("words"))
    rows = [
        {"incident": incident, "origin": origin, "words": f"{mark(school)} {words}"}
        for words in found
    ]
    op.get_bind().execute(sa.insert(table), rows)
