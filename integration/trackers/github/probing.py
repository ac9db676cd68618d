"""Finds out what a GitHub and one of its repositories have. Reads only; what has no issue to be tried on stays unknown."""

from dataclasses import dataclass

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.capabilities import Capabilities, Capability
from integration.trackers.github.client import GitHubClient, items_of
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.installations import Installations
from integration.trackers.github.payloads import Field, Meta, Ticket, read, read_all
from mappings.models import GithubDue, Policy

A_QUESTION = "query { viewer { login } }"
NO_ISSUE = "There is no issue yet to try it on."
NOT_ALLOWED = "Our account may not see it."


@dataclass(frozen=True)
class Probing:
    """Asks with one client; ``app`` is there where we sign in as an App."""

    client: GitHubClient
    app: Installations | None

    def of(self, repository: Repository, policy: Policy) -> Capabilities:
        """Return what there is. Raises :class:`IssueNotFound` where the repository is not to be seen."""
        self.client.get_fresh(repository.path())
        trial = self._trial(repository)
        features = (
            Capability(
                "sub_issues",
                "tickets stand under their incident",
                self._on(trial, "sub_issues"),
                "the table in our status comment links each ticket, and each ticket names its incident",
                why="" if trial else NO_ISSUE,
            ),
            Capability(
                "dependencies",
                "people may mark what blocks what; the service does not need it",
                self._on(trial, "dependencies", "blocked_by"),
                why="" if trial else NO_ISSUE,
            ),
            self._types(repository, policy),
            self._due(repository, policy),
            Capability(
                "editors",
                "telling whether somebody else rewrote a command",
                self._has_graphql(repository),
                "a command that was edited counts as rewritten: it has to be posted anew",
            ),
            Capability("signatures", "deliveries are signed with the webhook's secret", is_there=True),
            self._redelivery(repository),
        )
        return Capabilities("github", self._server(), str(repository), features)

    def _trial(self, repository: Repository) -> str | None:
        """Return the path of some issue of the repository."""
        listed = self.client.get_fresh(repository.path("issues"), {"state": "all", "per_page": 30})
        tickets = (each for each in read_all(Ticket, items_of(listed)) if each.pull_request is None)
        return next((repository.path("issues", each.number) for each in tickets), None)

    def _on(self, trial: str | None, *segments: str) -> bool | None:
        return None if trial is None else self._answers(f"{trial}/{'/'.join(segments)}")

    def _answers(self, where: str, about: Repository | None = None) -> bool | None:
        """Tell whether there is anything at that path; ``None`` where our account may not ask."""
        try:
            self.client.get_fresh(where, about=about)
        except IssueNotFound:
            return False
        except TrackerRefused as refused:
            if refused.status == 401:
                raise
            return None
        return True

    def _types(self, repository: Repository, policy: Policy) -> Capability:
        wanted = policy.remediation.ticket.github.type
        has = self._answers(repository.path("issue-types"))
        why = NOT_ALLOWED if has is None else ""
        used_for = f"tickets have the type {wanted}" if wanted else "issue types; the mapping uses none"
        return Capability("issue_types", used_for, has, "tickets have their label alone" if wanted else "", why=why)

    def _due(self, repository: Repository, policy: Policy) -> Capability:
        form = policy.remediation.ticket.github
        name = form.due_field if form.due is GithubDue.ISSUE_FIELD else ""
        has: bool | None
        try:
            answer = self.client.get_fresh(path("orgs", repository.owner, "issue-fields"), about=repository)
        except IssueNotFound:
            has, why = False, ""
        except TrackerRefused as refused:
            if refused.status == 401:
                raise
            has, why = None, NOT_ALLOWED
        else:
            fields = read_all(Field, items_of(answer))
            dated = {each.name.casefold() for each in fields if each.data_type == "date"}
            has = name.casefold() in dated if name else True
            why = "" if has else f"There is no field {name} for dates."
        used_for = f"due dates of tickets in the field {name}" if name else "issue fields; the mapping uses none"
        instead = "set remediation.ticket.github.due to line or milestone: until then tickets show no due date"
        return Capability("issue_fields", used_for, has, instead if name else "", why=why)

    def _has_graphql(self, repository: Repository) -> bool:
        try:
            self.client.ask_graphql(A_QUESTION, {}, repository)
        except (TrackerRefused, IssueNotFound) as unread:
            if isinstance(unread, TrackerRefused) and unread.status == 401:
                raise
            return False
        return True

    def _redelivery(self, repository: Repository) -> Capability:
        if self.app is not None:
            try:
                self.app.app.get_fresh(path("app", "hook", "deliveries"), {"per_page": 1})
                has = True
            except (TrackerRefused, IssueNotFound):
                has = False
        else:
            has = self._answers(repository.path("hooks")) is True
        return Capability(
            "redelivery",
            "deliveries that failed are asked for again",
            has,
            "the sweep finds what they told of within minutes",
        )

    def _server(self) -> str:
        try:
            meta = read(Meta, self.client.get_fresh(path("meta")).body)
        except (IssueNotFound, TrackerRefused):
            return "GitHub"
        version = meta.installed_version
        return f"GitHub Enterprise Server {version}" if version else "GitHub"
