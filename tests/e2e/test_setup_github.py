"""Setting a repository up: labels, webhook and forms are made once, what is somebody else's stays, and no secret is shown."""

import json
import os
import pty
import select
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from integration.cli import main
from integration.commands.setting_up import collect_answers
from integration.doctor.examining import examine, tasks
from integration.doctor.lines import State
from integration.sandbox.deliveries import Hook
from integration.sandbox.github.model import App
from integration.settings import Settings
from integration.setup.answers import Account, Answers
from integration.trackers.github.settling import BRANCH
from integration.trackers.github.templates import issue_forms
from mappings.clocks import Weekday
from mappings.loading import load_policy
from mappings.service import Profile
from tests.e2e.stage import REPOSITORY, Stage, stage
from tests.e2e.started import short_folder

RECEIVER = "http://127.0.0.1:8080"
FORM = ".github/ISSUE_TEMPLATE/incident.yml"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A service with mappings of its own and a repository in which nothing was made yet."""
    with short_folder() as folder, stage(Path(folder)) as running:
        mappings = Path(folder) / "mappings"
        shutil.copytree(running.settings.mappings_dir, mappings, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
        environment = {**running.environment, "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        gina = running.github.as_person("gina")
        for hook in gina.ask("GET", f"/repos/{REPOSITORY}/hooks").json():
            gina.ask("DELETE", f"/repos/{REPOSITORY}/hooks/{hook['id']}").raise_for_status()
        yield running


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(main, ["setup", "github", REPOSITORY, *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def labels(service: Stage) -> set[str]:
    return {each["name"] for each in service.github.as_person("gina").ask("GET", f"/repos/{REPOSITORY}/labels").json()}


def pulls(service: Stage) -> list[str]:
    listed = service.github.as_person("gina").ask("GET", f"/repos/{REPOSITORY}/pulls").json()
    return [each["head"]["ref"] for each in listed]


def hooks(service: Stage) -> list[dict[str, object]]:
    return list(service.github.as_person("gina").ask("GET", f"/repos/{REPOSITORY}/hooks").json())


def test_it_makes_labels_webhook_and_forms_and_a_second_time_nothing(service: Stage) -> None:
    done = run("--receiver", RECEIVER, "--no-input")
    assert done.exit_code == 0, done.output
    assert {"incident", "sev1", "sev2", "sev3", "sev4", "followthrough-action", "closed-unverified"} <= labels(service)
    (hook,) = hooks(service)
    assert hook["config"]["url"] == f"{RECEIVER}/webhooks/github"  # type: ignore[index]
    assert set(hook["events"]) >= {"issues", "issue_comment"}  # type: ignore[call-overload]
    assert pulls(service) == [BRANCH]
    settings = Settings.load()
    lines = examine(tasks(settings, (("github", REPOSITORY),), service.clock))
    assert {line.state for line in lines if line.name in {"labels", "webhook"}} == {State.PASSED}

    before = service.writes()
    again = run("--receiver", RECEIVER, "--no-input", "--json")
    assert service.writes() == before
    assert {step["fate"] for step in json.loads(again.output)["steps"]} == {"keep"}


def test_print_only_shows(service: Stage) -> None:
    before, there = service.writes(), labels(service)
    done = run("--receiver", RECEIVER, "--print", "--profile", "starter", "--governance-reviewer", "gina")
    assert done.exit_code == 0, done.output
    assert "+ label sev1: would be made." in done.output
    assert "~ mapping people.yaml: would be changed." in done.output
    assert (service.writes(), labels(service)) == (before, there)
    assert load_policy(Settings.load().mappings_dir).policy.service.profile is Profile.FULL


def test_the_answers_stand_in_the_mappings(service: Stage) -> None:
    done = run(
        "--no-input",
        "--profile",
        "follow-through",
        "--governance-reviewer",
        "gina",
        "--sponsor",
        "@tom",
        "--review-day",
        "thu",
    )
    assert done.exit_code == 0, done.output
    policy = load_policy(Settings.load().mappings_dir).policy
    assert policy.service.profile is Profile.FOLLOW_THROUGH
    assert policy.people.roles.governance_reviewers == ("gina",)
    assert policy.people.roles.executive_sponsors == ("tom",)
    ids = {person.id: person.github_id for person in policy.people.people}
    assert ids["gina"] == service.github.as_person("gina").ask("GET", "/user").json()["id"]
    assert "! webhook: by hand. Name where the receiver" in done.output


def test_somebody_who_is_not_there_is_named(service: Stage) -> None:
    done = run("--no-input", "--sponsor", "nobody-at-all")
    assert done.exit_code == 2
    assert "nobody-at-all" in done.output
    assert "Traceback" not in done.output


def test_what_the_token_may_not_do_is_told_with_the_right_it_needs_and_hinders_nothing_else(service: Stage) -> None:
    repository = service.github.site.repository(REPOSITORY)
    assert repository is not None
    repository.roles["followthrough"] = "write"
    done = run("--receiver", RECEIVER, "--no-input")
    assert done.exit_code == 1
    assert "✘ webhook: refused. GitHub did not allow it. The token needs Webhooks: write" in done.output
    assert "sev1" in labels(service)
    assert pulls(service) == [BRANCH]


def test_a_form_that_somebody_else_wrote_stays(service: Stage) -> None:
    repository = service.github.site.repository(REPOSITORY)
    assert repository is not None
    repository.branches["main"][FORM] = b"name: Ours\n"
    done = run("--no-input")
    assert f"! form {FORM}: by hand. Somebody else wrote it, so it stays." in done.output
    assert repository.branches["main"][FORM] == b"name: Ours\n"
    assert repository.branches.get(BRANCH, {}).get(FORM, b"name: Ours\n") == b"name: Ours\n"


def test_forms_can_be_files_instead(service: Stage, tmp_path: Path) -> None:
    assert run("--no-input", "--files", str(tmp_path)).exit_code == 0
    assert (tmp_path / FORM).read_text("utf-8").startswith("# Made by")
    assert pulls(service) == []
    assert f"✔ form {tmp_path / FORM}: is there." in run("--no-input", "--files", str(tmp_path)).output


def test_a_secret_that_is_made_lies_in_a_file_for_us_alone_and_is_shown_nowhere(
    service: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_WEBHOOK_SECRET")
    done = run("--receiver", RECEIVER, "--no-input")
    file = Settings.load().data_dir / "github_webhook_secret"
    secret = file.read_text("utf-8").strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(secret) >= 40
    assert secret not in done.output
    assert f"GITHUB_WEBHOOK_SECRET_FILE={file}" in done.output.replace("\n", "")
    assert next(iter(service.github.site.hooks.values())).secret == secret
    run("--receiver", RECEIVER, "--no-input")
    assert file.read_text("utf-8").strip() == secret


def test_an_administrators_token_serves_for_this_once(service: Stage, tmp_path: Path) -> None:
    repository = service.github.site.repository(REPOSITORY)
    assert repository is not None
    repository.roles["followthrough"] = "write"
    token = tmp_path / "token"
    token.write_text(service.github.token_of("gina") + "\n")
    done = run("--receiver", RECEIVER, "--no-input", "--token-file", str(token))
    assert done.exit_code == 0, done.output
    assert len(hooks(service)) == 1


def test_every_label_of_a_form_is_made(service: Stage) -> None:
    run("--no-input")
    forms = issue_forms(load_policy(Settings.load().mappings_dir).policy).values()
    named = {label for form in forms for label in YAML(typ="safe").load(form)["labels"]}
    assert named <= labels(service)
    assert "followthrough-adopt" in labels(service)


def test_a_pull_request_that_somebody_closed_is_not_opened_again(service: Stage) -> None:
    run("--no-input")
    gina = service.github.as_person("gina")
    (proposed,) = gina.ask("GET", f"/repos/{REPOSITORY}/pulls").json()
    gina.ask("PATCH", f"/repos/{REPOSITORY}/issues/{proposed['number']}", {"state": "closed"}).raise_for_status()
    done = run("--no-input")
    assert "Somebody closed this pull request, so it stays closed." in done.output
    assert pulls(service) == []


def test_mending_the_webhook_keeps_what_else_it_tells_of(service: Stage) -> None:
    run("--receiver", RECEIVER, "--no-input")
    gina = service.github.as_person("gina")
    (hook,) = hooks(service)
    changes = {"active": False, "events": ["issues", "push"], "remove_events": ["issue_comment"]}
    gina.ask("PATCH", f"/repos/{REPOSITORY}/hooks/{hook['id']}", changes).raise_for_status()
    run("--receiver", RECEIVER, "--no-input")
    (mended,) = hooks(service)
    assert mended["active"] is True
    assert set(mended["events"]) >= {"issues", "issue_comment", "sub_issues", "push"}  # type: ignore[call-overload]


def test_what_is_asked_at_a_terminal_keeps_the_present_answer_by_default(
    service: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("--no-input", "--review-day", "thu", "--profile", "starter")
    policy = load_policy(service.settings.mappings_dir).policy
    chosen = load_policy(Settings.load().mappings_dir).policy
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("click.prompt", lambda _text, **more: more["default"])
    nothing = {"reviewer": None, "sponsor": None, "review_day": None, "profile": None}
    asked = collect_answers(nobody, policy=chosen, quiet=False, no_input=False, **nothing)
    assert policy.clocks.review_day is Weekday.MON
    assert asked == Answers(profile=Profile.STARTER, review_day=Weekday.THU)


class Terminal:
    """Standard input of somebody who sits there."""

    def isatty(self) -> bool:
        return True


def nobody(login: str) -> Account:
    raise AssertionError(login)


@pytest.fixture
def app(service: Stage, monkeypatch: pytest.MonkeyPatch) -> App:
    """Let the service sign in as an App that is installed on the repository, with the rights that the README names."""
    made = service.github.add_app("followthrough", "acme")
    service.github.install_app(made, "acme", [REPOSITORY])
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("GITHUB_APP_ID", str(made.id))
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", made.private_key)
    return made


def test_the_webhook_of_an_app_is_led_to_the_receiver_once(service: Stage, app: App) -> None:
    shown = run("--receiver", RECEIVER, "--no-input", "--print")
    assert f"+ webhook {RECEIVER}/webhooks/github: would be made." in shown.output
    assert app.hook is None

    done = run("--receiver", RECEIVER, "--no-input")
    assert f"+ webhook {RECEIVER}/webhooks/github: made." in done.output
    assert app.hook is not None
    assert app.hook.url == f"{RECEIVER}/webhooks/github"
    assert app.hook.secret
    assert app.hook.secret not in done.output
    assert "sev1" in labels(service)
    assert hooks(service) == []
    # An App that may not write files is told so, and that hinders nothing else.
    assert "`--files DIR`" in done.output

    signed, again = app.hook.secret, run("--receiver", RECEIVER, "--no-input")
    assert f"✔ webhook {RECEIVER}/webhooks/github: is there." in again.output
    assert app.hook.secret == signed


def test_without_a_receiver_the_webhook_of_an_app_is_asked_for(service: Stage, app: App) -> None:
    done = run("--no-input")
    assert (
        "! webhook of the App: by hand. Name where the receiver can be reached with --receiver https://…" in done.output
    )
    assert app.hook is None


def test_the_webhook_of_an_app_that_leads_elsewhere_stays(service: Stage, app: App) -> None:
    app.hook = Hook(1, "https://elsewhere.example/hook", "x", frozenset({"*"}))
    done = run("--receiver", RECEIVER, "--no-input")
    assert "It leads to https://elsewhere.example/hook, so it stays." in done.output
    assert app.hook.url == "https://elsewhere.example/hook"


def test_the_field_for_due_dates_is_made_once_where_the_mapping_uses_one(
    service: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Settings.load().mappings_dir / "projects" / "fields.yaml"
    file.write_text(
        f"applies_to: ['github:{REPOSITORY}']\nremediation:\n  ticket: {{github: {{due: issue_field, due_field: Due by}}}}\n"
    )
    first = run("--no-input")
    assert "field Due by" in first.output, first.output
    second = run("--no-input")
    if "+ field" in first.output:
        assert "✔ field Due by: is there." in second.output
    else:
        assert first.output.count("field Due by") == second.output.count("field Due by") == 1


def test_at_a_terminal_the_four_answers_are_asked_and_written(service: Stage) -> None:
    """A real terminal: what is typed there lands in the mappings."""
    ours, theirs = pty.openpty()
    program = (sys.executable, "-c", "import sys; from integration.cli import main; sys.exit(main())")
    with subprocess.Popen(
        (*program, "setup", "github", REPOSITORY), stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
    ) as asked:
        os.close(theirs)
        screen = "".join(
            answered(ours, question, typed)
            for question, typed in (
                ("Who reviews for governance?", "gina"),
                ("Who is the executive sponsor?", ""),
                ("On which day is the weekly review?", "thu"),
                ("How much weighs from the first day?", "follow-through"),
            )
        )
        screen += until_closed(ours)
        assert asked.wait(60) == 0, screen
    policy = load_policy(Settings.load().mappings_dir).policy
    assert policy.clocks.review_day is Weekday.THU
    assert policy.service.profile is Profile.FOLLOW_THROUGH
    assert len(policy.people.roles.governance_reviewers) == 1
    assert policy.people.roles.executive_sponsors == ()


def answered(terminal: int, question: str, typed: str) -> str:
    """Read the terminal until it asks, then type; returns what was read."""
    screen = ""
    while question not in screen or not screen.rstrip(" ").endswith(":"):
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, screen
        screen += os.read(terminal, 4096).decode("utf-8", "replace")
    os.write(terminal, f"{typed}\n".encode())
    return screen


def until_closed(terminal: int) -> str:
    """Read what is left; Linux answers with EIO once nobody holds the other end."""
    screen = b""
    while True:
        try:
            read = os.read(terminal, 4096)
        except OSError:
            return screen.decode("utf-8", "replace")
        if not read:
            return screen.decode("utf-8", "replace")
        screen += read
