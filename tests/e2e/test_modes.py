"""How far the service goes: observe writes nothing, advise never reopens, outside the scope nothing is touched, and what is older is left alone."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stage import REPOSITORY, stage
from tests.e2e.story import ON


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("site", list(ON))
def test_observe_reads_along_and_writes_nothing(folder: Path, site: str) -> None:
    with stage(folder, mode="observe") as service:
        told = ON[site](service)
        told.report()
        service.settle()
        told.write_up()
        service.settle()
        told.close("dana")
        service.settle()
        assert service.writes() == 0


@pytest.mark.parametrize("site", list(ON))
def test_advise_asks_and_never_opens_again(folder: Path, site: str) -> None:
    with stage(folder, mode="advise") as service:
        told = ON[site](service)
        for step in (told.report, told.write_up, lambda: told.close("dana")):
            step()
            service.settle()
        assert service.writes() > 0
        closed = next(issue[1] for issue in told.state() if issue[0].startswith("The shop"))
        assert closed in ("closed", True)


def test_outside_the_scope_nothing_is_written_whatever_was_signed(folder: Path) -> None:
    scope = {"FOLLOWTHROUGH_SCOPE": "github:acme/other,jira:OTHER"}
    with stage(folder, environment=scope) as service:
        for site in ON:
            told = ON[site](service)
            told.report()
            service.settle()
            told.close("dana")
            service.settle()
        assert service.writes() == 0


def test_five_hundred_old_closed_incidents_are_never_written_to(folder: Path) -> None:
    with stage(folder) as service:
        dana = service.github.as_person("dana")
        service.clock.forward(days=-1)
        service.github.misbehave.at_random(0, drop=1.0)
        for n in range(500):
            number = dana.open_issue(REPOSITORY, f"Old {n}", "It was.", labels=["incident", "sev1"])["number"]
            dana.close(REPOSITORY, number)
        service.github.hooks.wait_idle(60)
        service.github.misbehave.clear()
        service.clock.forward(days=1)
        for number in range(1, 501, 10):
            dana.comment(REPOSITORY, number, "/status")
        service.github.calls.reset()
        service.settle(rounds=200)
        assert service.writes() == 0
        assert service.github.calls.count(account="followthrough") < 50 * 8


def test_pausing_stops_writing_and_resuming_goes_on(folder: Path) -> None:
    with stage(folder) as service:
        told = ON["github"](service)
        told.report()
        service.settle()
        ledger, writes = service.parts.engine.ledger, service.writes()
        ledger.set_paused("github", REPOSITORY, True, "cli", service.clock())
        told.close("dana")
        service.settle()
        assert service.writes() == writes
        ledger.set_paused("github", REPOSITORY, False, "cli", service.clock())
        told.say("dana", "Is anybody there?")
        service.settle()
        assert service.writes() > writes


def test_three_hundred_comments_lead_to_a_handful_of_looks(folder: Path) -> None:
    with stage(folder, look_interval=60.0) as service:
        told = ON["github"](service)
        told.report()
        service.settle()
        for n in range(300):
            told.say("dana", f"/status {n}")
        writes = service.writes()
        outcomes = service.settle(rounds=700)
        assert set(outcomes) <= {"early", "nothing"}
        assert service.writes() == writes


def test_a_project_where_far_more_is_wanted_than_usual_is_left_alone_and_a_person_is_asked(folder: Path) -> None:
    with stage(folder) as service:
        told = [ON["github"](service) for _ in range(21)]
        for each in told:
            each.report()
            service.settle()
            each.close("dana")
            service.settle()
            service.clock.forward(seconds=65)
        dana = service.github.as_person("dana")
        assert [issue["state"] for issue in dana.issues(REPOSITORY)].count("open") == 20
        asked = [each for each in dana.comments(REPOSITORY, told[-1].number) if "stopped writing" in each["body"]]
        assert len(asked) == 1
        assert service.parts.engine.ledger.projects_known("github")[0].breaker
