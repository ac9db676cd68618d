"""Which case an issue belongs to, and the row of a case."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, func, insert, select

from integration.ledger.chain import Writing
from integration.ledger.projects import meet
from integration.ledger.renaming import former_names
from integration.ledger.tables import cases, decisions, tickets
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.reading.spans import Spans

# Built once: building it costs more than SQLite needs to answer.
_CASE = select(cases).where(cases.c.site == bindparam("site"), cases.c.issue_id == bindparam("issue"))
_REF = (cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url)


def ref_of(site: str, issue_id: str, locator: str, url: str) -> IssueRef:
    """Return the reference that four columns make."""
    return IssueRef(IssueKey(site, issue_id), locator, url)


def case_of(connection: Connection, issue: IssueKey) -> IssueRef | None:
    """Return the case of an issue: a case is its own; of several cases that claim a ticket, an open one wins, then the
    one that came first.
    """
    own = select(*_REF).where(cases.c.site == issue.site, cases.c.issue_id == issue.id)
    row = connection.execute(own).one_or_none()
    if row is None:
        claimed = (
            select(*_REF)
            .join(tickets, tickets.c.case_id == cases.c.id)
            .where(tickets.c.site == issue.site, tickets.c.issue_id == issue.id)
            .order_by(cases.c.closed_at.is_not(None), tickets.c.id)
            .limit(1)
        )
        row = connection.execute(claimed).one_or_none()
    return ref_of(*row) if row else None


def cases_citing(connection: Connection, site: str, page: str) -> tuple[IssueRef, ...]:
    """Return the cases in which accepted evidence points at this page (``owner/repo/pull/7``), compared without case.

    Links from before its repository was renamed count: trackers lead on from them.
    """
    owner, name, rest = page.split("/", 2)
    names = (f"{owner}/{name}", *former_names(connection, site, f"{owner}/{name}"))
    found = (ref for each in names for ref in _citing(connection, site, f"{each}/{rest}".casefold()))
    return tuple(dict.fromkeys(found))


def _citing(connection: Connection, site: str, wanted: str) -> tuple[IssueRef, ...]:
    cited = (
        select(*_REF, decisions.c.args)
        .join(decisions, decisions.c.case_id == cases.c.id)
        .where(cases.c.site == site, decisions.c.word == "evidence", decisions.c.accepted)
        .where(func.lower(decisions.c.args, type_=Text()).contains(f"/{wanted}", autoescape=True))
        .order_by(cases.c.id)
    )
    # Pull request 7 is not 70.
    ends = re.compile(rf"/{re.escape(wanted)}(?![0-9])")
    rows = connection.execute(cited).all()
    return tuple(ref_of(*row[:4]) for row in rows if ends.search(row[4].casefold()))


def tickets_of(connection: Connection, case: IssueRef) -> tuple[IssueRef, ...]:
    """Return the remembered tickets of a case, oldest first."""
    listed = (
        select(tickets.c.site, tickets.c.issue_id, tickets.c.locator, tickets.c.url)
        .join(cases, tickets.c.case_id == cases.c.id)
        .where(cases.c.site == case.key.site, cases.c.issue_id == case.key.id)
        .order_by(tickets.c.id)
    )
    return tuple(ref_of(*row) for row in connection.execute(listed))


def spans(connection: Connection, case: IssueKey) -> Spans:
    """Return when the incident began, was detected and so on, as its timeline said at the latest look."""
    told = (cases.c.began_at, cases.c.detected_at, cases.c.acknowledged_at, cases.c.mitigated_at, cases.c.resolved_at)
    found = connection.execute(
        select(*told).where(cases.c.site == case.site, cases.c.issue_id == case.id)
    ).one_or_none()
    return Spans(*found) if found else Spans()


def row_id(connection: Connection, case: IssueKey) -> int | None:
    """Return the row of a case, or ``None``."""
    found = select(cases.c.id).where(cases.c.site == case.site, cases.c.issue_id == case.id)
    return connection.execute(found).scalar_one_or_none()


def meet_case(writing: Writing, case: IssueRef, now: datetime) -> int:
    """Return the number of a case's row, made at first sight."""
    found = row_id(writing.connection, case.key)
    return _make(writing, case, now).id if found is None else found


def meet_row(writing: Writing, case: IssueRef, now: datetime) -> Row[Any]:
    """Return the whole row of a case, made at first sight."""
    found = writing.connection.execute(_CASE, {"site": case.key.site, "issue": case.key.id}).one_or_none()
    return _make(writing, case, now) if found is None else found


def _make(writing: Writing, case: IssueRef, now: datetime) -> Row[Any]:
    blank = dict.fromkeys(("title", "kind", "severity", "phase", "mode", "policy", "status_digest"), "")
    row = {
        "site": case.key.site,
        "issue_id": case.key.id,
        "locator": case.locator,
        "url": case.url,
        "project_id": meet(writing, case.key.site, case.project, now),
        "governed": False,
    }
    return writing.connection.execute(insert(cases).values(**row, **blank).returning(cases)).one()


def keep_ticket(connection: Connection, case_row: int, ticket: IssueRef) -> None:
    """Remember that an issue belongs to a case."""
    there = select(tickets.c.id).where(
        tickets.c.case_id == case_row, tickets.c.site == ticket.key.site, tickets.c.issue_id == ticket.key.id
    )
    if connection.execute(there).scalar_one_or_none() is None:
        row = {"site": ticket.key.site, "issue_id": ticket.key.id, "locator": ticket.locator, "url": ticket.url}
        connection.execute(insert(tickets).values(case_id=case_row, **row))
