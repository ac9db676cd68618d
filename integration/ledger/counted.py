"""What a look leaves for trends: causes, and what became of actions. A projection: the trackers and the decisions say the same."""

from dataclasses import asdict, astuple, fields

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from integration.ledger.columns import storable
from integration.ledger.records import KeptCause, KeptOutcome
from integration.ledger.tables import actions, causes

_CAUSES = (
    select(*(causes.c[field.name] for field in fields(KeptCause)))
    .where(causes.c.case_id == bindparam("row"))
    .order_by(causes.c.position)
)
_KEPT = ("outcome", "settled_at", "news_at", "until", "needs", "answer")


def causes_kept(connection: Connection, case_row: int) -> tuple[KeptCause, ...]:
    """Return the causes that are recorded of a case, in their order."""
    return tuple(KeptCause(*row) for row in connection.execute(_CAUSES, {"row": case_row}))


def keep_causes(
    connection: Connection, case_row: int, before: tuple[KeptCause, ...], wanted: tuple[KeptCause, ...]
) -> None:
    """Let the causes of a case be these, in this order."""
    if before == tuple(KeptCause(*map(storable, astuple(cause))) for cause in wanted):
        return
    connection.execute(delete(causes).where(causes.c.case_id == case_row))
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
