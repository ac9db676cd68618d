"""Webhooks that never arrived, and asking for them again: of a repository's own hooks, or of the App's one hook.

https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.github.client import PAGE, GitHubClient, items_of
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.installations import Installations
from integration.trackers.github.payloads import Attempt, Home, Hook, HookConfig, read, read_all

DELIVERY_PAGES = 10
OUR_PATH = "/webhooks/github"
# An App has one hook for all its repositories, so a sweep over many of them asks for its deliveries once.
LISTED_FOR = timedelta(seconds=60)
APP_HOOK = 0


@dataclass(frozen=True)
class FailedDelivery:
    """A webhook that did not arrive: the hook (0 is the App's), the attempt, and what it was about."""

    hook: int
    attempt: int
    guid: str
    event: str
    at: datetime


class OfRepositories:
    """The deliveries of hooks that were made on repositories, as far as our token may see them."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    def since(self, repository: Repository, since: datetime) -> tuple[FailedDelivery, ...]:
        """Return the deliveries to our receiver since then that never succeeded. Hooks of others are left alone."""
        try:
            hooks = read_all(Hook, self._client.pages(repository.path("hooks"), most=1).items)
            found: list[FailedDelivery] = []
            for hook in hooks:
                if hook.active and is_ours(hook.config.get("url")):
                    attempts = _attempts(
                        self._client, repository.path("hooks", hook.id, "deliveries"), since, repository
                    )
                    found += failed(hook.id, attempts, since)
        except (TrackerRefused, IssueNotFound):
            return ()
        return tuple(found)

    def again(self, repository: Repository, delivery: FailedDelivery) -> bool:
        """Ask GitHub to deliver again; tell whether it will."""
        where = repository.path("hooks", delivery.hook, "deliveries", delivery.attempt, "attempts")
        return _asked_again(self._client, where)


class OfApp:
    """The deliveries of the App's hook, each with the repository that it was about."""

    def __init__(self, client: GitHubClient, installations: Installations, clock: Callable[[], datetime]) -> None:
        self._client, self._app, self._clock = client, installations.app, clock
        self._listed: tuple[datetime, datetime, tuple[Attempt, ...]] | None = None

    def since(self, repository: Repository, since: datetime) -> tuple[FailedDelivery, ...]:
        """Return the repository's deliveries since then that never succeeded."""
        try:
            repository_id = read(Home, self._client.get(repository.path()).body).id
            mine = [each for each in self._attempts(since) if each.repository_id == repository_id]
        except (TrackerRefused, IssueNotFound):
            return ()
        return tuple(failed(APP_HOOK, mine, since))

    def again(self, repository: Repository, delivery: FailedDelivery) -> bool:
        """Ask GitHub to deliver again; tell whether it will."""
        return _asked_again(self._app, path("app", "hook", "deliveries", delivery.attempt, "attempts"))

    def _attempts(self, since: datetime) -> tuple[Attempt, ...]:
        now = self._clock()
        if self._listed is None or now - self._listed[0] >= LISTED_FOR or since < self._listed[1]:
            url = read(HookConfig, self._app.get(path("app", "hook", "config")).body).url
            found = _attempts(self._app, path("app", "hook", "deliveries"), since) if is_ours(url) else []
            self._listed = (now, since, tuple(found))
        return self._listed[2]


def is_ours(url: object) -> bool:
    """Tell whether a hook calls our receiver."""
    return isinstance(url, str) and url.rstrip("/").endswith(OUR_PATH)


def failed(hook: int, attempts: Iterable[Attempt], since: datetime) -> list[FailedDelivery]:
    """Return the last attempt at each delivery of which none succeeded; ``attempts`` come newest first."""
    listed = list(attempts)
    arrived = {each.guid for each in listed if 200 <= each.status_code < 300}
    latest = {each.guid: each for each in reversed(listed) if each.guid not in arrived and each.delivered_at >= since}
    return [FailedDelivery(hook, each.id, each.guid, each.event, _utc(each.delivered_at)) for each in latest.values()]


def _attempts(client: GitHubClient, where: str, since: datetime, about: Repository | None = None) -> list[Attempt]:
    attempts: list[Attempt] = []
    answer = client.get_fresh(where, {"per_page": PAGE}, about=about)
    for _ in range(DELIVERY_PAGES):
        page = read_all(Attempt, items_of(answer))
        attempts += page
        if answer.next_page is None or not page or page[-1].delivered_at < since:
            break
        answer = client.get_fresh(client.path_of(answer.next_page), about=about)
    return attempts


def _asked_again(client: GitHubClient, where: str) -> bool:
    # It creates no content, and so takes nothing of the write budget.
    try:
        client.write("POST", where)
    except (TrackerRefused, IssueNotFound):
        return False
    return True


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
