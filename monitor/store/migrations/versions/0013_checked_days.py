"""Each source's days in short, so that a term can be told without reading all its visits."""

from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_LONDON = ZoneInfo("Europe/London")


def upgrade() -> None:
    days = op.create_table(
        "checked_day",
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("school", "day", "source"),
    )
    visits = sa.table(
        "coverage",
        sa.column("school", sa.String),
        sa.column("source", sa.String),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("error", sa.Text),
    )
    found: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    query = sa.select(visits.c.school, visits.c.source, visits.c.at, visits.c.error)
    for school, source, at, error in op.get_bind().execute(query):
        one = found[(school, _day(at), source)]
        one[0] += 1
        one[1] += not error
    if found:
        op.bulk_insert(
            days,
            [
                {"school": school, "day": day, "source": source, "visits": n, "read": bool(read)}
                for (school, day, source), (n, read) in found.items()
            ],
        )


def _day(at: datetime) -> object:
    """By the clock on the wall; SQLite forgets the zone, which is UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_LONDON).date()
