"""A system that "Where else?" says is affected gets an incident of its own on either tracker, once, and is governed from then on."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integration.postmortem.reading.spans import Spans
from tests.e2e.stage import REPOSITORY, Stage, stage
from tests.e2e.story import ON, Told

SYSTEM = "Nordlicht e-mail assistant"


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def opened(told: Told) -> list[tuple[object, ...]]:
    return [issue for issue in told.state() if str(issue[0]).startswith(f"{SYSTEM}: also affected")]


@pytest.mark.parametrize("site", list(ON))
def test_an_affected_system_gets_one_incident_which_is_governed_by_itself(folder: Path, site: str) -> None:
    with stage(folder) as service:
        told = ON[site](service)
        told.report()
        service.settle()
        told.write_up()
        service.settle()
        [incident] = opened(told)
        assert "incident" in incident[2]  # type: ignore[operator]
        # As severe as the first one, although a Jira project gives new issues a priority of its own.
        assert "SEV1 · responding" in str(incident[-1])
        assert f"{SYSTEM}: affected, see" in str(told.state())
        _mention_again(service, told)
        assert len(opened(told)) == 1


@pytest.mark.parametrize("site", list(ON))
def test_how_long_it_took_is_kept_in_the_ledger_as_the_timeline_says(folder: Path, site: str) -> None:
    with stage(folder) as service:
        told = ON[site](service)
        told.report()
        service.settle()
        told.write_up()
        service.settle()
        ledger = service.parts.engine.ledger
        (spans,) = {ledger.spans(case.key) for case in ledger.open_cases(site)} - {Spans()}
        assert (spans.to_detect, spans.to_resolve) == (timedelta(hours=125), timedelta(hours=4, minutes=18))


def _mention_again(service: Stage, told: Told) -> None:
    """Let everything be looked at again, twice, with a day between."""
    for _ in range(2):
        told.say("dana", "Is there anything else?")
        service.settle()
        service.clock.forward(days=1)
    service.settle()


def test_in_public_nothing_is_opened_and_a_person_is_asked(folder: Path) -> None:
    with stage(folder, private=False) as service:
        told = ON["github"](service)
        told.report()
        service.settle()
        told.write_up()
        service.settle()
        assert opened(told) == []
        assert "no incident is named for it yet" in str(told.state())


def test_a_text_of_somebody_without_triage_rights_opens_nothing(folder: Path) -> None:
    with stage(folder) as service:
        reader = service.github.as_person("rita")
        told = ON["github"](service)
        before = len(service.github.as_person("gina").issues(REPOSITORY))
        reader.open_issue(REPOSITORY, "It is bad", f"## Where else?\n\n- {SYSTEM}: affected", labels=[])
        service.settle()
        number = max(int(each["number"]) for each in service.github.as_person("gina").issues(REPOSITORY))
        service.github.as_person("dana").label(REPOSITORY, number, "incident")
        service.settle()
        assert len(service.github.as_person("gina").issues(REPOSITORY)) == before + 1
        assert opened(told) == []
