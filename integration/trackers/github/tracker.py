"""GitHub behind the port: puts client, reading and acting together for one account on one server."""

from collections.abc import Callable
from datetime import datetime

from github import Auth

from integration.clock import now
from integration.errors import ConfigError
from integration.postmortem.commands import Command, Outcome
from integration.postmortem.incident import Case, Facts, FactsNeeded, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.trackers.base import Changes, Cursor, Spend
from integration.trackers.github import changes
from integration.trackers.github.acting import Actor
from integration.trackers.github.changes import FailedDelivery
from integration.trackers.github.client import GitHubClient, Tally
from integration.trackers.github.facts import Inquiry
from integration.trackers.github.identifiers import SITE, is_login, path, place_of, repository_of
from integration.trackers.github.observing import Capabilities, Observer, read_ticket
from integration.trackers.github.payloads import Account, Ticket, read
from integration.trackers.github.translation import Reader, person_of, ref_of
from integration.trackers.github.writing import Writer
from integration.trackers.markers import Signer
from mappings.models import Policy


class GitHubTracker:
    """The Tracker of one GitHub account."""

    site = SITE

    def __init__(self, client: GitHubClient, signer: Signer, *, login: str = "") -> None:
        self._client, self._signer, self._login = client, signer, login
        self._capabilities = Capabilities()
        self._service: Person | None = None

    @property
    def tally(self) -> Tally:
        """Return how many requests were made so far."""
        return self._client.tally

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def service(self) -> Person:
        """Return our own account, read once; an App has no ``/user``, so its bot is read by its login."""
        if self._service is None:
            where = path("users", self._login) if self._login else path("user")
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

    def look_up(self, case: IssueRef, needed: FactsNeeded, policy: Policy) -> Facts:
        """Read rights afresh, and whom names mean; a name means somebody only as ``@login``."""
        return Inquiry(self._observer(policy)).answer(case, needed)

    def apply(self, command: Command, policy: Policy, spend: Spend, *, seek_since: datetime | None = None) -> Outcome:
        """Bring about the wanted state; ``spend`` is asked before each writing request."""
        return Actor(self._observer(policy)).do(command, Writer(self._client, spend), seek_since)

    def changed_since(self, project: str, cursor: Cursor) -> Changes:
        """List what changed in a repository since the cursor; nothing new costs nothing."""
        return changes.changed_since(self._client, repository_of(project), cursor)

    def failed_deliveries(self, project: str, since: datetime) -> tuple[FailedDelivery, ...]:
        """Return the webhooks to our receiver that never arrived; none where our token may not see them."""
        return changes.failed_deliveries(self._client, repository_of(project), since)

    def redeliver(self, project: str, failed: FailedDelivery) -> bool:
        """Ask for a delivery again; tell whether GitHub agreed."""
        return changes.redeliver(self._client, repository_of(project), failed)

    def in_scope(self) -> frozenset[str]:
        """Return the repositories that our account may push to; of an App, those that it was installed on."""
        return changes.in_scope(self._client, as_app=bool(self._login))

    def _observer(self, policy: Policy) -> Observer:
        reader = Reader(self.service(), self._signer, policy.remediation.ticket.github)
        return Observer(self._client, reader, self._capabilities)


def connect(
    api_url: str,
    key: bytes,
    *,
    token: str = "",
    auth: Auth.Auth | None = None,
    app_login: str = "",
    clock: Callable[[], datetime] = now,
) -> GitHubTracker:
    """Return the tracker of one account; nothing is asked yet.

    ``key`` signs markers. Either ``token``, or for an App ``auth`` (an ``AppInstallationAuth``) with ``app_login``, the
    login of its bot (``slug[bot]``). Raises :class:`ConfigError` for neither.
    """
    if auth is None and not token:
        raise ConfigError("No GitHub account is configured.", where="GITHUB_TOKEN", remedy="Set a token or an App.")
    if app_login and not is_login(app_login):
        raise ConfigError("The App's login cannot be one.", where="GITHUB_APP_ID", remedy="It reads like slug[bot].")
    client = GitHubClient(api_url, auth or Auth.Token(token), clock)
    return GitHubTracker(client, Signer(key), login=app_login)
