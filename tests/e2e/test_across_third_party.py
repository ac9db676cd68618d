"""Tickets on one tracker of an incident on the other, both ways round, on a GitHub and a Jira that nobody here wrote, with every delivery coming twice."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from integration.sandbox.demo.teams import PEOPLE, Seen
from integration.sandbox.demo.texts import REPORT, TITLE, Dates, postmortem, written
from tests.e2e.stage import SECRET, Door
from tests.e2e.third_party import (
    PROJECT,
    REPOSITORY,
    EmulateTeam,
    Jira820Team,
    Working,
    emulate,
    jira820,
    working,
)

Team = EmulateTeam | Jira820Team
ROUTES = 'routes:\n  elsewhere: {{to: "{to}", kinds: [technical]}}\n'


@dataclass
class World:
    """The team at work on both trackers: where the incident is, and where its ticket belongs."""

    home: Team
    there: Team
    worker: Working

    def settle(self) -> None:
        """Wait until nothing more is under way on either tracker."""
        assert self.worker.settled(lambda: (self.home.count(), self.there.count()))

    def tell(self) -> str:
        """Report the incident and write its post-mortem; returns its ref."""
        dates = Dates(datetime.now(UTC))
        ref = self.home.open("tom", TITLE, REPORT)
        self.settle()
        self.home.say("tom", ref, "/resolved")
        self.home.rewrite("rita", ref, written(postmortem(dates, self.home.mention, complete=True), self.home.markup))
        self.settle()
        return ref

    def until(self, is_so: Callable[[], bool]) -> bool:
        """Let things settle, and look whether it is so."""
        self.settle()
        return is_so()


@pytest.fixture(params=["jira", "github"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Run both trackers; two hooks on each double every delivery."""
    for name in ("github", "jira"):
        (tmp_path / name).mkdir()
    with emulate(tmp_path / "github") as github, jira820(tmp_path / "jira") as jira:
        door = Door()
        trackers = {
            "GITHUB_API_URL": github,
            "GITHUB_TOKEN": "followthrough-token",
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "JIRA_URL": jira,
            "JIRA_USER": "followthrough",
            "JIRA_TOKEN": "followthrough-token",
            "JIRA_WEBHOOK_SECRET": SECRET,
            # emulate lists only what a user owns, so the scope is named.
            "FOLLOWTHROUGH_SCOPE": f"github:{REPOSITORY},jira:{PROJECT}",
        }
        with working(tmp_path / "data", door, trackers) as worker:
            to = f"github:{REPOSITORY}" if request.param == "jira" else f"jira:{PROJECT}"
            _map(tmp_path / "mappings", to, github)
            if request.param == "github":
                _in_public(tmp_path / "mappings", github)
            worker.parts.engine.policies.publish()
            on_github, on_jira = EmulateTeam(github), Jira820Team(jira)
            for _ in range(2):
                on_github.hear(f"{door.url}/webhooks/github")
                on_jira.hear(f"{door.url}/webhooks/jira")
            home, there = (on_jira, on_github) if request.param == "jira" else (on_github, on_jira)
            yield World(home, there, worker)
            on_jira.close_all()


def _map(mappings: Path, to: str, github: str) -> None:
    """Route technical actions, and say of everybody which accounts are theirs."""
    for name, old, new in (
        ("remediation.yaml", "\nroutes: {}\n", "\n" + ROUTES.format(to=to)),
        ("people.yaml", "\npeople: {}\n", "\npeople:\n" + "".join(_person(who, github) for who in PEOPLE)),
    ):
        text = (mappings / name).read_text()
        assert old in text
        (mappings / name).write_text(text.replace(old, new, 1))


def _in_public(mappings: Path, github: str) -> None:
    """Let everybody read the repository, and let the mapping allow that: ``jira820`` shows its projects to everybody, and private incidents
    have no tickets there.
    """
    headers = {"Authorization": "token followthrough-token"}
    answer = requests.patch(f"{github}/repos/{REPOSITORY}", json={"private": False}, headers=headers, timeout=10)
    answer.raise_for_status()
    text = (mappings / "service.yaml").read_text()
    (mappings / "service.yaml").write_text(text.replace("public_issues: checks", "public_issues: everything"))


def _person(who: str, github: str) -> str:
    answer = requests.get(f"{github}/users/{who}", headers={"Authorization": f"token {who}-token"}, timeout=10)
    answer.raise_for_status()
    return f'  {who}: {{name: {who.title()}, github: {who}, github_id: {answer.json()["id"]}, jira: "{who}"}}\n'


def test_a_ticket_on_the_other_tracker_is_opened_once_kept_in_step_and_held(world: World) -> None:
    ref = world.tell()
    ticket = _ticket(world)
    first = world.there.see(ticket)
    assert (first.owner, first.is_closed) == ("dana", False)
    assert first.due is not None
    later = first.due + timedelta(days=1)
    world.there.move_due("dana", ticket, later)
    assert world.until(lambda: str(later) in world.home.see(ref).status)
    latest = later + timedelta(days=1)
    world.home.rewrite("rita", ref, world.home.see(ref).body.replace(str(first.due), str(latest)))
    assert world.until(lambda: world.there.see(ticket).due == latest)
    world.there.close("dana", ticket)
    assert world.until(lambda: not world.there.see(ticket).is_closed)
    world.there.say("dana", ticket, "/evidence tested https://example.org/run/1 replayed 1,000 questions")
    world.settle()
    world.there.say("vic", ticket, "/verify read the replay")
    world.settle()
    world.there.close("dana", ticket)
    assert world.until(lambda: world.there.see(ticket).is_closed)
    assert "verified" in world.home.see(ref).status
    assert world.there.count() == 1
    assert "parked" not in world.worker.outcomes


def _ticket(world: World) -> str:
    """Return the ref of the one ticket there, whose number is the first of its place."""
    assert world.there.count() == 1
    ref = f"{REPOSITORY}#1" if isinstance(world.there, EmulateTeam) else f"{PROJECT}-1"
    seen: Seen = world.there.see(ref)
    assert "Filter recalled products at query time" in seen.body
    return ref
