"""Incidents that were governed and cannot be found any more: deleted, transferred, converted, or out of our account's reach (SECURITY.md S13).

They stay open in every count until they are seen again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, insert, or_, select

from integration.ledger.cases import ref_of
from integration.ledger.chain import Writing
from integration.ledger.tables import cases, marks
from integration.postmortem.incident import IssueRef

LOST = "lost"
ERASED = "erased"
"""The mark of a case whose words were erased: there is nothing left to look for."""


@dataclass(frozen=True)
class LostCase:
    """A governed incident that could not be found since an instant."""

    issue: IssueRef
    title: str
    severity: str
    since: datetime
    is_confidential: bool = False


# Once it was looked at again, it is not lost any more.
_IS_LOST = (
    cases.c.governed.is_(True),
    marks.c.kind == LOST,
    or_(cases.c.looked_at.is_(None), marks.c.at > cases.c.looked_at),
)


def lost_cases(connection: Connection) -> tuple[LostCase, ...]:
    """Return the governed incidents that cannot be found, the first to be lost first."""
    since = func.min(marks.c.at)
    gone = marks.alias("erased")
    erased = exists().where(gone.c.case_id == cases.c.id, gone.c.kind == ERASED)
    told = (cases.c.title, cases.c.severity, since, cases.c.confidential)
    listed = (
        select(cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url, *told)
        .join(marks, marks.c.case_id == cases.c.id)
        .where(*_IS_LOST, ~erased)
        .group_by(cases.c.id)
        .order_by(since, cases.c.id)
    )
    return tuple(LostCase(ref_of(*row[:4]), row[4], row[5], row[6], bool(row[7])) for row in connection.execute(listed))


def is_lost(connection: Connection, row: int) -> bool:
    """Tell whether the governed case of a row cannot be found at present."""
    known = select(marks.c.at).join(cases, marks.c.case_id == cases.c.id).where(cases.c.id == row, *_IS_LOST)
    return connection.execute(known).first() is not None


def note_lost(writing: Writing, case: IssueRef, now: datetime) -> bool:
    """Remember that a case cannot be found; return whether that is news, which it is only for a governed one."""
    connection = writing.connection
    row = connection.execute(
        select(cases.c.id, cases.c.governed).where(cases.c.site == case.key.site, cases.c.issue_id == case.key.id)
    ).one_or_none()
    if row is None or not row.governed:
        return False
    if is_lost(connection, row.id):
        return False
    connection.execute(insert(marks).values(case_id=row.id, kind=LOST, subject=str(case.key), at=now))
    writing.trail.note("case.lost", now, {"issue": str(case.key)}, case.key)
    return True
