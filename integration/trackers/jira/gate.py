"""Which field of a site is the gate field that its own workflow asks before an issue may be closed."""

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.jira.client import JiraClient
from integration.trackers.jira.fields import FieldInfo
from mappings.models import Policy


def gate_field(client: JiraClient, policy: Policy) -> FieldInfo | None:
    """Return the field that the mapping names, ``None`` where it names none or the site has no such field."""
    named = policy.remediation.reopening.jira_gate_field
    if named is None:
        return None
    try:
        return client.fields.called(named)
    except (IssueNotFound, TrackerRefused) as refused:
        if isinstance(refused, TrackerRefused) and refused.status == 401:
            raise
        return None
