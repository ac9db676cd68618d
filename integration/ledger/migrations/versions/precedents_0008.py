"""What later cases are told of an earlier incident: its client, whether it is confidential, its lessons, and the text by which it is found again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add two columns and two tables; all is filled at the next look at a case."""
    op.add_column("cases", sa.Column("client", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("confidential", sa.Boolean(), nullable=True))
    op.create_table(
        "lessons",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_lessons_case_id")),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_lessons")),
    )
    op.create_table(
        "recollections",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recollections_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_recollections")),
    )
    op.create_index(op.f("ix_recollections_version"), "recollections", ["version"], unique=True)
