"""Which projects our account may govern where no scope is set: those whose issues it may edit."""

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.jira.client import JiraClient
from integration.trackers.jira.identifiers import is_project

RIGHT = "EDIT_ISSUES"
MOST_PROJECTS = 500


def editable_projects(client: JiraClient) -> tuple[str, ...]:
    """Return the keys of the projects in which our account may edit issues, at most 500 of them."""
    if client.is_cloud:
        try:
            told = client.ask("permissions", "project", body={"permissions": [RIGHT]})
            return tuple(str(each["key"]) for each in (told.get("projects") or ())[:MOST_PROJECTS])
        except (IssueNotFound, TrackerRefused):
            # Some gateways and scoped tokens do not offer this question; then each project is asked about.
            pass
    seen = [str(each.get("key")) for each in client.get_list("project")][:MOST_PROJECTS]
    return tuple(key for key in seen if is_project(key) and _may_edit(client, key))


def _may_edit(client: JiraClient, project: str) -> bool:
    told = client.get("mypermissions", query={"projectKey": project, "permissions": RIGHT})
    return bool(((told.get("permissions") or {}).get(RIGHT) or {}).get("havePermission"))
