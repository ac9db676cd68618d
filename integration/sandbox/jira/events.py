"""Draws webhook bodies in the shapes recorded from Cloud and from Server, which differ in whom they name and leave out.

Cloud: a comment's event carries a cut-down issue; changelog items have ``fieldId``. Server: a comment's event has no
issue at all, and the comment is told twice, the second time as ``jira:issue_updated``. Links are numeric ids on both,
attachments have no ``user``.
"""

from typing import Any

from integration.sandbox.jira.issue_view import fields_of
from integration.sandbox.jira.model import Attachment, Change, Comment, Issue, Link, Person
from integration.sandbox.jira.state import Site
from integration.sandbox.jira.views import Views, wanted

EVENTS = frozenset(
    {
        "jira:issue_created",
        "jira:issue_updated",
        "jira:issue_deleted",
        "comment_created",
        "comment_updated",
        "comment_deleted",
        "issuelink_created",
        "issuelink_deleted",
        "attachment_created",
        "attachment_deleted",
        "issue_property_set",
        "issue_property_deleted",
    }
)
_CUT_DOWN = ("summary", "issuetype", "project", "assignee", "priority", "status")


class Events:
    """Tells the site's webhooks what happened, drawn when it happens: later changes do not show."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def issue_created(self, by: Person, issue: Issue, change: Change) -> None:
        """``jira:issue_created``; Cloud adds the changelog of what was filled in."""
        extra = {"changelog": self._changelog(change)} if self._site.is_cloud else {}
        self._tell("jira:issue_created", issue, self._about(by, issue, "issue_created") | extra)

    def issue_updated(
        self, by: Person, issue: Issue, change: Change | None, kind: str, comment: Comment | None = None
    ) -> None:
        """``jira:issue_updated`` with its changelog, and the comment that was made with it, if any."""
        body = self._about(by, issue, kind)
        if comment is not None:
            body["comment"] = self._views().comment(issue, comment)
        if change is not None:
            body["changelog"] = self._changelog(change)
        self._tell("jira:issue_updated", issue, body)

    def issue_deleted(self, by: Person, issue: Issue) -> None:
        """``jira:issue_deleted``, with the issue as it was."""
        body = self._about(by, issue, "issue_deleted")
        if self._site.is_cloud:
            del body["issue_event_type_name"]
        self._tell("jira:issue_deleted", issue, body)

    def comment(self, verb: str, by: Person, issue: Issue, comment: Comment) -> None:
        """``comment_created|updated|deleted``; Server tells it again as an update of the issue."""
        views = self._views()
        body: dict[str, Any] = {"comment": views.comment(issue, comment)}
        if self._site.is_cloud:
            shown = wanted(fields_of(views, issue, with_comments=False), _CUT_DOWN)
            body["issue"] = {"id": issue.id, "self": views.stub(issue)["self"], "key": issue.key, "fields": shown}
        self._tell(f"comment_{verb}", issue, body)
        if not self._site.is_cloud:
            kind = {
                "created": "issue_commented",
                "updated": "issue_comment_edited",
                "deleted": "issue_comment_deleted",
            }[verb]
            self.issue_updated(by, issue, None, kind, comment)

    def link(self, verb: str, link: Link) -> None:
        """``issuelink_created|deleted``: numeric ids only, and nobody's name."""
        kind = {
            "id": int(link.type.id),
            "name": link.type.name,
            "outwardName": link.type.outward,
            "inwardName": link.type.inward,
            "isSubTaskLinkType": False,
            "isSystemLinkType": False,
        }
        body = {
            "id": int(link.id),
            "sourceIssueId": int(link.inward),
            "destinationIssueId": int(link.outward),
            "issueLinkType": kind,
            "systemLink": False,
        }
        # Jira cannot filter these by JQL, so every webhook gets them.
        self._tell(f"issuelink_{verb}", None, {"issueLink": body})

    def attachment(self, verb: str, issue: Issue, attachment: Attachment) -> None:
        """``attachment_created|deleted``; Cloud names the issue."""
        views = self._views()
        body: dict[str, Any] = {"attachment": views.attachment(attachment)}
        if self._site.is_cloud:
            body["issue"] = {
                "id": issue.id,
                "self": views.stub(issue)["self"],
                "key": issue.key,
                "fields": {"summary": issue.summary},
            }
        self._tell(f"attachment_{verb}", issue, body)

    def property(self, verb: str, by: Person, issue: Issue, key: str, value: Any) -> None:
        """``issue_property_set|deleted``: the issue's id stands in the property's address."""
        address = f"{self._site.base_url}/rest/api/2/issue/{issue.id}/properties/{key}"
        body = {"key": key, "value": value, "self": address}
        about = {"issue": {"id": issue.id, "key": issue.key, "self": self._views().stub(issue)["self"]}}
        self._tell(f"issue_property_{verb}", issue, {"user": self._views().user(by.name), **about, "property": body})

    def _views(self) -> Views:
        # Webhooks speak REST v2 and are not drawn for anybody in particular.
        return Views(self._site, None)

    def _about(self, by: Person, issue: Issue, kind: str) -> dict[str, Any]:
        views = self._views()
        # Cloud leaves the comments out but from deleted issues; Server's events carry all of them.
        fields = fields_of(views, issue, with_comments=not self._site.is_cloud or kind == "issue_deleted")
        shown = {"id": issue.id, "self": views.stub(issue)["self"], "key": issue.key, "fields": fields}
        return {"issue_event_type_name": kind, "user": views.user(by.name), "issue": shown}

    def _changelog(self, change: Change) -> dict[str, Any]:
        return {"id": change.id, "items": self._views().change_items(change)}

    def _tell(self, event: str, issue: Issue | None, body: dict[str, Any]) -> None:
        envelope = {"timestamp": int(self._site.clock().timestamp() * 1000), "webhookEvent": event}
        self._site.send_event(event, envelope | body, issue)
