"""``doctor`` finds what is amiss, one fault at a time, says what to do, and lets no fault hide another."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from integration.cli import main
from integration.doctor.examining import examine, tasks
from integration.doctor.lines import Line, State
from integration.settings import Settings
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.started import short_folder

GITHUB, JIRA = f"github:{REPOSITORY}", f"jira:{PROJECT}"
PLACES = (("github", REPOSITORY), ("jira", PROJECT))
LABELS = ("incident", "sev1", "sev2", "sev3", "sev4")


@pytest.fixture
def service() -> Iterator[Stage]:
    with short_folder() as folder, stage(Path(folder)) as running:
        for label in LABELS:
            running.github.as_person("gina").ask(
                "POST", f"/repos/{REPOSITORY}/labels", {"name": label, "color": "d93f0b"}
            )
        yield running


def lines(service: Stage, **changes: str) -> tuple[Line, ...]:
    settings = Settings.load({**service.environment, **changes}, None)
    return examine(tasks(settings, PLACES, service.clock))


def of(found: tuple[Line, ...], name: str, place: str = "") -> Line:
    """Return the worst line of that name, at that place where one is given."""
    worst = [State.FAILED, State.ADVICE, State.UNKNOWN, State.PASSED]
    return min(
        (each for each in found if each.name == name and (not place or each.place == place)),
        key=lambda each: worst.index(each.state),
    )


def test_where_all_is_well_nothing_but_what_does_not_run_here_has_to_be_mended(service: Stage) -> None:
    found = lines(service)
    failed = {(each.name, each.says) for each in found if each.state is State.FAILED}
    # The stage runs no worker and no scheduler of its own.
    assert failed == {("processes", "No worker goes on."), ("processes", "No scheduler goes on.")}
    assert of(found, "connection", REPOSITORY).state is State.PASSED
    assert of(found, "connection", PROJECT).state is State.PASSED
    assert of(found, "labels").state is State.PASSED
    assert of(found, "rights", REPOSITORY).state is State.PASSED
    assert of(found, "rights", PROJECT).state is State.PASSED
    assert of(found, "webhook", REPOSITORY).state is State.PASSED


@dataclass(frozen=True)
class Fault:
    """Something amiss, and the line that has to tell of it."""

    amiss: Callable[[Stage], object]
    name: str
    place: str
    state: State
    says: str
    remedy: str = ""


def _drop_label(service: Stage) -> None:
    service.github.as_person("gina").ask("DELETE", f"/repos/{REPOSITORY}/labels/sev2")


def _hook(service: Stage, **changes: object) -> None:
    gina = service.github.as_person("gina")
    hook = gina.ask("GET", f"/repos/{REPOSITORY}/hooks").json()[0]
    gina.ask("PATCH", f"/repos/{REPOSITORY}/hooks/{hook['id']}", changes).raise_for_status()


FAULTS = {
    "a label is missing": Fault(_drop_label, "labels", REPOSITORY, State.FAILED, "SEV2", "setup github"),
    "the webhook is off": Fault(
        lambda s: _hook(s, active=False), "webhook", REPOSITORY, State.FAILED, "turned off", "setup github"
    ),
    "the webhook tells too little": Fault(
        lambda s: _hook(s, events=["issues"], remove_events=["issue_comment"]),
        "webhook",
        REPOSITORY,
        State.FAILED,
        "issue_comment",
        "setup github",
    ),
    "the token expires soon": Fault(
        lambda s: setattr(s.github.site, "token_expires", s.clock() + timedelta(days=5, hours=1)),
        "token",
        REPOSITORY,
        State.FAILED,
        "in 5 days",
        "runbook",
    ),
    "the repository is public": Fault(
        lambda s: setattr(s.github.site.repository(REPOSITORY), "private", False),
        "visibility",
        REPOSITORY,
        State.ADVICE,
        "public",
        "private",
    ),
    "nobody is named on Jira": Fault(
        lambda _: None, "people", PROJECT, State.ADVICE, "every active user", "people.yaml"
    ),
    "Jira shows its webhooks to administrators only": Fault(
        lambda _: None, "webhook", PROJECT, State.UNKNOWN, "administrators", "settings"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_line_and_its_remedy(service: Stage, fault: str) -> None:
    given = FAULTS[fault]
    given.amiss(service)
    line = of(lines(service), given.name, given.place)
    assert (line.state, given.says in line.says, given.remedy in line.remedy) == (given.state, True, True), line


def test_a_clock_that_runs_behind_is_told(service: Stage) -> None:
    settings = Settings.load(service.environment, None)
    found = examine(tasks(settings, PLACES, lambda: service.clock() - timedelta(minutes=5)))
    for place in (REPOSITORY, PROJECT):
        line = of(found, "clock", place)
        assert (line.state, "ahead of ours" in line.says, "NTP" in line.remedy) == (State.FAILED, True, True), line


def test_what_does_not_answer_hides_nothing_else(service: Stage) -> None:
    found = lines(service, JIRA_TOKEN="wrong-token", FOLLOWTHROUGH_REDIS_URL="redis://127.0.0.1:9/0")
    assert of(found, "redis").state is State.FAILED
    assert of(found, "connection", JIRA).state is State.FAILED
    assert of(found, "connection", REPOSITORY).state is State.PASSED
    assert of(found, "database").state is State.PASSED
    assert "wrong-token" not in repr(found)


def test_a_gate_field_that_the_workflow_does_not_obey_is_found_by_trying(service: Stage) -> None:
    service.jira.add_field("customfield_10050", "Followthrough gate", "readonlyfield")
    key = service.jira.as_person("dana").open_issue(
        PROJECT, "It recommends recalled products", labels=["incident", "sev1"]
    )
    service.settle()
    line = of(lines(service), "gate", PROJECT)
    assert (line.state, key in line.says, "Done" in line.says) == (State.FAILED, True, True)


def test_the_command_answers_in_words_and_in_json(service: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    words = CliRunner().invoke(main, ["doctor", "--place", GITHUB])
    told = CliRunner().invoke(main, ["doctor", "--place", GITHUB, "--json"])
    assert (words.exit_code, told.exit_code) == (1, 1)
    assert "2 to mend." in words.output
    assert "Start `followthrough work`" in words.output.replace("\n", " ")
    read = json.loads(told.output)
    assert read["ok"] is False
    assert {each["name"] for each in read["lines"]} >= {"settings", "redis", "rights", "webhook", "labels"}
    assert "followthrough-token" not in words.output + told.output


def test_it_writes_nothing(service: Stage) -> None:
    before = service.writes()
    lines(service)
    assert service.writes() == before
