"""Actions that were verified on earlier incidents of a project: what a new one is compared with. No name is read here."""

from datetime import datetime

from sqlalchemy import Connection, Integer, String, bindparam, select

from integration.ledger.columns import Instant
from integration.ledger.tables import actions, cases, projects
from integration.postmortem.incident import IssueRef
from integration.postmortem.remediation import EarlierAction
from integration.postmortem.rules.evidence import ProofState

MOST = 1_000
"""Actions that are compared, the latest first: reading them takes some milliseconds."""

_PLACE = select(projects.c.id).where(
    projects.c.site == bindparam("site", type_=String()), projects.c.name == bindparam("project", type_=String())
)
_BEFORE = (
    select(actions.c.action_id, actions.c.description, actions.c.ticket_locator, actions.c.settled_at, cases.c.locator)
    .join(cases, cases.c.id == actions.c.case_id)
    .where(
        cases.c.project_id == _PLACE.scalar_subquery(),
        cases.c.issue_id != bindparam("issue", type_=String()),
        cases.c.governed.is_(True),
        actions.c.outcome == ProofState.VERIFIED.value,
        actions.c.settled_at < bindparam("until", type_=Instant()),
        actions.c.settled_at >= bindparam("since", type_=Instant()),
    )
    .order_by(actions.c.settled_at.desc(), actions.c.id.desc())
    .limit(bindparam("most", type_=Integer()))
)


def verified_before(
    connection: Connection, case: IssueRef, since: datetime, until: datetime
) -> tuple[EarlierAction, ...]:
    """Return the actions of other incidents of the case's project that were verified between the two instants, the latest first."""
    given = {
        "site": case.key.site,
        "issue": case.key.id,
        "project": case.project,
        "since": since,
        "until": until,
        "most": MOST,
    }
    return tuple(
        EarlierAction(row.action_id, row.description, row.locator, row.ticket_locator or "", row.settled_at.date())
        for row in connection.execute(_BEFORE, given)
    )
