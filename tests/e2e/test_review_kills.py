"""Workers that are killed while they publish a weekly review: one issue, one set of pages, once the dust has settled."""

import re
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from integration.bootstrap import build
from integration.clock import now
from integration.sandbox.faults import Fault
from integration.work.meeting import meet_series
from tests.e2e.processes import WORKERS, Processes, processes_with
from tests.e2e.reviewed import GOVERNANCE, add_places, publishes, reviews
from tests.e2e.stage import PROJECT, REPOSITORY
from tests.e2e.story import ON

PLACES = {"github": REPOSITORY, "jira": PROJECT}
MAKING = {"github": re.compile(rf"POST .*/{GOVERNANCE['github']}/issues$"), "jira": re.compile(r"POST .*/issue$")}
KILLS = 3


@pytest.fixture(params=list(ON))
def site(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(site: str) -> Iterator[Processes]:
    """A running service that publishes reviews."""
    with processes_with(lambda folder: publishes(folder, site)) as running:
        yield running


@pytest.mark.parametrize("before_the_deed", [False, True], ids=["after the deed", "before the deed"])
def test_a_review_whose_worker_is_killed_while_it_is_made_comes_once(
    service: Processes, site: str, before_the_deed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_places(service)
    misbehave = service.github.misbehave if site == "github" else service.jira.misbehave
    answer, made, kills = misbehave.take, [0], [0]
    reported = 0 if site == "github" else 1  # On Jira, the report of the incident takes the same way.

    def kill_while_it_is_made(method: str, path: str) -> Fault | None:
        if MAKING[site].match(f"{method} {path}"):
            made[0] += 1
            if reported < made[0] <= reported + KILLS:
                kills[0] += 1
                service.kill(*WORKERS)
                return Fault("fail", 503) if before_the_deed else None
        return answer(method, path)

    monkeypatch.setattr(misbehave, "take", kill_while_it_is_made)
    told = ON[site](service, PLACES[site])  # type: ignore[arg-type]
    told.report()
    service.settle()
    with closing(build(service.settings)) as parts:
        meet_series(parts.engine, now())  # As the scheduler does once a minute.
    _wait_for_a_review(service, site)
    service.settle()
    # Longer than the grace period of a creation of which nothing came back, and than several polls of the scheduler.
    time.sleep(3)
    service.settle()
    assert len(reviews(service, site)) == 1
    assert kills[0] == (1 if not before_the_deed else KILLS)


def _wait_for_a_review(service: Processes, site: str) -> None:
    end = time.monotonic() + 40
    while not reviews(service, site):
        assert time.monotonic() < end, (service.folder / "log").read_text(errors="replace")[-3000:]
        time.sleep(0.1)
