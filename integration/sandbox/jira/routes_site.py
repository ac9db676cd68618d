"""Routes about the site: the server, fields, types, projects and roles."""

from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira.access import may, seen_project
from integration.sandbox.jira.asking import caller, is_adf, number, site, views
from integration.sandbox.jira.issue_view import SYSTEM_NAMES
from integration.sandbox.jira.model import LINK_TYPES, PRIORITIES, RESOLUTIONS, IssueType, Project, Status
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.views import ROLES, Views, stamp

routes = Blueprint("jira_site", __name__)

_SYSTEM_KINDS = {
    "labels": {"type": "array", "items": "string"},
    "assignee": {"type": "user"},
    "reporter": {"type": "user"},
    "duedate": {"type": "date"},
    "priority": {"type": "priority"},
    "status": {"type": "status"},
    "resolution": {"type": "resolution"},
    "created": {"type": "datetime"},
    "updated": {"type": "datetime"},
}
_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"


@routes.get("/serverInfo")
def server_info() -> dict[str, Any]:
    """What the client libraries ask first: Cloud or Server, and the version."""
    jira = site()
    numbers = [1001, 0, 0] if jira.is_cloud else [9, 12, 5]
    return {
        "baseUrl": jira.base_url,
        "version": "1001.0.0-SNAPSHOT" if jira.is_cloud else "9.12.5",
        "versionNumbers": numbers,
        "deploymentType": jira.deployment,
        "buildNumber": 100300 if jira.is_cloud else 9120005,
        "buildDate": "2026-11-01T00:00:00.000+0000",
        "serverTime": stamp(jira.clock()),
        "scmInfo": "sandbox",
        "serverTitle": "Jira (sandbox)",
    }


@routes.get("/field")
def fields() -> list[dict[str, Any]]:
    """Every field, system and custom."""
    caller()
    shown: list[dict[str, Any]] = [
        {
            "id": name,
            "key": name,
            "name": called,
            "custom": False,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [name],
            "schema": {**_SYSTEM_KINDS.get(name, {"type": "string"}), "system": name},
        }
        for name, called in SYSTEM_NAMES.items()
    ]
    for field in site().fields.values():
        digits = field.id.removeprefix("customfield_")
        kind = {
            "userpicker": "user",
            "float": "number",
            "datepicker": "date",
            "select": "option",
            "labels": "array",
        }.get(field.kind, "string")
        schema = {"type": kind, "custom": _CUSTOM + field.kind, "customId": int(digits) if digits.isdigit() else 0}
        shown.append(
            {
                "id": field.id,
                "key": field.id,
                "name": field.name,
                "custom": True,
                "orderable": True,
                "navigable": True,
                "searchable": True,
                "clauseNames": [f"cf[{digits}]", field.name],
                "schema": schema,
            }
        )
    return shown


@routes.get("/issuetype")
def issue_types() -> list[dict[str, Any]]:
    """Every issue type of the projects that the caller sees."""
    kinds: dict[str, IssueType] = {kind.id: kind for each in _projects() for kind in each.issue_types}
    return [views().issue_type(kind) for kind in kinds.values()]


@routes.get("/priority")
def priorities() -> list[dict[str, Any]]:
    """The priorities, highest first."""
    return [views().named("priority", each) for each in PRIORITIES]


@routes.get("/resolution")
def resolutions() -> list[dict[str, Any]]:
    """The resolutions."""
    return [views().named("resolution", each) for each in RESOLUTIONS]


@routes.get("/status")
def statuses() -> list[dict[str, Any]]:
    """Every status of the projects that the caller sees."""
    found: dict[str, Status] = {status.id: status for each in _projects() for status in each.workflow.statuses}
    return [views().status(status) for status in found.values()]


@routes.get("/issueLinkType")
def link_types() -> dict[str, Any]:
    """The kinds of links."""
    return {"issueLinkTypes": [views().link_type(kind) for kind in LINK_TYPES]}


@routes.get("/project")
def projects() -> list[dict[str, Any]]:
    """The projects that the caller sees."""
    return [views().project(each) for each in _projects()]


@routes.get("/project/search")
def search_projects() -> dict[str, Any]:
    """Cloud's paged list of projects."""
    if not site().is_cloud:
        raise JiraRefusal(404, "No project could be found with key 'search'.")
    start, size = number("startAt", 0, 1_000_000), number("maxResults", 50, 100)
    found = [views().project(each) for each in _projects()]
    page = found[start : start + size]
    shown = {"self": request.url, "startAt": start, "maxResults": size, "total": len(found), "values": page}
    return {**shown, "isLast": start + len(page) >= len(found)}


@routes.get("/project/<key>")
def project(key: str) -> dict[str, Any]:
    """One project; one that is on the web is shown to strangers too."""
    known = site().projects.get(key)
    if known is not None and known.is_on_the_web and "Authorization" not in request.headers:
        return Views(site(), None, is_adf()).project(known)
    return views().project(seen_project(site(), caller(), key), is_full=True)


@routes.get("/component/<int:number>")
def component(number: int) -> dict[str, Any]:
    """One component of a project that the caller sees, with its lead."""
    ident = str(number)
    found = next((each.components[ident] for each in _projects() if ident in each.components), None)
    if found is None:
        raise JiraRefusal(404, f"The component with id {number} does not exist.")
    return views().component(found, is_full=True)


@routes.get("/project/<key>/statuses")
def project_statuses(key: str) -> list[dict[str, Any]]:
    """The statuses by issue type."""
    found = seen_project(site(), caller(), key)
    shown = [views().status(status) for status in found.workflow.statuses]
    return [
        {
            "id": kind.id,
            "name": kind.name,
            "subtask": kind.subtask,
            "self": views().issue_type(kind)["self"],
            "statuses": shown,
        }
        for kind in found.issue_types
    ]


@routes.get("/project/<key>/role")
def project_roles(key: str) -> dict[str, str]:
    """The roles by name, as addresses."""
    found = seen_project(site(), caller(), key)
    return {name.title() + "s": _role_url(found, each) for each, name in ROLES.items()}


@routes.get("/project/<key>/role/<int:role>")
def project_role(key: str, role: int) -> dict[str, Any]:
    """Who has a role; only members may ask."""
    person = caller()
    found = seen_project(site(), person, key)
    if role not in ROLES:
        raise JiraRefusal(404, f"Cannot find project role with ID {role}.")
    if not may(person, found, "EDIT_ISSUES") and not may(person, found, "ADMINISTER_PROJECTS"):
        raise JiraRefusal(403, "You do not have the required permissions to see the roles of this project.")
    wanted = {"administrator": "admin"}.get(ROLES[role], ROLES[role])
    actors = []
    for at, name in enumerate(name for name, held in found.roles.items() if held == wanted):
        each = site().people[name]
        actor: dict[str, Any] = {
            "id": 10200 + at,
            "displayName": each.display_name,
            "type": "atlassian-user-role-actor",
        }
        actors.append(actor | ({"actorUser": {"accountId": each.account_id}} if site().is_cloud else {"name": name}))
    return {
        "self": _role_url(found, role),
        "name": ROLES[role].title() + "s",
        "id": role,
        "description": "",
        "actors": actors,
    }


def _projects() -> list[Project]:
    person = caller()
    return [each for each in site().projects.values() if may(person, each, "BROWSE_PROJECTS")]


def _role_url(project: Project, role: int) -> str:
    return f"{site().base_url}/rest/api/2/project/{project.id}/role/{role}"
