"""Whether each action is specific, assigned, dated and measurable, and which of them get a ticket (DESIGN 5, RULES A3–A5)."""

from datetime import date

from integration.postmortem.assessment import ActionView
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Case, Fate
from integration.postmortem.people import Person
from integration.postmortem.places import Place
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import EarlierAction
from integration.postmortem.rules.drafting import ActionDraft, remember
from integration.postmortem.rules.evidence import Proof
from integration.postmortem.rules.horizons import judge_horizon
from integration.postmortem.rules.moved import judge_place
from integration.postmortem.rules.moving import judge_moves, moves_of
from integration.postmortem.rules.phrasing import accepts_risk, judge_phrasing
from integration.postmortem.rules.priorities import judge_priority
from integration.postmortem.rules.repeating import judge_repeated
from integration.postmortem.rules.resources import judge_need
from integration.postmortem.rules.waiving import waive
from mappings.models import Level, Policy, RequiredField, Severity


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
    about = f"Action {draft.matched.action_id}"
    found = (
        *_field_findings(draft, severity, policy),
        *judge_horizon(draft.row, draft.due, case.incident.created_at, about, severity, policy),
        *judge_phrasing(draft.row, about, severity, policy),
        *judge_priority(draft.row, about, severity, policy),
        *judge_repeated(draft.row, earlier, about, severity, policy),
        *_doubts(draft, case, severity, policy),
        *_gone(draft, case, severity, policy),
        *judge_place(draft, case.incident.ref, memory, severity, policy),
        *judge_need(draft, decisions, severity, policy),
        *judge_moves(
            draft.matched.action_id,
            draft.ticket.ref.key if draft.ticket else None,
            moves_of(draft.matched.action_id, draft.due, memory),
            decisions,
            severity,
            policy,
        ),
    )
    findings = waive(found, decisions)
    complete = draft.row is not None and draft.owner is not None and draft.due is not None and not blocking(findings)
    has_ticket = draft.remembered is not None and draft.remembered.ticket is not None
    wanted = complete and may_create and not has_ticket and not draft.matched.doubt and draft.routed.place is not None
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
        write_owner=draft.owner_merge is not None and draft.owner_merge.write_ticket,
        write_due=draft.due_merge is not None and draft.due_merge.write_ticket,
        place=draft.routed.place,
        write_title=draft.title_merge is not None and draft.title_merge.write,
        titled=draft.title_merge.says if draft.title_merge is not None else "",
    )


def _field_findings(draft: ActionDraft, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    if draft.row is None:
        return ()
    # Of a risk that is lived with, only who answers for it and until when is asked.
    asked = ("description", "owner", "due") if accepts_risk(draft.row, policy) else None
    return tuple(
        _field(draft, entry, severity, policy)
        for entry in policy.remediation.required
        if asked is None or entry.id in asked
    )


def _field(draft: ActionDraft, entry: RequiredField, severity: Severity | None, policy: Policy) -> Finding:
    level = policy.level(f"action.{entry.id}", severity)
    about = f"Action {draft.matched.action_id}"
    problem, remedy = _problem(draft, entry, policy)
    check = f"action.{entry.id}"
    if not problem:
        return Finding(check, about, True, level, _seen(draft, entry))
    return Finding(check, about, False, level, problem, remedy)


def _seen(draft: ActionDraft, entry: RequiredField) -> str:
    """Say what the row says, in few words: a reader checks this at a glance."""
    said = {
        "description": "it says what will be done",
        "owner": f"{draft.owner.called} sees it through" if draft.owner else "",
        "due": f"due {draft.due}" if draft.due else "",
        "criteria": "it says when it works",
        "cause": "it names its cause",
        "priority": f"its priority is {draft.row.priority}" if draft.row else "",
        "kind": f"its kind is {draft.kind}",
    }
    return said.get(entry.id) or f"it says its {entry.id}"


def _problem(draft: ActionDraft, entry: RequiredField, policy: Policy) -> tuple[str, str]:
    row = draft.row
    if row is None:
        return "", ""
    if entry.id == "owner":
        return _owner_problem(draft, entry, policy)
    if entry.id == "due":
        if draft.due is not None or row.due is not None:
            return "", ""
        if row.due_text:
            return f"its date “{row.due_text[:40]}” leaves open which day is meant", "Please write it as YYYY-MM-DD."
        return "it has no date", entry.ask
    value = {
        "description": row.description,
        "horizon": row.horizon,
        "kind": row.kind,
        "criteria": row.criteria,
        "priority": row.priority,
    }.get(entry.id)
    if entry.id in ("cause", "interim", "ticket"):
        value = row.ticket if entry.id == "ticket" else dict(row.fields).get(entry.id, "")
    return ("", "") if value else (f"it does not say its {entry.id}", entry.ask)


def _owner_problem(draft: ActionDraft, entry: RequiredField, policy: Policy) -> tuple[str, str]:
    if draft.owner is not None:
        return "", ""
    row = draft.row
    if row is None or not row.owner:
        return "it has no owner", entry.ask
    if is_group(row.owner, policy):
        return f"“{row.owner[:60]}” is a group", entry.ask
    named = [person for person in draft.named if person.active]
    if len(named) == 1 and draft.ticket is not None:
        return (
            f"nobody is assigned to its ticket {draft.ticket.ref.locator}",
            f"Please assign {named[0].called} there, or somebody else here and there.",
        )
    if len(named) == 1 and draft.routed.place is not None and named[0].site != draft.routed.place.site:
        return _unknown_there(named[0], draft.routed.place)
    if not named:
        return (
            f"the tracker knows no active account “{row.owner[:60]}”",
            "Please mention the owner the way the tracker offers it, one person per action.",
        )
    return (
        f"“{row.owner[:60]}” could be {len(named)} people",
        "Please mention the owner, so that exactly one account is meant.",
    )


def _unknown_there(person: Person, place: Place) -> tuple[str, str]:
    """The ticket is on another tracker, where nothing says who this is (S10)."""
    tracker = {"github": "GitHub", "jira": "Jira"}[place.site]
    problem = f"its ticket belongs in {place.project}, and no account of {person.called} on {tracker} is known that could own it there"
    remedy = f"An administrator can add both accounts of {person.called} under `people` in people.yaml, or please name somebody who is there."
    return problem, remedy


def is_group(owner: str, policy: Policy) -> bool:
    """Tell whether an owner as written is a group of people: "the search team", but not an account of that name."""
    words = normalise(owner).split()
    return (
        "@" not in owner
        and "~" not in owner
        and any(normalise(name) in (words[:1] + words[-1:]) for name in policy.remediation.wording.teams)
    )


def _doubts(draft: ActionDraft, case: Case, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Ambiguous rows and values that both sides changed: a person chooses."""
    about, findings = f"Action {draft.matched.action_id}", []
    if draft.matched.doubt:
        ask = "Please give each row its own id (A1, A2 …), the one that its ticket carries."
        findings.append(
            Finding(
                "action_identity", about, False, policy.level("action_identity", severity), draft.matched.doubt, ask
            )
        )
    ticket = draft.ticket.ref.locator if draft.ticket else ""
    for name, merge in (("owner", draft.owner_merge), ("due date", draft.due_merge)):
        if merge is not None and merge.conflict:
            row_says = (draft.row.owner if name == "owner" else _day(draft.row.due)) if draft.row else ""
            reason = f"its {name} was changed in the table ({row_says}) and on {ticket}, each to something else"
            ask = f"Please make both say the same; until then the {name} of the ticket counts."
            findings.append(
                Finding("action_agreement", about, False, policy.level("action_agreement", severity), reason, ask)
            )
    if draft.title_merge is not None and draft.title_merge.conflict:
        reason = f"what is to be done was changed in the table and in the title of {ticket}, each to something else"
        ask = "Please make both say the same; until then the ticket keeps its title."
        findings.append(
            Finding("action_agreement", about, False, policy.level("action_agreement", severity), reason, ask)
        )
    return tuple(findings)


def _gone(draft: ActionDraft, case: Case, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    remembered = draft.remembered
    if remembered is None or remembered.ticket is None:
        return ()
    about, findings = f"Action {draft.matched.action_id}", []
    if remembered.ticket.key in case.missing and draft.ticket is None:
        # Where it is kept from our account, or was made into something else, the tracker does not say so (S18).
        reason = f"its ticket {remembered.ticket.locator} {case.fates.get(remembered.ticket.key, Fate.LOST)}"
        ask = "Please bring it back; an action that was decided does not end by losing its ticket."
        findings.append(Finding("ticket_missing", about, False, policy.level("ticket_missing", severity), reason, ask))
    if draft.row is None:
        reason = f"its row is gone from the table, its ticket {remembered.ticket.locator} is still there"
        ask = f"Please put the row back with the id {draft.matched.action_id}, or close it with `/accept-risk until:YYYY-MM-DD <why>` on the ticket."
        findings.append(Finding("row_missing", about, False, policy.level("row_missing", severity), reason, ask))
    return tuple(findings)


def _day(value: date | None) -> str:
    return value.isoformat() if value else "no date"


def count_finding(count: int, severity: Severity | None, policy: Policy) -> Finding | None:
    """Return a finding where there are more actions than tickets may be made, else ``None`` (S4)."""
    most = policy.remediation.ticket.max_per_incident
    if count <= most:
        return None
    level: Level = policy.level("ticket_cap", severity)
    return Finding(
        "ticket_cap",
        "Actions",
        False,
        level,
        f"there are {count} actions",
        f"Tickets are made for the first {most}; please merge actions.",
    )
