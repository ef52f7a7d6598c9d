"""The time of a post as its site writes it; of a changed post also how often it was liked then."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    for table, names in {
        "mention": ("published_as",),
        "revision": ("published_as", "counts"),
    }.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=False, server_default=""))
