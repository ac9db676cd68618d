"""Recording a look: the projection of the case, what was agreed, said, reopened and satisfied, and the audit entries
for what changed.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select, update

from integration.ledger.agreed import record_actions
from integration.ledger.cases import keep_ticket, meet_row
from integration.ledger.chain import Plain, Writing
from integration.ledger.counted import causes_kept, keep_causes, keep_outcomes
from integration.ledger.kindred import tell_later
from integration.ledger.lost import ERASED
from integration.ledger.marking import CHECK, Look, finished, mark, reopened, reviewed
from integration.ledger.people import rows_of
from integration.ledger.precedents import keep_learned
from integration.ledger.projects import meet
from integration.ledger.recommended import keep_recommendations
from integration.ledger.records import LookRecord
from integration.ledger.rolling import roll
from integration.ledger.tables import cases, refusals, tickets
from integration.postmortem.decisions import Refusal
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.kinship import CauseKind

_READ_IN = (
    "kind",
    "severity",
    "phase",
    "policy",
    "began_at",
    "detected_at",
    "acknowledged_at",
    "mitigated_at",
    "resolved_at",
)
# Built once: building them costs more than SQLite needs to answer.
_TICKETS = select(tickets).where(tickets.c.case_id == bindparam("row"))
_REFUSALS = select(*list(refusals.c)[1:]).where(refusals.c.case_id == bindparam("row"))
_AUDITED = ("kind", "severity", "phase", "mode")


def record_look(writing: Writing, case: IssueRef, record: LookRecord, now: datetime) -> None:
    """Record a look that is finished. Doing it twice with the same ``now`` adds nothing."""
    before = meet_row(writing, case, now)
    look = Look(writing, case, before.id, now)
    if look.has(ERASED):
        _seen(look, record)
        return
    rows_of(writing.connection, record.people)
    known = causes_kept(writing.connection, look.row)
    kinds = frozenset(CauseKind(cause.category, cause.sub_category, cause.system) for cause in known)
    _project(look, before, record)
    agreed = record_actions(writing, case, look.row, record.actions, now)
    keep_outcomes(writing.connection, look.row, record.outcomes)
    if record.causes or record.governed:
        keep_causes(writing.connection, look.row, known, record.causes)
    if record.recommendations is not None and record.governed:
        keep_recommendations(writing.connection, look.row, record.recommendations, now)
    keep_learned(writing.connection, look.row, record.learned, record.words)
    _replace_tickets(look, (*record.tickets, *agreed))
    mark(look, "said", record.said)
    mark(look, "due", (f"{action.action_id}:{action.due}" for action in record.actions if action.due))
    mark(look, "asked", (f"{outcome.action_id}:{outcome.needs}" for outcome in record.outcomes if outcome.needs))
    mark(look, "offered", (f"{number}:{key}" for key, number in record.offered))
    mark(look, CHECK, record.checks)
    mark(look, "satisfied", (str(key) for key in record.satisfied))
    reopened(look, record.reopened)
    reviewed(look, is_under_way=record.in_review)
    finished(look, record)
    _replace_refusals(look, record.refusals)
    if record.causes or kinds:
        tell_later(writing.connection, look.row, kinds, now, any_system=record.any_system)
    roll(writing.connection, look.row)


def _seen(look: Look, record: LookRecord) -> None:
    """Record of a case whose words were erased that it was seen, and nothing of what it says."""
    seen = {"closed_at": record.closed_at, "looked_at": look.now, "next_look": None}
    look.writing.connection.execute(update(cases).where(cases.c.id == look.row).values(**seen))


def _project(look: Look, before: Row[Any], record: LookRecord) -> None:
    connection = look.writing.connection
    comment = before.status_comment if record.status_comment is None else record.status_comment or None
    values = {
        "locator": look.case.locator,
        "url": look.case.url,
        "project_id": _project_of(look, before),
        "title": record.title,
        "kind": record.kind,
        "severity": record.severity if record.finished else before.severity,
        "phase": record.phase,
        "mode": record.mode,
        "policy": record.policy,
        "governed": before.governed or record.governed,
        "adopted_digest": record.adopted_digest or before.adopted_digest,
        "opened_at": record.opened_at or before.opened_at,
        "closed_at": record.closed_at,
        "began_at": record.spans.began,
        "detected_at": record.spans.detected,
        "acknowledged_at": record.spans.acknowledged,
        "mitigated_at": record.spans.mitigated,
        "resolved_at": record.spans.resolved,
        "due_at": record.due_at,
        "approved_at": record.approved_at,
        "lead": record.lead,
        "looked_at": look.now if record.finished else before.looked_at,
        # Woken by another case since the look began: it may not have seen why.
        "next_look": record.next_look if record.woken in (None, before.woken) else look.now,
        "system": record.system,
        "status_comment": comment,
        "status_digest": before.status_digest if record.status_digest is None else record.status_digest,
    }
    if before.read_in and not values["governed"]:
        # A look leaves what is not ours alone and judges nothing of it; what was read in for learning stays.
        values |= {name: before._asdict()[name] for name in _READ_IN}
    connection.execute(update(cases).where(cases.c.id == look.row).values(**values))
    _note_changes(look, before, values)
    if record.governed and not before.governed:
        mark(look, "taken", (str(look.case.key),))


def _project_of(look: Look, before: Row[Any]) -> int:
    """Return the row of the case's project; under the name that it had before, it is still where it was."""
    if before.locator == look.case.locator:
        return int(before.project_id)
    return meet(look.writing, look.case.key.site, look.case.project, look.now)


def _note_changes(look: Look, before: Row[Any], after: dict[str, object]) -> None:
    was = before._asdict()
    if after["governed"] and not was["governed"]:
        look.note("case.governed", {"policy": str(after["policy"])})
    if after["adopted_digest"] != was["adopted_digest"]:
        look.note("case.adopted", {"digest": str(after["adopted_digest"])})
    changes: dict[str, Plain] = {
        name: [str(was[name]), str(after[name])] for name in _AUDITED if was[name] != after[name]
    }
    if (was["closed_at"] is None) != (after["closed_at"] is None):
        changes["closed"] = after["closed_at"] is not None
    if changes:
        look.note("case.changed", {**changes, "policy": str(after["policy"])})


def _replace_tickets(look: Look, wanted: Iterable[IssueRef]) -> None:
    connection = look.writing.connection
    by_key = {ticket.key: ticket for ticket in wanted}
    for row in connection.execute(_TICKETS, {"row": look.row}).all():
        ticket = by_key.pop(IssueKey(row.site, row.issue_id), None)
        this = tickets.c.id == row.id
        if ticket is None:
            connection.execute(delete(tickets).where(this))
        elif (row.locator, row.url) != (ticket.locator, ticket.url):
            connection.execute(update(tickets).where(this).values(locator=ticket.locator, url=ticket.url))
    for ticket in by_key.values():
        keep_ticket(connection, look.row, ticket)


def _replace_refusals(look: Look, wanted: tuple[Refusal, ...]) -> None:
    connection = look.writing.connection
    mine = refusals.c.case_id == look.row
    known = {Refusal(*row) for row in connection.execute(_REFUSALS, {"row": look.row})}
    by_purpose = {refusal.purpose: refusal for refusal in wanted}
    if known == set(by_purpose.values()):
        return
    connection.execute(delete(refusals).where(mine))
    for refusal in by_purpose.values():
        row = {"purpose": refusal.purpose, "detail": refusal.detail, "retry_at": refusal.retry_at}
        connection.execute(insert(refusals).values(case_id=look.row, **row))
    for purpose in sorted(by_purpose.keys() - {refusal.purpose for refusal in known}):
        look.note("write.refused", {"purpose": purpose})
