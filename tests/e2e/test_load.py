"""A small size of ``benchmarks.load``: dropped, doubled and reordered deliveries, trackers that fail and limit, and each process killed in turn."""

import pytest

from benchmarks.load.harm import Faults
from benchmarks.load.people import Size
from benchmarks.load.running import Plan, run
from benchmarks.load.verdict import problems
from tests.e2e.processes import QUICK

# Every sweep wakes what changed until its cursor has passed it; one every two seconds would look at little else.
LIVELY = QUICK | {"FOLLOWTHROUGH_TRACKER_SWEEP_SECONDS": "20"}
HARD = Faults(delay=0.02)


@pytest.mark.timeout(420)
def test_a_loaded_run_ends_where_a_quiet_one_does_with_nothing_lost_or_doubled_and_no_budget_exceeded() -> None:
    size = Size.of(deliveries=400, issues=40)
    quiet = run(Plan(size, 1, LIVELY, longest=180), print)
    loaded = run(Plan(size, 1, LIVELY, HARD, kill_every=2, longest=180), print)
    assert problems(size, quiet, loaded) == []
    # Else nothing has been shown: each process was killed, and both trackers were written to.
    assert len(loaded.kills) == 9
    assert min(loaded.calls["github writes"], loaded.calls["jira writes"]) > 0
