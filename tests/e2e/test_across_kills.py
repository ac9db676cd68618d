"""Workers that die between the intent and the ticket elsewhere, and answers that are lost: never a second ticket on the other tracker."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.bootstrap import publish_policy
from integration.sandbox.faults import Fault
from tests.e2e.across import HOMES, Both, both, mapped, places
from tests.e2e.processes import WORKERS, Processes, processes_with
from tests.e2e.stage import PROJECT, REPOSITORY
from tests.e2e.story import ON

OPENING = {"github": re.compile(r"^POST /repos/acme/search/issues$"), "jira": re.compile(r"^POST .*/issue$")}
PLACES = {"github": REPOSITORY, "jira": PROJECT}


@pytest.fixture(params=HOMES)
def home(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(home: str) -> Iterator[tuple[Processes, Path]]:
    """A running service whose mappings route technical actions to the other tracker."""
    with processes_with(lambda folder: (folder / "mappings").mkdir()) as running:
        yield running, running.settings.mappings_dir


@pytest.mark.parametrize("before_the_deed", [False, True], ids=["after the deed", "before the deed"])
def test_workers_killed_while_they_open_a_ticket_elsewhere_open_it_once(
    service: tuple[Processes, Path], home: str, before_the_deed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, mappings = service
    there = places(running, home)
    mapped(running, mappings, home)
    publish_policy(running.settings)
    misbehave = running.github.misbehave if there.site == "github" else running.jira.misbehave
    answer, kills = misbehave.take, [0]

    def kill_while_opening(method: str, path: str) -> Fault | None:
        if kills[0] < 2 and OPENING[there.site].match(f"{method} {path}"):
            kills[0] += 1
            running.kill(*WORKERS)
            return Fault("fail", 503) if before_the_deed else None
        return answer(method, path)

    monkeypatch.setattr(misbehave, "take", kill_while_opening)
    told: Any = ON[home](running, PLACES[home])  # type: ignore[arg-type]
    told.report()
    running.settle()
    told.write_up()
    running.settle()
    assert kills[0] >= 1
    assert [ticket.title[:3] for ticket in there.tickets()] == ["A1:"]


def test_an_answer_that_is_lost_opens_no_second_ticket_elsewhere(home: str) -> None:
    with both(home) as case:
        hooks = case.stage.github.misbehave if case.there.site == "github" else case.stage.jira.misbehave
        hooks.lose_answer_next(
            1, match="POST /repos/acme/search/issues" if case.there.site == "github" else "POST /rest/api/2/issue"
        )
        case.write_up()
        settled(case)
        assert [ticket.title[:3] for ticket in case.there.tickets()] == ["A1:"]


def settled(case: Both) -> None:
    case.stage.clock.forward(minutes=10)
    case.settle(4)
