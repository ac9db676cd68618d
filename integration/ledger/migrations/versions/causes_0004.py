"""The fourth schema: what sort of cause within its category, and in which system, so that an incident that happens again is recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add two columns, empty until the next look at a case fills them."""
    for name in ("sub_category", "system"):
        op.add_column("causes", sa.Column(name, sa.Text(), nullable=False, server_default=""))
