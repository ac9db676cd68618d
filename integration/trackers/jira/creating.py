"""Creates action tickets and links them; with a time to look back to, first looks for what an unanswered attempt
may have made.
"""

from datetime import datetime

from integration.errors import TrackerError, TrackerUnavailable
from integration.postmortem.commands import EnsureActionTicket, Outcome, Result
from integration.postmortem.incident import IssueKey, IssueRef
from integration.trackers.jira import jql
from integration.trackers.jira.changes import search
from integration.trackers.jira.client import Json
from integration.trackers.jira.edits import assignee
from integration.trackers.jira.escape import title
from integration.trackers.jira.identifiers import is_project, issue_id, issue_key
from integration.trackers.jira.marks import PROPERTY, last_line, property_value
from integration.trackers.jira.observing import Observer
from integration.trackers.jira.render import WikiWriter
from integration.trackers.jira.translation import linked_refs, ref_of
from integration.trackers.jira.writing import Writer
from mappings.models import JiraRelation, LinkDirection, Policy

MOST_SOUGHT_PAGES = 2


def create_ticket(
    command: EnsureActionTicket, observer: Observer, writer: Writer, seek_since: datetime | None
) -> Outcome:
    """Create the ticket, then link it. Where the link does not succeed the ticket is told all the same, with
    ``link`` as shortfall.
    """
    policy = observer.reading.policy
    ticket, linked = (None, False) if seek_since is None else _sought(command, observer, seek_since)
    result = Result.UNCHANGED
    if ticket is None:
        made = writer.write_fields(command.case, "POST", "issue", body=_body(command, observer))
        if not made or not made.get("id"):
            raise TrackerUnavailable("Jira created a ticket without saying which.", may_have_happened=True)
        ticket, result = ref_of(made, observer.reading.base_url), Result.CHANGED
        linked = policy.remediation.ticket.jira.relation is JiraRelation.SUBTASK
    shortfall: tuple[str, ...] = ()
    if not linked:
        try:
            link(command.case, ticket, policy, writer)
            result = Result.CHANGED
        except TrackerError as error:
            # The ticket exists and has to be remembered; the next look sees that the link is missing.
            shortfall = (f"link: {error}",)
    return Outcome(result, ticket=ticket, writes=writer.writes, shortfall=writer.shortfall + shortfall)


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


def _body(command: EnsureActionTicket, observer: Observer) -> Json:
    reading, jira = observer.reading, observer.reading.policy.remediation.ticket.jira
    is_subtask = jira.relation is JiraRelation.SUBTASK
    last = last_line(reading.signer, command.case.key, command.purpose)
    fields: Json = {
        "project": {"key": command.project},
        "issuetype": {"name": jira.subtask_type if is_subtask else jira.issue_type},
        "summary": title(command.title),
        "description": WikiWriter(observer.client.is_cloud).markup(command.tree, last=last),
        "labels": sorted(command.labels),
        jira.due_field: command.due.isoformat(),
    }
    if (owner := assignee(command.owner, observer.client)) is not None:
        fields["assignee"] = owner
    if is_subtask:
        fields["parent"] = {"id": issue_id(command.case)}
    marker = property_value(reading.signer, command.case.key, command.purpose)
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": marker}]}


def _sought(command: EnsureActionTicket, observer: Observer, since: datetime) -> tuple[IssueRef | None, bool]:
    """Return the ticket of that purpose and whether it is linked: among the incident's links, else among new issues
    with the label.
    """
    case_id = issue_id(command.case)
    raw = observer.client.get("issue", case_id, query={"fields": "issuelinks,subtasks"})
    near = linked_refs(raw["fields"], observer.reading)
    if found := _of_purpose(near, command, observer):
        return found, True
    far: dict[IssueKey, IssueRef] = {}
    if is_project(command.project):
        for label in sorted(command.labels)[:1]:
            query = jql.created_with_label(command.project, label, since, observer.client.server_now())
            hits = search(observer.client, query, ("summary",), MOST_SOUGHT_PAGES)
            far |= {ref.key: ref for ref in (ref_of(hit, observer.reading.base_url) for hit in hits)}
    new = tuple(ref for key, ref in far.items() if key not in {each.key for each in near})
    return _of_purpose(new, command, observer), False


def _of_purpose(refs: tuple[IssueRef, ...], command: EnsureActionTicket, observer: Observer) -> IssueRef | None:
    for start in range(0, len(refs), 50):
        for issue in observer.tickets(refs[start : start + 50], command.case.key):
            # The marker is signed, but whoever may edit can copy it; the account that opened the ticket is what they
            # cannot copy.
            if issue.purpose == command.purpose and issue.author.id == observer.reading.service.id:
                return issue.ref
    return None
