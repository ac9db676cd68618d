"""What a look leaves for trends: causes, and what became of actions. A projection: the trackers and the decisions say the same."""

from dataclasses import asdict, astuple

from sqlalchemy import Connection, delete, insert, select, update

from integration.ledger.columns import storable
from integration.ledger.records import KeptCause, KeptOutcome
from integration.ledger.tables import actions, causes


def keep_causes(connection: Connection, case_row: int, wanted: tuple[KeptCause, ...]) -> None:
    """Let the causes of a case be these, in this order."""
    mine = causes.c.case_id == case_row
    kept = (causes.c.category, causes.c.phase, causes.c.sub_category, causes.c.system)
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
    mine = select(actions.c.id, actions.c.action_id, actions.c.outcome, actions.c.settled_at)
    known = {row.action_id: row for row in connection.execute(mine.where(actions.c.case_id == case_row))}
    for outcome in wanted:
        before = known.get(outcome.action_id)
        if before is not None and (before.outcome, before.settled_at) != (outcome.outcome, outcome.settled_at):
            values = {"outcome": outcome.outcome, "settled_at": outcome.settled_at}
            connection.execute(update(actions).where(actions.c.id == before.id).values(**values))
