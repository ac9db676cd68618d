"""What a case and its memory look like once a command was carried out: so that judging again in the same look sees it without reading anew. Pure."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureClosed,
    EnsureGateField,
    EnsureGeneratedIssue,
    EnsureLabels,
    EnsureLinked,
    EnsureLinkedIncident,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    NewIssue,
    Outcome,
    Result,
)
from integration.postmortem.decisions import Memory, RememberedAction
from integration.postmortem.document import Document
from integration.postmortem.incident import Case, GateField, Issue, IssueRef

Change = Callable[[Issue], Issue]


def after(case: Case, memory: Memory, command: Command, outcome: Outcome) -> tuple[Case, Memory]:
    """Return case and memory after ``command`` ended with ``outcome``; a refusal changes nothing here."""
    # What is done for a series of generated issues is kept with the series, which is no incident.
    if outcome.result is Result.REFUSED or isinstance(command, EnsureGeneratedIssue | EnsureClosed):
        return case, memory
    match command:
        case EnsureLabels():
            changed = _on(
                case, command.issue, lambda issue: replace(issue, labels=(issue.labels - command.remove) | command.add)
            )
            return changed, memory
        case EnsureStatusComment():
            comment = outcome.created or command.comment_id
            return case, replace(memory, status_comment=comment, status_digest=command.tree.digest)
        case EnsureReply():
            return case, replace(memory, said=memory.said | {command.purpose})
        case EnsureOpen():
            reopened = {**memory.reopened, command.issue.key: memory.reopened.get(command.issue.key, 0) + 1}
            return _on(case, command.issue, lambda issue: replace(issue, closed=False)), replace(
                memory, reopened=reopened
            )
        case EnsureActionTicket():
            return _with_ticket(case, memory, command, outcome)
        case EnsureLinkedIncident():
            return _with_incident(case, command, outcome), memory
        case EnsureLinked():
            linked = not _dropped(outcome, "link")
            return _on(case, command.ticket, lambda issue: replace(issue, linked=linked)), memory
        case EnsureAgreed():
            return _on(case, command.ticket, lambda issue: _agreed(issue, command, outcome)), memory
        case EnsureSeverityShown():
            return _on(case, command.issue, lambda issue: replace(issue, severity_shown=command.value)), memory
        case EnsureGateField():
            return _on(case, command.issue, lambda issue: _gated(issue, command.value)), memory
        case _:
            assert_never(command)


def _on(case: Case, ref: IssueRef, change: Change) -> Case:
    incident = change(case.incident) if case.incident.ref == ref else case.incident
    tickets = tuple(change(ticket) if ticket.ref == ref else ticket for ticket in case.tickets)
    return replace(case, incident=incident, tickets=tickets)


def _gated(issue: Issue, value: str) -> Issue:
    return replace(issue, gate_field=replace(issue.gate_field or GateField(), value=value))


def _agreed(issue: Issue, command: EnsureAgreed, outcome: Outcome) -> Issue:
    """What the tracker dropped silently is as it was before, so that it is not remembered as agreed."""
    owner = None if _dropped(outcome, "assignee") else command.owner
    due = None if _dropped(outcome, "due") else command.due
    title = issue.title if _dropped(outcome, "summary") else command.title or issue.title
    return replace(issue, assignees=(owner,) if owner else issue.assignees, due=due or issue.due, title=title)


def _dropped(outcome: Outcome, what: str) -> bool:
    return any(dropped.startswith(what) for dropped in outcome.shortfall)


def _gate_of(command: EnsureActionTicket, outcome: Outcome) -> GateField | None:
    if command.gate is None:
        return None
    return GateField() if _dropped(outcome, "gate") else GateField(command.gate)


def _with_ticket(case: Case, memory: Memory, command: EnsureActionTicket, outcome: Outcome) -> tuple[Case, Memory]:
    if outcome.ticket is None:
        return case, memory
    unassigned = _dropped(outcome, "assignee")
    ticket = replace(
        _created(case, command, outcome, outcome.ticket),
        assignees=() if unassigned else (command.owner,),
        due=None if _dropped(outcome, "due") else command.due,
        gate_field=_gate_of(command, outcome),
    )
    remembered = RememberedAction(
        command.action_id,
        command.text,
        command.description,
        None if unassigned else command.owner.id,
        ticket.due,
        outcome.ticket,
        row_owner_id=command.owner.id,
        row_due=command.due,
        owners=frozenset({command.owner.id}),
        opened=outcome.ticket.key.id,
    )
    actions = (*(a for a in memory.actions if a.action_id != command.action_id), remembered)
    return replace(case, tickets=(*case.tickets, ticket)), replace(memory, actions=actions)


def _with_incident(case: Case, command: EnsureLinkedIncident, outcome: Outcome) -> Case:
    """The incident of another system is a case of its own; here it is only seen, as what people link is."""
    if outcome.ticket is None or case.ticket(outcome.ticket.key) is not None:
        return case
    return replace(case, tickets=(*case.tickets, _created(case, command, outcome, outcome.ticket)))


def _created(case: Case, command: NewIssue, outcome: Outcome, ref: IssueRef) -> Issue:
    return Issue(
        ref=ref,
        title=command.title,
        body="",
        document=Document(()),
        author=case.service,
        created_at=case.incident.updated_at,
        updated_at=case.incident.updated_at,
        labels=command.labels,
        purpose=command.purpose,
        linked=not _dropped(outcome, "link"),
    )
