"""What the scheduler shows on its metrics address: figures of the queue, the looks and the ledger, and no name of anything (S24)."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from integration.environment import Address
from integration.work.exporting import NAMES, Watched, export
from integration.work.scheduler import Scheduler
from tests.e2e.stage import REPOSITORY, Stage


@pytest.fixture
def address(service: Stage) -> Iterator[str]:
    scheduler = Scheduler(service.parts.engine, service.parts.client)
    server = export(
        Address("127.0.0.1", 0),
        Watched(service.parts.engine, service.parts.client, lambda: scheduler.is_active),
    )
    scheduler.tick()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def figures(address: str) -> dict[str, float]:
    """Return every sample as ``name{label=value,…}`` → number."""
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        told = answer.read().decode()
    return {
        sample.name + "".join(f"|{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def an_incident(service: Stage) -> int:
    opened = service.github.as_person("dana").open_issue(REPOSITORY, "Wrong answers", "", labels=["incident", "sev2"])
    return int(opened["number"])


def test_what_is_wanted_and_not_done_shows_with_the_age_of_the_oldest(service: Stage, address: str) -> None:
    assert figures(address)["followthrough_wanted_oldest_seconds"] == 0
    an_incident(service)
    service.github.hooks.wait_idle(5)
    service.clock.forward(hours=2)
    found = figures(address)
    assert found["followthrough_wanted"] == found["followthrough_queued"] == 1
    assert found["followthrough_wanted_oldest_seconds"] == pytest.approx(7200, abs=60)
    service.github.misbehave.fail_next(1, 503)
    service.settle()
    found = figures(address)
    assert (found["followthrough_deferred"], found["followthrough_queued"]) == (1, 0)
    assert found["followthrough_wanted_oldest_seconds"] > 7000  # Put off is not done.
    service.clock.forward(minutes=10)
    service.settle()
    found = figures(address)
    assert (found["followthrough_wanted"], found["followthrough_wanted_oldest_seconds"]) == (0, 0)


def test_looks_commands_and_the_budget_show(service: Stage, address: str) -> None:
    number = an_incident(service)
    service.settle()
    service.github.as_person("dana").close(REPOSITORY, number)
    service.settle()
    found = figures(address)
    assert found["followthrough_reopenings_total"] == 1
    assert found["followthrough_commands_total|reopen|changed"] == 1
    assert found["followthrough_look_seconds_count|changed"] >= 2
    assert found["followthrough_open_cases"] == 1
    assert found["followthrough_budget_left|github_minute"] == service.parts.engine.budget.left(
        "github", service.clock()
    )
    assert found["followthrough_budget_left|github_minute"] < 80
    assert found["followthrough_audit_entries"] > 1
    assert found["followthrough_audit_head_age_seconds"] < 60
    assert found["followthrough_scheduler_active"] == 1


def test_tokens_policy_parked_work_and_stopped_projects_show(service: Stage, address: str) -> None:
    an_incident(service)
    service.settle()
    ledger, now = service.parts.engine.ledger, service.clock()
    ledger.open_breaker("github", REPOSITORY, "too much", now)
    ledger.reject_policy("0" * 64, ("clocks.yaml:1: no",), now)
    (case,) = ledger.open_cases("github")
    ledger.park("github:1", case, reason="x", detail="", failures=5, now=now)
    service.parts.engine.counts.token_expires("github", (now + timedelta(days=3)).timestamp())
    found = figures(address)
    assert found["followthrough_breakers_open"] == found["followthrough_parked"] == 1
    assert found["followthrough_policy_refused"] == 1
    assert found["followthrough_token_expires_days|github"] == pytest.approx(3, abs=0.1)


def test_a_sweep_that_misses_a_project_lets_the_age_of_the_last_one_grow(service: Stage, address: str) -> None:
    an_incident(service)
    service.settle()
    scheduler = Scheduler(service.parts.engine, service.parts.client)
    service.parts.client.delete("followthrough:scheduler")
    scheduler.tick()
    assert figures(address)["followthrough_sweep_age_seconds|github"] < 60
    service.clock.forward(hours=1)
    service.github.misbehave.fail_next(100, 503)
    scheduler.tick()
    found = figures(address)
    assert found["followthrough_sweep_age_seconds|github"] > 3500
    assert found["followthrough_alarms_total|sweep_skipped"] >= 1


def test_no_label_names_a_repository_an_issue_a_person_or_a_path(service: Stage, address: str) -> None:
    an_incident(service)
    service.jira.as_person("dana").open_issue("SHOP", "Wrong answers", "", labels=["incident", "sev2"])
    service.settle()
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        told = answer.read().decode()
    for private in (REPOSITORY, "acme", "SHOP", "dana", "Wrong", str(service.settings.data_dir)):
        assert private not in told


def test_readiness_names_the_part_that_is_amiss(service: Stage, address: str) -> None:
    def parts() -> dict[str, str]:
        try:
            with urllib.request.urlopen(f"{address}/readyz") as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as refusal:
            assert refusal.code == 503
            return dict(json.load(refusal))

    assert parts() == {"status": "not ready", "redis": "up", "workers": "none goes on", "policy": "up", "ledger": "up"}
    service.parts.client.set("followthrough:alive:worker:here:1", "1")
    assert parts()["status"] == "ready"
    service.parts.engine.ledger.reject_policy("0" * 64, ("clocks.yaml:1: no",), service.clock())
    assert parts()["policy"] == "an edit was refused"


def test_a_ledger_that_does_not_answer_is_a_figure_itself(service: Stage, address: str) -> None:
    database = create_engine(service.settings.database_url)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE parked RENAME TO elsewhere"))
    found = figures(address)
    assert (found["followthrough_ledger_up"], found["followthrough_redis_up"]) == (0, 1)
    assert "followthrough_parked" not in found
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO parked"))
    database.dispose()
    assert figures(address)["followthrough_ledger_up"] == 1


def test_what_was_closed_while_writing_was_stopped_is_opened_again_on_resume(
    service: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner  # noqa: PLC0415

    from integration.cli import main  # noqa: PLC0415

    number = an_incident(service)
    service.settle()
    ledger = service.parts.engine.ledger
    ledger.open_breaker("github", REPOSITORY, "too much at once", service.clock())
    service.github.as_person("dana").close(REPOSITORY, number)
    service.settle()
    assert ledger.open_cases("github") == ()
    monkeypatch.setenv("FOLLOWTHROUGH_DATA_DIR", str(service.settings.data_dir))
    assert CliRunner().invoke(main, ["resume", "--project", f"github:{REPOSITORY}"]).exit_code == 0
    service.clock.forward(minutes=1)
    Scheduler(service.parts.engine, service.parts.client).tick()
    service.settle()
    assert service.github.as_person("dana").issue(REPOSITORY, number)["state"] == "open"


def test_every_sample_that_is_shown_is_of_a_name_that_alerts_may_use(service: Stage, address: str) -> None:
    service.parts.engine.counts.token_expires("github", 1.0)
    an_incident(service)
    service.settle()
    shown = {name.partition("|")[0] for name in figures(address)}
    assert {name for name in shown if name.startswith("followthrough_")} == NAMES
