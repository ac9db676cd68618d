"""Lists the issues of a project: the latest for the look-back, all of them for reading in."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from integration.errors import TrackerRefused
from integration.trackers.jira import jql
from integration.trackers.jira.changes import route
from integration.trackers.jira.client import JiraClient, Json
from integration.trackers.jira.identifiers import is_project
from integration.trackers.jira.story import LONG_AGO, instant
from integration.trackers.jira.translation import is_done, ref_of, visible
from integration.trackers.listing import Listed, Page

PAGE = 100
_FIELDS = "summary,description,labels,issuetype,status,created"


def latest(client: JiraClient, project: str, label: str) -> tuple[Listed, ...]:
    """Return the issues opened last, with that label where one is given."""
    return _listed(_asked(client, jql.newest_in(_checked(project), label), {}).get("issues") or (), client)


def everything(client: JiraClient, project: str, cursor: str) -> Iterator[Page]:
    """List all issues, the oldest first. The cursor is the instant at which the last of them was opened; a few before it are listed again."""
    since = datetime.fromisoformat(cursor) if cursor else None
    query = jql.opened_in(_checked(project), since, client.server_now())
    found, more = 0, Json()
    while True:
        page = _asked(client, query, more)
        issues = page.get("issues") or ()
        found += len(issues)
        token = str(page.get("nextPageToken") or "")
        is_last = (
            (bool(page.get("isLast", True)) or not token)
            if client.is_cloud
            else not issues or found >= int(page.get("total") or 0)
        )
        listed = _listed(issues, client)
        yield Page(listed, "" if is_last or not listed else listed[-1].created_at.isoformat())
        if is_last:
            return
        more = {"nextPageToken": token} if client.is_cloud else {"startAt": found}


def _checked(project: str) -> str:
    if not is_project(project):
        raise TrackerRefused(f"{project[:40]!r} is no project key.", status=404)
    return project


def _asked(client: JiraClient, query: str, more: Json) -> Json:
    return client.get(*route(client), query={"jql": query, "fields": _FIELDS, "maxResults": PAGE, **more})


def _listed(issues: Iterable[Json], client: JiraClient) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            ref_of(raw, client.server.url),
            visible(raw["fields"].get("summary")),
            visible(raw["fields"].get("description")),
            instant(raw["fields"].get("created")) or LONG_AGO,
            is_done(raw["fields"].get("status") or {}),
            frozenset(map(str, raw["fields"].get("labels") or ())),
            visible(raw["fields"].get("issuetype")),
        )
        for raw in issues
        if isinstance(raw.get("fields"), dict)
    )
