"""``followthrough trends --publish`` by itself: it makes the summary that is due now once, and says so; a further run finds it."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.cli import main
from integration.clock import now
from mappings.loading import load_policy
from tests.e2e.reviewed import add_places
from tests.e2e.stage import stage
from tests.e2e.story import ON
from tests.e2e.summed import Summed, govern_since_long, month_due, months, publishes_summaries, shown


@pytest.fixture(params=list(ON))
def summed(request: pytest.FixtureRequest) -> Iterator[Summed]:
    """A stage on which an incident happened in the month whose summary is due by the machine's clock, which a command goes by."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    mappings = folder / "mappings"
    govern_since_long(mappings)
    publishes_summaries(mappings, request.param)
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        add_places(running)
        due = month_due(now(), load_policy(mappings).policy.clocks)
        running.clock.ahead = due + timedelta(days=5) - now()
        ready = Summed(running, request.param)
        ready.write_up()
        running.clock.ahead = timedelta()
        yield ready
    shutil.rmtree(folder, ignore_errors=True)


def run(summed: Summed, *arguments: str) -> Result:
    """Run the command as a person does, with the service's variables."""
    return CliRunner().invoke(
        main, ["trends", "--publish", *arguments], env=dict(summed.stage.environment), catch_exceptions=False
    )


def test_what_is_due_is_made_once_and_a_second_run_writes_nothing(summed: Summed) -> None:
    assert summed.issues() == []
    told = run(summed)
    assert told.exit_code == 0, told.output
    assert f"{summed.site}:{summed.place}, monthly_trends: looked at" in told.output
    [made] = months(summed.issues())
    assert not made["closed"]
    assert len(made["files"]) == len(shown(made)) == (1 if summed.site == "jira" else 0)

    writes = summed.stage.writes()
    again = run(summed)
    assert again.exit_code == 0, again.output
    assert summed.stage.writes() == writes
    assert months(summed.issues()) == [made]


def test_a_program_reads_what_became_of_each(summed: Summed) -> None:
    told = json.loads(run(summed, "--json").stdout)
    assert sorted(told) == [f"{summed.site}:{summed.place}, {kind}" for kind in ("monthly_trends", "quarterly_trends")]
    assert len(months(summed.issues())) == 1


def test_a_window_of_ones_own_is_printed_and_not_published(summed: Summed) -> None:
    assert run(summed, "--from", "2026-01-01", "--to", "2026-01-31").exit_code == 2
    assert summed.issues() == []
