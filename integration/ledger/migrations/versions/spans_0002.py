"""The second schema: when an incident began, was detected, acknowledged, mitigated and resolved, for trends over many incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the five instants to the cases; each is filled at the next look."""
    for name in ("began_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at"):
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
