"""Evidence that is looked up and watched, played with the whole service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.wakeups import WakeUp
from tests.e2e.attack import Attacked, incident
from tests.e2e.stage import REPOSITORY, Stage, stage


@pytest.fixture
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service that governs a private repository."""
    folder: Path = tmp_path_factory.mktemp("v", numbered=True) / "d"
    with stage(folder) as running:
        yield running


def page(a: Attacked, rest: str) -> str:
    shown = a.as_("gina").issue(REPOSITORY, a.number)
    return str(shown["html_url"]).replace(f"issues/{a.number}", rest)


def test_whoever_wrote_the_linked_pull_request_does_not_verify_it(it: Stage) -> None:
    """S10"""
    a = incident(it)
    ticket = a.ticket("A1")
    number = it.github.add_pull_request(REPOSITORY, "vic", "Filter recalled products")
    a.say("omar", f"/evidence tested {page(a, f'pull/{number}')}", ticket)
    a.say("gina", "/verify I ran the replay", ticket)
    assert "the pull request is not merged yet" in a.ours(ticket)[-1]
    it.github.merge_pull_request(REPOSITORY, number, "omar")
    assert it.settle()[0] == "forwarded"
    a.say("vic", "/verify I ran the replay", ticket)
    assert not a.close("dana", ticket)
    a.say("gina", "/verify I ran the replay again", ticket)
    assert a.close("dana", ticket)


def test_a_run_that_fails_later_opens_its_ticket_again_with_the_reason(it: Stage) -> None:
    """S20"""
    a = incident(it)
    ticket = a.ticket("A1")
    run = it.github.add_run(REPOSITORY)
    a.say("omar", f"/evidence tested {page(a, f'actions/runs/{run}')}", ticket)
    a.say("vic", "/verify I read the replay", ticket)
    assert a.close("dana", ticket)
    it.github.rerun(REPOSITORY, run, "failure")
    it.settle()
    assert not a.is_closed(ticket)
    assert "the run did not succeed" in a.ours(ticket)[-1]


def test_what_no_evidence_points_at_wakes_nobody(it: Stage) -> None:
    """Most pull requests and runs of a repository concern no incident."""
    incident(it)
    number = it.github.add_pull_request(REPOSITORY, "vic", "Something else")
    it.settle()
    it.github.merge_pull_request(REPOSITORY, number, "omar")
    assert set(it.settle()) <= {"nothing"}


def test_evidence_of_a_closed_incident_is_read_again_by_schedule(it: Stage) -> None:
    """A file changes without a webhook that we hear."""
    a = incident(it)
    ticket = a.ticket("A1")
    files = it.github.site.repository(REPOSITORY).branches["main"]
    files["runbook.md"] = b"Filter by status."
    a.say("omar", f"/evidence tested {page(a, 'blob/main/runbook.md')}", ticket)
    a.say("vic", "/verify I read it and tried it", ticket)
    assert a.close("dana", ticket)
    files["runbook.md"] = b"Filter by nothing."
    it.parts.engine.outstanding.wake([_of(a, it)], it.clock().timestamp())
    it.settle()
    assert not a.is_closed(ticket)
    assert "the file was changed since" in a.ours(ticket)[-1]


def _of(a: Attacked, it: Stage) -> WakeUp:
    """Return the wake-up by which the scheduler looks at the case again."""
    shown = a.as_("gina").issue(REPOSITORY, a.number)
    return WakeUp("github", str(shown["id"]), f"{REPOSITORY}#{a.number}", "scheduled", it.clock().timestamp())
