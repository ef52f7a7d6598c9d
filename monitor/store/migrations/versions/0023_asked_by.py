"""In which role a person asked for a page to be captured again."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("capture", sa.Column("asked_by", sa.String(), nullable=False, server_default=""))
