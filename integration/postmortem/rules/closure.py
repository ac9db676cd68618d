"""May this issue be closed, and if not, what is missing? (DESIGN 5 "Closing")"""

from datetime import datetime
from typing import assert_never

from integration.postmortem.assessment import ActionView, Gate, Phase
from integration.postmortem.decisions import NOT_INDEPENDENT, Decision
from integration.postmortem.facts import Facts
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Case
from integration.postmortem.rules.approving import SCOPES, changed_since, covered, still_holds
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.reviewing import whom_to_ask
from integration.postmortem.rules.roles import Role, RolesView, named_for
from integration.postmortem.rules.suggesting import in_words, suggested
from integration.postmortem.rules.written import PostMortem
from mappings.models import CloseWhen, Kind, Policy, Severity


def judge_ticket(view: ActionView, severity: Severity | None, policy: Policy) -> Finding:
    """Return the finding on one action's proof: passed when its ticket may close."""
    proof, about = view.proof, f"Action {view.action_id}"
    level = policy.level("evidence", severity)
    match proof.state:
        case ProofState.VERIFIED:
            return Finding("evidence", about, True, level, f"verified by {_verifier(view)}{_sources(view)}")
        case ProofState.RISK_ACCEPTED:
            return Finding("evidence", about, True, level, f"not done; the risk is accepted until {proof.until}")
        case ProofState.LAPSED:
            lapsed = f"the verification lapsed: {proof.why}"
            return Finding("verification", about, False, level, lapsed, _how(view))
        case ProofState.UNVERIFIED:
            waits = f"the evidence is there{_sources(view)}, nobody independent has looked at it yet"
            return Finding("verification", about, False, level, waits, _verify())
        case ProofState.WANTED | ProofState.REJECTED | ProofState.RISK_EXPIRED:
            return Finding("evidence", about, False, level, _unproven(view), _how(view))
        case _:
            assert_never(proof.state)


def _unproven(view: ActionView) -> str:
    """Say why an action counts as not done."""
    proof = view.proof
    if proof.state is ProofState.REJECTED:
        return f"the evidence was not accepted: {proof.why[:200]}"
    if proof.state is ProofState.RISK_EXPIRED:
        return proof.why or f"the risk was accepted until {proof.until}, which has passed"
    return proof.why or "nothing shows yet that it works"


def _verifier(view: ActionView) -> str:
    who = view.proof.by.called if view.proof.by else "somebody independent"
    return who if view.proof.is_independent else f"{who}, {NOT_INDEPENDENT}"


def _sources(view: ActionView) -> str:
    return f" ({view.proof.sources})" if view.proof.sources else ""


def _how(view: ActionView) -> str:
    lines = [f"`{claim.line}` ({claim.ask})" for claim in view.proof.missing]
    return f"{' and '.join(lines)} by anyone who takes part, then {_verify()}" if lines else _verify()


def _verify() -> str:
    return "`/verify <what you looked at>` by somebody with write rights who did not work on it"


def judge_approvals(
    case: Case,
    postmortem: PostMortem,
    decisions: tuple[Decision, ...],
    kind: Kind,
    severity: Severity | None,
    roles: RolesView,
    since: datetime | None,
    policy: Policy,
    now: datetime,
    facts: Facts,
) -> tuple[Finding, ...]:
    """Return a finding per approval that this kind needs. An approval is of what its scope covers: when that changes, it lapses.

    ``since`` is when the authors were done, ``None`` while they are not: then nobody is asked for a review yet.
    """
    if kind is Kind.REVIEW:
        return ()
    return tuple(
        _approval(scope, case, postmortem, decisions, severity, roles, since, policy, now, facts) for scope in SCOPES
    )


def _approval(
    scope: str,
    case: Case,
    postmortem: PostMortem,
    decisions: tuple[Decision, ...],
    severity: Severity | None,
    roles: RolesView,
    since: datetime | None,
    policy: Policy,
    now: datetime,
    facts: Facts,
) -> Finding:
    check, about = f"approval_{scope}", f"{scope.capitalize()} review"
    level = policy.level(check, severity)
    given = [d for d in decisions if d.word == "approve" and d.grants and d.reason == scope]
    reason = "not approved yet"
    if given:
        reviewers = named_for(Role.of_scope(scope), decisions, postmortem.roles)
        parts = covered(scope, postmortem, case.incident, decisions, severity, reviewers, policy)
        if still_holds(given[-1], parts, case.incident, decisions):
            return Finding(check, about, True, level, f"approved by {given[-1].by}")
        what = changed_since(given[-1], parts)
        reason = f"it changed after it was approved{f': {what}' if what else ''}"
    asked = whom_to_ask(roles.seat(Role.of_scope(scope)), since, severity, policy, now)
    suggestion = in_words(suggested(scope, roles, facts), case.incident.ref.key.site)
    return Finding(check, about, False, level, reason, f"`/approve {scope}` {asked}.{suggestion}")


def judge_gates(
    case: Case,
    findings: tuple[Finding, ...],
    actions: tuple[ActionView, ...],
    kind: Kind,
    severity: Severity | None,
    policy: Policy,
    *,
    tickets_made: bool = True,
) -> tuple[Gate, ...]:
    """Return the gate of the incident and of each of its tickets.

    An action whose row is incomplete is asked for its row first, and where no tickets are made (``tickets_made``) proof has no place to stand.
    """
    proofs = {view.action_id: judge_ticket(view, severity, policy) for view in actions}
    tickets = tuple(
        Gate(view.ticket, blocking((proofs[view.action_id],))) for view in actions if view.ticket is not None
    )
    needs_proof = tickets_made and policy.remediation.close_incident_when is CloseWhen.ACTIONS_VERIFIED
    asked = tuple(view for view in actions if view.ticket is not None or not blocking(view.findings))
    unproven = tuple(proofs[view.action_id] for view in asked) if needs_proof else ()
    # Reviews are asked for after what is still to be written: an approval is of a text, and lapses with it.
    reviews = tuple(finding for finding in findings if finding.check.startswith("approval_"))
    written = (*(f for f in findings if f not in reviews), *(finding for view in actions for finding in view.findings))
    own = blocking((*written, *reviews, *unproven))
    if kind is Kind.REVIEW:  # A near-miss waits for a look at the graver criteria and for its actions alone (DESIGN 5).
        own = blocking((*(f for f in findings if f.check == "criteria_answered"), *unproven))
    return (Gate(case.incident, own), *tickets)


def judge_phase(findings: tuple[Finding, ...], gates: tuple[Gate, ...], *, is_over: bool) -> Phase:
    """Return the phase: ``findings`` are those on the text, its rows included; ``is_over``: ``/resolved``, the timeline or closing said so."""
    if not is_over:
        return Phase.RESPONDING
    if gates[0].may_close:
        return Phase.COMPLETE
    missing = blocking(findings)
    if any(not finding.check.startswith("approval_") for finding in missing):
        return Phase.WRITING
    return Phase.IN_REVIEW if missing else Phase.REMEDIATING
