"""How recurrences are found: the system that an incident names, and who has to look again when an earlier incident changes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add three columns and two indexes; what is new is filled at the next look at a case."""
    op.add_column("cases", sa.Column("system", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("told", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("woken", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_causes_category"), "causes", ["category", "sub_category"])
    op.create_index(op.f("ix_causes_system"), "causes", ["system"])
