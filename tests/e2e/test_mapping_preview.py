"""What an edit of the mappings would change is shown before it is live, on open incidents of both trackers; nothing is written for it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration import cli
from integration.settings import Settings
from tests.e2e.stage import Stage, stage
from tests.e2e.started import short_folder

SEVERITIES = "severities:\n  SEV1: {}\n  SEV2: {}\n  SEV3:\n    due_hours: 168\n    postmortem: full\n  SEV4: {}\n"
CRITERION = (
    "criteria:\n  pricing:\n    text: Prices were wrong\n    also: []\n    implies: SEV1\n    labels: [pricing]\n"
)
SHOP = "applies_to: ['github:acme/shop']\nchecks:\n  checks:\n    lead_named:\n      levels: {SEV3: block}\n"


@pytest.fixture(scope="module")
def service() -> Iterator[Stage]:
    """A service that has met one incident on each tracker."""
    with short_folder() as folder, stage(folder) as running:
        dana = running.github.as_person("dana")
        dana.open_issue("acme/shop", "Wrong prices", "It began at noon.", labels=["incident", "sev3", "pricing"])
        running.jira.as_person("dana").open_issue(
            "SHOP", "Wrong stock", "It began at noon.", labels=["incident", "sev3"]
        )
        running.settle()
        yield running


@pytest.fixture
def run(service: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[object]:
    """Run a command with the settings of the service."""
    for name in Settings.variables():
        monkeypatch.delenv(name, raising=False)
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield lambda *words: CliRunner().invoke(cli.main, words)


def folder_of(tmp_path: Path, **files: str) -> str:
    new = tmp_path / "new"
    (new / "projects").mkdir(parents=True)
    for name, text in files.items():
        (new / f"{name.replace('__', '/')}.yaml").write_text(text)
    return str(new)


def test_each_open_incident_is_told_with_what_would_change(service: Stage, run, tmp_path: Path) -> None:
    before = service.writes()
    result: Result = run("mappings", "diff", "--json", folder_of(tmp_path, severity=SEVERITIES + CRITERION))
    assert result.exit_code == 1, result.stderr
    answer = json.loads(result.stdout)
    found = {each["case"]: {change["what"]: change for change in each["changes"]} for each in answer["incidents"]}
    assert {each: (found[each]["kind"]["before"], found[each]["kind"]["after"]) for each in found} == {
        "github:acme/shop#1": ("abbreviated", "full"),
        "jira:SHOP-1": ("abbreviated", "full"),
    }
    assert (found["github:acme/shop#1"]["severity"]["before"], found["github:acme/shop#1"]["severity"]["after"]) == (
        "SEV3",
        "SEV1",
    )
    assert "severity" not in found["jira:SHOP-1"]
    assert all("deadline" in changes and "finding" in changes for changes in found.values())
    lines = {line["key"]: (line["before"], line["after"], line["file"], line["line"]) for line in answer["lines"]}
    assert lines["severity.severities.SEV3.due_hours"] == ("336", "168", "severity.yaml", 5)
    assert [each["key"] for each in answer["weaker"]] == ["severity.criteria"]
    assert answer["judged"] == 2 and answer["left_out"] == 0
    assert service.writes() == before


def test_the_same_is_told_to_people(run, tmp_path: Path) -> None:
    result: Result = run("mappings", "diff", "--project", "jira:SHOP", folder_of(tmp_path, severity=SEVERITIES))
    assert result.exit_code == 1
    assert "severity.yaml:5  severity.severities.SEV3.due_hours: 336 → 168" in result.stdout
    assert "Open incidents: 1 of 1 would be judged otherwise." in result.stdout
    assert "jira:SHOP-1\n    kind: abbreviated → full" in result.stdout
    assert "acme/shop" not in result.stdout


def test_a_project_file_changes_its_project_alone(run, tmp_path: Path) -> None:
    answer = json.loads(run("mappings", "diff", "--json", folder_of(tmp_path, projects__shop=SHOP)).stdout)
    changes = {each["case"]: [change["about"] for change in each["changes"]] for each in answer["incidents"]}
    assert changes == {"github:acme/shop#1": ["Lead (lead_named)"], "jira:SHOP-1": []}


def test_the_policy_in_force_changes_nothing_and_asks_no_tracker(service: Stage, run, tmp_path: Path) -> None:
    calls = service.github.calls.count()
    result: Result = run("mappings", "diff", folder_of(tmp_path, clocks="zone: UTC\n"))
    assert (result.exit_code, "The two are the same." in result.stdout) == (0, True)
    assert service.github.calls.count() == calls


def test_no_more_incidents_are_read_than_asked_for(run, tmp_path: Path) -> None:
    answer = json.loads(
        run("mappings", "diff", "--json", "--limit", "1", folder_of(tmp_path, severity=SEVERITIES)).stdout
    )
    assert (answer["judged"], answer["left_out"]) == (1, 1)


def test_a_folder_that_is_not_right_is_told_with_its_line(run, tmp_path: Path) -> None:
    result: Result = run("mappings", "diff", folder_of(tmp_path, clocks="zone: UTC\nholidays: soon\n"))
    assert result.exit_code == 2 and "clocks.yaml:2: holidays" in result.stderr


def test_a_tracker_that_is_down_is_said_and_the_other_is_judged(service: Stage, run, tmp_path: Path) -> None:
    service.jira.stop()
    try:
        result: Result = run("mappings", "diff", "--json", folder_of(tmp_path, severity=SEVERITIES))
    finally:
        service.jira.start()
    found = {each["case"]: (each["trouble"], bool(each["changes"])) for each in json.loads(result.stdout)["incidents"]}
    assert found["github:acme/shop#1"] == (None, True)
    assert found["jira:SHOP-1"] == ("jira does not answer at present (tracker_unavailable)", False)
    assert result.exit_code == 1


@pytest.mark.parametrize(("ref", "won"), [("github:acme/shop#1", True), ("jira:SHOP-1", False)])
def test_explain_tells_the_line_behind_each_finding(run, tmp_path: Path, ref: str, won: bool) -> None:
    folder = folder_of(tmp_path, projects__shop=SHOP)
    answer = json.loads(run("mappings", "explain", "--folder", folder, "--json", ref).stdout)
    assert answer["severity"] == "SEV3" and answer["project_file"] == ("projects/shop.yaml" if won else None)
    assert all(finding["lines"] for finding in answer["findings"])
    level = next(finding["lines"][0] for finding in answer["findings"] if finding["check"] == "lead_named")
    if won:
        assert (level["value"], level["file"], level["line"]) == ("block", "projects/shop.yaml", 5)
        assert level["instead_of"].startswith("checks.yaml (shipped):")
    else:
        assert (level["value"], level["file"], level["instead_of"]) == ("warn", "checks.yaml (shipped)", None)
    told = run("mappings", "explain", "--folder", folder, ref)
    assert told.exit_code == 0 and "✘ Lead: not known yet (lead_named)" in told.stdout
    assert (
        "projects/shop.yaml:5  checks.checks.lead_named.levels.SEV3, instead of checks.yaml (shipped)" in told.stdout
    ) is won
    assert "✔" not in told.stdout and "✔" in run("mappings", "explain", "--all", ref).stdout


def test_an_issue_that_is_not_there_is_said(run) -> None:
    assert run("mappings", "explain", "github:acme/shop#999").exit_code == 2
    assert run("mappings", "explain", "jira:nonsense").exit_code == 2
