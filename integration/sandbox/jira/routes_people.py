"""Routes about people: who the caller is and what they may do, finding people, and groups."""

from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira.access import ALL_RIGHTS, may, rights, seen_issue, seen_project
from integration.sandbox.jira.asking import caller, number, site, views
from integration.sandbox.jira.model import Person, Project
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site

routes = Blueprint("jira_people", __name__)


@routes.get("/myself")
def myself() -> dict[str, Any]:
    """The caller."""
    person = caller()
    shown = _user(person)
    return {**shown, "groups": {"size": len(person.groups), "items": []}, "emailAddress": person.email}


@routes.get("/mypermissions")
def my_permissions() -> dict[str, Any]:
    """The caller's permissions, here or anywhere; Cloud wants to be told which."""
    person, jira = caller(), site()
    asked = [name for name in request.args.get("permissions", "").split(",") if name]
    if jira.is_cloud and not asked:
        raise JiraRefusal(400, "The 'permissions' query parameter is required.")
    unknown = sorted(set(asked) - ALL_RIGHTS)
    if unknown:
        raise JiraRefusal(400, f"Unrecognized permission: {unknown[0]}")
    projects = _asked_about(person, jira)
    held = frozenset().union(*(rights(person, each) for each in projects)) if projects else frozenset()
    shown = {
        name: {
            "id": str(at),
            "key": name,
            "name": name.replace("_", " ").capitalize(),
            "type": "PROJECT",
            "description": "",
            "havePermission": name in held,
        }
        for at, name in enumerate(asked or sorted(ALL_RIGHTS))
    }
    return {"permissions": shown}


def _asked_about(person: Person, jira: Site) -> list[Project]:
    if issue := request.args.get("issueKey") or request.args.get("issueId"):
        return [jira.project_of(seen_issue(jira, person, issue))]
    where = request.args.get("projectKey") or request.args.get("projectId")
    return [seen_project(jira, person, where)] if where else list(jira.projects.values())


@routes.post("/permissions/project")
def permitted_projects() -> dict[str, Any]:
    """The projects in which the caller has all of the named permissions; only Cloud answers this question."""
    # https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-permissions/#api-rest-api-2-permissions-project-post
    person, jira = caller(), site()
    if not jira.is_cloud:
        raise JiraRefusal(404, "null for uri: permissions/project")
    given = request.get_json(silent=True)
    asked = given.get("permissions") if isinstance(given, dict) else None
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise JiraRefusal(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    unknown = sorted(set(asked) - ALL_RIGHTS)
    if unknown:
        raise JiraRefusal(400, f"Unrecognized permission: {unknown[0]}")
    found = [each for each in jira.projects.values() if set(asked) <= rights(person, each)]
    return {"projects": [{"id": int(each.id), "key": each.key} for each in found]}


@routes.get("/user")
def user() -> dict[str, Any]:
    """One person by accountId (Cloud), or username or key (Server)."""
    caller()
    jira = site()
    ident = request.args.get("accountId") if jira.is_cloud else request.args.get("username") or request.args.get("key")
    if not ident:
        raise JiraRefusal(400, "Either the 'accountId' or the 'username' query parameter is required.")
    found = jira.person_by(ident)
    if found is None:
        raise JiraRefusal(404, "Specified user does not exist or you do not have required permissions")
    shown = _user(found)
    return {**shown, "groups": {"size": len(found.groups), "items": [{"name": each} for each in sorted(found.groups)]}}


@routes.get("/user/search")
def search_users() -> list[dict[str, Any]]:
    """People whose name or address begins with the query; inactive ones only when asked for on Server."""
    caller()
    return [_user(each) for each in _page(_found_people())]


@routes.get("/user/assignable/search")
def search_assignable() -> list[dict[str, Any]]:
    """People who can be given issues of a project (or the project of an issue)."""
    person, jira = caller(), site()
    if issue := request.args.get("issueKey"):
        found = jira.project_of(seen_issue(jira, person, issue))
    else:
        found = seen_project(jira, person, request.args.get("project", ""))
    can = [
        each for each in _found_people() if may(each, found, "ASSIGNABLE_USER") and not jira.refused_assignee(each.name)
    ]
    return [_user(each) for each in _page(can)]


@routes.get("/group/member")
def group_members() -> dict[str, Any]:
    """The active members of a group, paged."""
    caller()
    name = request.args.get("groupname", "")
    found = [
        each
        for each in site().people.values()
        if name in each.groups and (each.active or request.args.get("includeInactiveUsers") == "true")
    ]
    if not found:
        raise JiraRefusal(404, f"The group named '{name}' does not exist.")
    start, size = number("startAt", 0, 1_000_000), number("maxResults", 50, 50)
    page = found[start : start + size]
    shown = {
        "self": request.url,
        "startAt": start,
        "maxResults": size,
        "total": len(found),
        "isLast": start + len(page) >= len(found),
    }
    return {**shown, "values": [_user(each) for each in page]}


def _found_people() -> list[Person]:
    query = (request.args.get("query") or request.args.get("username") or "").lower()
    exact = request.args.get("accountId")
    has_inactive = request.args.get("includeInactive", "").lower() == "true"
    found = []
    for each in site().people.values():
        words = (each.name, each.email, *each.display_name.split(), each.display_name)
        is_meant = query in (".", "") or any(word.lower().startswith(query) for word in words)
        is_hit = each.account_id == exact if exact and site().is_cloud else is_meant
        if is_hit and (each.active or has_inactive):
            found.append(each)
    return found


def _page(people: list[Person]) -> list[Person]:
    start, size = number("startAt", 0, 1_000_000), number("maxResults", 50, 1000)
    return people[start : start + size]


def _user(person: Person) -> dict[str, Any]:
    shown = views().user(person.name)
    return shown or {}
