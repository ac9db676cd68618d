"""What people set aside, and what they decided about their own work, counted in SQL: by check, and of nobody by name."""

from sqlalchemy import ColumnElement, and_, func, select

from integration.ledger.tables import decisions
from integration.ledger.windows import Counting
from integration.postmortem.decisions import NOT_INDEPENDENT


def waivers(of: Counting) -> dict[str, int]:
    """Return how often each check was set aside in the window."""
    counted = select(decisions.c.reason, func.count()).where(_granted(of, "waive")).group_by(decisions.c.reason)
    return dict(of.connection.execute(counted).all())


def risks(of: Counting) -> int:
    """Return how many risks were accepted in the window, until whatever day."""
    return of.connection.execute(select(func.count()).where(_granted(of, "accept-risk"))).scalar_one()


def alone(of: Counting) -> int:
    """Return how many verifications and approvals of the window were given by those whose work it was (``team: solo``)."""
    mine = and_(_granted(of, "verify", "approve"), decisions.c.authority.like(f"%{NOT_INDEPENDENT}"))
    return of.connection.execute(select(func.count()).where(mine)).scalar_one()


def _granted(of: Counting, *words: str) -> ColumnElement[bool]:
    in_window = and_(decisions.c.at >= of.start, decisions.c.at < of.end)
    return and_(
        decisions.c.word.in_(words), decisions.c.accepted.is_(True), in_window, of.of_these(decisions.c.case_id)
    )
