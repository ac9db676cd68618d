"""Evidence that is looked up and watched, played with the whole service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

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
    a.say("dana", "Just a word.", ticket)
    assert not a.is_closed(ticket)
    assert "the run did not succeed" in a.ours(ticket)[-1]
