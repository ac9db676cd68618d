"""The third schema: what trends over many incidents count: causes, what became of actions and when, deadlines and approvals of post-mortems."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns, a table and the indexes that a window of time is read by; all is filled at the next look at a case."""
    for name in ("due_at", "approved_at"):
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("actions", sa.Column("outcome", sa.Text(), nullable=True))
    op.add_column("actions", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "causes",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_causes_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_causes")),
    )
    op.create_index(op.f("ix_cases_opened_at"), "cases", ["opened_at"], unique=False)
    op.create_index(op.f("ix_cases_due_at"), "cases", ["due_at"], unique=False)
    op.create_index(op.f("ix_actions_due"), "actions", ["due", "outcome", "settled_at"], unique=False)
    op.create_index(op.f("ix_decisions_word"), "decisions", ["word", "at"], unique=False)
