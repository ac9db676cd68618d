"""Whether each action is specific, assigned, dated and measurable, and which of them get a ticket (DESIGN 5, RULES A3–A5)."""

from collections.abc import Iterator
from datetime import date

from integration.postmortem.assessment import ActionView
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Case, Fate
from integration.postmortem.remediation import EarlierAction
from integration.postmortem.rules.drafting import ActionDraft, remember
from integration.postmortem.rules.evidence import Proof, ProofState
from integration.postmortem.rules.horizons import judge_horizon
from integration.postmortem.rules.moved import judge_place
from integration.postmortem.rules.moving import judge_moves, moves_of
from integration.postmortem.rules.phrasing import judge_phrasing
from integration.postmortem.rules.priorities import judge_priority
from integration.postmortem.rules.repeating import judge_repeated
from integration.postmortem.rules.required import (
    judge_required,
)
from integration.postmortem.rules.resources import judge_need
from integration.postmortem.rules.waiving import waive
from mappings.models import Policy, Severity


def judge_action(
    draft: ActionDraft,
    proof: Proof,
    subject: str,
    case: Case,
    memory: Memory,
    severity: Severity | None,
    policy: Policy,
    *,
    may_create: bool,
    decisions: tuple[Decision, ...] = (),
    earlier: tuple[EarlierAction, ...] = (),
) -> ActionView:
    """Return one action as it stands. ``may_create`` is false where nothing is created (observe mode, unadopted, public, cap reached).

    ``earlier`` are actions of earlier incidents with which it is compared.
    """
    found = _findings(draft, proof, case, memory, severity, policy, decisions, earlier)
    findings = waive(found, decisions)
    return _view(draft, proof, subject, findings, wanted=may_create and _wants_ticket(draft, findings))


def _findings(
    draft: ActionDraft,
    proof: Proof,
    case: Case,
    memory: Memory,
    severity: Severity | None,
    policy: Policy,
    decisions: tuple[Decision, ...],
    earlier: tuple[EarlierAction, ...],
) -> tuple[Finding, ...]:
    action_id, about = draft.matched.action_id, f"Action {draft.matched.action_id}"
    ticket = draft.ticket.ref.key if draft.ticket else None
    moves = moves_of(action_id, draft.due, memory)
    return (
        *judge_required(draft, severity, policy),
        *judge_horizon(draft.row, draft.due, case.incident.created_at, about, severity, policy),
        *judge_phrasing(draft.row, about, severity, policy),
        *judge_priority(draft.row, about, severity, policy),
        *judge_repeated(draft.row, earlier, about, severity, policy),
        *_doubts(draft, severity, policy),
        *_gone(draft, proof, case, severity, policy),
        *judge_place(draft, case.incident.ref, memory, severity, policy),
        *judge_need(draft, decisions, severity, policy),
        *judge_moves(action_id, ticket, moves, decisions, severity, policy),
    )


def _wants_ticket(draft: ActionDraft, findings: tuple[Finding, ...]) -> bool:
    """Tell whether everything is there that a ticket needs, and none was made yet."""
    is_complete = draft.row is not None and draft.owner is not None and draft.due is not None and not blocking(findings)
    has_ticket = draft.remembered is not None and draft.remembered.ticket is not None
    return is_complete and not has_ticket and not draft.matched.doubt and draft.routed.place is not None


def _view(draft: ActionDraft, proof: Proof, subject: str, findings: tuple[Finding, ...], *, wanted: bool) -> ActionView:
    owner, due, title = draft.owner_merge, draft.due_merge, draft.title_merge
    return ActionView(
        action_id=draft.matched.action_id,
        description=draft.description,
        row=draft.row,
        remembered=draft.remembered,
        ticket=draft.ticket,
        owner=draft.owner,
        due=draft.due,
        kind=draft.kind,
        criteria=draft.criteria,
        subject=subject,
        proof=proof,
        findings=findings,
        agreed=remember(draft),
        wanted=wanted,
        write_owner=owner is not None and owner.write_ticket,
        write_due=due is not None and due.write_ticket,
        place=draft.routed.place,
        write_title=title is not None and title.write,
        titled=title.says if title is not None else "",
    )


def _doubts(draft: ActionDraft, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    """Ambiguous rows and values that both sides changed: a person chooses."""
    if draft.matched.doubt:
        ask = "Please give each row its own id (A1, A2 …), the one that its ticket carries."
        yield _open("action_identity", draft, draft.matched.doubt, ask, severity, policy)
    ticket = draft.ticket.ref.locator if draft.ticket else ""
    for name, merge in (("owner", draft.owner_merge), ("due date", draft.due_merge)):
        if merge is not None and merge.conflict:
            row_says = (draft.row.owner if name == "owner" else _day(draft.row.due)) if draft.row else ""
            reason = f"its {name} was changed in the table ({row_says}) and on {ticket}, each to something else"
            ask = f"Please make both say the same; until then the {name} of the ticket counts."
            yield _open("action_agreement", draft, reason, ask, severity, policy)
    if draft.title_merge is not None and draft.title_merge.conflict:
        reason = f"what is to be done was changed in the table and in the title of {ticket}, each to something else"
        ask = "Please make both say the same; until then the ticket keeps its title."
        yield _open("action_agreement", draft, reason, ask, severity, policy)


def _gone(draft: ActionDraft, proof: Proof, case: Case, severity: Severity | None, policy: Policy) -> Iterator[Finding]:
    """A ticket that cannot be found, or a row that is gone while its ticket is there; neither once the risk of not doing the action is accepted."""
    ticket = draft.remembered.ticket if draft.remembered is not None else None
    if ticket is None or proof.state is ProofState.RISK_ACCEPTED:
        return
    action = draft.matched.action_id
    if draft.has_lost_its_ticket(case):
        # Where it is kept from our account, or was made into something else, the tracker does not say so (S18).
        reason = f"its ticket {ticket.locator} {case.fates.get(ticket.key, Fate.LOST)}"
        line = f"`/accept-risk {action} until:YYYY-MM-DD <why>`"
        ask = f"Please bring it back; where it cannot come back, {line} here, by somebody with the right to accept it."
        yield _open("ticket_missing", draft, reason, ask, severity, policy)
    elif draft.row is None:
        reason = f"its row is gone from the table, its ticket {ticket.locator} is still there"
        ask = f"Please put the row back with the id {action}, or close it with `/accept-risk until:YYYY-MM-DD <why>` on the ticket."
        yield _open("row_missing", draft, reason, ask, severity, policy)


def _open(check: str, draft: ActionDraft, reason: str, ask: str, severity: Severity | None, policy: Policy) -> Finding:
    return Finding(check, f"Action {draft.matched.action_id}", False, policy.level(check, severity), reason, ask)


def _day(value: date | None) -> str:
    return value.isoformat() if value else "no date"


def count_finding(count: int, severity: Severity | None, policy: Policy) -> Finding | None:
    """Return a finding where there are more actions than tickets may be made, else ``None`` (S4)."""
    most = policy.remediation.ticket.max_per_incident
    if count <= most:
        return None
    level, ask = policy.level("ticket_cap", severity), f"Tickets are made for the first {most}; please merge actions."
    return Finding("ticket_cap", "Actions", False, level, f"there are {count} actions", ask)
