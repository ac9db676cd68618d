"""Reads a case: the incident with one call, its tickets with as few as give the truth.

Cloud's search answers for all tickets at once and is made consistent by naming their ids (``reconcileIssues``); what it
leaves out is read one by one. Data Center's search reads an index that may lag, so tickets are read one by one there.
"""

from dataclasses import dataclass, field
from itertools import islice

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.incident import Case, Comment, Issue, IssueKey, IssueRef
from integration.trackers.base import Elsewhere
from integration.trackers.jira import jql
from integration.trackers.jira.client import JiraClient, Json, Query
from integration.trackers.jira.identifiers import issue_id, numeric
from integration.trackers.jira.marks import PROPERTY
from integration.trackers.jira.translation import (
    Reading,
    closing_of,
    comment_of,
    is_done,
    issue_of,
    linked_refs,
    way_back,
)

MOST_TICKETS = 50  # SECURITY.md S4
COMMENT_PAGE, MOST_COMMENT_PAGES = 100, 5
SEARCH_SHOWS = 20  # Cloud's search shows at most this many comments and changelog entries of an issue.
EXPAND = "renderedFields,changelog,transitions"
_FIELDS = (
    "project",
    "summary",
    "description",
    "issuetype",
    "parent",
    "status",
    "resolution",
    "resolutiondate",
    "statuscategorychangedate",
    "priority",
    "labels",
    "components",
    "assignee",
    "reporter",
    "creator",
    "created",
    "updated",
    "duedate",
    "issuelinks",
    "subtasks",
    "attachment",
    "comment",
)


@dataclass
class Observer:
    """One observation, with the client and what translating needs.

    ``service_desks`` is kept by the tracker and says of each project that was seen whether it is a service desk.
    """

    client: JiraClient
    reading: Reading
    service_desks: dict[str, bool] = field(default_factory=dict)

    def case(self, incident: IssueRef, remembered: tuple[IssueRef, ...]) -> Case:
        """Return the case. Raises :class:`IssueNotFound` where the incident is gone; tickets that are gone are
        named in ``missing``.
        """
        raw = self._get(issue_id(incident))
        linked = {ref.key: ref for ref in linked_refs(raw["fields"], self.reading)}
        wanted = {ref.key: ref for ref in remembered if ref.key.site == "jira"} | linked
        found = self._tickets(tuple(key.id for key in islice(wanted, MOST_TICKETS)))
        case_key = IssueKey("jira", str(raw["id"]))
        tickets = tuple(
            self._issue(found[key.id], case=case_key, linked=key in linked) for key in wanted if key.id in found
        )
        missing = frozenset(ref.key for ref in remembered if ref.key.id not in found and ref.key.site == "jira")
        return Case(self._issue(raw, case=None, linked=False), self.reading.service, tickets, missing)

    def tickets(self, refs: tuple[IssueRef, ...], case: IssueKey) -> tuple[Issue, ...]:
        """Return those of the issues that exist, as tickets of that case."""
        found = self._tickets(tuple(ref.key.id for ref in refs[:MOST_TICKETS]))
        return tuple(self._issue(found[ref.key.id], case=case, linked=False) for ref in refs if ref.key.id in found)

    def tickets_elsewhere(self, case: IssueKey, refs: tuple[IssueRef, ...]) -> Elsewhere:
        """Return tickets here of a case whose incident is on another tracker. Nothing of Jira's own ties them to it, so nothing is lacking."""
        found = self._tickets(tuple(ref.key.id for ref in refs[:MOST_TICKETS]))
        return Elsewhere(
            tuple(self._issue(found[ref.key.id], case=case, linked=True) for ref in refs if ref.key.id in found),
            frozenset(ref.key for ref in refs[:MOST_TICKETS] if ref.key.id not in found),
        )

    def comments(self, issue: IssueRef) -> tuple[tuple[Comment, ...], bool]:
        """Return the comments of an issue, oldest first, and whether there are more than are read (S4)."""
        comments: list[Json] = []
        for _ in range(MOST_COMMENT_PAGES):
            query: Query = {"startAt": len(comments), "maxResults": COMMENT_PAGE, "orderBy": "created"}
            page = self.client.get("issue", issue_id(issue), "comment", query=query)
            comments += page.get("comments") or []
            if not page.get("comments") or len(comments) >= int(page.get("total") or 0):
                return self._comments(comments, issue), False
        return self._comments(comments, issue), True

    def is_service_desk(self, issue: IssueRef) -> bool:
        """Tell whether customers read the comments of the issue's project; asked only where it was not seen before."""
        if issue.project not in self.service_desks:
            self._note_project(issue, self.client.get_issue(issue_id(issue), {"fields": "project"}))
        return self.service_desks[issue.project]

    def _note_project(self, issue: IssueRef, raw: Json) -> None:
        kind = (raw["fields"].get("project") or {}).get("projectTypeKey")
        self.service_desks[issue.project] = kind == "service_desk"

    def _get(self, ticket: str) -> Json:
        query: Query = {"fields": ",".join(self._fields()), "expand": EXPAND, "properties": PROPERTY}
        return self.client.get_issue(numeric(ticket), query)

    def _fields(self) -> tuple[str, ...]:
        gate = (self.reading.gate.id,) if self.reading.gate else ()
        return tuple(dict.fromkeys((*_FIELDS, *(field for _, field in self.reading.mapped_fields), *gate)))

    def _tickets(self, ids: tuple[str, ...]) -> dict[str, Json]:
        found = self._searched(ids) if self.client.is_cloud and len(ids) > 1 else {}
        for each in ids:
            if each not in found or _is_cut(found[each]):
                try:
                    found[each] = self._get(each)
                except IssueNotFound:
                    found.pop(each, None)
        return found

    def _searched(self, ids: tuple[str, ...]) -> dict[str, Json]:
        asked: dict[str, str | int | list[str]] = {
            "jql": jql.with_ids(ids),
            "fields": ",".join(self._fields()),
            "expand": EXPAND,
            "properties": PROPERTY,
            "maxResults": MOST_TICKETS,
            "reconcileIssues": list(ids),
        }
        found: dict[str, Json] = {}
        try:
            for _ in ids:
                page = self.client.get("search", "jql", query=asked)
                found |= {str(each["id"]): each for each in page.get("issues") or () if "fields" in each}
                if page.get("isLast", True) or not page.get("nextPageToken"):
                    break
                asked["nextPageToken"] = str(page["nextPageToken"])
        except TrackerRefused:
            # One deleted ticket makes the whole query wrong; then each is asked for by itself.
            return {}
        return found

    def _issue(self, raw: Json, *, case: IssueKey | None, linked: bool) -> Issue:
        ref = IssueRef(
            IssueKey("jira", str(raw["id"])), str(raw["key"]), f"{self.reading.base_url}/browse/{raw['key']}"
        )
        self._note_project(ref, raw)
        inline = raw["fields"].get("comment")
        # Some Jiras leave the comments out of an issue, or show only some.
        if inline is not None and len(inline["comments"]) >= int(inline.get("total") or 0):
            comments, capped = self._comments(inline["comments"], ref), False
        else:
            comments, capped = self.comments(ref)
        return issue_of(
            raw, comments, self.reading, case=case, capped=capped, linked=linked, reopen_with=self._way_back(raw)
        )

    def _comments(self, raw: list[Json], issue: IssueRef) -> tuple[Comment, ...]:
        found = (comment_of(each, issue, self.reading) for each in raw)
        return tuple(sorted(found, key=lambda comment: (comment.created_at, len(comment.id), comment.id)))

    def _way_back(self, raw: Json) -> str | None:
        if not is_done(raw["fields"].get("status") or {}):
            return None
        offered = raw.get("transitions")
        if offered is None:
            offered = self.client.get("issue", numeric(str(raw["id"])), "transitions").get("transitions") or ()
        return way_back(offered, self.reading.policy)


def _is_cut(raw: Json) -> bool:
    """Tell whether a search left out what the issue itself would show: further comments, or who closed it."""
    comments = (raw["fields"].get("comment") or {}).get("comments") or ()
    changes = raw.get("changelog") or {}
    entries = len(changes.get("histories") or ())
    has_more = entries >= SEARCH_SHOWS or entries < int(changes.get("total") or 0)
    unknown_closer = is_done(raw["fields"].get("status") or {}) and closing_of(raw)[1] is None and has_more
    return len(comments) >= SEARCH_SHOWS or unknown_closer
