"""Letters to one person, about their own account."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("letter", sa.Column("person", sa.String(), nullable=False, server_default=""))
