"""Reading in what was there before, or what was lost: a case is recorded only where no look has ever recorded it, and how far a project is, is kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from integration.ledger import decisions
from integration.ledger.cases import meet_case
from integration.ledger.chain import Writing
from integration.ledger.kindred import tell_later
from integration.ledger.looks import record_look
from integration.ledger.projects import meet
from integration.ledger.records import LookRecord
from integration.ledger.rolling import roll
from integration.ledger.tables import backfills, cases, projects
from integration.postmortem.decisions import Decision
from integration.postmortem.incident import IssueKey, IssueRef


def is_known(connection: Connection, case: IssueKey) -> bool:
    """Tell whether a look, or reading in, has recorded the case already."""
    found = select(cases.c.looked_at).where(cases.c.site == case.site, cases.c.issue_id == case.id)
    return connection.execute(found).scalar_one_or_none() is not None


def read_in(writing: Writing, case: IssueRef, record: LookRecord, found: Iterable[Decision], now: datetime) -> bool:
    """Record a case with the decisions that were found in its comments; return whether it was not known yet.

    What a worker recorded in between stands: it knows more.
    """
    if is_known(writing.connection, case.key):
        return False
    row = meet_case(writing, case, now)
    decisions.remember(writing, case, found, now)
    record_look(writing, case, record, now)
    if not record.governed:
        writing.connection.execute(update(cases).where(cases.c.id == row).values(read_in=True))
        tell_later(writing.connection, row, frozenset(), now, any_system=record.any_system)
        roll(writing.connection, row)
    writing.trail.note("case.read_in", now, {"governed": record.governed, "policy": record.policy}, case.key)
    return True


def progress(connection: Connection, site: str, name: str) -> tuple[str, datetime | None]:
    """Return the cursor of the last page that was done, and when the whole project was; empty and ``None`` where nothing was."""
    wanted = select(backfills.c.cursor, backfills.c.done_at).join(projects, projects.c.id == backfills.c.project_id)
    row = connection.execute(wanted.where(projects.c.site == site, projects.c.name == name)).one_or_none()
    return (row.cursor, row.done_at) if row else ("", None)


def save_progress(writing: Writing, site: str, name: str, cursor: str, done_at: datetime | None, now: datetime) -> None:
    """Remember how far a project is."""
    row = meet(writing, site, name, now)
    values = {"cursor": cursor, "done_at": done_at}
    changed = writing.connection.execute(update(backfills).where(backfills.c.project_id == row).values(**values))
    if not changed.rowcount:
        writing.connection.execute(insert(backfills).values(project_id=row, **values))


def governed_at_least_since(writing: Writing, site: str, name: str, at: datetime, now: datetime) -> None:
    """Let a project be governed since an instant, where a later one is known."""
    row = meet(writing, site, name, now)
    earlier = (projects.c.id == row, projects.c.governed_since > at)
    if writing.connection.execute(update(projects).where(*earlier).values(governed_since=at)).rowcount:
        writing.trail.note("project.governed_since", now, {"site": site, "project": name, "since": at.isoformat()})
