"""What one project lets our account see and do, read for ``doctor``; nothing is written and nothing judged."""

from dataclasses import dataclass
from datetime import datetime

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import GateValue
from integration.postmortem.people import Person
from integration.trackers.capabilities import Capabilities
from integration.trackers.examination import Examined, Gated, Right, SeenHook, SignIn
from integration.trackers.jira import jql
from integration.trackers.jira.changes import search
from integration.trackers.jira.client import JiraClient, Json
from integration.trackers.jira.fields import FieldInfo
from integration.trackers.jira.identifiers import numeric
from integration.trackers.jira.translation import is_done, visible, way_back
from mappings.models import JiraRelation, Policy

OUR_PATH = "/webhooks/jira"
# https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-permissions/#api-rest-api-3-mypermissions-get
NEEDED = (
    ("BROWSE_PROJECTS", "reading incidents and tickets"),
    ("ADD_COMMENTS", "the status comment and answers"),
    ("EDIT_OWN_COMMENTS", "keeping the one status comment up to date"),
    ("EDIT_ISSUES", "labels, severity, due dates"),
    ("CREATE_ISSUES", "action tickets"),
    ("ASSIGN_ISSUES", "giving tickets their owners"),
    ("LINK_ISSUES", "linking tickets to their incident"),
    ("TRANSITION_ISSUES", "opening again what was closed too early"),
)
BEYOND = ("ADMINISTER", "ADMINISTER_PROJECTS", "DELETE_ISSUES")
LATEST = 30  # issues that are looked at for something to try a transition on


def is_public(client: JiraClient, project: str) -> bool:
    """Tell whether everybody sees the project, signed in or not. Atlassian's gateway lets no stranger in, so there it is not told.

    "Browse projects" for anyone: https://support.atlassian.com/jira-cloud-administration/docs/allow-anonymous-access-to-projects/
    """
    return not client.is_by_gateway and client.stranger_sees("project", project)


@dataclass(frozen=True)
class Examining:
    """Asks with one client."""

    client: JiraClient
    policy: Policy
    gate: FieldInfo | None
    now: datetime

    def of(self, project: str, account: Person, capabilities: Capabilities) -> Examined:
        """Return what is seen. Raises :class:`IssueNotFound` where the project is not to be seen."""
        held = self._held(project)
        latest = self._latest(project)
        return Examined(
            site="jira",
            place=project,
            account=account,
            sign_in=SignIn.TOKEN,
            rights=tuple(
                Right(name, used_for, held.get(name), is_required=self._is_used(name)) for name, used_for in NEEDED
            ),
            beyond=tuple(name for name in BEYOND if held.get(name)),
            hooks=self._hooks(),
            labels=None,
            is_public=is_public(self.client, project),
            is_archived=False,
            skew=self.client.server_now() - self.now,
            capabilities=capabilities,
            way_back=self._way_back(latest),
            has_gate_field=self.gate is not None if self.policy.remediation.reopening.jira_gate_field else None,
            gated=self._gated(latest),
        )

    def _is_used(self, right: str) -> bool:
        return right != "LINK_ISSUES" or self.policy.remediation.ticket.jira.relation is not JiraRelation.SUBTASK

    def _held(self, project: str) -> dict[str, bool]:
        asked = ",".join((*(name for name, _ in NEEDED), *BEYOND))
        told = self.client.get("mypermissions", query={"projectKey": project, "permissions": asked})
        return {name: bool(each.get("havePermission")) for name, each in (told.get("permissions") or {}).items()}

    def _hooks(self) -> tuple[SeenHook, ...] | None:
        try:
            listed = self.client.webhooks()
        except (IssueNotFound, TrackerRefused) as unseen:
            if isinstance(unseen, TrackerRefused) and unseen.status == 401:
                raise
            return None
        return tuple(
            SeenHook(
                str(each.get("url")),
                bool(each.get("enabled", True)),
                frozenset(map(str, each.get("events") or ())),
                each["isSigned"] if isinstance(each.get("isSigned"), bool) else None,
                is_json=not each.get("excludeBody"),
            )
            for each in listed
            if str(each.get("url") or "").rstrip("/").endswith(OUR_PATH)
        )

    def _latest(self, project: str) -> list[Json]:
        fields = ("status", *((self.gate.id,) if self.gate else ()))
        return search(self.client, jql.latest_in(project), fields, most_pages=1)[:LATEST]

    def _way_back(self, latest: list[Json]) -> str | None:
        done = next((each for each in latest if is_done((each.get("fields") or {}).get("status") or {})), None)
        return None if done is None else way_back(self._offered(done), self.policy) or ""

    def _gated(self, latest: list[Json]) -> Gated | None:
        """Try, without going through, whether an issue that the field holds could be closed: a condition on a field asks everybody alike."""
        if self.gate is None:
            return None
        for each in latest:
            fields = each.get("fields") or {}
            if visible(fields.get(self.gate.id)) == GateValue.HELD and not is_done(fields.get("status") or {}):
                closing = (move for move in self._offered(each) if is_done(move.get("to") or {}))
                return Gated(str(each.get("key")), tuple(str(move.get("name")) for move in closing))
        return None

    def _offered(self, issue: Json) -> list[Json]:
        return list(self.client.get("issue", numeric(str(issue.get("id"))), "transitions").get("transitions") or ())
