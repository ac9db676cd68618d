"""What becomes of looks that fail: outages are waited for however long they take, everything else is parked where people see it, and retried."""

import io
import json
import logging
from typing import Any

import pytest
import structlog
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs

from integration import logs
from integration.cli import main
from integration.work.outstanding import FAILURES, OUTAGES
from tests.e2e.stage import PROJECT, REPOSITORY, Stage

MOST = 5  # looks that may fail in a row before a case is parked


def an_incident(service: Stage) -> int:
    opened = service.github.as_person("dana").open_issue(
        REPOSITORY, "Wrong answers", "It does.", labels=["incident", "sev2"]
    )
    return int(opened["number"])


def comments(service: Stage, number: int) -> list[str]:
    found = service.github.as_person("dana").comments(REPOSITORY, number)
    return [each["body"] for each in found if each["user"]["login"] == "followthrough"]


def look_again(service: Stage, times: int) -> list[str]:
    """Let time pass until the next attempt, so many times; return the outcomes of all looks."""
    outcomes: list[str] = []
    for _ in range(times):
        service.clock.forward(minutes=10)
        outcomes += service.settle()
    return outcomes


def test_a_tracker_that_is_down_for_hours_parks_nothing_and_what_waited_is_done_afterwards(service: Stage) -> None:
    number = an_incident(service)
    service.github.misbehave.fail_next(1000, 503)
    outcomes = service.settle() + look_again(service, 3 * MOST)
    assert set(outcomes) == {"deferred"}
    assert len(outcomes) > 2 * MOST
    assert service.parts.engine.ledger.parked() == ()
    service.github.misbehave.clear()
    assert "changed" in look_again(service, 1)
    assert len(comments(service, number)) == 1
    assert not service.parts.client.exists(FAILURES, OUTAGES)


def test_credentials_that_are_refused_park_nothing_and_raise_an_alarm(service: Stage) -> None:
    number = an_incident(service)
    service.github.misbehave.fail_next(1000, 401)
    with capture_logs() as logs:
        outcomes = service.settle() + look_again(service, 2 * MOST)
    assert set(outcomes) == {"deferred"}
    assert [each["event"] for each in logs].count("credentials_refused") == len(outcomes)
    assert service.parts.engine.counts.read().of("alarm", "credentials_refused") == len(outcomes)
    service.github.misbehave.clear()
    look_again(service, 1)
    assert len(comments(service, number)) == 1


def test_a_database_that_is_away_parks_nothing(service: Stage) -> None:
    number = an_incident(service)
    database = create_engine(service.settings.database_url)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE intents RENAME TO elsewhere"))
    assert set(service.settle() + look_again(service, 2 * MOST)) == {"deferred"}
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO intents"))
    database.dispose()
    look_again(service, 1)
    assert len(comments(service, number)) == 1
    assert service.parts.engine.ledger.parked() == ()


@pytest.fixture
def parked(service: Stage) -> int:
    """An incident whose look the tracker has refused so often that it is set aside; return its number."""
    service.github.misbehave.fail_next(1000, 422, match=rf"GET /repos/{REPOSITORY}/issues/\d+")
    number = an_incident(service)
    outcomes = service.settle() + look_again(service, MOST)
    assert outcomes == ["deferred"] * (MOST - 1) + ["parked"]
    return number


def run(service: Stage, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in {
        "FOLLOWTHROUGH_DATA_DIR": str(service.settings.data_dir),
        "GITHUB_TOKEN": "a-token-that-is-not-used",
    }.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(main, list(arguments))


def test_what_keeps_failing_is_parked_with_its_reason_and_no_longer_wanted(service: Stage, parked: int) -> None:
    (work,) = service.parts.engine.ledger.parked()
    assert work.ref.locator == f"{REPOSITORY}#{parked}"
    assert (work.reason, work.failures) == ("tracker_refused", MOST)
    assert "422" in work.detail or "refused" in work.detail.lower()
    assert service.parts.engine.outstanding.count() == 0
    assert service.parts.engine.outstanding.oldest() is None
    assert look_again(service, 3) == []


def test_a_panic_in_a_library_is_put_off_and_parked_like_whatever_else_goes_wrong(
    service: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Panic(BaseException):
        """As libraries written in Rust raise it."""

    def panics(*_: Any, **__: Any) -> None:
        raise Panic("threads should not terminate unexpectedly")

    monkeypatch.setattr("integration.work.jobs._look", panics)
    an_incident(service)
    with capture_logs():
        outcomes = service.settle() + look_again(service, MOST)
    assert outcomes == ["deferred"] * (MOST - 1) + ["parked"]
    assert [work.reason for work in service.parts.engine.ledger.parked()] == ["Panic"]


def test_parked_work_is_listed_and_runs_again_when_it_is_told_to(
    service: Stage, parked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = run(service, "deliveries", "list", "--json", monkeypatch=monkeypatch)
    assert listed.exit_code == 1
    (work,) = json.loads(listed.output)["parked"]
    assert (work["issue"], work["reason"], work["failures"]) == (f"{REPOSITORY}#{parked}", "tracker_refused", MOST)

    service.github.misbehave.clear()
    retried = run(service, "deliveries", "retry", work["work"], "--json", monkeypatch=monkeypatch)
    assert (retried.exit_code, json.loads(retried.output)) == (0, {"retried": [work["work"]]})
    assert "changed" in service.settle()
    assert len(comments(service, parked)) == 1
    assert run(service, "deliveries", "list", monkeypatch=monkeypatch).output == "Nothing is set aside.\n"


def test_all_parked_work_runs_again_at_once_and_may_be_parked_again(
    service: Stage, parked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(service, "deliveries", "retry", "--all", monkeypatch=monkeypatch).output == "1 case runs again.\n"
    assert service.settle() + look_again(service, MOST) == ["deferred"] * (MOST - 1) + ["parked"]
    (work,) = service.parts.engine.ledger.parked()
    assert work.failures == MOST


def test_what_is_not_parked_cannot_be_retried(service: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = run(service, "deliveries", "retry", "github:1", monkeypatch=monkeypatch)
    assert refused.exit_code == 2
    assert "deliveries list" in refused.output
    assert run(service, "deliveries", "retry", monkeypatch=monkeypatch).exit_code == 2


def test_a_delivery_about_parked_work_wakes_it_and_a_good_look_takes_it_off_the_list(
    service: Stage, parked: int
) -> None:
    service.github.misbehave.clear()
    service.github.as_person("dana").comment(REPOSITORY, parked, "Any news?")
    assert "changed" in service.settle()
    assert service.parts.engine.ledger.parked() == ()


def test_every_look_is_counted_with_its_outcome_and_its_time(service: Stage) -> None:
    an_incident(service)
    outcomes = service.settle()
    counted = service.parts.engine.counts.read()
    for outcome in set(outcomes):
        assert counted.of("look", outcome) == outcomes.count(outcome)
        assert counted.of("look_seconds", outcome) > 0
    assert counted.of("command", "status_comment", "changed") == 1


def test_every_line_of_a_look_names_its_delivery_and_its_case_and_every_line_of_a_write_its_command(
    service: Stage,
) -> None:
    number = an_incident(service)
    service.jira.as_person("dana").open_issue(PROJECT, "Wrong answers", "It does.", labels=["incident", "sev2"])
    written = io.StringIO()
    logs.configure(service.settings, stream=written, is_json=True)
    try:
        service.settle()
    finally:
        logging.getLogger().handlers.clear()
        structlog.reset_defaults()
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    ours = [line for line in lines if line.get("logger", "").startswith("integration.")]
    assert {line["event"] for line in ours} >= {"command", "looked"}
    assert [line for line in ours if not (line.get("delivery") and line.get("case") and line.get("look"))] == []
    assert [line for line in ours if line["event"] == "command" and not line.get("command")] == []
    sent = {delivery.guid for delivery in service.github.hooks.deliveries}
    assert {line["delivery"] for line in ours if line["case"] == f"{REPOSITORY}#{number}"} <= sent
