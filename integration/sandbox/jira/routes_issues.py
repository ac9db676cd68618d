"""Routes that open, read, edit, assign, move and delete issues."""

from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira import moves
from integration.sandbox.jira.access import may, require, seen_issue
from integration.sandbox.jira.asking import body, caller, desk, is_adf, listed, number, site, views, write_to
from integration.sandbox.jira.fields import Asked, read_fields
from integration.sandbox.jira.issue_view import issue_json, transition_json
from integration.sandbox.jira.model import Issue, Person, Project
from integration.sandbox.jira.operations import read_operations
from integration.sandbox.jira.refusals import JiraRefusal

routes = Blueprint("jira_issues", __name__)
MOST_AT_ONCE = 50
MAY_NOT_EDIT = "You do not have permission to edit issues in this project."


@routes.post("/issue")
def create() -> tuple[dict[str, Any], int]:
    """Open an issue, with properties and links when given."""
    issue = _create(caller(), body())
    return _created(issue), 201


@routes.post("/issue/bulk")
def create_many() -> tuple[dict[str, Any], int]:
    """Open up to 50 issues; those that are refused are named, the others stay. 400 when all were refused."""
    updates = body().get("issueUpdates")
    if not isinstance(updates, list) or not 0 < len(updates) <= MOST_AT_ONCE:
        raise JiraRefusal(400, f"The number of issues to create must be between 1 and {MOST_AT_ONCE}.")
    done: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for at, asked in enumerate(updates):
        try:
            done.append(_created(_create(caller(), asked)))
        except JiraRefusal as refused:
            errors.append({"status": refused.status, "elementErrors": refused.body(), "failedElementNumber": at})
    return {"issues": done, "errors": errors}, 201 if done else 400


@routes.get("/issue/<key>")
def read(key: str) -> dict[str, Any]:
    """One issue, with the asked fields, expansions and properties."""
    issue = seen_issue(site(), caller(), key)
    return issue_json(views(), issue, fields=listed("fields"), expand=listed("expand"), properties=listed("properties"))


@routes.put("/issue/<key>")
def edit(key: str) -> tuple[str, int]:
    """Set fields and carry out ``update`` operations, all or none. 204 also when nothing differs."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "EDIT_ISSUES", MAY_NOT_EDIT)
    project = site().project_of(issue)
    asked = Asked(site(), person, project, issue, is_adf())
    work = read_operations(asked, given.get("update") or {})
    values = read_fields(asked, {**(given.get("fields") or {}), **work.fields(issue)})
    if not (values or work or given.get("properties")):
        raise JiraRefusal(400, "one of 'fields' or 'update' required")
    write_to(issue)
    comment = work.add_comments(desk(), person, issue)
    desk().edit(person, issue, values, comment)
    work.add_links(desk(), person, issue)
    _set_properties(person, issue, given)
    return "", 204


@routes.delete("/issue/<key>")
def delete(key: str) -> tuple[str, int]:
    """Delete an issue; with sub-tasks only when ``deleteSubtasks`` says so."""
    person = caller()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "DELETE_ISSUES", "You do not have permission to delete issues in this project.")
    if site().subtasks_of(issue) and request.args.get("deleteSubtasks", "").lower() != "true":
        raise JiraRefusal(
            400,
            f"The issue '{issue.key}' has subtasks.  You must specify the 'deleteSubtasks' parameter "
            "to delete this issue and all its subtasks.",
        )
    desk().delete(person, issue)
    return "", 204


@routes.put("/issue/<key>/assignee")
def assign(key: str) -> tuple[str, int]:
    """Give the issue to somebody (``accountId`` or ``name``), or with null to nobody."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    require(site(), person, issue, "ASSIGN_ISSUES", "You do not have permission to assign issues.")
    ident = given.get("accountId") if site().is_cloud else given.get("name")
    wanted = None if ident is None else {"accountId" if site().is_cloud else "name": ident}
    values = read_fields(Asked(site(), person, site().project_of(issue), issue, is_adf()), {"assignee": wanted})
    write_to(issue)
    desk().edit(person, issue, values)
    return "", 204


@routes.get("/issue/<key>/transitions")
def transitions(key: str) -> dict[str, Any]:
    """The transitions that the caller could make now."""
    issue = seen_issue(site(), caller(), key)
    with_fields = "transitions.fields" in listed("expand")
    found = [
        each
        for each in moves.available(site(), caller(), issue)
        if request.args.get("transitionId", each.id) == each.id
    ]
    return {
        "expand": "transitions",
        "transitions": [transition_json(views(), issue, each, with_fields=with_fields) for each in found],
    }


@routes.post("/issue/<key>/transitions")
def move(key: str) -> tuple[str, int]:
    """Make a transition, with its screen's fields and a comment."""
    person, given = caller(), body()
    issue = seen_issue(site(), person, key)
    # Jira takes the id as a number too, which the client library sends.
    transition = moves.chosen(site(), person, issue, str((given.get("transition") or {}).get("id", "")))
    fields = dict(given.get("fields") or {})
    asked = Asked(site(), person, site().project_of(issue), issue, is_adf(), frozenset(transition.screen))
    work = read_operations(asked, given.get("update") or {})
    moves.check_screen(site(), transition, fields)
    values = read_fields(asked, fields)
    write_to(issue)
    comment = work.add_comments(desk(), person, issue)
    desk().move(person, issue, transition, values, None if site().is_cloud else comment)
    return "", 204


@routes.get("/issue/<key>/changelog")
def changelog(key: str) -> dict[str, Any]:
    """Cloud's paged changelog, oldest first."""
    issue = seen_issue(site(), caller(), key)
    if not site().is_cloud:
        raise JiraRefusal(404, "null for uri: " + request.path)
    start, size = number("startAt", 0, 1_000_000), number("maxResults", 100, 100)
    page = issue.changes[start : start + size]
    shown = {"self": request.url, "startAt": start, "maxResults": size, "total": len(issue.changes)}
    return {
        **shown,
        "isLast": start + len(page) >= len(issue.changes),
        "values": [views().change(each) for each in page],
    }


@routes.get("/issue/<key>/editmeta")
def edit_meta(key: str) -> dict[str, Any]:
    """The fields that the caller may set."""
    person = caller()
    issue = seen_issue(site(), person, key)
    if not may(person, site().project_of(issue), "EDIT_ISSUES"):
        return {"fields": {}}
    names = ["summary", "description", "labels", "assignee", "duedate", "priority", "issuetype", "environment"]
    names += [field.id for field in site().fields.values() if field.on_screen]
    return {
        "fields": {
            name: {
                "required": name == "summary",
                "key": name,
                "name": name,
                "operations": ["set"],
                "schema": {"type": "string"},
            }
            for name in names
        }
    }


def _create(person: Person, given: dict[str, Any]) -> Issue:
    fields = dict(given.get("fields") or {})
    project = _project_for(person, fields.pop("project", None))
    asked = Asked(site(), person, project, None, is_adf())
    work = read_operations(asked, given.get("update") or {})
    missing = {"summary": "You must specify a summary of the issue.", "issuetype": "Specify an issue type"}
    errors = {name: sentence for name, sentence in missing.items() if name not in fields}
    if errors:
        raise JiraRefusal(400, errors=errors)
    values = read_fields(asked, {**fields, **work.fields(None)})
    if values["issuetype"].subtask and not values.get("parent"):
        raise JiraRefusal(
            400, errors={"issuetype": "Issue type is a sub-task but parent issue key or id not specified."}
        )
    properties = _properties(given)
    issue = desk().create(person, project, values)
    issue.properties.update(properties)
    work.add_links(desk(), person, issue)
    return issue


def _project_for(person: Person, given: Any) -> Project:
    ident = (given.get("key") or given.get("id")) if isinstance(given, dict) else None
    for project in site().projects.values():
        if str(ident) in (project.key, project.id) and may(person, project, "CREATE_ISSUES"):
            return project
    raise JiraRefusal(
        400, errors={"project": "Specify a valid project ID or key" if site().is_cloud else "valid project is required"}
    )


def _properties(given: dict[str, Any]) -> dict[str, Any]:
    return {
        str(each["key"]): each.get("value")
        for each in given.get("properties") or []
        if isinstance(each, dict) and each.get("key")
    }


def _set_properties(person: Person, issue: Issue, given: dict[str, Any]) -> None:
    for key, value in _properties(given).items():
        issue.properties[key] = value
        site().touch()
        desk().events.property("set", person, issue, key, value)


def _created(issue: Issue) -> dict[str, Any]:
    return {"id": issue.id, "key": issue.key, "self": views().stub(issue)["self"]}
