"""Tickets elsewhere: bases of the merge of titles, the ids that tickets were opened with, and how far places with nothing but tickets were swept."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add three columns, filled at the next look at a case, and a table."""
    for name in ("title", "row_title", "opened"):
        op.add_column("actions", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "ticket_places",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_ticket_places")),
    )
