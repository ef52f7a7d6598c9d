"""Letters to one person, about their own account."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("letter", sa.Column("person", sa.String(), nullable=False, server_default=""))
