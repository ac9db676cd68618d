"""How far each action is: its evidence, what became of the verification, and whether what was verified still holds. Pure."""

from integration.postmortem.assessment import ActionView
from integration.postmortem.decisions import Decision
from integration.postmortem.hearing import Hearing
from integration.postmortem.rules.came_back import lapsed
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.evidence import (
    Proof,
    ProofState,
    given_evidence,
    judge_proof,
    risk_subject,
    subject_of,
)
from integration.postmortem.rules.exhibits import show
from integration.postmortem.rules.ladder import lead_of
from integration.postmortem.rules.lasting import NOTHING_TO_ASK, Check, Lasting, check_of, held_no_longer, judge_lasting
from integration.postmortem.rules.remediation import judge_action
from integration.postmortem.rules.roles import RolesView
from integration.postmortem.rules.severity import SeverityView


def judge_actions(hearing: Hearing, severity: SeverityView) -> tuple[ActionView, ...]:
    """Return how each row of the table stands, with its ticket."""
    policy, writes = hearing.policy, hearing.writes
    views = []
    for index, draft in enumerate(hearing.drafts):
        subject, proof = _proof(draft, severity, hearing)
        may_create = writes and index < policy.remediation.ticket.max_per_incident
        views.append(
            judge_action(
                draft,
                proof,
                subject,
                hearing.case,
                hearing.memory,
                severity.severity,
                policy,
                may_create=may_create,
                decisions=hearing.decisions,
                earlier=hearing.facts.earlier,
            )
        )
    return tuple(views)


def _proof(draft: ActionDraft, severity: SeverityView, hearing: Hearing) -> tuple[str, Proof]:
    kind = hearing.policy.remediation.kind(draft.kind)
    decisions = tuple(decision for decision in hearing.decisions if _is_about(decision, draft, hearing))
    owner = draft.owner.id if draft.owner else None
    given = given_evidence(decisions)
    subject = subject_of(owner, kind.id, draft.criteria, draft.description, given)
    shown = show(given, draft.ticket, hearing.facts.exhibits)
    proof = judge_proof(decisions, kind, subject, draft.description, hearing.policy, hearing.now, shown)
    proof = lapsed(proof, decisions, hearing.facts.recurred, hearing.policy)
    return subject, held_no_longer(proof, _check(draft, severity, hearing))


def _is_about(decision: Decision, draft: ActionDraft, hearing: Hearing) -> bool:
    """Tell whether a decision was taken on the action's ticket; or, while that is gone, accepted on the incident the risk of not doing just this."""
    had = draft.remembered.ticket if draft.remembered else None
    if had is not None and decision.issue == had.key:
        return True
    on_incident = decision.word == "accept-risk" and decision.issue == hearing.case.incident.ref.key
    return (
        on_incident and draft.has_lost_its_ticket(hearing.case) and decision.subject == risk_subject(draft.description)
    )


def _check(draft: ActionDraft, severity: SeverityView, hearing: Hearing) -> Check | None:
    if draft.ticket is None or draft.remembered is None:
        return None
    name, key = draft.remembered.action_id, draft.ticket.ref.key
    return check_of(name, draft.kind, key, hearing.decisions, severity.severity, hearing.policy)


def judge_holding(
    hearing: Hearing, severity: SeverityView, actions: tuple[ActionView, ...], roles: RolesView
) -> Lasting:
    """Ask whether what was verified still holds; in public nobody is named beside a deadline (S27)."""
    if not hearing.names_people:
        return NOTHING_TO_ASK
    held = {view.action_id for view in actions if view.proof.state is ProofState.VERIFIED}
    checks = (_check(draft, severity, hearing) for draft in hearing.drafts)
    known = tuple(check for check in checks if check is not None and check.action_id in held)
    lead = lead_of(hearing.case, hearing.decisions, roles.lead_written)
    return judge_lasting(known, lead, hearing.memory, hearing.policy, hearing.now)
