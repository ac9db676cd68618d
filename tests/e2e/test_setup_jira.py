"""Setting a Jira project up: field, screen, rule and webhook are made once, and then Jira itself refuses to close what is held."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.cli import main
from integration.doctor.examining import examine, tasks
from integration.doctor.lines import State
from integration.postmortem.commands import GateValue
from integration.sandbox.jira.model import SIMPLE, Workflow
from integration.settings import Settings
from mappings.loading import load_policy
from mappings.service import Profile
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import OnJira, steps

PLACE = "GATED"
RECEIVER = "http://127.0.0.1:8080"
# A way to close that asks for a role, a screen and a field already: all of that has to stay.
GUARDED = Workflow(
    SIMPLE.statuses,
    tuple(
        replace(each, only_roles=frozenset({"member", "admin"})) if each.name == "Done" else each
        for each in SIMPLE.transitions
    ),
)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A service with mappings of its own and a project in which nothing was made yet."""
    with short_folder() as folder, stage(Path(folder)) as running:
        mappings = Path(folder) / "mappings"
        shutil.copytree(running.settings.mappings_dir, mappings, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        token = Path(folder) / "admin-token"
        token.write_text("ada-token\n", "utf-8")
        environment = {**running.environment, "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings), "ADMIN_TOKEN": str(token)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        running.jira.add_person("ada", admin=True)
        roles = dict.fromkeys((*TEAM, "followthrough"), "member")
        running.jira.add_project(PLACE, "Gated", "gina", roles=roles, workflow=GUARDED)
        yield running


def run(*arguments: str, admin: bool = True) -> Result:
    given = ("--token-file", os.environ["ADMIN_TOKEN"])
    as_admin = (*given, "--user", "ada@example.test") if admin else ()
    done = CliRunner().invoke(main, ["setup", "jira", PLACE, "--no-input", *as_admin, *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def fates(done: Result) -> dict[str, str]:
    return {step["kind"]: step["fate"] for step in json.loads(done.output)["steps"]}


def may_close(service: Stage, key: str) -> bool:
    offered = service.jira.as_person("gina").transitions(key)
    return any(each["to"]["statusCategory"]["key"] == "done" for each in offered)


def test_it_makes_field_screen_and_rule_and_then_jira_holds_what_is_not_verified(service: Stage) -> None:
    done = run("--json")
    assert done.exit_code == 0, done.output
    made = fates(done)
    assert (made["field"], made["screen"], made["rule"]) == ("make", "mend", "mend")
    (field,) = (each for each in service.jira.site.fields.values() if each.name == "Followthrough gate")
    assert (field.kind, field.on_screen) == ("readonlyfield", True)
    flow = service.jira.site.projects[PLACE].workflow
    (closing,) = (each for each in flow.transitions if each.name == "Done")
    before = next(each for each in GUARDED.transitions if each.name == "Done")
    assert closing == replace(before, unless=(field.id, GateValue.HELD.value)), "all else stayed"
    assert [each for each in flow.transitions if each is not closing] == [
        each for each in GUARDED.transitions if each is not before
    ]

    told = OnJira(service, PLACE)
    ordinary = service.jira.as_person("dana").open_issue(PLACE, "Hello", "No incident.")
    for step in steps(told)[:5]:
        step()
        service.settle()
    assert not may_close(service, told.key)
    assert may_close(service, ordinary), "what is no incident closes as ever"
    lines = examine(tasks(Settings.load(), (("jira", PLACE),), service.clock))
    (gate,) = (line for line in lines if line.name == "gate")
    assert gate.state is State.PASSED, gate
    assert "offers nobody a way to close it" in gate.says


def test_a_second_time_changes_nothing(service: Stage) -> None:
    answers = ("--profile", "starter", "--review-day", "thu", "--sponsor", service.jira.site.people["gina"].account_id)
    assert run("--receiver", RECEIVER, *answers).exit_code == 0
    loaded = load_policy(Settings.load().mappings_dir).policy
    assert loaded.service.profile is Profile.STARTER
    assert loaded.people.roles.executive_sponsors
    before = service.jira.site.version
    again = run("--receiver", RECEIVER, *answers, "--json")
    assert {step["fate"] for step in json.loads(again.output)["steps"]} == {"keep"}
    assert service.jira.site.version == before


def test_print_only_shows(service: Stage) -> None:
    before = service.jira.site.version, dict(service.jira.site.fields)
    done = run("--receiver", RECEIVER, "--print", "--profile", "starter")
    assert (service.jira.site.version, dict(service.jira.site.fields)) == before
    assert load_policy(Settings.load().mappings_dir).policy.service.profile is Profile.FULL
    for said in (
        "field Followthrough gate: would be made",
        "screen 1: would be changed",
        "Workflow of GATED: would be",
    ):
        assert said in done.output
    assert done.exit_code == 0


def test_the_webhook_is_made_signed_with_a_secret_that_is_not_shown(service: Stage) -> None:
    done = run("--receiver", RECEIVER)
    hooks = [each for each in service.jira.site.webhooks.values() if each["url"] == f"{RECEIVER}/webhooks/jira"]
    assert [each["isSigned"] for each in hooks] == [True]
    assert service.environment["JIRA_WEBHOOK_SECRET"] not in done.output


def test_who_is_no_administrator_is_told_what_it_takes(service: Stage) -> None:
    done = run(admin=False)
    assert done.exit_code == 1
    assert "it takes an administrator of the site" in done.output
    assert not [each for each in service.jira.site.fields.values() if each.name == "Followthrough gate"]


def test_two_fields_of_the_name_are_left_to_a_person(service: Stage) -> None:
    service.jira.add_field("customfield_10050", "Followthrough gate", "readonlyfield")
    service.jira.add_field("customfield_10051", "Followthrough Gate", "textfield")
    done = run()
    assert "There are 2 fields of this name" in done.output
    assert service.jira.site.projects[PLACE].workflow == GUARDED


def test_on_data_center_the_steps_are_said_and_nothing_is_written(service: Stage) -> None:
    service.jira.site.deployment = "Server"
    before = service.jira.site.version
    done = CliRunner().invoke(main, ["setup", "jira", PLACE, "--no-input", "--receiver", RECEIVER])
    assert done.exit_code == 0, done.output
    for said in ("Text Field (read only)", "create and edit screens", "add-on for workflows", "System → WebHooks"):
        assert said in done.output
    assert service.jira.site.version == before
