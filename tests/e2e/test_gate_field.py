"""Where the site has the gate field, Jira's own workflow refuses to close what is not verified yet, and the field is never believed (S14)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from integration.postmortem.commands import GateValue
from integration.sandbox.jira.model import SIMPLE, Workflow
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import OnJira, steps

FIELD = "customfield_10050"
PLACE = "GATED"
GATED = Workflow(
    SIMPLE.statuses,
    tuple(
        replace(each, only_when=(FIELD, GateValue.MAY_CLOSE.value)) if each.name == "Done" else each
        for each in SIMPLE.transitions
    ),
)


@pytest.fixture
def service() -> Iterator[Stage]:
    """A service whose Jira asks the gate field before anything is done."""
    with short_folder() as folder, stage(Path(folder)) as running:
        running.jira.add_field(FIELD, "Followthrough gate", "readonlyfield")
        running.jira.add_project(
            PLACE, "Gated", "gina", roles=dict.fromkeys((*TEAM, "followthrough"), "member"), workflow=GATED
        )
        running.jira.as_person("dana").open_issue(PLACE, "Hello", "No incident.")
        running.settle()
        yield running


def gate(told: OnJira, on: str = "") -> str | None:
    """Return what the gate field of the incident, or of the ticket of an action, shows."""
    shown = told.stage.jira.as_person("gina").issue(told._key(on))["fields"][FIELD]
    return None if shown is None else str(shown)


def may_close(told: OnJira, who: str, on: str = "") -> bool:
    """Tell whether Jira offers this person a way to close."""
    offered = told.stage.jira.as_person(who).transitions(told._key(on))
    return any(each["to"]["statusCategory"]["key"] == "done" for each in offered)


def written_up(service: Stage) -> OnJira:
    """Tell the story until the post-mortem is written and its actions have tickets."""
    told = OnJira(service, PLACE)
    for step in steps(told)[:5]:
        step()
        service.settle()
    return told


def test_jira_itself_refuses_to_close_until_the_evidence_is_verified(service: Stage) -> None:
    told = written_up(service)
    assert (gate(told), gate(told, "A1")) == (GateValue.HELD, GateValue.HELD)
    assert not may_close(told, "dana", "A1")
    assert not may_close(told, "gina")

    told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1")
    service.settle()
    assert not may_close(told, "dana", "A1")
    told.say("vic", "/verify read the replay", "A1")
    service.settle()

    assert gate(told, "A1") == GateValue.MAY_CLOSE
    assert gate(told, "A2") == GateValue.HELD
    told.close("dana", "A1")
    before = service.writes()
    assert service.settle()
    assert told.state()[0][1] is True, "and nothing opens it again"
    service.settle()
    assert service.writes() - before <= 1, "but for the status comment, nothing is left to be written"


def test_a_ticket_is_held_from_its_first_moment_with_no_request_of_its_own(service: Stage) -> None:
    told = written_up(service)
    history = service.jira.as_person("gina").issue(told._key("A1"), expand="changelog")["changelog"]["histories"]
    assert [item for each in history for item in each["items"] if item["field"] == "Followthrough gate"] == []
    assert gate(told, "A1") == GateValue.HELD


def test_a_gate_that_somebody_else_set_is_put_back_and_told_and_the_closing_is_judged_all_the_same(
    service: Stage,
) -> None:
    told = written_up(service)
    omar = service.jira.as_person("omar")
    omar.edit(told._key("A1"), **{FIELD: GateValue.MAY_CLOSE.value})
    told.close("dana", "A1")
    service.settle()
    assert gate(told, "A1") == GateValue.HELD
    assert not may_close(told, "dana", "A1")
    ticket = told.state()[0]
    assert ticket[1] is False, "it is open again"
    status = next(
        each["body"]
        for each in service.jira.as_person("gina").comments(told.key)
        if each["body"].startswith("h4. Followthrough")
    )
    assert "Gate field of" in status
    assert "changed by hand" in status
    before = service.writes()
    service.settle()
    assert service.writes() == before


def test_where_the_policy_names_no_field_none_is_written() -> None:
    with short_folder() as folder, stage(Path(folder)) as service:
        told = OnJira(service)
        told.report()
        service.settle()
        service.jira.add_field(FIELD, "Another field", "readonlyfield")
        told.say("dana", "/resolved")
        service.settle()
        assert gate(told) is None


def test_a_human_who_tries_the_transition_by_its_number_is_refused_by_jira(service: Stage) -> None:
    told = written_up(service)
    with pytest.raises(requests.HTTPError) as refused:
        service.jira.as_person("dana").call(
            "POST", f"/issue/{told._key('A1')}/transitions", json={"transition": {"id": "31"}}
        )
    assert refused.value.response.status_code == 400
