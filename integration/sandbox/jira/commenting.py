"""Writes, edits and removes comments, with their audience (role, group, or not the service desk's customers)."""

from collections.abc import Mapping
from typing import Any

from integration.sandbox.jira.access import may
from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.model import Comment, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site


def add_comment(desk: Desk, by: Person, issue: Issue, given: Mapping[str, Any], *, is_quiet: bool = False) -> Comment:
    """Write a comment (``body`` as text) with its audience and properties.

    ``is_quiet`` leaves the telling to the edit that it came with.
    """
    text = given.get("body") or ""
    if not text.strip():
        raise JiraRefusal(400, errors={"comment": "Comment body can not be empty!"})
    site = desk.site
    audience = _audience(site, by, issue, given.get("visibility"))
    properties = {str(each["key"]): each.get("value") for each in given.get("properties") or [] if each.get("key")}
    if by.account_type == "customer":
        # A customer writes to the desk in public.
        properties.pop("sd.public.comment", None)
    at = site.clock()
    comment = Comment(site.next_id("comment"), by.name, text, at, at, by.name, audience, properties)
    issue.comments.append(comment)
    issue.updated = at
    site.touch()
    if not is_quiet:
        desk.events.comment("created", by, issue, comment)
    return comment


def edit_comment(desk: Desk, by: Person, issue: Issue, comment: Comment, given: Mapping[str, Any]) -> None:
    """Change a comment (``body`` as text); its author stays, ``updateAuthor`` is who changed it."""
    text = given.get("body")
    if text is not None:
        if not text.strip():
            raise JiraRefusal(400, errors={"comment": "Comment body can not be empty!"})
        comment.body = text
    if "visibility" in given:
        comment.visibility = _audience(desk.site, by, issue, given["visibility"])
    for each in given.get("properties") or []:
        comment.properties[str(each["key"])] = each.get("value")
    comment.updated_by, comment.updated = by.name, desk.site.clock()
    issue.updated = comment.updated
    desk.site.touch()
    desk.events.comment("updated", by, issue, comment)


def remove_comment(desk: Desk, by: Person, issue: Issue, comment: Comment) -> None:
    """Delete a comment."""
    issue.comments.remove(comment)
    issue.updated = desk.site.clock()
    desk.site.touch()
    desk.events.comment("deleted", by, issue, comment)


def _audience(site: Site, by: Person, issue: Issue, given: Any) -> dict[str, str] | None:
    if not given:
        return None
    kind, value = str(given.get("type")), str(given.get("value", given.get("identifier", "")))
    is_member = may(by, site.project_of(issue), "EDIT_ISSUES")
    if (kind == "role" and is_member) or (kind == "group" and value in by.groups):
        return {"type": kind, "value": value, "identifier": value}
    raise JiraRefusal(
        400, errors={"commentLevel": f"You are currently not a member of the project role or group: {value}."}
    )
