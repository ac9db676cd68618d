"""The rule by which Jira Cloud's own workflow obeys the gate field: found in a workflow as the API tells it, or put into it. Pure.

The rule is a condition on every transition into a status that counts as done. It asks that the field is not "held until verified",
so that issues which the service does not look after, whose field is empty, close as ever.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflows/#api-rest-api-3-workflows-capabilities-get
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from integration.postmortem.commands import GateValue
from integration.trackers.jira.client import Json

RULE = "system:check-field-value"
# What the workflow's answer tells and its update does not take back (WorkflowUpdate, StatusLayoutUpdate in Atlassian's description).
_OF_WORKFLOW = ("id", "version", "description", "startPointLayout", "loopedTransitionContainerLayout", "transitions")
_OF_STATUS = ("statusReference", "layout", "properties", "approvalConfiguration")
_OF_SITE_STATUS = ("id", "name", "description", "statusCategory", "statusReference")


def unruled(workflow: Json, statuses: Mapping[str, Json], field: str) -> tuple[str, ...]:
    """Return the names of the transitions that close an issue and do not ask the field. ``statuses`` are those of the answer, by reference."""
    return tuple(str(each.get("name")) for each in _closing(workflow, statuses) if not _asks(each, field))


def with_rule(workflow: Json, statuses: Mapping[str, Json], field: str) -> Json:
    """Return the body of ``POST /workflows/update`` which leaves everything as it is but for the rule, where it was missing."""
    lacking = {id(each) for each in _closing(workflow, statuses) if not _asks(each, field)}
    used = [str(each.get("statusReference")) for each in workflow.get("statuses") or ()]
    changed = {key: workflow[key] for key in _OF_WORKFLOW if key in workflow} | {
        "statuses": [_only(each, _OF_STATUS) for each in workflow.get("statuses") or ()],
        "transitions": [
            {**each, "conditions": _joined(each.get("conditions") or {}, field)} if id(each) in lacking else each
            for each in workflow.get("transitions") or ()
        ],
    }
    return {
        "statuses": [_only(statuses[each], _OF_SITE_STATUS) for each in used if each in statuses],
        "workflows": [changed],
    }


def _closing(workflow: Json, statuses: Mapping[str, Json]) -> Iterator[Json]:
    for each in workflow.get("transitions") or ():
        target = statuses.get(str(each.get("toStatusReference"))) or {}
        # An issue that begins as done was never held, and Jira knows no conditions on creation.
        if target.get("statusCategory") == "DONE" and each.get("type") != "INITIAL":
            yield each


def _asks(transition: Json, field: str) -> bool:
    return bool(field) and any(_is_ours(rule, field) for rule in _needed(transition.get("conditions") or {}))


def _needed(group: Json) -> Iterator[Json]:
    """Yield the conditions that have to hold whatever else does: those of groups where all have to."""
    rules, inner = list(group.get("conditions") or ()), list(group.get("conditionGroups") or ())
    if group.get("operation", "ALL") == "ALL" or len(rules) + len(inner) == 1:
        yield from rules
        for each in inner:
            yield from _needed(each)


def _is_ours(rule: Json, field: str) -> bool:
    told = rule.get("parameters") or {}
    if rule.get("ruleKey") != RULE or told.get("fieldId") != field:
        return False
    wanted = {"!=": GateValue.HELD, "=": GateValue.MAY_CLOSE}.get(str(told.get("comparator")))
    return wanted is not None and told.get("fieldValue") == json.dumps([wanted.value])


def _joined(group: Json, field: str) -> Json:
    rule = {
        "ruleKey": RULE,
        "parameters": {
            "fieldId": field,
            "fieldValue": json.dumps([GateValue.HELD.value]),
            "comparator": "!=",
            "comparisonType": "STRING",
        },
    }
    if not (group.get("conditions") or group.get("conditionGroups")):
        return {"operation": "ALL", "conditions": [rule], "conditionGroups": []}
    if group.get("operation", "ALL") == "ALL":
        return {**group, "operation": "ALL", "conditions": [*(group.get("conditions") or ()), rule]}
    # Of the old conditions any one was enough, so they become a group beside ours.
    return {"operation": "ALL", "conditions": [rule], "conditionGroups": [group]}


def _only(given: Mapping[str, Any], names: tuple[str, ...]) -> Json:
    return {name: given[name] for name in names if name in given}
