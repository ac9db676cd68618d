"""The sixth schema: incidents that were read in without being taken on, and how far the reading in of each project is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a column and a table; nothing that is there was read in."""
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("read_in", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "backfills",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_backfills_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_backfills")),
    )
