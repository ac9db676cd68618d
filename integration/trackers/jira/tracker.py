"""The Jira adapter: the port of ``trackers/base.py`` over one Jira site, Cloud or Data Center."""

from collections.abc import Callable, Iterator
from datetime import datetime

from integration.clock import now
from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import Command, EnsureActionTicket, EnsureGateField, FieldEdit, Outcome
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Tree
from integration.trackers.base import Changes, Cursor, Elsewhere, Spend
from integration.trackers.capabilities import Capabilities
from integration.trackers.examination import Examined
from integration.trackers.jira import listing, publishing
from integration.trackers.jira.acting import Actor
from integration.trackers.jira.changes import changed_since
from integration.trackers.jira.client import JiraAccess, JiraClient
from integration.trackers.jira.examining import Examining, is_public
from integration.trackers.jira.facts import FactFinder
from integration.trackers.jira.gate import gate_field
from integration.trackers.jira.identifiers import is_key, is_project, numeric
from integration.trackers.jira.observing import Observer
from integration.trackers.jira.pointing import point_to
from integration.trackers.jira.probing import Probing
from integration.trackers.jira.scope import editable_projects
from integration.trackers.jira.story import person_of
from integration.trackers.jira.translation import Reading, ref_of
from integration.trackers.jira.writing import Writer
from integration.trackers.listing import Listed, Page, Published
from integration.trackers.markers import Signer
from mappings.models import Policy


def connect(values: JiraAccess, clock: Callable[[], datetime] = now) -> "JiraTracker":
    """Return the adapter for a site. Nothing is asked of it yet, so that a start does not depend on a tracker being
    up.
    """
    return JiraTracker(JiraClient(values, clock), Signer(values.key))


class JiraTracker:
    """One Jira site as the engine sees it."""

    site = "jira"

    def __init__(self, client: JiraClient, signer: Signer) -> None:
        self.client = client
        self._signer = signer
        self._service: Person | None = None
        self._service_desks: dict[str, bool] = {}

    def close(self) -> None:
        """Let go of the connection."""
        self.client.close()

    def service(self) -> Person:
        """Return our own account, read once per process."""
        if self._service is None:
            self._service = person_of(self.client.get("myself"))
        return self._service

    def locate(self, site_id: str, locator: str) -> IssueRef:
        """Return the current reference of the issue; by its key only where no id is known. Raises
        :class:`IssueNotFound`.
        """
        if not site_id and not is_key(locator):
            raise IssueNotFound(f"{locator[:80]!r} is no key of a Jira issue.")
        named = numeric(site_id) if site_id else locator
        return ref_of(self.client.get_issue(named, {"fields": "project"}), self.client.server.url)

    def observe(self, case: IssueRef, tickets: tuple[IssueRef, ...], policy: Policy) -> Case:
        """Read the case: one call for the incident, one for its tickets on Cloud and one each on Data Center."""
        return self._observer(policy, with_gate=True).case(case, tickets)

    def observe_tickets(self, case: IssueKey, tickets: tuple[IssueRef, ...], policy: Policy) -> Elsewhere:
        """Read tickets here of a case whose incident is on another tracker."""
        return self._observer(policy, with_gate=True).tickets_elsewhere(case, tickets)

    def look_up(self, case: IssueRef, needed: FactsNeeded, policy: Policy) -> Facts:
        """Answer what judging needs. Standings cost calls only where the mapping names groups or project roles."""
        sections = (each.jira_field for each in policy.postmortem.sections if each.jira_field)
        text_fields = frozenset({"summary", "description", *sections})
        return FactFinder(self.client, policy.people.jira, text_fields).facts(case, needed)

    def apply(self, command: Command, policy: Policy, spend: Spend, *, seek_since: datetime | None = None) -> Outcome:
        """Bring about the wanted state. A refusal by Jira is an outcome; only unavailable, limited and signed out
        are raised.
        """
        return Actor(self._observer(policy, with_gate=_sets_gate(command))).do(
            command, Writer(self.client, spend), seek_since
        )

    def apply_together(self, commands: tuple[FieldEdit, ...], policy: Policy, spend: Spend) -> tuple[Outcome, ...]:
        """Bring about edits of one issue's fields with one request; an outcome for each, the writes told by the first."""
        with_gate = any(_sets_gate(command) for command in commands)
        return Actor(self._observer(policy, with_gate=with_gate)).do_together(commands, Writer(self.client, spend))

    def point_to(self, case: IssueRef, ticket: IssueRef, title: str, spend: Spend) -> Outcome:
        """Let the incident show a ticket on another tracker, once however often it is asked for."""
        return point_to(case, ticket, title, Writer(self.client, spend))

    def changed_since(self, project: str, cursor: Cursor) -> Changes:
        """List what changed in a project since the cursor, with an overlap of five minutes."""
        return changed_since(self.client, project, cursor)

    def latest(self, project: str, label: str = "") -> tuple[Listed, ...]:
        """Return the issues opened last: one call."""
        return listing.latest(self.client, project, label)

    def everything(self, project: str, cursor: str = "") -> Iterator[Page]:
        """List all issues of a project, the oldest first."""
        return listing.everything(self.client, project, cursor)

    def rest_until(self, reserve: float) -> datetime | None:
        """Jira tells no budget beforehand; it asks to wait when it is spent, and is waited for then."""
        return None

    def is_public(self, project: str) -> bool:
        """Tell whether somebody who is not signed in sees the project, which Jira's "Anyone on the web" allows."""
        return is_public(self.client, project)

    def publish(self, project: str, purpose: str, title: str, tree: Tree, policy: Policy) -> Published:
        """Open an issue that belongs to no case, once for its purpose."""
        kind = policy.remediation.ticket.jira.issue_type
        return publishing.publish(self.client, self._signer, project, purpose, title, tree, kind)

    def calls(self) -> int:
        """Return how many requests were made so far."""
        return self.client.calls

    def in_scope(self) -> frozenset[str]:
        """Return the keys of the projects whose issues our account may edit."""
        return frozenset(filter(is_project, editable_projects(self.client)))

    def account(self, issue: IssueRef) -> str:
        """Jira limits writes per issue, so there is no account's budget."""
        return ""

    def probe(self, project: str, policy: Policy) -> Capabilities:
        """Find out what the site and the project have, and what is done instead of what they lack."""
        return Probing(self.client).of(project, policy)

    def examine(self, project: str, policy: Policy) -> Examined:
        """Look at what our account may see and do in a project."""
        capabilities = Probing(self.client).of(project, policy)
        gate = gate_field(self.client, policy)
        return Examining(self.client, policy, gate, self.client.now()).of(project, self.service(), capabilities)

    def _observer(self, policy: Policy, *, with_gate: bool = False) -> Observer:
        service = self.service()
        if not service.active:
            raise TrackerRefused("Jira calls our own account inactive.", status=401)
        # The site's list of fields is asked for where the gate field is read or written, and not for a mere comment.
        gate = gate_field(self.client, policy) if with_gate else None
        reading = Reading(self.client.server.url, service, self._signer, policy, gate)
        return Observer(self.client, reading, self._service_desks)


def _sets_gate(command: Command) -> bool:
    return isinstance(command, EnsureGateField) or (
        isinstance(command, EnsureActionTicket) and command.gate is not None
    )
