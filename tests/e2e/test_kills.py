"""Real SIGKILLs of worker, receiver, Valkey and scheduler at every gap: the story ends as on a quiet day, with no second ticket or comment."""

import os
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox.faults import Fault
from tests.e2e.processes import WORKERS, Processes, processes
from tests.e2e.stage import PROJECT, REPOSITORY, stage
from tests.e2e.story import ON, steps, tell

WRITING = re.compile(r"^(POST|PUT|PATCH|DELETE) (?!.*(/search|/search/jql|/permissions/project|/graphql)$)")
PLACES = {"github": REPOSITORY, "jira": PROJECT}


@pytest.fixture(scope="module")
def quiet() -> dict[str, tuple[Any, ...]]:
    """How the story ends on a quiet day, by tracker."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    ends = {}
    with stage(folder) as service:
        for site in ON:
            told = ON[site](service)
            tell(told)
            ends[site] = told.state()
    shutil.rmtree(folder, ignore_errors=True)
    return ends


@pytest.fixture
def service() -> Iterator[Processes]:
    """A running service."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    with processes(folder) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("site", list(ON))
@pytest.mark.parametrize("before_the_deed", [False, True], ids=["after the deed", "before the deed"])
def test_workers_killed_at_their_writes_leave_no_trace(
    service: Processes,
    quiet: dict[str, tuple[Any, ...]],
    site: str,
    before_the_deed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    misbehave = service.github.misbehave if site == "github" else service.jira.misbehave
    answer, working, writes, kills = misbehave.take, [False], [0], [0]

    def kill_at_every_third_write(method: str, path: str) -> Fault | None:
        # The request is in our hands, its sender dies now: the intent is recorded, what comes of it never will be.
        if working[0] and WRITING.match(f"{method} {path}"):
            writes[0] += 1
            if writes[0] % 3 == 1:
                kills[0] += 1
                service.kill(*WORKERS)
                return Fault("fail", 503) if before_the_deed else None
        return answer(method, path)

    monkeypatch.setattr(misbehave, "take", kill_at_every_third_write)
    told = ON[site](service, PLACES[site])  # type: ignore[arg-type]
    for step in steps(told):
        working[0] = False
        step()
        working[0] = True
        service.settle()
    assert told.state() == quiet[site]
    assert kills[0] >= 4


def test_receiver_scheduler_and_valkey_killed_in_between_lose_nothing(
    service: Processes, quiet: dict[str, tuple[Any, ...]]
) -> None:
    told = ON["github"](service, REPOSITORY)  # type: ignore[arg-type]
    for number, step in enumerate(steps(told)):
        match number % 3:
            case 1:
                service.kill("scheduler")
            case 2 if number > 1:
                os.kill(service.valkey_pid(), signal.SIGKILL)
        seen = len(service.github.calls.of(account="followthrough"))
        step()
        if number % 3 == 0 and number > 0:
            service.kill("receiver")
        if number > 1:
            # GitHub sends nothing twice: what was under way is lost on the wire, and the sweep of the tracker finds it.
            _wait_for_two_sweeps(service, seen)
        service.settle()
    assert told.state() == quiet["github"]


def _wait_for_two_sweeps(service: Processes, seen: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        calls = service.github.calls.of(account="followthrough")[seen:]
        if sum(call.route.endswith("/issues") and call.method == "GET" for call in calls) >= 2:
            return
        time.sleep(0.1)
