"""Creations, recorded before they are asked for, so that a worker killed at any point never leads to a second one
(DESIGN 4.6).
"""

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from integration.ledger.cases import keep_ticket, meet_case
from integration.ledger.chain import Writing
from integration.ledger.tables import intents
from integration.postmortem.decisions import Intent, IntentState
from integration.postmortem.incident import IssueKey, IssueRef

COLUMNS = (
    intents.c.purpose,
    intents.c.issue_site,
    intents.c.issue_id,
    intents.c.state,
    intents.c.opened_at,
    intents.c.created,
)


def intent_of(row: Row[str, str, str, str, datetime, str]) -> Intent:
    """Return the value that a row of :data:`COLUMNS` holds."""
    purpose, site, issue, state, opened_at, created = row
    return Intent(purpose, IssueKey(site, issue), IntentState(state), opened_at, created)


def open_intent(writing: Writing, case: IssueRef, purpose: str, issue: IssueKey, now: datetime) -> Intent:
    """Return the intent of that purpose, recorded if it is new. One that had failed is open again from ``now`` on;
    others stay as they are.
    """
    row = meet_case(writing, case, now)
    found = _find(writing.connection, row, purpose)
    if found is not None and found.state is not IntentState.FAILED:
        return found
    opened = Intent(purpose, issue, IntentState.OPEN, now)
    values = {"issue_site": issue.site, "issue_id": issue.id, "state": "open", "opened_at": now, "created": ""}
    if found is None:
        writing.connection.execute(insert(intents).values(case_id=row, purpose=purpose, **values))
    else:
        writing.connection.execute(
            update(intents).where(intents.c.case_id == row, intents.c.purpose == purpose).values(**values)
        )
    writing.trail.note("intent.opened", now, {"purpose": purpose, "issue": str(issue)}, case.key)
    return opened


def settle_intent(
    writing: Writing,
    case: IssueRef,
    purpose: str,
    state: IntentState,
    created: str,
    *,
    now: datetime,
    ticket: IssueRef | None,
) -> Intent:
    """Record what became of a creation, and that the ticket which it made belongs to the case. Raises ``LookupError``
    for an unknown intent.
    """
    row = meet_case(writing, case, now)
    found = _find(writing.connection, row, purpose)
    if found is None:
        raise LookupError(f"no intent {purpose!r} was opened for {case.key}")
    settled = Intent(purpose, found.issue, state, found.opened_at, created)
    if settled != found:
        writing.connection.execute(
            update(intents)
            .where(intents.c.case_id == row, intents.c.purpose == purpose)
            .values(state=state.value, created=created)
        )
        body = {"purpose": purpose, "issue": str(found.issue), "state": state.value, "created": created}
        writing.trail.note("intent.settled", now, body, case.key)
    if ticket is not None:
        keep_ticket(writing.connection, row, ticket)
    return settled


def _find(connection: Connection, case_row: int, purpose: str) -> Intent | None:
    row = connection.execute(
        select(*COLUMNS).where(intents.c.case_id == case_row, intents.c.purpose == purpose)
    ).one_or_none()
    return intent_of(row) if row else None
