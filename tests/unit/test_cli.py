"""The command line: its help, its exit codes, what it says when something is amiss, and what it does not import."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from integration import cli
from integration.postmortem.linting import NOT_IN_A_FILE
from integration.settings import Settings
from mappings.loading import load_policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text()
PACKAGED = ROOT / "mappings"
HEAVY = ("github", "jira", "sqlalchemy", "redis", "rq", "flask", "requests", "structlog", "rich", "granian")

DRAFT = """---
labels: [incident, sev1]
---
# What happened

## Summary

The assistant recommended recalled products to 312 people for five days.

## Timeline

- 2026-11-18 09:00 UTC Began: release 41

## Remediation actions

| ID | Action | Owner | Due | Kind | Done when |
|---|---|---|---|---|---|
| A1 | Filter recalled products | @dana | 2026-11-28 | technical | none among 1,000 replayed questions |
| A2 | Alert on recalled products | @omar | soon | monitoring | a replay raises it |
"""


@pytest.fixture(autouse=True)
def settings_of_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's settings nor the project's folder take part."""
    for name in Settings.variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    monkeypatch.setenv("FOLLOWTHROUGH_DATA_DIR", str(tmp_path / "data"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments, catch_exceptions=True)


def every_command() -> dict[str, click.Command]:
    """Return every command that does something, by its words."""
    context = click.Context(cli.main)
    found: dict[str, click.Command] = {}
    assert isinstance(cli.main, click.Group)
    for name in cli.main.list_commands(context):
        command = cli.main.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {inner}": each for inner, each in command.commands.items()}
        else:
            found[name] = command
    return found


# Help and documentation


def test_help_lists_every_command_in_its_own_words() -> None:
    told = " ".join(run("--help").output.split())
    for name, (_, sentence) in cli.COMMANDS.items():
        assert f"{name} {sentence}" in told
        command = cli.main.get_command(click.Context(cli.main), name)  # type: ignore[attr-defined]
        assert " ".join((command.help or "").split("\n\n")[0].split()) == sentence


def test_every_command_and_every_option_is_documented() -> None:
    for name, command in every_command().items():
        section = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
        assert section is not None, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert any(option in section[1] for option in parameter.opts), (name, parameter.opts)


def test_nothing_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^### (.*)$", PAGE, re.MULTILINE)) == set(every_command())


def test_every_command_says_what_it_does_and_answers_for_help() -> None:
    for name in every_command():
        answered = run(*name.split(), "--help")
        assert answered.exit_code == 0, name
        assert "Usage: " in answered.output


# What is imported


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("--version",), ("mappings", "validate", str(PACKAGED)), ("check", "draft.md")],
    ids=lambda arguments: arguments[0],
)
def test_quick_commands_import_no_tracker_database_or_queue(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_text(DRAFT)
    asked = (
        "import sys\n"
        "from integration.cli import main\n"
        f"try:\n    main({list(arguments)!r})\n"
        "except SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run((sys.executable, "-c", asked), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n", done.stderr


def test_a_receiver_imports_neither_tracker_nor_database(tmp_path: Path) -> None:
    asked = "import sys, integration.commands.receiving\nprint([n for n in ('github', 'jira', 'sqlalchemy', 'rq', 'structlog', 'rich') if n in sys.modules])"
    done = subprocess.run((sys.executable, "-c", asked), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# Errors


def assert_said(result: Result, *words: str) -> None:
    """Two, one sentence on standard error, and never a trace."""
    assert result.exit_code == 2, (result.output, result.exception)
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_wrong_setting_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWTHROUGH_MODE", "gentle")
    assert_said(run("audit", "verify"), "FOLLOWTHROUGH_MODE")


@pytest.mark.parametrize("command", ["serve", "work", "schedule"])
def test_without_a_running_valkey_a_part_says_how_to_start_one(command: str) -> None:
    assert_said(run(command), "No embedded Valkey answers on", "Start it with `followthrough up`")


def test_up_asks_for_a_tracker_before_it_starts_anything(tmp_path: Path) -> None:
    assert_said(run("up"), "No tracker is configured.", "GITHUB_TOKEN")
    assert not (tmp_path / "data" / "valkey").exists()


def test_a_ledger_that_is_not_there_is_named_with_its_remedy() -> None:
    assert_said(run("audit", "verify"), "Run `followthrough migrate`.")


@pytest.mark.parametrize(
    "ref", ["12", "github:acme/shop", "jira:shop-1", "github:../..#1", "gitlab:a/b#1", "jira:SHOP-1/x"]
)
def test_a_reference_that_names_no_issue_is_refused_with_an_example(ref: str) -> None:
    assert_said(run("plan", ref), "github:owner/repo#12 or jira:KEY-12")


def test_a_project_is_named_with_its_site() -> None:
    run("migrate")
    assert_said(run("pause", "--project", "acme/shop"), "github:owner/repo or jira:KEY")
    assert_said(run("pause", "--project", "github:acme/shop"), "acme/shop")


def test_an_unknown_command_is_a_matter_of_usage() -> None:
    assert_said(run("look-ahead"), "No such command")


# The ledger's commands


def test_an_empty_ledger_is_migrated_and_verified() -> None:
    assert run("migrate").output.startswith("The ledger has schema")
    assert run("migrate").exit_code == 0
    verified = run("audit", "verify", "--json")
    assert verified.exit_code == 0
    assert json.loads(verified.output)["problems"] == []


def test_a_head_that_the_chain_does_not_hold_is_a_finding() -> None:
    run("migrate")
    shown = run("audit", "verify", "--head", "7:" + "0" * 64)
    assert shown.exit_code == 1
    assert "✘" in shown.output
    assert_said(run("audit", "verify", "--head", "nonsense"), "123:9f2c")


def test_nothing_set_aside_is_fine_and_what_is_not_set_aside_cannot_run_again() -> None:
    run("migrate")
    assert run("deliveries", "list").output == "Nothing is set aside.\n"
    assert json.loads(run("deliveries", "list", "--json").output) == {"parked": []}
    assert_said(run("deliveries", "retry"), "--all")


def test_everything_can_be_paused_and_resumed() -> None:
    run("migrate")
    assert run("pause").output == "everywhere: paused.\n"
    assert json.loads(run("pause", "--json").output)["changed"] is False
    assert run("resume").output == "everywhere: resumed.\n"
    assert "already" in run("resume").output


# Mappings


def test_the_packaged_mappings_are_sound() -> None:
    told = run("mappings", "validate", str(PACKAGED))
    assert (told.exit_code, "sound policy" in told.output) == (0, True)


def test_a_mistake_is_named_with_file_line_key_and_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "edited"
    folder.mkdir()
    (folder / "clocks.yaml").write_text("zone: UTC\nworkin_days: [mon]\n")
    told = run("mappings", "validate", str(folder))
    assert told.exit_code == 1
    assert "clocks.yaml:2: workin_days" in told.stderr
    assert "working_days" in told.stderr
    (error,) = json.loads(run("mappings", "validate", str(folder), "--json").output)["errors"]
    assert (error["file"], error["line"], error["key"]) == ("clocks.yaml", 2, "workin_days")


def test_a_key_is_explained_with_its_place() -> None:
    told = json.loads(run("mappings", "explain", "--json", "severity.severities.SEV1.due_hours").output)
    assert (told["value"], told["file"].split()[0].startswith("severity.yaml")) == (48, True)
    assert "Set in" in run("mappings", "explain", "clocks.zone").output
    assert_said(run("mappings", "explain", "clocks.zonne"), "zone")


# check


def checked(tmp_path: Path, text: str, *arguments: str) -> Result:
    (tmp_path / "draft.md").write_text(text)
    return run("check", "draft.md", *arguments)


def test_a_draft_is_told_what_it_needs_and_where(tmp_path: Path) -> None:
    told = checked(tmp_path, DRAFT)
    assert told.exit_code == 1
    assert "draft.md: ✘ Impact: no such heading yet." in told.output
    assert "draft.md:10: ✘ Timeline: no entry says when it was detected." in told.output
    assert "draft.md:19: ✘ Action A2: its date “soon”" in told.output
    assert "A1: it has no" not in told.output
    assert "[action.due]" in told.output
    page = next(each["page"] for each in json.loads(checked(tmp_path, DRAFT, "--json").output)["findings"])
    assert (Path(__file__).parents[2] / page).exists()
    assert told.output.rstrip().splitlines()[-1].startswith("SEV1: ")
    assert told.output.rstrip().endswith("What is in brackets is explained in docs/rules/.")


def test_the_front_matters_label_says_the_severity_unless_the_option_does(tmp_path: Path) -> None:
    assert json.loads(checked(tmp_path, DRAFT, "--json").output)["severity"] == "SEV1"
    assert json.loads(checked(tmp_path, DRAFT, "--json", "--severity", "sev3").output)["severity"] == "SEV3"
    assert json.loads(checked(tmp_path, "## Summary\n", "--json").output)["severity"] == "SEV2"
    assert json.loads(checked(tmp_path, "---\nlabels: near-miss\n---\n", "--json").output)["severity"] == "SEV4"


RAISED = [
    ("- [x] An individual was harmed\n", "SEV1", 7, "“An individual was harmed” is ticked"),
    ("## Impact\n\n- Money: 20,000 USD\n", "SEV1", 9, "Impact says “20,000 USD”: a client lost more than 10,000 USD"),
]


@pytest.mark.parametrize(("text", "severity", "line", "why"), RAISED, ids=["ticked", "an amount"])
def test_what_raised_the_severity_is_said_with_its_line(
    tmp_path: Path, text: str, severity: str, line: int, why: str
) -> None:
    draft = f"---\nlabels: [sev3]\n---\n\n# Prices\n\n{text}"
    told = checked(tmp_path, draft).output.splitlines()
    assert told[0] == f"draft.md:{line}: judged as {severity} and not as SEV3: at least {severity}, because {why}."
    assert told[-1].startswith(f"{severity}: ")
    found = json.loads(checked(tmp_path, draft, "--json").output)
    assert (found["severity"], found["stated"], found["raised"]["line"]) == (severity, "SEV3", line)
    as_stated = json.loads(checked(tmp_path, draft, "--json", "--severity", "sev1").output)
    assert (as_stated["severity"], as_stated["raised"]) == ("SEV1", None)


def test_pages_are_named_where_the_mapping_says_that_they_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "service.yaml").write_text("wording:\n  rules_at: https://docs.acme.example/rules\n")
    told = checked(tmp_path, DRAFT, "--folder", "mappings").output
    assert told.rstrip().endswith("What is in brackets is explained in https://docs.acme.example/rules.")
    found = json.loads(checked(tmp_path, DRAFT, "--folder", "mappings", "--json").output)["findings"]
    assert {each["page"].rpartition("/")[0] for each in found} == {"https://docs.acme.example/rules"}


def test_an_abbreviated_post_mortem_is_asked_for_less(tmp_path: Path) -> None:
    full, short = (
        json.loads(checked(tmp_path, DRAFT, "--json", "--severity", each).output) for each in ("SEV1", "SEV3")
    )
    asked = [{each["check"] for each in found["findings"] if each["level"] == "block"} for found in (full, short)]
    assert "section.recommendations" in asked[0] - asked[1]


def test_a_near_miss_that_lacks_nothing_is_fine(tmp_path: Path) -> None:
    assert checked(tmp_path, "# Nothing yet\n", "--severity", "SEV4").exit_code == 0


def test_only_checks_that_a_file_can_answer_are_made(tmp_path: Path) -> None:
    made = {each["check"] for each in json.loads(checked(tmp_path, DRAFT, "--json").output)["findings"]}
    assert not made & NOT_IN_A_FILE


def test_every_check_is_either_made_on_files_or_named_as_one_that_needs_an_issue() -> None:
    known = {check.id for check in load_policy(PACKAGED).policy.checks.checks}
    on_files = {
        "document_readable",
        "action_identity",
        "due_within_horizon",
        "ticket_cap",
        "blameless_wording",
        "leader_present",
    }
    assert (
        known - NOT_IN_A_FILE
        == on_files
        | {
            each
            for each in known
            if each.startswith(("timeline_", "cause_", "factor_", "where_else_", "action_", "actions_", "interim_"))
        }
        - NOT_IN_A_FILE
    )
    assert known >= NOT_IN_A_FILE


def test_a_file_that_cannot_be_read_is_said_kindly(tmp_path: Path) -> None:
    (tmp_path / "draft.md").write_bytes(b"\xff\xfe\x00")
    assert_said(run("check", "draft.md"), "not UTF-8", "Save it as UTF-8.")
    assert_said(run("check", "nowhere.md"), "nowhere.md")
    assert_said(checked(tmp_path, "---\nlabels: [sev1\n---\n"), "front matter")


def test_several_files_are_judged_each_by_its_own_severity(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text("---\nlabels: near-miss\n---\n")
    told = json.loads(checked(tmp_path, DRAFT, "other.md", "--json").output)
    assert [(each["file"], each["severity"]) for each in told["files"]] == [("draft.md", "SEV1"), ("other.md", "SEV4")]
    assert checked(tmp_path, DRAFT, "other.md").output.count("checks pass") == 2


def test_a_draft_can_come_from_standard_input() -> None:
    told = CliRunner().invoke(cli.main, ["check", "-", "--folder", str(PACKAGED)], input=DRAFT.replace("\n", "\r\n"))
    assert told.exit_code == 1
    assert "stdin:10: ✘ Timeline: no entry says when it was detected." in told.output


def test_the_hook_of_pre_commit_is_a_command_that_there_is(tmp_path: Path) -> None:
    (hook,) = YAML(typ="safe").load(PACKAGED.parent / ".pre-commit-hooks.yaml")
    program, *words = hook["entry"].split()
    assert program == "followthrough"
    (tmp_path / "postmortem.md").write_text(DRAFT)
    assert run(*words, "postmortem.md").exit_code == 1
    assert re.search(hook["files"], "docs/Post-Mortems/2026-11.md")


def test_hostile_files_are_judged_too(tmp_path: Path) -> None:
    for text in ("", "---\n", "---\n- a\n---\n", "#" * 5000, "|" * 5000, "> " * 600 + "x", "\x00\u202e"):
        assert checked(tmp_path, text, "--severity", "SEV1").exit_code == 1, text[:20]
