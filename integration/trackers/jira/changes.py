"""Sweeps a project: lists what changed since a cursor, with an overlap, whatever its labels and its status."""

from datetime import timedelta

from integration.errors import TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.trackers.base import Changes, Cursor
from integration.trackers.jira import jql
from integration.trackers.jira.client import JiraClient, Json, Query
from integration.trackers.jira.identifiers import is_project
from integration.trackers.jira.story import instant
from integration.trackers.jira.translation import ref_of

PAGE, MOST_PAGES = 100, 20
FIRST_SPAN = timedelta(days=7)  # How far a project that was never swept is looked back.


def changed_since(client: JiraClient, project: str, cursor: Cursor) -> Changes:
    """Return the issues that changed since ``cursor``, newest first.

    They are asked for oldest first: where more changed than is read at once (2,000), the next sweep goes on from there
    and loses none.
    """
    if not is_project(project):
        raise TrackerRefused(f"{project[:40]!r} is no project key.", status=404)
    base = client.server.url
    at = client.server_now()
    since = cursor.seen or at - FIRST_SPAN
    found: dict[str, tuple[IssueRef, Json]] = {}
    for raw in search(client, jql.changed_in(project, since, at), ("updated",)):
        found[str(raw["id"])] = (ref_of(raw, base), raw)
    times = [moment for _, raw in found.values() if (moment := instant((raw.get("fields") or {}).get("updated")))]
    seen = max([*times, since])
    return Changes(tuple(ref for ref, _ in reversed(found.values())), Cursor(seen, cursor.etag))


def search(client: JiraClient, query: str, fields: tuple[str, ...], most_pages: int = MOST_PAGES) -> list[Json]:
    """Return the issues that answer a bounded query, with ``fields``, at most ``most_pages`` hundred of them."""
    found: list[Json] = []
    asked: dict[str, str | int | list[str]] = {"jql": query, "fields": ",".join(fields), "maxResults": PAGE}
    for _ in range(most_pages):
        page = client.get(*route(client), query=_paged(asked, client, len(found)))
        issues = page.get("issues") or []
        found += issues
        token = page.get("nextPageToken")
        if client.is_cloud:
            if page.get("isLast", True) or not token:
                break
            asked["nextPageToken"] = str(token)
        elif not issues or len(found) >= int(page.get("total") or 0):
            break
    return found


def route(client: JiraClient) -> tuple[str, ...]:
    """Return the path of the search that this Jira knows."""
    # Cloud answers 410 to /search, and Data Center does not know /search/jql.
    return ("search", "jql") if client.is_cloud else ("search",)


def _paged(asked: dict[str, str | int | list[str]], client: JiraClient, start: int) -> Query:
    return asked if client.is_cloud else asked | {"startAt": start}
