"""The gate's rule in a workflow: found only where it binds, and put in beside all that is there."""

import json
from typing import Any

import pytest

from integration.trackers.jira.gaterule import unruled, with_rule

FIELD = "customfield_10050"
STATUSES = {
    "1": {"id": "1", "name": "To Do", "statusCategory": "TODO", "statusReference": "1", "scope": {"type": "GLOBAL"}},
    "2": {"id": "2", "name": "Done", "statusCategory": "DONE", "statusReference": "2", "scope": {"type": "GLOBAL"}},
    "9": {"id": "9", "name": "Elsewhere", "statusCategory": "DONE", "statusReference": "9"},
}


def rule(value: str = "held until verified", comparator: str = "!=", field: str = FIELD) -> dict[str, Any]:
    given = {"fieldId": field, "fieldValue": json.dumps([value]), "comparator": comparator, "comparisonType": "STRING"}
    return {"ruleKey": "system:check-field-value", "parameters": given}


OTHER = {"ruleKey": "system:restrict-issue-transition", "parameters": {"roleIds": "10002"}}


def a_workflow(conditions: dict[str, Any] | None = None) -> dict[str, Any]:
    done: dict[str, Any] = {"id": "31", "name": "Done", "type": "GLOBAL", "toStatusReference": "2", "triggers": []}
    return {
        "id": "w",
        "name": "W",
        "isEditable": True,
        "version": {"id": "v", "versionNumber": 3},
        "statuses": [{"statusReference": each, "deprecated": False, "properties": {}} for each in ("1", "2")],
        "transitions": [
            {"id": "1", "name": "Create", "type": "INITIAL", "toStatusReference": "2"},
            {"id": "11", "name": "To Do", "type": "GLOBAL", "toStatusReference": "1"},
            done | ({"conditions": conditions} if conditions else {}),
        ],
    }


def group(*rules: dict[str, Any], operation: str = "ALL", groups: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"operation": operation, "conditions": list(rules), "conditionGroups": list(groups)}


@pytest.mark.parametrize(
    ("conditions", "lacking"),
    [
        pytest.param(None, ("Done",), id="no conditions at all"),
        pytest.param(group(OTHER), ("Done",), id="another condition"),
        pytest.param(group(rule()), (), id="our rule"),
        pytest.param(group(rule("may close", "=")), (), id="the stricter rule that a person made"),
        pytest.param(group(rule("may close", "!=")), ("Done",), id="the wrong way round"),
        pytest.param(group(rule(field="customfield_1")), ("Done",), id="another field"),
        pytest.param(group(rule(), OTHER, operation="ANY"), ("Done",), id="one of several that are enough"),
        pytest.param(group(rule(), operation="ANY"), (), id="any of one"),
        pytest.param(group(OTHER, groups=(group(rule()),)), (), id="in a group that has to hold"),
    ],
)
def test_the_rule_counts_only_where_it_binds(conditions: dict[str, Any] | None, lacking: tuple[str, ...]) -> None:
    assert unruled(a_workflow(conditions), STATUSES, FIELD) == lacking


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, group(rule()), id="where nothing was asked"),
        pytest.param(group(OTHER), group(OTHER, rule()), id="beside what has to hold"),
        pytest.param(
            group(OTHER, OTHER, operation="ANY"),
            group(rule(), groups=(group(OTHER, OTHER, operation="ANY"),)),
            id="around what any one of is enough",
        ),
    ],
)
def test_the_rule_is_put_beside_what_is_there(before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    (changed,) = with_rule(a_workflow(before), STATUSES, FIELD)["workflows"]
    create, to_do, done = changed["transitions"]
    assert done["conditions"] == after
    assert [create, to_do] == a_workflow()["transitions"][:2]
    assert unruled(changed, STATUSES, FIELD) == ()


def test_the_update_says_only_what_jira_takes_back() -> None:
    body = with_rule(a_workflow(), STATUSES, FIELD)
    assert [each["id"] for each in body["statuses"]] == ["1", "2"]
    assert all("scope" not in each for each in body["statuses"])
    (changed,) = body["workflows"]
    assert changed["version"] == {"id": "v", "versionNumber": 3}
    assert {"isEditable", "name"}.isdisjoint(changed)
    assert changed["statuses"][0] == {"statusReference": "1", "properties": {}}
