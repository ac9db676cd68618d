"""The fifth schema: issues that the service writes itself, once for each period of their series."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; it is filled as issues are published."""
    op.create_table(
        "generated",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("locator", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["cases.id"], name=op.f("fk_generated_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generated")),
        sa.UniqueConstraint("series_id", "period", name=op.f("uq_generated_series_id")),
    )
