"""Who leads the components that an issue is in. A lead has no right by that.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-project-components/#api-rest-api-2-component-id-get
"""

from typing import Any

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.trackers.jira.client import JiraClient
from integration.trackers.jira.identifiers import issue_id, numeric
from integration.trackers.jira.story import person_of

MOST = 3


def component_leads(client: JiraClient, case: IssueRef) -> tuple[Person, ...]:
    """Return the leads of the issue's first components; none where it is in none, they have none, or they may not be read."""
    try:
        fields = client.get_issue(issue_id(case), {"fields": "components"}).get("fields") or {}
    except (IssueNotFound, TrackerRefused):
        return ()
    leads = (_lead(client, each) for each in (fields.get("components") or ())[:MOST])
    return tuple({lead.id: lead for lead in leads if lead is not None and lead.active}.values())


def _lead(client: JiraClient, component: Any) -> Person | None:
    number = str(component.get("id") or "") if isinstance(component, dict) else ""
    try:
        lead = client.get("component", numeric(number, "component")).get("lead")
    except (IssueNotFound, TrackerRefused):
        return None
    return person_of(lead) if lead else None
