"""What a school's decisions have taught, and what was done to each lesson: a history that nobody
can change."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_SQLITE = (
    *(
        f"CREATE TRIGGER lesson_deed_no_{what.lower()} BEFORE {what} ON lesson_deed "
        "BEGIN SELECT RAISE(ABORT, 'the history of a lesson is only added to'); END"
        for what in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER lesson_deed_at_the_end BEFORE INSERT ON lesson_deed "
    "WHEN NEW.position != 1 + (SELECT count(*) FROM lesson_deed WHERE lesson = NEW.lesson) "
    "BEGIN SELECT RAISE(ABORT, 'the history of a lesson is only added to'); END",
)
_POSTGRESQL = (
    """CREATE FUNCTION lesson_deed_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        IF NEW.position = 1 + (SELECT count(*) FROM lesson_deed WHERE lesson = NEW.lesson) THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'the history of a lesson is only added to';
    END $$""",
    """CREATE TRIGGER lesson_deed_is_only_added_to
    BEFORE INSERT OR UPDATE OR DELETE ON lesson_deed
    FOR EACH ROW EXECUTE FUNCTION lesson_deed_is_only_added_to()""",
    """CREATE TRIGGER lesson_deed_is_never_emptied BEFORE TRUNCATE ON lesson_deed
    FOR EACH STATEMENT EXECUTE FUNCTION lesson_deed_is_only_added_to()""",
)


def _words(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False, server_default="") for name in names]


def upgrade() -> None:
    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("school", "sense", "kind")),
        *_words("key", "words", "name"),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("school", "sense", "kind", "key"),
    )
    op.create_table(
        "lesson_deed",
        sa.Column("lesson", sa.Integer(), sa.ForeignKey("lesson.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("who", "role", "incident")),
        sa.PrimaryKeyConstraint("lesson", "position"),
    )
    op.create_index("ix_lesson_deed_incident", "lesson_deed", ["incident"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgresql else _SQLITE:
        op.execute(statement)
