"""Work that keeps failing is set aside and stays visible until somebody lets it run again."""

from sqlalchemy import Connection, delete, insert, select

from integration.ledger.cases import ref_of
from integration.ledger.chain import Writing
from integration.ledger.records import Parked
from integration.ledger.tables import parked


def park(writing: Writing, work: Parked) -> None:
    """Set work aside; what is parked already is brought up to date."""
    unpark(writing, work.object)
    ref = work.ref
    row = {"object": work.object, "site": ref.key.site, "issue_id": ref.key.id, "locator": ref.locator, "url": ref.url}
    why = {"reason": work.reason, "detail": work.detail, "failures": work.failures, "at": work.at}
    writing.connection.execute(insert(parked).values(**row, **why))


def all_parked(connection: Connection) -> tuple[Parked, ...]:
    """Return what is set aside, oldest first."""
    rows = connection.execute(select(parked).order_by(parked.c.at, parked.c.object))
    return tuple(
        Parked(
            row.object,
            ref_of(row.site, row.issue_id, row.locator, row.url),
            row.reason,
            row.detail,
            row.failures,
            row.at,
        )
        for row in rows
    )


def unpark(writing: Writing, work: str) -> bool:
    """Take work off the list; return whether it was on it."""
    return writing.connection.execute(delete(parked).where(parked.c.object == work)).rowcount > 0
