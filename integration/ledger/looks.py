"""Recording a look: the projection of the case, what was agreed, said, reopened and satisfied, and the audit entries
for what changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from integration.ledger.agreed import record_actions
from integration.ledger.cases import keep_ticket, meet_case
from integration.ledger.chain import Plain, Writing
from integration.ledger.columns import storable
from integration.ledger.counted import keep_causes, keep_outcomes
from integration.ledger.kindred import kinds_kept, tell_later
from integration.ledger.lost import ERASED
from integration.ledger.people import rows_of
from integration.ledger.precedents import keep_learned
from integration.ledger.projects import meet
from integration.ledger.recommended import keep_recommendations
from integration.ledger.records import LookRecord
from integration.ledger.tables import cases, marks, refusals, tickets
from integration.postmortem.decisions import Refusal
from integration.postmortem.incident import IssueKey, IssueRef

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
CHECK = "check"
"""The mark of a question whether an action still holds: the action and the day."""
FINISHED = "finished"
"""The mark of when a post-mortem was first finished."""
_AUDITED = ("kind", "severity", "phase", "mode")


@dataclass(frozen=True)
class _Look:
    """What every step of recording needs: the transaction, the case, its row, and the instant."""

    writing: Writing
    case: IssueRef
    row: int
    now: datetime
    marked: frozenset[tuple[str, str]]
    """What was marked before this look, as pairs of kind and subject."""

    def note(self, kind: str, body: dict[str, Plain]) -> None:
        self.writing.trail.note(kind, self.now, body, self.case.key)


def record_look(writing: Writing, case: IssueRef, record: LookRecord, now: datetime) -> None:
    """Record a look that is finished. Doing it twice with the same ``now`` adds nothing."""
    row = meet_case(writing, case, now)
    known = select(marks.c.kind, marks.c.subject).where(marks.c.case_id == row)
    marked = frozenset((kind, subject) for kind, subject in writing.connection.execute(known))
    look = _Look(writing, case, row, now, marked)
    if any(kind == ERASED for kind, _ in marked):
        _seen(look, record)
        return
    rows_of(writing.connection, record.people)
    kinds = kinds_kept(writing.connection, look.row)
    _project(look, record)
    agreed = record_actions(writing, case, look.row, record.actions, now)
    keep_outcomes(writing.connection, look.row, record.outcomes)
    if record.causes or record.governed:
        keep_causes(writing.connection, look.row, record.causes)
    if record.recommendations is not None and record.governed:
        keep_recommendations(writing.connection, look.row, record.recommendations, now)
    keep_learned(writing.connection, look.row, record.learned, record.words)
    _replace_tickets(look, (*record.tickets, *agreed))
    _mark(look, "said", record.said)
    _mark(look, "due", (f"{action.action_id}:{action.due}" for action in record.actions if action.due))
    _mark(look, "asked", (f"{outcome.action_id}:{outcome.needs}" for outcome in record.outcomes if outcome.needs))
    _mark(look, "offered", (f"{number}:{key}" for key, number in record.offered))
    _mark(look, CHECK, record.checks)
    _mark(look, "satisfied", (str(key) for key in record.satisfied))
    _reopened(look, record.reopened)
    _review(look, is_under_way=record.in_review)
    _finished(look, record)
    _replace_refusals(look, record.refusals)
    if record.causes or kinds:
        tell_later(writing.connection, look.row, kinds, now, any_system=record.any_system)


def _seen(look: _Look, record: LookRecord) -> None:
    """Record of a case whose words were erased that it was seen, and nothing of what it says."""
    seen = {"closed_at": record.closed_at, "looked_at": look.now, "next_look": None}
    look.writing.connection.execute(update(cases).where(cases.c.id == look.row).values(**seen))


def _project(look: _Look, record: LookRecord) -> None:
    connection = look.writing.connection
    before = connection.execute(select(cases).where(cases.c.id == look.row)).one()
    comment = before.status_comment if record.status_comment is None else record.status_comment or None
    values = {
        "locator": look.case.locator,
        "url": look.case.url,
        "project_id": meet(look.writing, look.case.key.site, look.case.project, look.now),
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
        _mark(look, "taken", (str(look.case.key),))


def _note_changes(look: _Look, before: Row[*tuple[object, ...]], after: dict[str, object]) -> None:
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


def _replace_tickets(look: _Look, wanted: Iterable[IssueRef]) -> None:
    connection = look.writing.connection
    by_key = {ticket.key: ticket for ticket in wanted}
    for row in connection.execute(select(tickets).where(tickets.c.case_id == look.row)).all():
        ticket = by_key.pop(IssueKey(row.site, row.issue_id), None)
        this = tickets.c.id == row.id
        if ticket is None:
            connection.execute(delete(tickets).where(this))
        elif (row.locator, row.url) != (ticket.locator, ticket.url):
            connection.execute(update(tickets).where(this).values(locator=ticket.locator, url=ticket.url))
    for ticket in by_key.values():
        keep_ticket(connection, look.row, ticket)


def _mark(look: _Look, kind: str, subjects: Iterable[str]) -> None:
    """Remember facts that are true once and for ever, and put the new ones into the chain."""
    wanted = frozenset(subjects)
    for subject in sorted(each for each in wanted if (kind, storable(each)) not in look.marked):
        _add_mark(look, kind, subject)


def _reopened(look: _Look, issues: tuple[IssueKey, ...]) -> None:
    connection = look.writing.connection
    for subject in sorted({str(issue) for issue in issues}):
        same = select(marks.c.at).where(
            marks.c.case_id == look.row, marks.c.kind == "reopened", marks.c.subject == subject, marks.c.at == look.now
        )
        if connection.execute(same).scalar_one_or_none() is None:
            _add_mark(look, "reopened", subject)


def _review(look: _Look, *, is_under_way: bool) -> None:
    """Remember when a review began, and when it was over or its text became unfinished again: its clock starts anew then."""
    mine = select(marks.c.subject).where(marks.c.case_id == look.row, marks.c.kind == "review")
    latest = mine.order_by(marks.c.at.desc()).limit(1)
    was = look.writing.connection.execute(latest).scalar_one_or_none() == "begun"
    if was != is_under_way:
        _add_mark(look, "review", "begun" if is_under_way else "over")


def _finished(look: _Look, record: LookRecord) -> None:
    """Remember when the authors were first done: what is changed in a review makes nothing late. An approval is of a finished text."""
    known = select(marks.c.at).where(marks.c.case_id == look.row, marks.c.kind == FINISHED)
    if record.finished_at is None or look.writing.connection.execute(known).first() is not None:
        return
    _add_mark(look, FINISHED, str(look.case.key), at=min(filter(None, (record.finished_at, record.approved_at))))


def _add_mark(look: _Look, kind: str, subject: str, at: datetime | None = None) -> None:
    mark = {"case_id": look.row, "kind": kind, "subject": subject, "at": at or look.now}
    look.writing.connection.execute(insert(marks).values(**mark))
    # What was said was a creation, which its intent has put into the chain already; being taken on, agreed dates and phases have entries of
    # their own; what a row asks for stands in the post-mortem.
    if kind not in ("said", "taken", "due", "review", "asked", "offered", CHECK, FINISHED):
        look.note(f"gate.{kind}", {"issue": subject})


def _replace_refusals(look: _Look, wanted: tuple[Refusal, ...]) -> None:
    connection = look.writing.connection
    mine = refusals.c.case_id == look.row
    known = {Refusal(*row) for row in connection.execute(select(*list(refusals.c)[1:]).where(mine))}
    by_purpose = {refusal.purpose: refusal for refusal in wanted}
    if known == set(by_purpose.values()):
        return
    connection.execute(delete(refusals).where(mine))
    for refusal in by_purpose.values():
        row = {"purpose": refusal.purpose, "detail": refusal.detail, "retry_at": refusal.retry_at}
        connection.execute(insert(refusals).values(case_id=look.row, **row))
    for purpose in sorted(by_purpose.keys() - {refusal.purpose for refusal in known}):
        look.note("write.refused", {"purpose": purpose})
