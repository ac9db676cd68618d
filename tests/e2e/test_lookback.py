"""``followthrough lookback`` says on one page what became of the last incidents of a project, on either tracker, and writes nothing unless told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.cli import main
from tests.e2e.stage import PROJECT, REPOSITORY, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.texts import SECTIONS

NOTHING_WRITTEN = (
    "The assistant offered recalled heaters. Retrieval ignores the product status. Fixed by hand in the catalogue."
)
AGAIN = "Recalled strollers were offered by the assistant: retrieval ignores product status in the new catalogue."
UNTOLD = "Chat answers were cut off after 200 letters.\n\nPost-mortem: https://docs.example/rca/7"
ROWS = """| ID | Action | Owner | Due | Kind | Done when | Ticket |
|---|---|---|---|---|---|---|
| A1 | Filter recalled products | @dana | 2026-11-28 | technical | none among 1,000 questions | #{ticket} |
| A2 | Alert on recalled products | @omar | 2026-11-28 | monitoring | a replay raises it | |
"""


@pytest.fixture
def service() -> Iterator[Stage]:
    with short_folder() as folder, stage(Path(folder)) as running:
        yield running


def run(service: Stage, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["lookback", *arguments], env=dict(service.environment), catch_exceptions=False)


def _label(service: Stage, *names: str) -> None:
    for name in names:
        service.github.as_person("gina").ask(
            "POST", f"/repos/{REPOSITORY}/labels", {"name": name, "color": "d93f0b"}
        ).raise_for_status()


def _story(service: Stage, label: str = "incident") -> dict[str, int]:
    """Three incidents: one without a word, the same again, and one with a post-mortem whose one ticket was closed with nothing to show."""
    _label(service, label)
    dana = service.github.as_person("dana")
    first = dana.open_issue(REPOSITORY, "Recalled heaters offered", NOTHING_WRITTEN, labels=[label])["number"]
    dana.close(REPOSITORY, first)
    ticket = dana.open_issue(REPOSITORY, "Filter recalled products", "", assignees=["dana"])["number"]
    dana.close(REPOSITORY, ticket)
    written = dana.open_issue(
        REPOSITORY,
        "Recalled products offered again",
        SECTIONS.format(actions=ROWS.format(ticket=ticket)),
        labels=[label, "sev1"],
    )["number"]
    cut = dana.open_issue(REPOSITORY, "Answers cut off", UNTOLD, labels=[label])["number"]
    again = dana.open_issue(REPOSITORY, "Recalled strollers offered", AGAIN, labels=[label])["number"]
    return {"first": first, "ticket": ticket, "written": written, "cut": cut, "again": again}


def test_a_repository_is_looked_back_at_on_one_page_without_a_write(service: Stage) -> None:
    told = _story(service)
    before = service.writes()
    found = run(service, "--last", "4", f"github:{REPOSITORY}")
    assert found.exit_code == 0, found.output
    assert service.writes() == before
    assert len(found.output.splitlines()) <= 45
    page = " ".join(found.output.split())
    assert f"#{told['again']} Recalled strollers offered opened" in page
    assert "✘ post-mortem none in the issue ✘ actions none written down" in page
    assert f"? came back it reads like {REPOSITORY}#{told['first']} of" in page
    assert "one may be at https://docs.example/rca/7" in page
    assert "2 are named, 2 with an owner and a date, 1 with a ticket" in page
    assert "1 of 1 tickets closed as done, 0 of these with something that shows that it works" in page
    assert f"One next step. Read {REPOSITORY}#{told['first']} and {REPOSITORY}#{told['again']} side by side" in page
    assert "and without a write" in page


def test_a_program_gets_the_same_as_one_object(service: Stage) -> None:
    told = _story(service)
    found = json.loads(run(service, "--json", REPOSITORY).stdout)
    assert [each["ref"] for each in found["incidents"]] == [
        f"{REPOSITORY}#{told[name]}" for name in ("again", "cut", "written")
    ]
    last = found["incidents"][2]
    assert last["postmortem"]["is_there"]
    assert last["actions"] == {"named": 2, "assigned": 2, "tracked": 1, "done": 1, "shown": 0, "alone": 0}
    assert last["reads_like"]["ref"] == f"{REPOSITORY}#{told['first']}"
    assert found["incidents"][1]["reads_like"] is None
    assert found["incidents"][0]["reads_like"]["words"]
    assert found["calls"] <= 15
    assert found["next_step"]["copy"] == "followthrough templates markdown"


@pytest.mark.parametrize(("who", "alone"), [("dana", 1), ("vic", 0)], ids=["by its owner", "by somebody else"])
def test_what_only_its_owner_showed_is_called_not_independent(service: Stage, who: str, alone: int) -> None:
    told = _story(service)
    service.github.as_person(who).comment(REPOSITORY, told["ticket"], "Replayed: https://ci.example/run/1")
    found = json.loads(run(service, "--json", REPOSITORY).stdout)
    assert found["incidents"][2]["actions"]["alone"] == alone
    page = " ".join(run(service, REPOSITORY).output.split())
    assert ("1 of them by nobody but the owner, so not independent" in page) == bool(alone)


def test_where_nobody_labels_incidents_bugs_are_looked_at_and_that_is_said(service: Stage) -> None:
    _story(service, "bug")
    found = run(service, REPOSITORY)
    assert "no issue is labelled incident or ai-incident, so those labelled bug" in found.output
    assert "Recalled strollers offered" in found.output
    named = run(service, "--label", "bug", REPOSITORY)
    assert "Chosen by: label bug." in named.output


def test_where_there_is_nothing_the_way_on_is_said(service: Stage) -> None:
    found = run(service, REPOSITORY)
    assert found.exit_code == 1
    assert f"followthrough lookback --label NAME github:{REPOSITORY}" in found.output


def test_a_jira_project_is_looked_back_at_alike(service: Stage) -> None:
    dana = service.jira.as_person("dana")
    first = dana.open_issue(PROJECT, "Recalled heaters offered", NOTHING_WRITTEN, labels=["incident"])
    dana.close_issue(first)
    again = dana.open_issue(PROJECT, "Recalled strollers offered", AGAIN, labels=["incident"])
    before = service.writes()
    found = run(service, f"jira:{PROJECT}")
    assert found.exit_code == 0, found.output
    assert f"it reads like {first} of" in found.output
    assert f"{again}  Recalled strollers offered" in found.output
    assert service.writes() == before


@pytest.mark.parametrize("site", ["github", "jira"])
def test_it_becomes_one_issue_where_somebody_says_so(service: Stage, site: str) -> None:
    if site == "github":
        _story(service)
        place = f"github:{REPOSITORY}"
    else:
        place = f"jira:{PROJECT}"
        service.jira.as_person("dana").open_issue(
            PROJECT, "@omar {color:red}<b>Recalled", NOTHING_WRITTEN, labels=["incident"]
        )
    first = run(service, "--publish", place)
    assert "Published: http" in first.output, first.output
    writes = service.writes()
    again = run(service, "--publish", place)
    assert "It is published already: http" in again.output
    assert service.writes() == writes


def test_what_everybody_can_read_gets_no_look_back_unless_somebody_insists() -> None:
    with short_folder() as folder, stage(Path(folder), private=False) as service:
        _story(service)
        before = service.writes()
        found = run(service, "--publish", REPOSITORY)
        assert found.exit_code == 2
        assert "Everybody can read" in found.output
        assert service.writes() == before
        assert "Published: http" in run(service, "--publish", "--public", REPOSITORY).output


def test_nothing_is_published_beyond_the_scope(service: Stage) -> None:
    _story(service)
    service.environment["FOLLOWTHROUGH_SCOPE"] = "github:other/*"  # type: ignore[index]
    before = service.writes()
    found = run(service, "--publish", REPOSITORY)
    assert (found.exit_code, service.writes()) == (2, before)
    assert "FOLLOWTHROUGH_SCOPE" in found.output
