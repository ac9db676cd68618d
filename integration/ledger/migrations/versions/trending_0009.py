"""What summaries count besides: where the chain of a cause ends, whether the lead took part, and what a post-mortem recommends to governance."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add two columns and a table; all is filled at the next look at a case."""
    op.add_column("causes", sa.Column("ends", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("lead", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "recommendations",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recommendations_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_recommendations")),
    )
    op.create_index(op.f("ix_recommendations_made_at"), "recommendations", ["made_at"])
