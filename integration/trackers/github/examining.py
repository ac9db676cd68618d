"""What one repository lets our account see and do, read for ``doctor``; nothing is written and nothing judged."""

from dataclasses import dataclass
from datetime import datetime

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.people import Person
from integration.trackers.capabilities import Capabilities
from integration.trackers.examination import Examined, Right, SeenHook, SignIn
from integration.trackers.github.answers import Answer, server_time
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.failures import is_ours
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.installations import Installations
from integration.trackers.github.payloads import AppPayload, Home, Hook, HookConfig, Label, read, read_all
from integration.trackers.github.permissions import NEEDED, granted, missing

# What a classic token may be given and we have use for: the rest reaches further than the work does.
# https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
USED_SCOPES = frozenset({"repo", "public_repo", "admin:repo_hook", "write:repo_hook", "read:repo_hook", "read:org"})
PUSH = Right("write role", "labels, tickets, reopening; and reading what role somebody has", is_held=None)


@dataclass(frozen=True)
class Examining:
    """Asks with one client; ``app`` is there where we sign in as an App."""

    client: GitHubClient
    app: Installations | None
    now: datetime

    def of(self, repository: Repository, account: Person, capabilities: Capabilities) -> Examined:
        """Return what is seen. Raises :class:`IssueNotFound` where the repository is not to be seen."""
        answer = self.client.get_fresh(repository.path())
        home = read(Home, answer.body)
        rights, beyond = self._by_app(repository) if self.app else self._by_token(home, answer)
        is_classic = self.app is None and "x-oauth-scopes" in answer.headers
        return Examined(
            site="github",
            place=home.full_name,
            account=account,
            sign_in=SignIn.APP if self.app else SignIn.CLASSIC if is_classic else SignIn.TOKEN,
            rights=rights,
            beyond=beyond,
            hooks=self._hooks(repository),
            labels=self._labels(repository),
            is_public=not home.private,
            is_archived=home.archived,
            skew=(server_time(answer.headers) or self.now) - self.now,
            capabilities=capabilities,
            token_expires=None if self.app else self.client.token_expires,
            way_back="open",
        )

    def _by_token(self, home: Home, answer: Answer) -> tuple[tuple[Right, ...], tuple[str, ...]]:
        given = home.permissions or {}
        held = given.get("push", False) if given else None
        scopes = {each.strip() for each in answer.headers.get("x-oauth-scopes", "").split(",")} - {""}
        return (Right(PUSH.name, PUSH.used_for, held),), tuple(sorted(scopes - USED_SCOPES))

    def _by_app(self, repository: Repository) -> tuple[tuple[Right, ...], tuple[str, ...]]:
        if self.app is None:
            return (), ()
        given = self.app.given(repository)
        lacking = {need.permission for need in missing(NEEDED, given)}
        rights = tuple(
            Right(f"{need.permission}: {need.level}", need.used_for, need.permission not in lacking, need.is_required)
            for need in NEEDED
        )
        used = granted(NEEDED, given)
        beyond = tuple(f"{name}: {level}" for name, level in sorted(given.items()) if used.get(name) != level)
        return rights, beyond

    def _hooks(self, repository: Repository) -> tuple[SeenHook, ...] | None:
        try:
            return self._of_app() if self.app else self._of_repository(repository)
        except (IssueNotFound, TrackerRefused) as unseen:
            _raise_unless_forbidden(unseen)
            return None

    def _of_app(self) -> tuple[SeenHook, ...]:
        if self.app is None:
            return ()
        config = read(HookConfig, self.app.app.get_fresh(path("app", "hook", "config")).body)
        told = read(AppPayload, self.app.app.get_fresh(path("app")).body)
        if not is_ours(config.url):
            return ()
        return (SeenHook(str(config.url), True, frozenset(told.events), *_form(config.model_dump())),)

    def _of_repository(self, repository: Repository) -> tuple[SeenHook, ...]:
        hooks = read_all(Hook, self.client.pages(repository.path("hooks"), most=1).items)
        return tuple(
            SeenHook(
                str(hook.config.get("url")),
                hook.active,
                frozenset(hook.events),
                *_form(hook.config),
                last_code=hook.last_response.code if hook.last_response else None,
            )
            for hook in hooks
            if is_ours(hook.config.get("url"))
        )

    def _labels(self, repository: Repository) -> frozenset[str] | None:
        try:
            listed = self.client.pages(repository.path("labels"), most=10)
        except (IssueNotFound, TrackerRefused) as unseen:
            _raise_unless_forbidden(unseen)
            return None
        return frozenset(each.name for each in read_all(Label, listed.items))


def _form(config: dict[str, object]) -> tuple[bool, bool, bool]:
    """Return whether a hook is signed, verifies TLS, and sends JSON. The secret itself is shown as stars."""
    return (
        bool(config.get("secret")),
        str(config.get("insecure_ssl") or "0") == "0",
        config.get("content_type") == "json",
    )


def _raise_unless_forbidden(unseen: IssueNotFound | TrackerRefused) -> None:
    if isinstance(unseen, TrackerRefused) and unseen.status == 401:
        raise unseen
