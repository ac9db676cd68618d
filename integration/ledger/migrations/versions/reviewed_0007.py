"""The seventh schema: what a weekly review lists beside owner and date: the last news of an action, until when its risk is accepted, what it needs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add columns; they are filled at the next look at a case."""
    op.add_column("actions", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("actions", sa.Column("until", sa.Date(), nullable=True))
    for name in ("needs", "answer"):
        op.add_column("actions", sa.Column(name, sa.Text(), nullable=False, server_default=""))
