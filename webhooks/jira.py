"""Jira's deliveries, Cloud and Data Center: which issues does one speak of? Nothing else is believed (S2)."""

import re

from flask import Blueprint, Response

from integration.wakeups import WakeUp
from webhooks.deliveries import Headers, Payload, Sender, read_event, read_payload, wrong_shape
from webhooks.receiving import Door

SITE = "jira"
# https://developer.atlassian.com/cloud/jira/platform/webhooks/; Data Center sends no identifier, there the body counts.
SENDER = Sender(site=SITE, signature_header="X-Hub-Signature", id_header="X-Atlassian-Webhook-Identifier")

# Events that can concern a case. Every other event (worklogs, sprints, versions, issue properties) is answered 204.
ISSUE_EVENTS = frozenset({"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"})
COMMENT_EVENTS = frozenset({"comment_created", "comment_updated", "comment_deleted"})
ATTACHMENT_EVENTS = frozenset({"attachment_created", "attachment_deleted"})
LINK_EVENTS = frozenset({"issuelink_created", "issuelink_deleted"})

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,254}-[1-9][0-9]{0,18}", re.ASCII)
_COMMENT_PATH = re.compile(r"/issue/([1-9][0-9]{0,18})/comment/", re.ASCII)


class Issue(Payload):
    """An issue, as far as it is read. Jira sends ids as text here."""

    id: str | int
    key: str = ""


class Comment(Payload):
    """A comment, as far as it is read: its own address, which names the issue by id."""

    self: str = ""


class Link(Payload):
    """A link between two issues; both are named by number alone, without a key."""

    sourceIssueId: int | str
    destinationIssueId: int | str


class JiraPayload(Payload):
    """What is read of any of Jira's payloads."""

    webhookEvent: str
    issue: Issue | None = None
    comment: Comment | None = None
    issueLink: Link | None = None


def read_wakeups(_headers: Headers, body: bytes, at: float) -> tuple[WakeUp, ...]:
    """Return the issues that may have changed; none for an event that can concern no case.

    ``at`` is the arrival in Unix seconds. Raises :class:`DeliveryRejected` 400 for what cannot be read.
    """
    payload = read_payload(JiraPayload, body)
    event = read_event(payload.webhookEvent, "webhookEvent")
    if event in LINK_EVENTS:
        if payload.issueLink is None:
            raise wrong_shape("issueLink")
        ends = (payload.issueLink.sourceIssueId, payload.issueLink.destinationIssueId)
        return tuple(_wakeup(end, "", event, at, "issueLink") for end in ends)
    if event not in ISSUE_EVENTS | COMMENT_EVENTS | ATTACHMENT_EVENTS:
        return ()
    if payload.issue is not None:
        return (_wakeup(payload.issue.id, payload.issue.key, event, at, "issue.id"),)
    if event in ATTACHMENT_EVENTS:
        return ()  # Data Center may name no issue here; it sends jira:issue_updated as well.
    # Data Center's comment_* carry no issue, only the comment with its own address.
    found = _COMMENT_PATH.search(payload.comment.self) if payload.comment and event in COMMENT_EVENTS else None
    if found is None:
        raise wrong_shape("issue")
    return (_wakeup(found[1], "", event, at, "comment.self"),)


def _wakeup(identifier: str | int, key: str, event: str, at: float, field: str) -> WakeUp:
    text = str(identifier)
    if not _ID.fullmatch(text):
        raise wrong_shape(field)
    # The id is enough to find the issue, so an odd key is dropped instead of reaching a client library (S17).
    return WakeUp(SITE, text, key if _KEY.fullmatch(key) else "", event, at)


def blueprint(door: Door, secrets: tuple[bytes, ...]) -> Blueprint:
    """Return the route of Jira's deliveries; ``secrets`` are those that may have signed them."""
    routes = Blueprint(SITE, __name__)

    @routes.post("/webhooks/jira")
    def receive() -> Response:
        return door.receive(SENDER, secrets, read_wakeups)

    return routes
