"""What people do to incidents: a history that nobody can change, and what follows from it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = ("decision", "veracity", "assigned")

# The history of an incident goes with the incident, when its time is over, and not before: its
# rows are deleted by the foreign key, after the incident itself is.
_SQLITE = (
    """CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'history is never changed'); END""",
    """CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
    WHEN EXISTS (SELECT 1 FROM incident WHERE key = OLD.incident)
    BEGIN SELECT RAISE(ABORT, 'history is never deleted'); END""",
    """CREATE TRIGGER event_is_added_at_the_end BEFORE INSERT ON event
    WHEN NEW.position != 1 + (SELECT count(*) FROM event WHERE incident = NEW.incident)
    BEGIN SELECT RAISE(ABORT, 'history is only added to'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION event_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT 1 FROM incident WHERE key = OLD.incident) THEN
          RETURN OLD;
        END IF;
      ELSIF TG_OP = 'INSERT' THEN
        IF NEW.position = 1 + (SELECT count(*) FROM event WHERE incident = NEW.incident) THEN
          RETURN NEW;
        END IF;
      END IF;
      RAISE EXCEPTION 'history is only added to';
    END $$""",
    """CREATE TRIGGER event_is_only_added_to BEFORE INSERT OR UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_is_only_added_to()""",
    """CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_only_added_to()""",
)


def upgrade() -> None:
    # Never in batch mode: that would drop the table, and with it all that hangs on its rows.
    for name in _COLUMNS:
        op.add_column("incident", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column(
        "incident", sa.Column("judged", sa.String(), nullable=False, server_default="none")
    )
    op.execute("UPDATE incident SET judged = severity")
    op.add_column(
        "incident", sa.Column("lowered", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("incident", sa.Column("due", sa.Date(), nullable=True))
    op.add_column(
        "incident", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index("ix_incident_assigned", "incident", ["assigned"])
    op.create_table(
        "event",
        sa.Column("incident", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.key"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("incident", "position"),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL if postgresql else _SQLITE:
        op.execute(statement)
