"""When a case wants to be looked at again without anything having happened: what is due, and what was not seen for
long.
"""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from integration.ledger.cases import meet_case, ref_of
from integration.ledger.chain import Writing
from integration.ledger.tables import cases, projects
from integration.postmortem.incident import IssueRef

_REFS = select(cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url)


def due_cases(connection: Connection, now: datetime, limit: int) -> tuple[IssueRef, ...]:
    """Return cases whose next look is due, the longest due first."""
    due = _REFS.where(cases.c.next_look <= now).order_by(cases.c.next_look, cases.c.id).limit(limit)
    return tuple(ref_of(*row) for row in connection.execute(due))


def postpone(writing: Writing, case: IssueRef, until: datetime, now: datetime) -> None:
    """Set the next look of a case, met or not, to an instant; sooner and later alike."""
    row = meet_case(writing, case, now)
    writing.connection.execute(update(cases).where(cases.c.id == row).values(next_look=until))


def cases_since(
    connection: Connection, site: str, project: str | None, since: datetime, limit: int
) -> tuple[IssueRef, ...]:
    """Return closed cases that were closed, or looked at, since an instant; the first first."""
    touched = or_(cases.c.closed_at >= since, cases.c.looked_at >= since)
    wanted = _REFS.where(cases.c.site == site, cases.c.closed_at.is_not(None), touched)
    if project is not None:
        wanted = wanted.join(projects, cases.c.project_id == projects.c.id).where(projects.c.name == project)
    return tuple(
        ref_of(*row) for row in connection.execute(wanted.order_by(cases.c.closed_at, cases.c.id).limit(limit))
    )


def open_cases(
    connection: Connection, site: str, project: str | None, not_looked_at_since: datetime | None, limit: int
) -> tuple[IssueRef, ...]:
    """Return cases that are not closed, those not looked at for longest first, those never looked at last.

    A look may find that there is nothing to record, so what was never looked at must not keep the others waiting.
    """
    wanted = _REFS.where(cases.c.site == site, cases.c.closed_at.is_(None))
    if project is not None:
        wanted = wanted.join(projects, cases.c.project_id == projects.c.id).where(projects.c.name == project)
    if not_looked_at_since is not None:
        wanted = wanted.where(or_(cases.c.looked_at.is_(None), cases.c.looked_at < not_looked_at_since))
    ordered = wanted.order_by(cases.c.looked_at.is_(None), cases.c.looked_at, cases.c.id).limit(limit)
    return tuple(ref_of(*row) for row in connection.execute(ordered))
