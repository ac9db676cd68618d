"""What a look leaves in the ledger: the projection of the case, the values agreed, what was said. Values in, one record out."""

from integration.ledger.records import LookRecord
from integration.postmortem.assessment import Assessment, Governed
from integration.postmortem.commands import Command, EnsureOpen, Outcome, Result
from integration.postmortem.decisions import Memory, Refusal, RememberedAction
from integration.postmortem.incident import Case, IssueKey


def record_of(
    case: Case,
    memory: Memory,
    assessment: Assessment,
    done: list[tuple[Command, Outcome]],
    refusals: tuple[Refusal, ...],
    stamp: str,
    *,
    finished: bool,
) -> LookRecord:
    """Return the record of one look. ``memory`` is as it was left by :func:`after`, with everything said and created in it."""
    governed = assessment.governed is Governed.GOVERNED
    agreed = _agreed(assessment, memory)
    ours = {action.ticket.key for action in agreed if action.ticket is not None}
    return LookRecord(
        title=case.incident.title[:200],
        kind=assessment.kind.value,
        severity=assessment.severity.severity.value if assessment.severity.severity else "",
        phase=assessment.phase.value,
        mode=assessment.mode.value,
        policy=stamp,
        governed=governed,
        adopted_digest=assessment.adopted_digest if governed else None,
        opened_at=case.incident.created_at,
        closed_at=case.incident.closed_at if case.incident.closed else None,
        spans=assessment.spans,
        next_look=assessment.next_look,
        status_comment=memory.status_comment or "",
        status_digest=memory.status_digest if memory.status_comment else "",
        # Issues that people linked stay their own: an incident that hangs on another one is a case all the same.
        tickets=tuple(ticket.ref for ticket in case.tickets if ticket.ref.key in ours),
        actions=agreed,
        said=memory.said,
        reopened=tuple(c.issue.key for c, o in done if isinstance(c, EnsureOpen) and o.result is Result.CHANGED),
        satisfied=_satisfied(assessment),
        refusals=refusals,
        people=tuple(
            {person.id: person for issue in case.issues for person in (issue.author, *issue.assignees)}.values()
        ),
        finished=finished,
    )


def _agreed(assessment: Assessment, memory: Memory) -> tuple[RememberedAction, ...]:
    agreed = {action.action_id: action for action in memory.actions}
    agreed |= {view.action_id: view.agreed for view in assessment.actions if view.agreed is not None}
    return tuple(agreed.values())


def _satisfied(assessment: Assessment) -> frozenset[IssueKey]:
    return frozenset(gate.issue.ref.key for gate in assessment.gates if gate.issue.closed and gate.may_close)
