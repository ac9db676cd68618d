"""``doctor`` looks at the places where the service publishes, before the first issue would not appear there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration.doctor.examining import examine, tasks
from integration.doctor.lines import Line, State
from integration.settings import Settings
from tests.e2e.stage import PROJECT, REPOSITORY, TEAM, Stage, stage
from tests.e2e.started import short_folder

PLACES = {"github": "acme/governance", "jira": "GOV"}
DESTINATIONS = """
places:
  here: {{project: "github:{github}", audiences: [governance, teams]}}
  there: {{project: "jira:{jira}", audiences: [governance]}}
  unused: {{project: "github:acme/nobody-publishes-here", audiences: [governance]}}
issues:
  review: {{to: [here, there]}}
"""


@pytest.fixture
def service() -> Iterator[Stage]:
    with short_folder() as folder, stage(Path(folder)) as running:
        running.github.add_repository("acme/governance", private=True, roles={**TEAM, "followthrough": "admin"})
        running.jira.add_project("GOV", lead="gina", roles={"followthrough": "admin"})
        yield running


def destination_lines(service: Stage, named: dict[str, str], **changes: str) -> list[Line]:
    mappings = Path(service.environment["FOLLOWTHROUGH_DATA_DIR"]) / "mappings"
    mappings.mkdir(exist_ok=True)
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(**PLACES | named))
    settings = Settings.load({**service.environment, "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings), **changes}, None)
    return [line for line in examine(tasks(settings, (), service.clock)) if line.name == "destination"]


def test_places_that_are_reached_and_private_say_who_reads_there(service: Stage) -> None:
    here, there = destination_lines(service, {})
    assert (here.state, here.place) == (State.PASSED, "acme/governance")
    assert here.says == "Published there for governance, teams: review. Only people with access read it."
    assert (there.state, there.place) == (State.PASSED, "GOV")


AMISS: dict[str, tuple[Callable[[Stage], object], str, str, str]] = {
    "a repository that everybody reads": (
        lambda s: setattr(s.github.site.repository("acme/governance"), "private", False),
        "acme/governance",
        "Everybody can read it, so these are not published: review.",
        "private",
    ),
    "a project on the web": (
        lambda s: setattr(s.jira.site.projects["GOV"], "is_on_the_web", True),
        "GOV",
        "Everybody can read it, so these are not published: review.",
        "private",
    ),
    "no right to open issues": (
        lambda s: s.jira.site.projects["GOV"].roles.pop("followthrough"),
        "GOV",
        "lacks",
        "Give",
    ),
}


@pytest.mark.parametrize("amiss", AMISS)
def test_what_keeps_the_service_from_publishing_has_its_line(service: Stage, amiss: str) -> None:
    do, place, says, remedy = AMISS[amiss]
    do(service)
    found = [line for line in destination_lines(service, {}) if line.place == place]
    assert found and all(line.state is State.FAILED for line in found), found
    assert any(says in line.says and remedy in line.remedy for line in found), found


def test_a_place_that_is_not_there_and_one_outside_the_scope_are_told(service: Stage) -> None:
    (gone, _) = destination_lines(service, {"github": "acme/not-there"})
    assert (gone.state, gone.place) == (State.FAILED, "github:acme/not-there")
    outside, inside = destination_lines(service, {}, FOLLOWTHROUGH_SCOPE=f"github:{REPOSITORY},jira:{PROJECT},jira:GOV")
    assert (outside.state, inside.state) == (State.FAILED, State.PASSED)
    assert "FOLLOWTHROUGH_SCOPE" in outside.says + outside.remedy


def test_it_writes_nothing_there(service: Stage) -> None:
    before = service.writes()
    destination_lines(service, {})
    assert service.writes() == before
