"""The sweep: what changed in a repository since the last time, by a constant address, so that "nothing" costs
nothing.
"""

from datetime import UTC, datetime, timedelta

from integration.trackers.base import Changes, Cursor
from integration.trackers.github.answers import server_time
from integration.trackers.github.client import PAGE, GitHubClient, items_of
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.installations import Installations
from integration.trackers.github.payloads import Home, Ticket, read_all
from integration.trackers.github.translation import ref_of

# Changes of the same second, and those that reach GitHub's listing late, are seen twice rather than never.
OVERLAP = timedelta(minutes=2)
SWEEP_PAGES = 100
SCOPE_PAGES = 50


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
        answer = client.get_fresh(client.path_of(answer.next_page), about=repository)
        tickets += read_all(Ticket, items_of(answer))
    seen = max((ticket.updated_at for ticket in tickets), default=cursor.seen or there)
    changed = [each for each in tickets if each.pull_request is None and (oldest is None or each.updated_at >= oldest)]
    # An issue that changed while we turned the page stands on both.
    return Changes(tuple(dict.fromkeys(ref_of(each) for each in changed)), Cursor(_utc(seen) if seen else None, etag))


def in_scope(client: GitHubClient) -> frozenset[str]:
    """Return the repositories that our token may push to."""
    homes = read_all(Home, client.pages(path("user", "repos"), most=SCOPE_PAGES).items)
    return frozenset(
        home.full_name for home in homes if not home.archived and (home.permissions or {}).get("push", False)
    )


def in_scope_of_app(client: GitHubClient, installations: Installations) -> frozenset[str]:
    """Return the repositories on which the App's own owner has installed it."""
    found: set[str] = set()
    for each in installations.ours():
        homes = client.pages(path("installation", "repositories"), most=SCOPE_PAGES, about=each.id)
        found |= {home.full_name for home in read_all(Home, homes.items) if not home.archived}
    return frozenset(found)


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
