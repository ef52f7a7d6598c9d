"""What else a source says of a post: which one it answers, and how often it was liked and shared."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    for name in ("answers", "counts"):
        op.add_column("mention", sa.Column(name, sa.Text(), nullable=False, server_default=""))
