"""Workers that are killed at each step of publishing a summary: one issue, one file for each chart, one comment, once the dust has settled."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from integration.bootstrap import build, publish_policy
from integration.clock import now
from integration.sandbox.faults import Fault
from integration.work.jobs import run
from integration.work.kinds import wanted_series
from integration.work.meeting import meet_series
from mappings.loading import load_policy
from tests.e2e.processes import WORKERS, Processes, processes_with
from tests.e2e.reviewed import add_places
from tests.e2e.stage import PROJECT, REPOSITORY, Clock
from tests.e2e.story import ON
from tests.e2e.summed import govern_since_long, month_due, months, publishes_summaries, shown, summaries

PLACES = {"github": REPOSITORY, "jira": PROJECT}
KILLS = 2
"""How often the workers are killed at each writing request."""
READS = ("graphql", "search/jql", "permissions/project")
"""How paths of calls end that read, though they are POST."""
STEPS = {
    "github": ("POST /repos/acme/governance/issues", "/comments"),
    "jira": ("POST /rest/api/2/issue", "/attachments", "PUT /rest/api/2/issue", "/comment"),
}
"""What is done among others: creations, each of which may happen only once."""
A_DAY = timedelta(days=1)


@pytest.fixture(params=list(ON))
def site(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(site: str) -> Iterator[Processes]:
    """A running service whose mappings publish nothing yet."""
    with processes_with(lambda folder: govern_since_long(folder / "mappings")) as running:
        yield running


@pytest.mark.parametrize("before_the_deed", [False, True], ids=["after the deed", "before the deed"])
def test_a_summary_whose_workers_are_killed_at_each_of_its_steps_comes_once(
    service: Processes, site: str, before_the_deed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_places(service)
    publish_policy(service.settings)
    clocks = load_policy(service.settings.mappings_dir).policy.clocks
    due = month_due(now(), clocks)
    an_earlier = month_due(due + 20 * A_DAY, clocks)
    for month in (an_earlier, due):
        _report(service, site, month)
    misbehave = service.github.misbehave if site == "github" else service.jira.misbehave
    answer, kills = misbehave.take, Counter[str]()

    def kill_at_each_step(method: str, path: str) -> Fault | None:
        step = f"{method} {path}"
        if method in ("POST", "PUT", "PATCH") and not path.endswith(READS) and kills[step] < KILLS:
            kills[step] += 1
            service.kill(*WORKERS)
            return Fault("fail", 503) if before_the_deed else None
        return answer(method, path)

    with service.asleep("scheduler", *WORKERS):
        _publish(service, site, due)
        [one] = months(summaries(service, site))
        assert (one["closed"], one["comments"]) == (False, [])
        monkeypatch.setattr(misbehave, "take", kill_at_each_step)
    _wait_for_both(service, site)
    service.settle()
    # Longer than the grace period of a creation of which nothing came back, and than several polls of the scheduler.
    time.sleep(3)
    service.settle()
    earlier, latest = months(summaries(service, site))
    assert (earlier["closed"], latest["closed"]) == (True, False)
    assert (len(earlier["comments"]), len(latest["comments"])) == (1, 0)
    if site == "jira":
        assert sorted(each["filename"] for each in latest["files"]) == sorted(shown(latest)) != []
    assert [step for step in STEPS[site] if not any(step in each for each in kills)] == []


def _report(service: Processes, site: str, month: datetime) -> None:
    """Let an incident happen early in a month, with its post-mortem."""
    service.clock.ahead = month + 5 * A_DAY - now()
    told: Any = ON[site](service, PLACES[site])  # type: ignore[arg-type]
    told.report()
    service.settle()
    told.write_up()
    service.settle()
    service.clock.ahead = timedelta()


def _publish(service: Processes, site: str, month: datetime) -> None:
    """Publish the summary of the month before, as a service did whose time was the end of that month."""
    publishes_summaries(service.settings.mappings_dir, site)
    publish_policy(service.settings)
    then = service.clock.ahead = month + 20 * A_DAY - now()
    with closing(build(service.settings, Clock(then))) as parts:
        meet_series(parts.engine, parts.engine.clock())
        for series in wanted_series(parts.engine.policies.in_force().policy, parts.engine.ledger):
            run(parts.engine, str(series.ref.key))
    service.clock.ahead = timedelta()


def _wait_for_both(service: Processes, site: str) -> None:
    end = time.monotonic() + 120
    while [each["closed"] for each in months(summaries(service, site))] != [True, False]:
        assert time.monotonic() < end, (service.folder / "log").read_text(errors="replace")[-3000:]
        time.sleep(0.1)
