"""What a look leaves in the ledger: the projection of the case, the values agreed, what was said. Values in, one record out."""

from dataclasses import replace
from datetime import datetime

from integration.ledger.records import KeptCause, KeptOutcome, LookRecord
from integration.postmortem.assessment import ActionView, Assessment, Governed, Phase
from integration.postmortem.chains import ending_of
from integration.postmortem.commands import Command, EnsureOpen, Outcome, Result
from integration.postmortem.decisions import Decision, Memory, Refusal, RememberedAction
from integration.postmortem.incident import Case, IssueKey
from integration.postmortem.kinship import folded, kind_of
from integration.postmortem.people import Person
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.evidence import ProofState, risk_subject
from integration.postmortem.rules.lessons import KIND as LAUNCH
from integration.postmortem.rules.news import last_news
from integration.postmortem.rules.resources import answer_of
from integration.postmortem.rules.roles import RolesView

LONGEST_NAME = 40
"""Characters of a phase that the mapping does not know that are kept; what is longer is a sentence."""
_SETTLES = {ProofState.VERIFIED: "verify", ProofState.RISK_ACCEPTED: "accept-risk"}


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
    return replace(
        _judged(assessment),
        title=case.incident.title[:200],
        policy=stamp,
        governed=governed,
        adopted_digest=assessment.adopted_digest if governed else None,
        learned=assessment.learned if governed else None,
        opened_at=case.incident.created_at,
        closed_at=case.incident.closed_at if case.incident.closed else None,
        approved_at=_approved_at(assessment, memory),
        outcomes=tuple(_outcome(view, memory) for view in assessment.actions if _ticket_of(view) is not None),
        status_comment=memory.status_comment or "",
        status_digest=memory.status_digest if memory.status_comment else "",
        # Issues that people linked stay their own: an incident that hangs on another one is a case all the same.
        tickets=tuple(ticket.ref for ticket in case.tickets if ticket.ref.key in ours),
        actions=agreed,
        said=memory.said,
        reopened=tuple(c.issue.key for c, o in done if isinstance(c, EnsureOpen) and o.result is Result.CHANGED),
        refusals=refusals,
        people=_people(case),
        words=_words(case, assessment, agreed),
        offered=_offered(assessment, memory),
        woken=memory.woken,
        finished=finished,
    )


def _judged(assessment: Assessment) -> LookRecord:
    """Return what the assessment says by itself, whatever was remembered before and done since."""
    severity = assessment.severity.severity
    return LookRecord(
        kind=assessment.kind.value if assessment.launch is None else LAUNCH,
        severity=severity.value if severity else "",
        phase=assessment.phase.value,
        mode=assessment.mode.value,
        spans=assessment.spans,
        due_at=assessment.due,
        finished_at=assessment.finished_at,
        causes=tuple(_kept(number, cause, assessment) for number, cause in enumerate(assessment.causes, start=1)),
        system=folded(assessment.system),
        next_look=assessment.next_look,
        in_review=assessment.phase is Phase.IN_REVIEW,
        satisfied=_satisfied(assessment),
        lead=_lead(assessment.roles),
        any_system=assessment.recurrence.any_system,
        recommendations=_recommendations(assessment),
        checks=frozenset(f"{check.action_id}:{check.day}" for check in assessment.lasting.asked),
    )


def _people(case: Case) -> tuple[Person, ...]:
    people = (person for issue in case.issues for person in (issue.author, *issue.assignees))
    return tuple({person.id: person for person in people}.values())


def _kept(number: int, cause: Cause, assessment: Assessment) -> KeptCause:
    """The system is what the incident says, for a cause that names none itself."""
    kind = kind_of(cause, assessment.system)
    phase = cause.phase_id.replace("_", " ") or normalise(cause.phase)[:LONGEST_NAME]
    return KeptCause(kind.category, phase, kind.sub_category, kind.system, ending_of(number, assessment.findings).value)


def _recommendations(assessment: Assessment) -> tuple[str, ...] | None:
    """Return what is recommended once that is approved; while it is written or reviewed anew, what was approved before stands."""
    if assessment.learned is None or assessment.phase not in (Phase.REMEDIATING, Phase.COMPLETE):
        return None
    return assessment.learned.recommendations


def _lead(roles: RolesView) -> str:
    """Say whether who leads was involved; nobody can tell before both are named."""
    if roles.lead is None or not roles.took_part:
        return ""
    return "involved" if roles.lead.id in roles.took_part else "apart"


def _words(case: Case, assessment: Assessment, agreed: tuple[RememberedAction, ...]) -> str:
    """Return the words by which an incident is found again: what it is called, what was done, what was learned."""
    if assessment.learned is None:
        return ""
    descriptions = [action.description for action in agreed]
    return "\n".join((case.incident.title, *descriptions, *assessment.learned.lessons, assessment.learned.words))


def _offered(assessment: Assessment, memory: Memory) -> tuple[tuple[str, int], ...]:
    """What a launch is told is remembered once its comment stands."""
    if assessment.launch is None or memory.status_comment is None:
        return ()
    return tuple((offer.key, offer.number) for offer in assessment.launch.offers)


def _agreed(assessment: Assessment, memory: Memory) -> tuple[RememberedAction, ...]:
    agreed = {action.action_id: action for action in memory.actions}
    agreed |= {view.action_id: view.agreed for view in assessment.actions if view.agreed is not None}
    return tuple(agreed.values())


def _satisfied(assessment: Assessment) -> frozenset[IssueKey]:
    return frozenset(gate.issue.ref.key for gate in assessment.gates if gate.issue.closed and gate.may_close)


def _approved_at(assessment: Assessment, memory: Memory) -> datetime | None:
    """Return when the last approval that the post-mortem needed was given, or set aside; ``None`` while one is wanting, or none is needed."""
    if assessment.phase not in (Phase.REMEDIATING, Phase.COMPLETE):
        return None
    approvals = [*memory.decided("approve"), *(d for d in memory.decided("waive") if d.reason.startswith("approval_"))]
    return max((decision.at for decision in approvals), default=None)


def _ticket_of(view: ActionView) -> IssueKey | None:
    """Return the ticket that the action has, or had where that is gone; ``None`` before there is one."""
    if view.ticket is not None:
        return view.ticket.ref.key
    had = view.remembered.ticket if view.remembered is not None else None
    return had.key if had is not None else None


def _settled_by(view: ActionView, memory: Memory) -> tuple[Decision, ...]:
    """Return the decisions that settle the action: on its ticket, or on the incident about just this action's risk."""
    word = _SETTLES.get(view.proof.state)
    if word is None:
        return ()
    ticket, risk = _ticket_of(view), risk_subject(view.description)
    return tuple(each for each in memory.decided(word) if each.issue == ticket or each.subject == risk)


def _outcome(view: ActionView, memory: Memory) -> KeptOutcome:
    """Return what became of an action: settled when the decision was taken that still holds."""
    given = _settled_by(view, memory)
    need = view.row.needs if view.row else None
    return KeptOutcome(
        view.action_id,
        view.proof.state.value,
        given[-1].at if given else None,
        news_at=last_news(view.ticket) if view.ticket is not None else None,
        until=view.proof.until,
        needs=need.value if need else "",
        answer=answer_of(view.action_id, need, memory.decisions),
    )
