"""Opens an issue that belongs to no case, such as a look-back, and finds it again by its label and its mark. Never a second one for one purpose."""

from integration.errors import TrackerUnavailable
from integration.postmortem.writing.tree import Tree
from integration.trackers.jira import jql
from integration.trackers.jira.changes import search
from integration.trackers.jira.client import JiraClient
from integration.trackers.jira.escape import title as escaped_title
from integration.trackers.jira.marks import last_line, purpose_of_text
from integration.trackers.jira.render import WikiWriter
from integration.trackers.jira.translation import ref_of
from integration.trackers.listing import Published, place_key
from integration.trackers.markers import Signer

MOST_PAGES = 5


def publish(
    client: JiraClient, signer: Signer, project: str, purpose: str, title: str, tree: Tree, issue_type: str
) -> Published:
    """Open the issue with a label that names its kind, unless one of that purpose is there."""
    place, label = place_key("jira", project), f"followthrough-{purpose.partition(':')[0]}"
    for raw in search(client, jql.newest_in(project, label), ("description",), MOST_PAGES):
        if purpose_of_text(signer, place, str(raw["fields"].get("description") or "")) == purpose:
            return Published(ref_of(raw, client.server.url), is_new=False)
    fields = {
        "project": {"key": project},
        "summary": escaped_title(title),
        "description": WikiWriter(client.is_cloud).markup(tree, last=last_line(signer, place, purpose)),
        "labels": [label],
        "issuetype": {"name": issue_type},
    }
    made = client.write("POST", "issue", body={"fields": fields})
    if not made.get("id"):
        raise TrackerUnavailable("Jira opened an issue without saying which.", may_have_happened=True)
    return Published(ref_of(made, client.server.url), is_new=True)
