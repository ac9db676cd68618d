"""Routes for comments: who may write, edit and delete them, and who sees them."""

from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira import commenting
from integration.sandbox.jira.access import may, require, seen_issue
from integration.sandbox.jira.asking import (
    body,
    caller,
    comment_of,
    desk,
    is_adf,
    listed,
    number,
    site,
    views,
    write_to,
)
from integration.sandbox.jira.fields import read_text
from integration.sandbox.jira.model import Comment, Issue, Person
from integration.sandbox.jira.refusals import JiraRefusal

routes = Blueprint("jira_comments", __name__)
LONGEST_PROPERTY = 32_768
MAY_NOT_EDIT = "You do not have permission to edit this issue."


@routes.get("/issue/<key>/comment")
def comments(key: str) -> dict[str, Any]:
    """The comments that the caller may see, paged; ``orderBy=-created`` for the newest first."""
    issue = seen_issue(site(), caller(), key)
    found = views().comments(issue)
    if request.args.get("orderBy", "").startswith("-"):
        found = found[::-1]
    start, size = (
        number("startAt", 0, 1_000_000),
        number("maxResults", 5000 if site().is_cloud else 1_000_000, 1_000_000),
    )
    page = found[start : start + size]
    return {
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "comments": [_shown(issue, each) for each in page],
    }


@routes.post("/issue/<key>/comment")
def add_comment(key: str) -> tuple[dict[str, Any], int]:
    """Write a comment."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "ADD_COMMENTS", "You do not have permission to comment on this issue.")
    given["body"] = read_text(given.get("body"), is_adf())
    write_to(issue)
    return _shown(issue, commenting.add_comment(desk(), person, issue, given)), 201


@routes.get("/issue/<key>/comment/<comment_id>")
def comment(key: str, comment_id: str) -> dict[str, Any]:
    """One comment."""
    issue = seen_issue(site(), caller(), key)
    return _shown(issue, comment_of(issue, comment_id))


@routes.put("/issue/<key>/comment/<comment_id>")
def edit_comment(key: str, comment_id: str) -> dict[str, Any]:
    """Edit a comment: one's own, or anybody's as an administrator of the project."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    found = comment_of(issue, comment_id)
    _require_own(person, issue, found, "EDIT")
    write_to(issue)
    if "body" in given:
        given["body"] = read_text(given["body"], is_adf())
    commenting.edit_comment(desk(), person, issue, found, given)
    return _shown(issue, found)


@routes.delete("/issue/<key>/comment/<comment_id>")
def delete_comment(key: str, comment_id: str) -> tuple[str, int]:
    """Delete a comment: one's own, or anybody's as an administrator of the project."""
    person = caller()
    issue = seen_issue(site(), person, key)
    found = comment_of(issue, comment_id)
    _require_own(person, issue, found, "DELETE")
    write_to(issue)
    commenting.remove_comment(desk(), person, issue, found)
    return "", 204


@routes.get("/comment/<comment_id>/properties/<name>")
def comment_property(comment_id: str, name: str) -> dict[str, Any]:
    """A comment's property, such as a service desk's ``sd.public.comment``."""
    for issue in site().issues.values():
        for each in issue.comments:
            if each.id == comment_id and name in each.properties:
                seen_issue(site(), caller(), issue.id)
                return {"key": name, "value": each.properties[name]}
    raise JiraRefusal(404, f"Property with key '{name}' not found.")


def _shown(issue: Issue, comment: Comment) -> dict[str, Any]:
    expand = listed("expand")
    return views().comment(issue, comment, is_rendered="renderedBody" in expand, with_properties="properties" in expand)


def _require_own(person: Person, issue: Issue, comment: Comment, verb: str) -> None:
    project = site().project_of(issue)
    if not may(person, project, f"{verb}_ALL_COMMENTS") and not (
        comment.author == person.name and may(person, project, "EDIT_OWN_COMMENTS")
    ):
        shown = "edit" if verb == "EDIT" else "delete"
        raise JiraRefusal(
            400, f"{person.display_name}, you do not have the permission to {shown} the comment with id '{comment.id}'."
        )
