"""What became of the place of a ticket: whether it has one, and whether somebody moved it or made something else of it since (issue 6, "Status sync")."""

from integration.postmortem.decisions import Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import IssueRef
from integration.postmortem.rules.drafting import ActionDraft
from mappings.models import Policy, Severity


def judge_place(
    draft: ActionDraft, incident: IssueRef, memory: Memory, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return the finding on where an action's ticket belongs, or that it is not where or what it was opened; nothing where all is as it was."""
    about = f"Action {draft.matched.action_id}"
    if draft.row is not None and draft.routed.problem:
        level = policy.level("action_place", severity)
        return (Finding("action_place", about, False, level, draft.routed.problem, draft.routed.remedy),)
    if moved := "; ".join(filter(None, (_moved(draft, incident, memory), _turned(draft, incident)))):
        level, check = policy.level("ticket_moved", severity), policy.check("ticket_moved")
        return (Finding("ticket_moved", about, False, level, moved, check.asks),)
    return ()


def _moved(draft: ActionDraft, incident: IssueRef, memory: Memory) -> str:
    """Say from where to where, by where it was opened, so that it is said for as long as it is so."""
    intent = memory.intent(f"ticket:{draft.matched.action_id}")
    if draft.ticket is None or draft.remembered is None or intent is None or not intent.created:
        return ""
    now, opened = draft.ticket.ref, draft.remembered.opened
    before = intent.created.rpartition("#" if "#" in intent.created else "-")[0]
    # A Jira issue keeps its id wherever it goes. A GitHub issue keeps it only where its repository was renamed.
    is_new = (
        bool(opened) and opened != now.key.id
        if now.key.site == "github"
        else before.casefold() != now.project.casefold()
    )
    if not is_new or now.place.is_same(incident.place):
        return ""
    return f"its ticket was moved from {before} to {now.project}, where it is {now.short}"


def _turned(draft: ActionDraft, incident: IssueRef) -> str:
    """Say what somebody made of a ticket: a sub-task of something else, or an issue of another type."""
    ticket = draft.ticket
    if ticket is None:
        return ""
    if ticket.parent is not None and ticket.parent.key != incident.key:
        return f"its ticket {ticket.ref.short} was made a sub-task of {ticket.parent.short}"
    if ticket.former_type and ticket.former_type.casefold() != ticket.issue_type.casefold():
        return f"the type of its ticket {ticket.ref.short} was changed from {ticket.former_type} to {ticket.issue_type}"
    return ""
