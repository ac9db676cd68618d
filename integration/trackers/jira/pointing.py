"""Shows on an incident a ticket of an action on another tracker, among its web links, as a link of Jira's own shows one in Jira."""

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import Outcome, Result
from integration.postmortem.incident import IssueRef
from integration.trackers.jira.escape import title as escaped_title
from integration.trackers.jira.identifiers import issue_id
from integration.trackers.jira.writing import Writer

RELATIONSHIP = "action tickets"


def point_to(case: IssueRef, ticket: IssueRef, title: str, writer: Writer) -> Outcome:
    """Make the link, or make it again: Jira keeps one of each ``globalId``, and replaces it. What it refuses is a shortfall: our comment has the link.

    https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-remote-links/#api-rest-api-3-issue-issueidorkey-remotelink-post
    """
    body = {
        "globalId": f"followthrough:{ticket.key}",
        "relationship": RELATIONSHIP,
        "object": {"url": ticket.url, "title": escaped_title(f"{ticket.locator} {title}")},
    }
    try:
        writer.write(case, "POST", "issue", issue_id(case), "remotelink", body=body)
    except (TrackerRefused, IssueNotFound) as refused:
        # The ticket is there by now: whatever the matter is, it was not refused.
        return Outcome(Result.UNCHANGED, writes=writer.writes, shortfall=(f"web link: {refused}",))
    return Outcome(Result.CHANGED, writes=writer.writes)
