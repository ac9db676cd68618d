"""Lists the issues of a repository: the latest for the look-back, all of them for reading in."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from integration.trackers.github.client import PAGE, GitHubClient, items_of
from integration.trackers.github.identifiers import Repository
from integration.trackers.github.payloads import Ticket, read_all
from integration.trackers.github.translation import ref_of
from integration.trackers.listing import Listed, Page

# https://docs.github.com/en/rest/issues/issues#list-repository-issues
_QUERY: dict[str, str | int] = {"state": "all", "sort": "created", "per_page": PAGE}


def latest(client: GitHubClient, repository: Repository, label: str) -> tuple[Listed, ...]:
    """Return the issues opened last, with that label where one is given."""
    asked = {**_QUERY, "direction": "desc"} | ({"labels": label} if label else {})
    return _listed(items_of(client.get_fresh(repository.path("issues"), asked)))


def everything(client: GitHubClient, repository: Repository, cursor: str) -> Iterator[Page]:
    """List all issues, the oldest first: new ones come at the end, so that a page stays what it is. The cursor is the path of the next page."""
    answer = (
        client.get_fresh(client.path_of(cursor), about=repository)
        if cursor
        else client.get_fresh(repository.path("issues"), {**_QUERY, "direction": "asc"})
    )
    while True:
        following = answer.next_page
        yield Page(_listed(items_of(answer)), following or "")
        if following is None:
            return
        answer = client.get_fresh(client.path_of(following), about=repository)


def _listed(items: list[Any]) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            ref_of(ticket),
            ticket.title,
            ticket.body or "",
            _utc(ticket.created_at),
            ticket.state == "closed",
            ticket.label_names,
            ticket.type.name if ticket.type else "",
        )
        for ticket in read_all(Ticket, items)
        if ticket.pull_request is None
    )


def _utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
