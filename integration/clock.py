"""The one place that asks the machine what time it is. Everything pure takes ``now`` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant as an aware UTC datetime."""
    return datetime.now(UTC)
