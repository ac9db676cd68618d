"""Makes and unmakes links between issues, and keeps files on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.sandbox.jira.access import seen_issue
from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.model import LINK_TYPES, Attachment, ChangeItem, Issue, Link, LinkType, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site


@dataclass(frozen=True)
class LinkAsked:
    """A link to be made; an end that is None is the issue under edit."""

    kind: LinkType
    inward: Issue | None
    outward: Issue | None


def read_link(
    site: Site, by: Person, given: Mapping[str, Any], issue: Issue | None = None, *, needs_both: bool = False
) -> LinkAsked:
    """Return the link that a body asks for. ``inwardIssue`` is the one that does it ("blocks"), see TRACKERS.md 2.3."""
    wanted = given.get("type") or {}
    kind = next(
        (
            each
            for each in LINK_TYPES
            if wanted.get("id") == each.id or str(wanted.get("name", "")).lower() == each.name.lower()
        ),
        None,
    )
    if kind is None:
        raise JiraRefusal(404, f"No issue link type with name '{wanted.get('name')}' found.")
    ends: list[Issue | None] = []
    for name in ("inwardIssue", "outwardIssue"):
        end = given.get(name)
        ident = (end.get("key") or end.get("id")) if isinstance(end, Mapping) else None
        ends.append(seen_issue(site, by, str(ident)) if ident else issue)
    if (needs_both and None in ends) or (ends[0] is not None and ends[0] is ends[1]):
        raise JiraRefusal(
            400, "You cannot link an issue to itself." if ends[0] else "Both issues of a link must be given."
        )
    return LinkAsked(kind, *ends)


def add_link(desk: Desk, by: Person, asked: LinkAsked, issue: Issue | None = None) -> Link:
    """Make the link, once: Jira keeps a second equal one from appearing. Tells ``issuelink_created``."""
    inward, outward = asked.inward or issue, asked.outward or issue
    if inward is None or outward is None:
        raise JiraRefusal(400, "Both issues of a link must be given.")
    for link in desk.site.links_of(inward):
        if (link.type, link.inward, link.outward) == (asked.kind, inward.id, outward.id):
            return link
    link = Link(desk.site.next_id("link"), asked.kind, inward.id, outward.id)
    desk.site.links[link.id] = link
    _log_link(desk, by, inward, outward, link, is_new=True)
    desk.events.link("created", link)
    return link


def remove_link(desk: Desk, by: Person, link: Link) -> None:
    """Unmake the link. Tells ``issuelink_deleted``."""
    del desk.site.links[link.id]
    _log_link(desk, by, desk.site.issues[link.inward], desk.site.issues[link.outward], link, is_new=False)
    desk.events.link("deleted", link)


def _log_link(desk: Desk, by: Person, inward: Issue, outward: Issue, link: Link, *, is_new: bool) -> None:
    for issue, other, verb in ((inward, outward, link.type.outward), (outward, inward, link.type.inward)):
        line = (other.key, f"This issue {verb} {other.key}")
        item = (
            ChangeItem("Link", "issuelinks", None, None, *line)
            if is_new
            else ChangeItem("Link", "issuelinks", *line, None, None)
        )
        desk.log(by, issue, item)


def attach(desk: Desk, by: Person, issue: Issue, filename: str, *, mime_type: str, content: bytes) -> Attachment:
    """Keep a file on the issue. Tells ``attachment_created`` and an update with the changelog's "Attachment" line."""
    site = desk.site
    attachment = Attachment(site.next_id("attachment"), issue.id, filename, by.name, site.clock(), mime_type, content)
    issue.attachments.append(attachment)
    change = desk.log(by, issue, ChangeItem("Attachment", "attachment", None, None, attachment.id, filename))
    desk.events.attachment("created", issue, attachment)
    desk.events.issue_updated(by, issue, change, "issue_updated")
    return attachment


def detach(desk: Desk, by: Person, attachment: Attachment) -> None:
    """Remove a file."""
    issue = desk.site.issues[attachment.issue_id]
    issue.attachments.remove(attachment)
    change = desk.log(by, issue, ChangeItem("Attachment", "attachment", attachment.id, attachment.filename, None, None))
    desk.events.attachment("deleted", issue, attachment)
    desk.events.issue_updated(by, issue, change, "issue_updated")
