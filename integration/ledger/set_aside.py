"""What people set aside, and what they decided about their own work, counted in SQL: by check, and of nobody by name."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from integration.ledger.tables import decisions
from integration.postmortem.decisions import NOT_INDEPENDENT


def waivers(connection: Connection, start: datetime, end: datetime) -> dict[str, int]:
    """Return how often each check was set aside in the window."""
    mine = _granted(start, end, "waive")
    return dict(
        connection.execute(select(decisions.c.reason, func.count()).where(mine).group_by(decisions.c.reason)).all()
    )


def risks(connection: Connection, start: datetime, end: datetime) -> int:
    """Return how many risks were accepted in the window, until whatever day."""
    return connection.execute(select(func.count()).where(_granted(start, end, "accept-risk"))).scalar_one()


def alone(connection: Connection, start: datetime, end: datetime) -> int:
    """Return how many verifications and approvals of the window were given by those whose work it was (``team: solo``)."""
    mine = and_(_granted(start, end, "verify", "approve"), decisions.c.authority.like(f"%{NOT_INDEPENDENT}"))
    return connection.execute(select(func.count()).where(mine)).scalar_one()


def _granted(start: datetime, end: datetime, *words: str) -> ColumnElement[bool]:
    in_window = and_(decisions.c.at >= start, decisions.c.at < end)
    return and_(decisions.c.word.in_(words), decisions.c.accepted.is_(True), in_window)
