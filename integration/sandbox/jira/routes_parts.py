"""Routes for what hangs on an issue: links, remote links, attachments and properties."""

import json
from typing import Any

from flask import Blueprint, Response, request

from integration.sandbox.jira import linking
from integration.sandbox.jira.access import require, seen_issue
from integration.sandbox.jira.asking import (
    body,
    caller,
    desk,
    site,
    views,
    write_to,
)
from integration.sandbox.jira.model import Attachment, Issue, Link
from integration.sandbox.jira.refusals import JiraRefusal

routes = Blueprint("jira_parts", __name__)
LONGEST_PROPERTY = 32_768
MAY_NOT_EDIT = "You do not have permission to edit this issue."


@routes.post("/issueLink")
def link() -> tuple[str, int]:
    """Link two issues. Jira answers 201 without a body; the ends are found by reading the issue."""
    person, given = caller(), body()
    asked = linking.read_link(site(), person, given, needs_both=True)
    for end in (asked.inward, asked.outward):
        if end is not None:
            require(
                site(), person, end, "LINK_ISSUES", "No Link Issue Permission for issue '" + end.key + "'", status=401
            )
            write_to(end)
    linking.add_link(desk(), person, asked)
    return "", 201


@routes.get("/issueLink/<link_id>")
def read_link(link_id: str) -> dict[str, Any]:
    """One link with both ends."""
    return views().link(_link(link_id), None)


@routes.delete("/issueLink/<link_id>")
def unlink(link_id: str) -> tuple[str, int]:
    """Remove a link."""
    found = _link(link_id)
    person = caller()
    require(site(), person, site().issues[found.inward], "LINK_ISSUES", "No Link Issue Permission.", status=401)
    linking.remove_link(desk(), person, found)
    return "", 204


@routes.get("/issue/<key>/remotelink")
def remote_links(key: str) -> Any:
    """The links to other applications; one of them by ``globalId``."""
    issue = seen_issue(site(), caller(), key)
    wanted = request.args.get("globalId")
    if wanted is None:
        return list(issue.remote_links.values())
    for each in issue.remote_links.values():
        if each.get("globalId") == wanted:
            return each
    raise JiraRefusal(404, f"Remote issue link with globalId '{wanted}' does not exist.")


@routes.post("/issue/<key>/remotelink")
def upsert_remote_link(key: str) -> tuple[dict[str, Any], int]:
    """Create (201), or replace as a whole the one with this ``globalId`` (200)."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "LINK_ISSUES", "You do not have permission to link issues in this project.")
    thing = given.get("object")
    if not isinstance(thing, dict) or not thing.get("title") or not thing.get("url"):
        raise JiraRefusal(400, errors={"title": "'title' is required.", "url": "'url' is required."})
    write_to(issue)
    known = next(
        (
            each
            for each in issue.remote_links.values()
            if given.get("globalId") and each.get("globalId") == given["globalId"]
        ),
        None,
    )
    number_ = str(known["id"]) if known else site().next_id("remotelink")
    address = f"{views().stub(issue)['self']}/remotelink/{number_}"
    # What is not given is emptied, not kept.
    kept = {
        name: given[name]
        for name in ("globalId", "application", "relationship", "object")
        if given.get(name) is not None
    }
    issue.remote_links[number_] = {"id": int(number_), "self": address, **kept}
    site().touch()
    return {"id": int(number_), "self": address}, 200 if known else 201


@routes.post("/issue/<key>/attachments")
def attach(key: str) -> list[dict[str, Any]]:
    """Attach the files of a multipart form; 403 without the header against forged forms, 413 left to the server."""
    person = caller()
    issue = seen_issue(site(), person, key)
    if request.headers.get("X-Atlassian-Token", "").lower() not in ("no-check", "nocheck"):
        raise JiraRefusal(403, "XSRF check failed")
    require(
        site(), person, issue, "CREATE_ATTACHMENTS", "You do not have permission to create attachments for this issue."
    )
    files = request.files.getlist("file")
    if not files:
        raise JiraRefusal(400, "No file was sent under the name 'file'.")
    write_to(issue)
    done = [
        linking.attach(
            desk(),
            person,
            issue,
            each.filename or "file",
            mime_type=each.mimetype or "application/octet-stream",
            content=each.read(),
        )
        for each in files
    ]
    return [views().attachment(each) for each in done]


@routes.get("/attachment/<attachment_id>")
def attachment(attachment_id: str) -> dict[str, Any]:
    """What is known of a file."""
    return views().attachment(_attachment(attachment_id))


@routes.get("/attachment/content/<attachment_id>")
def attachment_content(attachment_id: str) -> Response:
    """The file itself."""
    found = _attachment(attachment_id)
    # Never shown in place: a file is whatever somebody uploaded.
    return Response(
        found.content,
        mimetype=found.mime_type,
        headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
    )


@routes.delete("/attachment/<attachment_id>")
def delete_attachment(attachment_id: str) -> tuple[str, int]:
    """Remove a file: one's own, or anybody's as an administrator of the project."""
    person, found = caller(), _attachment(attachment_id)
    right = "DELETE_OWN_ATTACHMENTS" if found.author == person.name else "DELETE_ALL_ATTACHMENTS"
    sentence = "You do not have permission to delete this attachment."
    require(site(), person, site().issues[found.issue_id], right, sentence)
    linking.detach(desk(), person, found)
    return "", 204


@routes.get("/issue/<key>/properties")
def property_keys(key: str) -> dict[str, Any]:
    """The keys of an issue's properties."""
    issue = seen_issue(site(), caller(), key)
    return {"keys": [{"key": name, "self": _property_url(issue, name)} for name in issue.properties]}


@routes.get("/issue/<key>/properties/<name>")
def read_property(key: str, name: str) -> dict[str, Any]:
    """One property."""
    issue = seen_issue(site(), caller(), key)
    if name not in issue.properties:
        raise JiraRefusal(404, f"The property {name} does not exist.")
    return {"key": name, "value": issue.properties[name]}


@routes.put("/issue/<key>/properties/<name>")
def set_property(key: str, name: str) -> tuple[dict[str, Any], int]:
    """Set a property: 201 when new, 200 when it was there. Anybody who may edit the issue may do this."""
    person = caller()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "EDIT_ISSUES", MAY_NOT_EDIT)
    if len(request.get_data()) > LONGEST_PROPERTY or len(name) > 255:
        raise JiraRefusal(400, "The property value is too long.")
    try:
        value = json.loads(request.get_data())
    except (ValueError, RecursionError) as wrong:
        raise JiraRefusal(400, "The property value is not valid JSON.") from wrong
    write_to(issue)
    is_new = name not in issue.properties
    issue.properties[name] = value
    site().touch()
    desk().events.property("set", person, issue, name, value)
    return {}, 201 if is_new else 200


@routes.delete("/issue/<key>/properties/<name>")
def delete_property(key: str, name: str) -> tuple[str, int]:
    """Remove a property."""
    person = caller()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "EDIT_ISSUES", MAY_NOT_EDIT)
    if name not in issue.properties:
        raise JiraRefusal(404, f"The property {name} does not exist.")
    value = issue.properties.pop(name)
    site().touch()
    desk().events.property("deleted", person, issue, name, value)
    return "", 204


def _link(link_id: str) -> Link:
    found = site().links.get(link_id)
    if found is None:
        raise JiraRefusal(404, f"No issue link with id '{link_id}' exists.")
    seen_issue(site(), caller(), found.inward)
    return found


def _attachment(attachment_id: str) -> Attachment:
    for issue in site().issues.values():
        for each in issue.attachments:
            if each.id == attachment_id:
                seen_issue(site(), caller(), issue.id)
                return each
    raise JiraRefusal(404, f"The attachment with id '{attachment_id}' does not exist")


def _property_url(issue: Issue, name: str) -> str:
    return f"{views().stub(issue)['self']}/properties/{name}"
