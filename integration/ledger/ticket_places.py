"""Places in which only tickets stand: no project of ours, but swept all the same for what concerns a case."""

from sqlalchemy import Connection, insert, select, update

from integration.ledger.cases import ref_of
from integration.ledger.chain import Writing
from integration.ledger.tables import cases, projects, ticket_places, tickets
from integration.postmortem.incident import IssueKey
from integration.trackers.base import Cursor


def with_tickets_only(connection: Connection, site: str) -> tuple[str, ...]:
    """Return the repositories or projects on ``site`` with tickets of open cases from which nothing else was ever heard, by name."""
    listed = (
        select(tickets.c.issue_id, tickets.c.locator)
        .join(cases, tickets.c.case_id == cases.c.id)
        .where(tickets.c.site == site, cases.c.closed_at.is_(None))
    )
    places = {ref_of(site, issue, locator, "").project for issue, locator in connection.execute(listed)}
    if not places:
        return ()
    known = connection.execute(select(projects.c.name).where(projects.c.site == site)).scalars()
    return tuple(sorted(places - set(known)))


def ours_among(connection: Connection, site: str, issues: tuple[IssueKey, ...]) -> frozenset[IssueKey]:
    """Return those of the issues that are tickets of a case."""
    found = connection.execute(
        select(tickets.c.issue_id).where(tickets.c.site == site, tickets.c.issue_id.in_([key.id for key in issues]))
    ).scalars()
    return frozenset(IssueKey(site, issue) for issue in found)


def cursor(connection: Connection, site: str, name: str) -> Cursor:
    """Return how far a place was swept; never swept is an empty cursor."""
    where = (ticket_places.c.site == site, ticket_places.c.name == name)
    row = connection.execute(select(ticket_places.c.seen, ticket_places.c.etag).where(*where)).one_or_none()
    return Cursor(row.seen, row.etag) if row else Cursor()


def save_cursor(writing: Writing, site: str, name: str, reached: Cursor) -> None:
    """Remember how far a place was swept."""
    values = {"seen": reached.seen, "etag": reached.etag}
    where = (ticket_places.c.site == site, ticket_places.c.name == name)
    changed = writing.connection.execute(update(ticket_places).where(*where).values(**values))
    if not changed.rowcount:
        writing.connection.execute(insert(ticket_places).values(site=site, name=name, **values))
