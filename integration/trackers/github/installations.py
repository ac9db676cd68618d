"""An App's installations: the token for a repository is asked for with that repository and the permissions that are
used, kept in this process, and renewed before it ends.

https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.github.answers import server_time
from integration.trackers.github.client import GitHubClient, Json
from integration.trackers.github.identifiers import Repository, path, repository_of
from integration.trackers.github.payloads import AppPayload, Installation, Minted, read, read_all
from integration.trackers.github.permissions import NEEDED, granted
from integration.trackers.github.signin import About, Credential

# A token lives an hour. It is renewed this long before, so that none ends between being taken and being used.
MARGIN = timedelta(minutes=2)
INSTALLATION_PAGES = 10
FOR_NAMES_ONLY = {"metadata": "read"}


@dataclass(frozen=True)
class Token:
    """A token of an installation; ``until`` is by our own clock, the margin taken off."""

    installation: int
    credential: Credential = field(repr=False)
    repositories: frozenset[Repository]
    until: datetime


class Installations:
    """Signs in as the App's installations. All of it may be used by several threads."""

    def __init__(self, app: GitHubClient, clock: Callable[[], datetime]) -> None:
        """``app`` asks as the App itself."""
        self.app = app
        self._clock = clock
        self._lock = RLock()
        self._tokens: dict[About, Token] = {}
        self._installed: dict[Repository, int] = {}
        self._together: dict[Repository, frozenset[Repository]] = {}
        self._apart: dict[Repository, frozenset[Repository]] = {}
        self._app: AppPayload | None = None

    def close(self) -> None:
        """Let go of the connection."""
        self.app.close()

    def who(self) -> AppPayload:
        """Return the App as GitHub describes it, asked once."""
        with self._lock:
            if self._app is None:
                self._app = read(AppPayload, self.app.get(path("app")).body)
            return self._app

    def ours(self) -> tuple[Installation, ...]:
        """Return the installations on the App's own owner: a public App may be installed by anybody (S5)."""
        owner = self.who().owner
        return tuple(
            each
            for each in self._all()
            if owner is not None and each.account is not None and each.account.id == owner.id
        )

    def of(self, repository: Repository) -> int:
        """Return the id of the installation that serves a repository. Raises :class:`IssueNotFound` for none."""
        repository = _folded(repository)
        with self._lock:
            if repository not in self._installed:
                self._find(repository)
            return self._installed[repository]

    def given(self, repository: Repository) -> Mapping[str, str]:
        """Return the permissions that the installation of a repository was given. Raises :class:`IssueNotFound` for none."""
        with self._lock:
            found, _ = self._find(_folded(repository))
        return found.permissions

    def cover(self, repository: Repository, others: frozenset[Repository]) -> None:
        """Let the repository's token reach these as well: an issue and its ticket elsewhere are linked with one."""
        repository = _folded(repository)
        same_owner = {_folded(each) for each in others if each.owner.casefold() == repository.owner} - {repository}
        with self._lock:
            self._together[repository] = self._together.get(repository, frozenset()) | same_owner

    def credential(self, about: About) -> Credential:
        """Return the token for a repository, for an installation, or for asking who somebody is."""
        about = _folded(about) if isinstance(about, Repository) else about
        with self._lock:
            token = self._tokens.get(about)
            if token is None or token.until <= self._clock() or not self._wanted(about) <= token.repositories:
                token = self._tokens[about] = self._made(about)
            return token.credential

    def renew(self, refused: Credential) -> bool:
        """Forget a token that was revoked, or ended before its time; there is always another to ask for."""
        with self._lock:
            self._tokens = {about: token for about, token in self._tokens.items() if token.credential != refused}
        return True

    def _wanted(self, about: About) -> frozenset[Repository]:
        if not isinstance(about, Repository):
            return frozenset()
        return (self._together.get(about, frozenset()) | {about}) - self._apart.get(about, frozenset())

    def _made(self, about: About) -> Token:
        if not isinstance(about, Repository):
            return self._minted(about if about is not None else self._any(), {"permissions": FOR_NAMES_ONLY})
        found, moved = self._find(about)
        permissions = granted(NEEDED, found.permissions)
        if moved is not None:
            return self._minted(found.id, {"repository_ids": [moved], "permissions": permissions}, self._wanted(about))
        wanted = self._wanted(about)
        try:
            return self._for_repositories(found.id, wanted, permissions)
        except TrackerRefused as refused:
            if refused.status != 422 or len(wanted) == 1:
                raise
            # The App was not installed on all of them. Then each has a token of its own, and no link between them.
            self._apart[about] = self._apart.get(about, frozenset()) | (wanted - {about})
            return self._for_repositories(found.id, frozenset({about}), permissions)

    def _for_repositories(
        self, installation: int, repositories: frozenset[Repository], permissions: Mapping[str, str]
    ) -> Token:
        names = sorted(each.name for each in repositories)
        return self._minted(installation, {"repositories": names, "permissions": permissions}, repositories)

    def _minted(self, installation: int, body: Json, repositories: frozenset[Repository] = frozenset()) -> Token:
        answer = self.app.write("POST", path("app", "installations", installation, "access_tokens"), body)
        minted = read(Minted, answer.body)
        # Its end is told by GitHub's clock, which need not be ours.
        life = minted.expires_at - (server_time(answer.headers) or self._clock())
        until = self._clock() + max(life - MARGIN, life / 2)
        return Token(installation, Credential("token", minted.token), repositories, until)

    def _find(self, repository: Repository) -> tuple[Installation, int | None]:
        """Return the installation of a repository, and the repository's id where it has another name by now."""
        try:
            answer = self.app.get_fresh(repository.path("installation"))
        except IssueNotFound:
            self._installed.pop(repository, None)
            raise IssueNotFound(f"The App is not installed on {repository}.") from None
        found = read(Installation, answer.body)
        self._installed[repository] = found.id
        return found, answer.repository_id

    def _all(self) -> tuple[Installation, ...]:
        pages = self.app.pages(path("app", "installations"), most=INSTALLATION_PAGES)
        return tuple(each for each in read_all(Installation, pages.items) if each.suspended_at is None)

    def _any(self) -> int:
        first = next(iter(self.ours() or self._all()), None)
        if first is None:
            raise TrackerRefused("The App is installed nowhere.", status=0, detail="no installation")
        return first.id


def _folded(repository: Repository) -> Repository:
    # Names differ in case between what people write and what GitHub shows.
    return repository_of(str(repository).lower())
