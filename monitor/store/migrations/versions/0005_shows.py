"""What there was to see at an address when it was captured."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "capture",
        sa.Column("shows", sa.String(), nullable=False, server_default="not_opened"),
    )
    # what was sealed in a browser before this was told apart was taken for the post
    op.execute("UPDATE capture SET shows = 'post' WHERE state = 'sealed' AND mode <> 'link'")
