"""The sweep: what changed in a repository since the last time, by a constant address, so that "nothing" costs
nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integration.errors import IssueNotFound, TrackerRefused
from integration.trackers.base import Changes, Cursor
from integration.trackers.github.answers import server_time
from integration.trackers.github.client import PAGE, GitHubClient, items_of
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.payloads import Attempt, Home, Hook, Ticket, read_all
from integration.trackers.github.translation import ref_of

# Changes of the same second, and those that reach GitHub's listing late, are seen twice rather than never.
OVERLAP = timedelta(minutes=2)
SWEEP_PAGES = 100
DELIVERY_PAGES = 10
SCOPE_PAGES = 50
OUR_PATH = "/webhooks/github"


@dataclass(frozen=True)
class FailedDelivery:
    """A webhook that did not arrive: the hook, the attempt, and what it was about."""

    hook: int
    attempt: int
    guid: str
    event: str
    at: datetime


def changed_since(client: GitHubClient, repository: Repository, cursor: Cursor) -> Changes:
    """List the issues that changed since the cursor, newest first, closed and unlabelled ones included.

    The first sweep takes one page, as a place to go on from.
    """
    # With `since` the address would change each time, and an ETag would never match (TRACKERS section 0).
    query: dict[str, str | int] = {"state": "all", "sort": "updated", "direction": "desc", "per_page": PAGE}
    answer = client.get_fresh(repository.path("issues"), query, etag=cursor.etag)
    if answer.unchanged:
        return Changes((), cursor)
    tickets = list(read_all(Ticket, items_of(answer)))
    etag, there = answer.etag, server_time(answer.headers)
    oldest = cursor.seen - OVERLAP if cursor.seen else None
    for _ in range(SWEEP_PAGES):
        if oldest is None or not tickets or answer.next_page is None or tickets[-1].updated_at < oldest:
            break
        answer = client.get_fresh(client.path_of(answer.next_page))
        tickets += read_all(Ticket, items_of(answer))
    seen = max((ticket.updated_at for ticket in tickets), default=cursor.seen or there)
    changed = [each for each in tickets if each.pull_request is None and (oldest is None or each.updated_at >= oldest)]
    # An issue that changed while we turned the page stands on both.
    return Changes(tuple(dict.fromkeys(ref_of(each) for each in changed)), Cursor(_utc(seen) if seen else None, etag))


def failed_deliveries(client: GitHubClient, repository: Repository, since: datetime) -> tuple[FailedDelivery, ...]:
    """Return the deliveries to our receiver since then that never succeeded; none where our token may not see hooks.

    Hooks of others are left alone.
    https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
    """
    try:
        hooks = read_all(Hook, client.pages(repository.path("hooks"), most=1).items)
        found: list[FailedDelivery] = []
        for hook in hooks:
            if hook.active and str(hook.config.get("url", "")).rstrip("/").endswith(OUR_PATH):
                found += _failed(client, repository, hook.id, since)
    except (TrackerRefused, IssueNotFound):
        return ()
    return tuple(found)


def _failed(client: GitHubClient, repository: Repository, hook: int, since: datetime) -> list[FailedDelivery]:
    attempts: list[Attempt] = []
    answer = client.get_fresh(repository.path("hooks", hook, "deliveries"), {"per_page": PAGE})
    for _ in range(DELIVERY_PAGES):
        page = read_all(Attempt, items_of(answer))
        attempts += page
        if answer.next_page is None or not page or page[-1].delivered_at < since:
            break
        answer = client.get_fresh(client.path_of(answer.next_page))
    arrived = {each.guid for each in attempts if 200 <= each.status_code < 300}
    # Newest first, so the last attempt at each delivery stands for it.
    latest = {each.guid: each for each in reversed(attempts) if each.guid not in arrived and each.delivered_at >= since}
    return [FailedDelivery(hook, each.id, each.guid, each.event, _utc(each.delivered_at)) for each in latest.values()]


def redeliver(client: GitHubClient, repository: Repository, failed: FailedDelivery) -> bool:
    """Ask GitHub to deliver again; tell whether it will. It creates no content, and so takes nothing of the write
    budget.
    """
    try:
        client.write("POST", repository.path("hooks", failed.hook, "deliveries", failed.attempt, "attempts"))
    except (TrackerRefused, IssueNotFound):
        return False
    return True


def in_scope(client: GitHubClient, *, as_app: bool) -> frozenset[str]:
    """Return the repositories that we may push to; of an App, those of its installation."""
    where = path("installation", "repositories") if as_app else path("user", "repos")
    homes = read_all(Home, client.pages(where, most=SCOPE_PAGES).items)
    return frozenset(
        home.full_name
        for home in homes
        if not home.archived and (as_app or (home.permissions or {}).get("push", False))
    )


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
