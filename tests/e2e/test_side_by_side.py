"""Two receivers, three workers and two schedulers side by side, over one Valkey and one PostgreSQL, killed and stopped while deliveries flow.

Commands, environment and health checks are those of ``docker-compose.yml`` (``composed.py``). At the end everything is as on a quiet day.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.work.outstanding import LOCK
from tests import databases
from tests.e2e.composed import Composed, composed
from tests.e2e.stage import PROJECT, REPOSITORY, stage
from tests.e2e.started import short_folder, wait_until
from tests.e2e.story import ON, steps, tell

PLACES = {"github": REPOSITORY, "jira": PROJECT}


@pytest.fixture(scope="module")
def quiet() -> dict[str, tuple[Any, ...]]:
    """How the story ends on a quiet day, by tracker."""
    ends = {}
    with short_folder() as folder, stage(folder) as service:
        for site in ON:
            told = ON[site](service)
            tell(told)
            ends[site] = told.state()
    return ends


@pytest.fixture
def service() -> Iterator[Composed]:
    """Everything that the Compose file starts, running and well."""
    with databases.server() as uri, short_folder() as folder, composed(folder, databases.new_database(uri)) as running:
        yield running


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log").read_text().splitlines() if line.startswith("{")]


@pytest.mark.timeout(420)
def test_killed_and_stopped_in_turn_they_end_where_a_quiet_day_ends(
    service: Composed, quiet: dict[str, tuple[Any, ...]]
) -> None:
    on_both = [ON[site](service, PLACES[site]) for site in ON]  # type: ignore[arg-type]
    harm = [
        lambda: service.kill("worker 1"),
        lambda: service.kill("receiver 1"),
        lambda: service.kill(service.active_scheduler()),
        lambda: service.kill("worker 2", "worker 3"),
        lambda: service.ask_to_stop("worker 1"),
        lambda: service.kill("receiver 2"),
        lambda: service.ask_to_stop(service.active_scheduler()),
        lambda: service.kill("worker 1", "worker 2", "worker 3", "scheduler 1", "scheduler 2"),
        lambda: service.ask_to_stop("receiver 1"),
        lambda: service.kill("worker 2"),
    ]
    for number, pair in enumerate(zip(*(steps(told) for told in on_both), strict=True)):
        for step in pair:
            step()
        harm[number]()  # While both receivers get the deliveries and workers look.
        service.settle(120)
    for told in on_both:
        assert told.state() == quiet[told.site]
    verified = service.run("audit", "verify", "--json")
    assert json.loads(verified.stdout)["problems"] == []
    assert service.run("deliveries", "list").returncode == 0
    for name in sorted(service.running):
        wait_until(lambda name=name: service.is_healthy(name), f"{name} to be well")
    decided = [(line["case"], line["command"]) for line in lines(service.folder) if line["event"] == "command"]
    assert decided
    active = service.active_scheduler()
    # A sweep may wake something at any moment, which is done a moment later.
    wait_until(lambda: service.figures(active).get("followthrough_wanted") == 0, "nothing to be wanted")
    figures = service.figures(active)
    assert {name: figures[f"followthrough_{name}"] for name in ("parked", "refused", "breakers_open")} == {
        "parked": 0,
        "refused": 0,
        "breakers_open": 0,
    }
    assert figures["followthrough_reopenings_total"] >= 2


@pytest.mark.timeout(240)
def test_the_other_scheduler_takes_over_and_wakes_what_is_due(service: Composed) -> None:
    service.github.as_person("dana").open_issue(REPOSITORY, "Hello", "No incident.")  # So that the project is known.
    service.settle()
    first = service.active_scheduler()
    (second,) = {"scheduler 1", "scheduler 2"} - {first}
    assert service.figures(second)["followthrough_scheduler_active"] == 0
    service.put_out_of_action(first)  # Else the one that Compose starts in its place may be the first to take over.
    wait_until(lambda: service.figures(second).get("followthrough_scheduler_active") == 1, "the other to take over")
    # What no delivery tells is found by the sweep of the one that took over.
    service.github.misbehave.drop_next(100)
    number = service.github.as_person("dana").open_issue(REPOSITORY, "Wrong", "", labels=["incident", "sev2"])["number"]
    wait_until(lambda: comments(service, number), "the status comment")
    assert len(comments(service, number)) == 1


def comments(service: Composed, number: int) -> list[str]:
    found = service.github.as_person("dana").comments(REPOSITORY, number)
    return [each["body"] for each in found if each["user"]["login"] == "followthrough"]


@pytest.mark.timeout(240)
def test_sigterm_finishes_the_look_in_hand_and_leaves_no_lock(service: Composed) -> None:
    service.put_out_of_action("worker 2", "worker 3")  # One worker alone, so that it is known who looks.
    service.github.misbehave.delay(0.3)
    number = service.github.as_person("dana").open_issue(REPOSITORY, "Wrong", "", labels=["incident", "sev2"])["number"]
    wait_until(lambda: keys(service, LOCK), "a look to be under way")
    assert service.ask_to_stop("worker 1") == 0
    looked = [
        line for line in lines(service.folder) if line["event"] == "looked" and line["case"].endswith(f"#{number}")
    ]
    assert [line["outcome"] for line in looked][:1] == ["changed"]
    assert all(line["delivery"] and line["look"] for line in looked)
    assert len(comments(service, number)) == 1
    service.github.misbehave.clear()
    service.settle()
    assert not keys(service, LOCK)
    assert len(comments(service, number)) == 1


def keys(service: Composed, prefix: str) -> list[bytes]:
    import redis  # noqa: PLC0415

    with redis.Redis.from_url(service.settings.redis_url) as client:
        return list(client.scan_iter(f"{prefix}*"))


@pytest.mark.timeout(240)
def test_a_worker_that_is_killed_in_a_look_hands_it_back_to_another(service: Composed) -> None:
    service.github.misbehave.delay(0.3)
    number = service.github.as_person("dana").open_issue(REPOSITORY, "Wrong", "", labels=["incident", "sev2"])["number"]
    wait_until(lambda: keys(service, LOCK), "a look to be under way")
    service.kill("worker 1", "worker 2", "worker 3")
    service.github.misbehave.clear()
    service.settle()
    assert len(comments(service, number)) == 1
    assert {code for name, code in service.codes if name.startswith("worker")} == {-9}
