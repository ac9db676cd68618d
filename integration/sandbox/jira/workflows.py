"""Draws a project's workflow as Jira Cloud's workflow API does, and takes it back changed.

A changed workflow replaces the old one whole, so that a client which leaves something out loses it, as on the real thing.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from integration.sandbox.jira.model import Project, Transition, Workflow
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site

_CATEGORIES = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}
_VALUE, _ROLES = "system:check-field-value", "system:restrict-issue-transition"
_SCREEN = {"ruleKey": "system:transition-screen", "parameters": {"screenId": "3"}}
_INITIAL = "1"


def id_of(project: Project) -> str:
    """Return the id of a project's workflow."""
    return str(uuid5(NAMESPACE_URL, f"workflow/{project.id}"))


def drawn(site: Site, projects: Iterable[Project]) -> dict[str, Any]:
    """Return ``POST /workflows``' answer for these projects' workflows."""
    statuses = {status.id: status for project in projects for status in project.workflow.statuses}
    shown = [
        {
            "id": each.id,
            "name": each.name,
            "description": "",
            "scope": {"type": "GLOBAL"},
            "statusCategory": _CATEGORIES[each.category],
            "statusReference": each.id,
        }
        for each in statuses.values()
    ]
    return {"statuses": shown, "workflows": [_workflow(site, each) for each in projects]}


def put(site: Site, project: Project, given: dict[str, Any]) -> None:
    """Replace a project's workflow. 400 where the version is an older one, or nothing can be created any more."""
    if given.get("version") != _version(site, project):
        raise JiraRefusal(400, "The workflow was changed by somebody else meanwhile.")
    asked = list(given.get("transitions") or ())
    if not any(each.get("type") == "INITIAL" for each in asked):
        raise JiraRefusal(400, "A workflow needs its initial transition.")
    for each in asked:
        conditions = each.get("conditions") or {}
        if conditions and "operation" not in conditions:
            raise JiraRefusal(400, "A group of conditions needs an operation.")
    before = {each.id: each for each in project.workflow.transitions}
    kept = tuple(_transition(each, before) for each in asked if each.get("type") != "INITIAL")
    references = {str(each["statusReference"]) for each in given.get("statuses") or ()}
    statuses = tuple(each for each in project.workflow.statuses if each.id in references)
    project.workflow = Workflow(statuses, kept)
    site.workflow_versions[project.id] = site.workflow_versions.get(project.id, 0) + 1


def _workflow(site: Site, project: Project) -> dict[str, Any]:
    flow = project.workflow
    initial = {
        "id": _INITIAL,
        "name": "Create",
        "type": "INITIAL",
        "toStatusReference": flow.statuses[0].id,
        "links": [],
        "actions": [],
        "validators": [],
        "triggers": [],
        "properties": {},
        "description": "",
    }
    layout = {"x": 100.0, "y": -16.0}
    return {
        "id": id_of(project),
        "name": f"Workflow of {project.key}",
        "description": "",
        "isEditable": True,
        "scope": {"type": "GLOBAL"},
        "version": _version(site, project),
        "startPointLayout": layout,
        "statuses": [
            {"statusReference": each.id, "layout": layout, "properties": {}, "deprecated": False}
            for each in flow.statuses
        ],
        "transitions": [initial, *map(_drawn, flow.transitions)],
    }


def _version(site: Site, project: Project) -> dict[str, Any]:
    number = site.workflow_versions.get(project.id, 0)
    return {"id": str(uuid5(NAMESPACE_URL, f"version/{project.id}/{number}")), "versionNumber": number}


def _drawn(each: Transition) -> dict[str, Any]:
    links = [{"fromPort": 0, "fromStatusReference": status, "toPort": 1} for status in sorted(each.start)]
    shown: dict[str, Any] = {
        "id": each.id,
        "name": each.name,
        "description": "",
        "type": "DIRECTED" if links else "GLOBAL",
        "toStatusReference": each.to,
        "links": links,
        "actions": [],
        "validators": [],
        "triggers": [],
        "properties": {},
    }
    if each.required:
        required = {"ruleType": "fieldRequired", "fieldsRequired": ",".join(sorted(each.required))}
        shown["validators"] = [{"ruleKey": "system:validate-field-value", "parameters": required}]
    if each.screen:
        shown["transitionScreen"] = _SCREEN
    rules = [_value_rule(pair, sign) for pair, sign in ((each.only_when, "="), (each.unless, "!=")) if pair]
    if each.only_roles:
        rules.append({"ruleKey": _ROLES, "parameters": {"roleIds": ",".join(sorted(each.only_roles))}})
    if rules:
        shown["conditions"] = {"operation": "ALL", "conditions": rules, "conditionGroups": []}
    return shown


def _value_rule(pair: tuple[str, str], comparator: str) -> dict[str, Any]:
    field, value = pair
    given = {"fieldId": field, "fieldValue": json.dumps([value]), "comparator": comparator, "comparisonType": "STRING"}
    return {"ruleKey": _VALUE, "parameters": given}


def _transition(given: dict[str, Any], before: dict[str, Transition]) -> Transition:
    old = before.get(str(given.get("id")))
    signs: dict[str, tuple[str, str]] = {}
    roles: frozenset[str] = frozenset()
    for rule in _rules(given.get("conditions") or {}):
        told = rule.get("parameters") or {}
        if rule.get("ruleKey") == _VALUE:
            signs[told["comparator"]] = (told["fieldId"], str(json.loads(told["fieldValue"])[0]))
        elif rule.get("ruleKey") == _ROLES:
            roles = frozenset(told["roleIds"].split(","))
    return Transition(
        str(given["id"]),
        str(given["name"]),
        str(given["toStatusReference"]),
        start=frozenset(str(each["fromStatusReference"]) for each in given.get("links") or ()),
        screen=old.screen if old and given.get("transitionScreen") else (),
        required=old.required if old and given.get("validators") else frozenset(),
        only_roles=roles,
        only_when=signs.get("="),
        unless=signs.get("!="),
        default_resolution=old.default_resolution if old else None,
    )


def _rules(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from group.get("conditions") or ()
    for inner in group.get("conditionGroups") or ():
        yield from _rules(inner)
