"""Creates action tickets and incidents of affected systems, and links them; with a time to look back to, first looks for what an unanswered attempt
may have made.
"""

from datetime import datetime

from integration.errors import TrackerError, TrackerUnavailable
from integration.postmortem.commands import (
    EnsureActionTicket,
    EnsureGeneratedIssue,
    NewIssue,
    Outcome,
    Result,
    opened_at,
)
from integration.postmortem.incident import Issue, IssueRef
from integration.trackers.jira import jql
from integration.trackers.jira.changes import search
from integration.trackers.jira.client import Json
from integration.trackers.jira.edits import assignee
from integration.trackers.jira.escape import title
from integration.trackers.jira.identifiers import is_project, issue_id, issue_key
from integration.trackers.jira.marks import PROPERTY, last_line, property_value
from integration.trackers.jira.observing import MOST_TICKETS, Observer
from integration.trackers.jira.render import WikiWriter
from integration.trackers.jira.translation import linked_refs, ref_of
from integration.trackers.jira.writing import Writer
from mappings.models import JiraRelation, LinkDirection, Policy

SITE = "jira"
MOST_SOUGHT_PAGES = 2


def create_ticket(command: NewIssue, observer: Observer, writer: Writer, seek_since: datetime | None) -> Outcome:
    """Create the ticket, then link it. Where the link does not succeed the ticket is told all the same, with
    ``link`` as shortfall.
    """
    policy = observer.reading.policy
    ticket, linked = (None, False) if seek_since is None else _sought(command, observer, seek_since)
    result, was_found = Result.UNCHANGED, ticket is not None
    if ticket is None:
        made = writer.write_fields(opened_at(command), "POST", "issue", body=_body(command, observer))
        if not made or not made.get("id"):
            raise TrackerUnavailable("Jira created a ticket without saying which.", may_have_happened=True)
        ticket, result = ref_of(made, observer.reading.base_url), Result.CHANGED
        linked = _is_subtask(command, policy)
    linked = linked or command.case.key.site != SITE  # Jira links only its own issues; the texts name each other.
    shortfall: tuple[str, ...] = ()
    if not linked:
        try:
            link(command.case, ticket, policy, writer)
            result = Result.CHANGED
        except TrackerError as error:
            # The ticket exists and has to be remembered; the next look sees that the link is missing.
            shortfall = (f"link: {error}",)
    shortfall = _told(writer.shortfall, observer) + shortfall
    # A ticket that was found says nothing here of its gate field, so it is written as if it were empty.
    wants_gate = isinstance(command, EnsureActionTicket) and command.gate is not None
    gate = ("gate: not set when it was created",) if wants_gate and was_found else ()
    return Outcome(result, ticket=ticket, writes=writer.writes, shortfall=shortfall + gate)


def _told(shortfall: tuple[str, ...], observer: Observer) -> tuple[str, ...]:
    """Call the gate field by what it is for, as its id tells nobody anything."""
    gate = observer.reading.gate
    return tuple(f"gate: {said}" if gate and said.startswith(f"{gate.id}:") else said for said in shortfall)


def link(case: IssueRef, ticket: IssueRef, policy: Policy, writer: Writer) -> None:
    """Link a ticket to its incident as the mapping says. Jira keeps an equal second link from appearing.

    ``inwardIssue`` is the one that acts: with the type Blocks, ``inwardIssue`` blocks ``outwardIssue``
    (developer.atlassian.com/cloud/jira/platform/issue-linking-model).
    """
    jira = policy.remediation.ticket.jira
    ends = (case, ticket) if jira.link_direction is LinkDirection.OUTWARD else (ticket, case)
    inward, outward = ({"key": issue_key(end)} for end in ends)
    writer.write(
        ticket,
        "POST",
        "issueLink",
        body={"type": {"name": jira.link_type}, "inwardIssue": inward, "outwardIssue": outward},
    )


def _is_subtask(command: NewIssue, policy: Policy) -> bool:
    """Tell whether the new issue hangs below its incident; another incident never does."""
    relation = policy.remediation.ticket.jira.relation
    is_of_action = isinstance(command, EnsureActionTicket) and relation is JiraRelation.SUBTASK
    # A sub-task is always of its parent's own project.
    return is_of_action and opened_at(command) == command.case


def _body(command: NewIssue, observer: Observer) -> Json:
    reading = observer.reading
    last = last_line(reading.signer, command.case.key, command.purpose)
    fields: Json = {
        "project": {"key": command.project},
        "summary": title(command.title),
        "description": WikiWriter(observer.client.is_cloud).markup(command.tree, last=last),
        "labels": sorted(command.labels),
    }
    if isinstance(command, EnsureActionTicket):
        fields |= _of_action(command, observer)
    else:
        fields["issuetype"] = {"name": command.issue_type or reading.policy.remediation.ticket.jira.issue_type}
    marker = property_value(reading.signer, command.case.key, command.purpose)
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": marker}]}


def _of_action(command: EnsureActionTicket, observer: Observer) -> Json:
    """Return the fields that only an action's ticket has: its type, due date, owner, and parent."""
    reading = observer.reading
    jira = reading.policy.remediation.ticket.jira
    is_subtask = _is_subtask(command, reading.policy)
    fields: Json = {
        "issuetype": {"name": jira.subtask_type if is_subtask else jira.issue_type},
        jira.due_field: command.due.isoformat(),
    }
    if (owner := assignee(command.owner, observer.client)) is not None:
        fields["assignee"] = owner
    if is_subtask:
        fields["parent"] = {"key": issue_key(command.case)}
    if command.gate is not None and reading.gate is not None:
        fields[reading.gate.id] = command.gate.value
    return fields


def _sought(command: NewIssue, observer: Observer, since: datetime) -> tuple[IssueRef | None, bool]:
    """Return the ticket of that purpose and whether it is linked: among the incident's links, else among new issues
    with the label.

    Whoever may read a marker can copy it, so a ticket that our own account opened goes before any other.
    """
    near = _linked(command.case, observer)
    sound = _of_purpose(near, command, observer)
    if not any(_is_ours(issue, observer) for issue in sound):
        sound += _of_purpose(
            tuple(ref for ref in _new_ones(command, observer, since) if ref not in near), command, observer
        )
    ours = [issue for issue in sound if _is_ours(issue, observer)]
    found = next(iter(ours or sound), None)
    return (found.ref, found.ref in near) if found else (None, False)


def _linked(case: IssueRef, observer: Observer) -> tuple[IssueRef, ...]:
    if case.key.site != SITE:
        return ()
    raw = observer.client.get_issue(issue_id(case), {"fields": "issuelinks,subtasks"})
    return linked_refs(raw["fields"], observer.reading)


def new_one_of_purpose(command: EnsureGeneratedIssue, observer: Observer, since: datetime) -> IssueRef | None:
    """Return the issue of that purpose that our own account opened since an instant, or ``None``."""
    sound = _of_purpose(_new_ones(command, observer, since), command, observer)
    return next((issue.ref for issue in sound if _is_ours(issue, observer)), None)


def _new_ones(command: NewIssue | EnsureGeneratedIssue, observer: Observer, since: datetime) -> tuple[IssueRef, ...]:
    if not is_project(command.project):
        return ()
    found: dict[IssueRef, None] = {}
    for label in sorted(command.labels)[:1]:
        query = jql.created_with_label(command.project, label, since, observer.client.server_now())
        hits = search(observer.client, query, ("summary",), MOST_SOUGHT_PAGES)
        found |= dict.fromkeys(ref_of(hit, observer.reading.base_url) for hit in hits)
    return tuple(found)


def _of_purpose(
    refs: tuple[IssueRef, ...], command: NewIssue | EnsureGeneratedIssue, observer: Observer
) -> list[Issue]:
    parts = (refs[start : start + MOST_TICKETS] for start in range(0, len(refs), MOST_TICKETS))
    read = (issue for part in parts for issue in observer.tickets(part, command.case.key))
    return [issue for issue in read if issue.purpose == command.purpose]


def _is_ours(issue: Issue, observer: Observer) -> bool:
    return issue.author.id == observer.reading.service.id
