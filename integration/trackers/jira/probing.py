"""Finds out what a Jira has and lacks for one project: its deployment first, then the fields and links that the mapping
uses. Reads only.
"""

from dataclasses import dataclass

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.capabilities import Capabilities, Capability
from integration.trackers.jira.client import JiraClient
from integration.trackers.jira.identifiers import is_project
from mappings.models import JiraRelation, Policy

LINK_TYPES = "issueLinkTypes"


@dataclass(frozen=True)
class Probing:
    """Asks with one client."""

    client: JiraClient

    def of(self, project: str, policy: Policy) -> Capabilities:
        """Return what there is. Raises :class:`IssueNotFound` where the project is not to be seen."""
        if not is_project(project):
            raise IssueNotFound(f"{project[:40]!r} is no project key.")
        told = self.client.get("project", project)
        is_desk = told.get("projectTypeKey") == "service_desk"
        features = (
            *self._by_deployment(),
            self._links(policy),
            self._field(
                "due_field",
                policy.remediation.ticket.jira.due_field,
                "due dates of tickets",
                "tickets show no due date; the table in the status comment does",
            ),
            self._field(
                "severity_field",
                policy.severity.jira.field or "",
                "showing the severity",
                "the severity stands in the label and the status comment",
            ),
            self._groups(),
            Capability(
                "service_desk",
                "customers read this project, so our comments there are internal",
                is_desk,
                "comments are as open as the issue",
            ),
        )
        return Capabilities("jira", self._server(), project, features)

    def _by_deployment(self) -> tuple[Capability, ...]:
        # What Data Center lacks or has in some versions only: TRACKERS, "Data Center". None of it can be asked for.
        is_cloud = self.client.is_cloud
        unknown = (
            "" if is_cloud else "It depends on the version; the webhook's page shows whether it asks for a secret."
        )
        return (
            Capability(
                "signatures",
                "deliveries are signed with the webhook's secret",
                True if is_cloud else None,
                "unsigned deliveries are refused, and the sweep finds what changed within minutes",
                why=unknown,
            ),
            Capability(
                "delivery_retries",
                "a delivery that was not accepted comes again",
                is_cloud,
                "the sweep finds what it told of within minutes",
            ),
            Capability(
                "value_rules",
                "a workflow rule may depend on a field's value, so that Jira itself refuses to close",
                is_cloud,
                "the service opens again what was closed too early",
            ),
            Capability(
                "search_by_ids",
                "all tickets of an incident are read with one call",
                is_cloud,
                "each ticket is read by itself",
            ),
        )

    def _links(self, policy: Policy) -> Capability:
        jira = policy.remediation.ticket.jira
        if jira.relation is JiraRelation.SUBTASK:
            kinds = self._listed("issuetype")
            there = None if kinds is None else jira.subtask_type in kinds
            wanted = f"tickets are sub-tasks of the type {jira.subtask_type}"
        else:
            linked = self._link_types()
            there = None if linked is None else jira.link_type in linked
            wanted = f"tickets are linked with {jira.link_type}"
        return Capability("links", wanted, there, "the table in our status comment links each ticket")

    def _link_types(self) -> frozenset[str] | None:
        try:
            listed = self.client.get("issueLinkType").get(LINK_TYPES)
        except (IssueNotFound, TrackerRefused) as unread:
            _raise_unless_forbidden(unread)
            # Jira answers 404 where an administrator has turned links off.
            return frozenset() if isinstance(unread, IssueNotFound) else None
        return frozenset(str(each.get("name")) for each in listed or () if isinstance(each, dict))

    def _listed(self, what: str) -> frozenset[str] | None:
        try:
            return frozenset(str(each.get("name")) for each in self.client.get_list(what))
        except (IssueNotFound, TrackerRefused) as unread:
            _raise_unless_forbidden(unread)
            return None

    def _field(self, name: str, field: str, used_for: str, instead: str) -> Capability:
        if not field:
            return Capability(name, f"{used_for}; the mapping uses no field", is_there=None)
        there = self.client.fields.has(field)
        return Capability(name, f"{used_for}, in the field {field}", there, instead)

    def _groups(self) -> Capability:
        told = self.client.get("mypermissions", query={"permissions": "USER_PICKER"})
        may = bool(((told.get("permissions") or {}).get("USER_PICKER") or {}).get("havePermission"))
        return Capability(
            "find_people",
            "a written name is turned into an account",
            may,
            "owners have to be written as mentions: a name alone names nobody",
        )

    def _server(self) -> str:
        server = self.client.server
        version = ".".join(str(each) for each in server.version)
        if not server.is_cloud:
            return f"Jira Data Center {version}".rstrip()
        return "Jira Cloud, by its gateway" if self.client.is_by_gateway else "Jira Cloud"


def _raise_unless_forbidden(unread: IssueNotFound | TrackerRefused) -> None:
    if isinstance(unread, TrackerRefused) and unread.status == 401:
        raise unread
