"""What an administrator of the stand-in Jira Cloud arranges by API: custom fields, the screen that they are on, and workflows.

Every project uses one shared screen with one tab, as a new site does, and has a workflow of its own. Data Center has none of this.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflows/
"""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from integration.sandbox.jira import workflows
from integration.sandbox.jira.asking import body, caller, site
from integration.sandbox.jira.model import CustomField
from integration.sandbox.jira.refusals import JiraRefusal

routes = Blueprint("jira_admin", __name__)

SCREEN, TAB, SCHEME = 1, 10000, "10000"
_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
_KINDS = frozenset({"readonlyfield", "textfield", "textarea", "select", "datepicker", "float", "labels", "userpicker"})


@routes.post("/field")
def make_field() -> tuple[dict[str, Any], int]:
    """Make a custom field, which is on no screen yet. Two may have the same name, as on Jira."""
    _require_admin()
    given = body()
    name, kind = given.get("name"), str(given.get("type", "")).removeprefix(_TYPES)
    if not isinstance(name, str) or not name.strip():
        raise JiraRefusal(400, errors={"name": "Custom field name is required."})
    if kind not in _KINDS:
        raise JiraRefusal(400, errors={"type": f"Invalid custom field type: {given.get('type')}"})
    number = int(site().next_id("field")) + 100
    field = CustomField(f"customfield_{number}", name, kind, on_screen=False)
    site().fields[field.id] = field
    site().touch()
    shown = {"id": field.id, "key": field.id, "name": name, "custom": True, "orderable": True, "navigable": True}
    schema = {"type": "string", "custom": _TYPES + kind, "customId": number}
    return {**shown, "searchable": True, "clauseNames": [f"cf[{number}]", name], "schema": schema}, 201


@routes.get("/issuetypescreenscheme/project")
def issue_type_screen_schemes() -> dict[str, Any]:
    """The scheme of a project's screens by issue type."""
    _require_admin()
    project = site().project(request.args.get("projectId", ""))
    scheme = {"id": SCHEME, "name": "Default Issue Type Screen Scheme", "description": ""}
    return _page([{"issueTypeScreenScheme": scheme, "projectIds": [project.id]}])


@routes.get("/issuetypescreenscheme/mapping")
def issue_type_screens() -> dict[str, Any]:
    """The screen schemes of an issue type screen scheme."""
    _require_admin()
    found = [{"issueTypeScreenSchemeId": SCHEME, "issueTypeId": "default", "screenSchemeId": SCHEME}]
    return _page(found if request.args.get("issueTypeScreenSchemeId", SCHEME) == SCHEME else [])


@routes.get("/screenscheme")
def screen_schemes() -> dict[str, Any]:
    """The screens of a screen scheme."""
    _require_admin()
    found = [{"id": int(SCHEME), "name": "Default Screen Scheme", "description": "", "screens": {"default": SCREEN}}]
    return _page(found if SCHEME in request.args.getlist("id") or not request.args.get("id") else [])


@routes.get("/screens/<int:screen>/tabs")
def tabs(screen: int) -> list[dict[str, Any]]:
    """The tabs of a screen."""
    _require_screen(screen)
    return [{"id": TAB, "name": "Field Tab"}]


@routes.get("/screens/<int:screen>/tabs/<int:tab>/fields")
def fields_of_tab(screen: int, tab: int) -> list[dict[str, Any]]:
    """The fields of a tab."""
    _require_screen(screen, tab)
    shown = [{"id": "summary", "name": "Summary"}]
    return shown + [{"id": each.id, "name": each.name} for each in site().fields.values() if each.on_screen]


@routes.post("/screens/<int:screen>/tabs/<int:tab>/fields")
def add_field(screen: int, tab: int) -> dict[str, Any]:
    """Put a field on a tab; 400 where it is on the screen already."""
    _require_screen(screen, tab)
    field = site().fields.get(str(body().get("fieldId")))
    if field is None or field.on_screen:
        raise JiraRefusal(400, "The field cannot be added: it does not exist, or is on the screen already.")
    site().fields[field.id] = replace(field, on_screen=True)
    site().touch()
    return {"id": field.id, "name": field.name}


@routes.post("/workflows")
def read_workflows() -> dict[str, Any]:
    """The workflows of the asked pairs of project and issue type, or with the asked ids."""
    _require_admin()
    given = body()
    pairs = {str(each.get("projectId")) for each in given.get("projectAndIssueTypes") or ()}
    ids = {str(each) for each in given.get("workflowIds") or ()}
    found = [each for each in site().projects.values() if each.id in pairs or workflows.id_of(each) in ids]
    return workflows.drawn(site(), found)


@routes.post("/workflows/update")
def update_workflows() -> dict[str, Any]:
    """Put workflows in place of what they were, whole: what is not given is gone. 400 where somebody was faster."""
    _require_admin()
    by_id = {workflows.id_of(each): each for each in site().projects.values()}
    given = body().get("workflows") or []
    unknown = [str(each.get("id")) for each in given if each.get("id") not in by_id]
    if unknown:
        raise JiraRefusal(400, f"Workflows not found: {', '.join(unknown)}.")
    for each in given:
        workflows.put(site(), by_id[each["id"]], each)
    site().touch()
    return workflows.drawn(site(), [by_id[each["id"]] for each in given])


def _require_admin() -> None:
    if not site().is_cloud:
        raise JiraRefusal(404, "null for uri")
    if not caller().site_admin:
        raise JiraRefusal(403, "You must have administrator permission to perform this operation.")


def _require_screen(screen: int, tab: int = TAB) -> None:
    _require_admin()
    if (screen, tab) != (SCREEN, TAB):
        raise JiraRefusal(404, "The screen or tab was not found.")


def _page(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"maxResults": 50, "startAt": 0, "total": len(values), "isLast": True, "values": values}
