"""GitHub behind the port: puts client, reading and acting together for one account on one server."""

from collections.abc import Callable, Iterator
from datetime import datetime

from integration.clock import now
from integration.errors import ConfigError
from integration.postmortem.commands import Command, Outcome
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Tree
from integration.trackers.base import Changes, Cursor, Elsewhere, Spend
from integration.trackers.capabilities import Capabilities
from integration.trackers.examination import Examined
from integration.trackers.github import changes, listing, publishing
from integration.trackers.github.acting import Actor
from integration.trackers.github.client import GitHubClient, Tally
from integration.trackers.github.examining import Examining
from integration.trackers.github.facts import Inquiry
from integration.trackers.github.failures import FailedDelivery, OfApp, OfRepositories
from integration.trackers.github.identifiers import SITE, path, place_of, repository_of
from integration.trackers.github.installations import Installations
from integration.trackers.github.observing import Absences, Observer, read_ticket
from integration.trackers.github.payloads import Account, Ticket, read
from integration.trackers.github.probing import Probing
from integration.trackers.github.settling import Settling
from integration.trackers.github.signin import AppAccess, AsApp, ByToken
from integration.trackers.github.translation import Reader, person_of, ref_of
from integration.trackers.github.writing import Writer
from integration.trackers.listing import Listed, Page, Published
from integration.trackers.markers import Signer
from mappings.models import Policy


class GitHubTracker:
    """The Tracker of one GitHub account."""

    site = SITE

    def __init__(
        self,
        client: GitHubClient,
        signer: Signer,
        app: Installations | None = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """``app`` is there where we sign in as an App; ``client`` then asks with the tokens of its installations."""
        self._client, self._signer, self._app, self._clock = client, signer, app, clock
        self._failures = OfRepositories(client) if app is None else OfApp(client, app, clock)
        self._absences = Absences()
        self._service: Person | None = None

    @property
    def tally(self) -> Tally:
        """Return how many requests were made so far."""
        return self._client.tally

    def token_expires(self) -> datetime | None:
        """Return when our token expires as GitHub said with its answers, or ``None``; those of an App are renewed by themselves."""
        return None if self._app is not None else self._client.token_expires

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()
        if self._app is not None:
            self._app.close()

    def service(self) -> Person:
        """Return our own account, read once; an App has no ``/user``: it writes as a bot with a login and an id."""
        if self._service is None:
            # https://docs.github.com/en/apps/creating-github-apps/about-creating-github-apps: slug[bot]
            where = path("users", f"{self._app.who().slug}[bot]") if self._app else path("user")
            self._service = person_of(read(Account, self._client.get(where).body))
        return self._service

    def locate(self, site_id: str, locator: str) -> IssueRef:
        """Return the present reference of the issue with that id, found by its locator; whichever stands there where no id is known.

        Raises :class:`IssueNotFound` where another issue, or none, stands there.
        """
        place = place_of(locator)
        key = IssueKey(SITE, site_id or str(read(Ticket, self._client.get(place.path()).body).id))
        return ref_of(read_ticket(self._client, key, place))

    def observe(self, case: IssueRef, tickets: tuple[IssueRef, ...], policy: Policy) -> Case:
        """Read the incident with its comments, sub-issues and remembered tickets."""
        return self._observer(policy).case(case, tickets)

    def observe_tickets(self, case: IssueKey, tickets: tuple[IssueRef, ...], policy: Policy) -> Elsewhere:
        """Read tickets here of a case whose incident is on another tracker."""
        return self._observer(policy).tickets(case, tickets)

    def look_up(self, case: IssueRef, needed: FactsNeeded, policy: Policy) -> Facts:
        """Read rights afresh, and whom names mean; a name means somebody only as ``@login``."""
        return Inquiry(self._observer(policy), policy.remediation.evidence).answer(case, needed)

    def apply(self, command: Command, policy: Policy, spend: Spend, *, seek_since: datetime | None = None) -> Outcome:
        """Bring about the wanted state; ``spend`` is asked before each writing request."""
        return Actor(self._observer(policy)).do(command, Writer(self._client, spend), seek_since)

    def changed_since(self, project: str, cursor: Cursor) -> Changes:
        """List what changed in a repository since the cursor; nothing new costs nothing."""
        return changes.changed_since(self._client, repository_of(project), cursor)

    def latest(self, project: str, label: str = "") -> tuple[Listed, ...]:
        """Return the issues opened last: one call."""
        return listing.latest(self._client, repository_of(project), label)

    def everything(self, project: str, cursor: str = "") -> Iterator[Page]:
        """List all issues of a repository, the oldest first."""
        return listing.everything(self._client, repository_of(project), cursor)

    def rest_until(self, reserve: float) -> datetime | None:
        """Return when the hour is over, where less than ``reserve`` of its requests is left."""
        left = self._client.left
        return left[1] if left is not None and left[0] < reserve and left[1] > self._clock() else None

    def is_public(self, project: str) -> bool:
        """Tell whether everybody can read the repository."""
        return publishing.is_public(self._client, repository_of(project))

    def publish(self, project: str, purpose: str, title: str, tree: Tree, policy: Policy) -> Published:
        """Open an issue that belongs to no case, once for its purpose."""
        repository = repository_of(project)
        return publishing.publish(self._client, self._signer, self.service(), repository, purpose, title, tree)

    def calls(self) -> int:
        """Return how many requests were made so far, free ones among them."""
        return self.tally.reads + self.tally.unchanged + self.tally.writes

    def failed_deliveries(self, project: str, since: datetime) -> tuple[FailedDelivery, ...]:
        """Return the webhooks to our receiver that never arrived; none where our token may not see them."""
        return self._failures.since(repository_of(project), since)

    def redeliver(self, project: str, failed: FailedDelivery) -> bool:
        """Ask for a delivery again; tell whether GitHub agreed."""
        return self._failures.again(repository_of(project), failed)

    def in_scope(self) -> frozenset[str]:
        """Return the repositories that our token may push to; of an App, those where its owner has installed it."""
        if self._app is None:
            return changes.in_scope(self._client)
        return changes.in_scope_of_app(self._client, self._app)

    def account(self, issue: IssueRef) -> str:
        """Return whose budget a write to this issue takes from: of an App, that of its installation there."""
        return "" if self._app is None else str(self._app.of(repository_of(issue.project)))

    def probe(self, project: str, policy: Policy) -> Capabilities:
        """Find out what the server and the repository have, and what is done instead of what they lack."""
        return Probing(self._client, self._app).of(repository_of(project), policy)

    def examine(self, project: str, policy: Policy) -> Examined:
        """Look at what our account may see and do in a repository."""
        repository = repository_of(project)
        capabilities = Probing(self._client, self._app).of(repository, policy)
        return Examining(self._client, self._app, self._clock()).of(repository, self.service(), capabilities)

    def settling(self, project: str) -> Settling:
        """Return what sets a repository up with our own token."""
        return Settling(self._client, repository_of(project), self._app.app if self._app is not None else None)

    def _observer(self, policy: Policy) -> Observer:
        reader = Reader(self.service(), self._signer, policy.remediation.ticket.github)
        return Observer(self._client, reader, self._absences)


def connect(
    api_url: str, key: bytes, *, token: str = "", app: AppAccess | None = None, clock: Callable[[], datetime] = now
) -> GitHubTracker:
    """Return the tracker of one account, by its token or as an App; nothing is asked yet. ``key`` signs markers.

    Raises :class:`ConfigError` for neither, and for a private key that is none.
    """
    if app is not None:
        installations = Installations(GitHubClient(api_url, AsApp(app, clock), clock), clock)
        return GitHubTracker(GitHubClient(api_url, installations, clock), Signer(key), installations, clock)
    if not token:
        raise ConfigError("No GitHub account is configured.", where="GITHUB_TOKEN", remedy="Set a token or an App.")
    return GitHubTracker(GitHubClient(api_url, ByToken(token), clock), Signer(key), None, clock)
