"""The sweep finds what no delivery told, and costs nothing where nothing changed."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.work.sweeping import sweep_trackers
from tests.e2e.stage import REPOSITORY, Stage, stage
from tests.e2e.story import ON, a_place, steps


@pytest.fixture
def service() -> Iterator[Stage]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    with stage(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("site", list(ON))
def test_a_story_of_which_no_delivery_arrives_is_governed_all_the_same(service: Stage, site: str) -> None:
    told = ON[site](service, a_place(service, site))
    (service.github if site == "github" else service.jira).misbehave.at_random(1, drop=1.0)
    for step in steps(told):
        step()
        sweep_trackers(service.parts.engine, lambda: True)
        service.settle()
    assert len([issue for issue in told.state() if issue[0].startswith(("A1:", "A2:"))]) == 2


def test_a_repository_in_which_nothing_changed_costs_a_304(service: Stage) -> None:
    a_place(service, "github")
    sweep_trackers(service.parts.engine, lambda: True)
    service.settle()
    service.github.calls.reset()
    sweep_trackers(service.parts.engine, lambda: True)
    listings = [call.status for call in service.github.calls.entries if call.route.endswith("/issues")]
    assert listings == [304]


def test_a_failed_delivery_is_asked_for_again_once(service: Stage) -> None:
    told = ON["github"](service)
    told.report()
    service.settle()
    service.github.misbehave.drop_next(1)
    told.say("dana", "/client Nordlicht")
    service.github.hooks.wait_idle(5)
    for _ in range(3):
        sweep_trackers(service.parts.engine, lambda: True)
        service.settle()
    again = [call for call in service.github.calls.entries if call.path.endswith("/attempts")]
    assert len(again) == 1
    assert REPOSITORY in again[0].path
