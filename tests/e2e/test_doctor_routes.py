"""``doctor`` looks at the places to which routes send tickets, before the first ticket would not appear there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.doctor.examining import examine, tasks
from integration.doctor.lines import Line, State
from integration.settings import Settings
from tests.e2e.stage import PROJECT, REPOSITORY, TEAM, Stage, stage
from tests.e2e.started import short_folder

ROUTES = """
routes:
  search: {to: "github:acme/search", kinds: [technical]}
  operations: {to: "jira:OPS"}
"""


@pytest.fixture
def service() -> Iterator[Stage]:
    with short_folder() as folder, stage(Path(folder)) as running:
        running.github.add_repository("acme/search", private=True, roles={**TEAM, "followthrough": "admin"})
        running.jira.add_project("OPS", lead="gina", roles={"followthrough": "admin"})
        yield running


def route_lines(service: Stage, **changes: str) -> list[Line]:
    mappings = Path(service.environment["FOLLOWTHROUGH_DATA_DIR"]) / "mappings"
    mappings.mkdir(exist_ok=True)
    (mappings / "remediation.yaml").write_text(ROUTES)
    settings = Settings.load({**service.environment, "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings), **changes}, None)
    return [line for line in examine(tasks(settings, (), service.clock)) if line.name == "route"]


def test_places_where_tickets_can_be_opened_say_so(service: Stage) -> None:
    search, operations = route_lines(service)
    assert (search.state, search.place) == (State.PASSED, "acme/search")
    assert search.says == "Reached, in scope, and tickets can be opened there (route: search)."
    assert (operations.state, operations.place) == (State.PASSED, "OPS")


def test_a_place_without_the_right_says_which(service: Stage) -> None:
    service.jira.site.projects["OPS"].roles.pop("followthrough")
    lines = [line for line in route_lines(service) if line.state is not State.PASSED]
    assert {line.place for line in lines} == {"OPS"}
    assert "Our account lacks EDIT_ISSUES" in " ".join(line.says for line in lines)


def test_a_place_that_everybody_reads_is_told(service: Stage) -> None:
    service.github.site.repository("acme/search").private = False
    search, _ = route_lines(service)
    assert "Everybody can read it" in search.says


def test_a_place_that_is_not_there_and_one_out_of_scope_are_told(service: Stage) -> None:
    scope = f"github:{REPOSITORY},jira:{PROJECT},jira:OPS"
    search, operations = route_lines(service, FOLLOWTHROUGH_SCOPE=scope)
    assert (search.state, operations.state) == (State.FAILED, State.PASSED)
    assert search.says == "A route of remediation.yaml leads there, and FOLLOWTHROUGH_SCOPE does not allow it."
    assert "Add it to FOLLOWTHROUGH_SCOPE" in search.remedy
