"""What a look leaves for trends: causes, and what became of actions. A projection: the trackers and the decisions say the same."""

from dataclasses import asdict, astuple

from sqlalchemy import Connection, delete, insert, select, update

from integration.ledger.columns import storable
from integration.ledger.records import KeptCause, KeptOutcome
from integration.ledger.tables import actions, causes

_KEPT = ("outcome", "settled_at", "news_at", "until", "needs", "answer")


def keep_causes(connection: Connection, case_row: int, wanted: tuple[KeptCause, ...]) -> None:
    """Let the causes of a case be these, in this order."""
    mine = causes.c.case_id == case_row
    kept = (causes.c.category, causes.c.phase, causes.c.sub_category, causes.c.system, causes.c.ends)
    found = tuple(tuple(row) for row in connection.execute(select(*kept).where(mine).order_by(causes.c.position)))
    if found == tuple(tuple(map(storable, astuple(cause))) for cause in wanted):
        return
    connection.execute(delete(causes).where(mine))
    for position, cause in enumerate(wanted, start=1):
        connection.execute(insert(causes).values(case_id=case_row, position=position, **asdict(cause)))


def keep_outcomes(connection: Connection, case_row: int, wanted: tuple[KeptOutcome, ...]) -> None:
    """Bring what became of the remembered actions of a case up to date; those that are not told of stay as they were."""
    if not wanted:
        return
    mine = select(actions.c.id, actions.c.action_id, *(actions.c[name] for name in _KEPT))
    known = {row.action_id: row for row in connection.execute(mine.where(actions.c.case_id == case_row)).mappings()}
    for outcome in wanted:
        before = known.get(outcome.action_id)
        values = {name: getattr(outcome, name) for name in _KEPT}
        if before is not None and any(before[name] != value for name, value in values.items()):
            connection.execute(update(actions).where(actions.c.id == before["id"]).values(**values))
