"""The example alerts ask for metrics and labels that exist, and each leads to a section of the runbook."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.work import beating, counting
from integration.work.budget import WINDOWS
from integration.work.exporting import NAMES
from webhooks.health import OUTCOMES, SITES, Counts

ROOT = Path(__file__).parents[2]
RULES: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text())["groups"][0]["rules"]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
VALUES = {
    "part": set(beating.PARTS),
    "kind": set(counting.ALARMS),
    "outcome": {*OUTCOMES, *counting.LOOKS},
    "site": {*SITES, *counting.SITES},
    "account": set(WINDOWS),
    "command": set(counting.KINDS),
    "result": set(counting.RESULTS),
}


def known() -> set[str]:
    of_receivers = {sample.name for family in Counts().registry.collect() for sample in family.samples}
    return {*NAMES, *of_receivers}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_metric_and_every_label_of_an_alert_exists(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"\bfollowthrough_[a-z_]+", rule["expr"]))
    assert named
    assert named - known() == set()
    for label, told in re.findall(r'(\w+)=~?"([^"]*)"', rule["expr"]):
        assert set(told.split("|")) - VALUES[label] == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_is_told_in_the_runbook(rule: dict[str, Any]) -> None:
    assert f"### {rule['alert']}\n" in RUNBOOK
    assert rule["annotations"]["runbook"] == f"docs/runbook.md#{rule['alert'].lower()}"
    assert rule["labels"]["severity"] in {"page", "ticket"}


def test_the_runbook_tells_of_no_alert_that_is_not_there() -> None:
    assert re.findall(r"^### (Followthrough\w+)$", RUNBOOK, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_every_metric_is_told_in_the_runbook() -> None:
    assert [name for name in sorted(known()) if name.startswith("followthrough_") and f"`{name}`" not in RUNBOOK] == []
