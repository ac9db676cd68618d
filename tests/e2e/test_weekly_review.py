"""The weekly review on both trackers: published once, found again, said anew in place, closed by the next one, and kept from where everybody reads."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from integration.sandbox.faults import Misbehaviour
from integration.work.scheduler import Scheduler
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import ON, steps

GOVERNANCE = {"github": "acme/governance", "jira": "GOV"}
TITLE = "Weekly review"
A_DAY, A_WEEK = 1, 7
TUESDAY = 1
DESTINATIONS = """
places:
  governance: {{project: "{site}:{name}", audiences: [governance]}}
issues:
  review: {{to: [governance]}}
"""


@dataclass
class Reviewed:
    """A stage on which one tracker has a place for reviews."""

    stage: Stage
    site: str

    @property
    def place(self) -> str:
        return GOVERNANCE[self.site]

    def tick(self, times: int = 3) -> None:
        """Let the scheduler wake what is due, and workers work; a deferred look has its grace period behind it."""
        engine = self.stage.parts.engine
        for _ in range(times):
            scheduler = Scheduler(engine, self.stage.parts.client)
            scheduler.tick()
            scheduler.stop()
            self.stage.settle()
            self.stage.clock.forward(seconds=2)

    def write_up(self) -> Any:
        """Report an incident with two actions, and let it be looked at."""
        told = ON[self.site](self.stage)
        for step in steps(told)[:5]:
            step()
            self.stage.settle()
        return told

    def reviews(self) -> list[tuple[str, str, bool]]:
        """Return title, text and whether it is closed, of every review in the order in which they were opened."""
        if self.site == "github":
            found = self.stage.github.as_person("gina").issues(self.place)
            issues = sorted(found, key=lambda issue: int(issue["number"]))
            told = [(i["title"], i["body"], i["state"] == "closed") for i in issues]
        else:
            gina = self.stage.jira.as_person("gina")
            asked = {"jql": f"project = {self.place} ORDER BY created ASC, key ASC", "fields": "*all"}
            fields = [each["fields"] for each in gina.call("GET", "/search/jql", params=asked)["issues"]]
            told = [
                (f["summary"], f["description"] or "", f["status"]["statusCategory"]["key"] == "done") for f in fields
            ]
        return [each for each in told if each[0].startswith(TITLE)]

    def comments(self, number: int) -> list[str]:
        """Return the comments on the ``number``-th issue of the place, the first is 1."""
        if self.site == "github":
            return [str(c["body"]) for c in self.stage.github.as_person("gina").comments(self.place, number)]
        return [str(c["body"]) for c in self.stage.jira.as_person("gina").comments(f"{self.place}-{number}")]

    @property
    def misbehave(self) -> Misbehaviour:
        return self.stage.github.misbehave if self.site == "github" else self.stage.jira.misbehave


@pytest.fixture(params=list(ON))
def reviewed(request: pytest.FixtureRequest) -> Iterator[Reviewed]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    site = request.param
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site=site, name=GOVERNANCE[site]))
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        roles = {**TEAM, "followthrough": "admin"}
        running.github.add_repository(GOVERNANCE["github"], private=True, roles=roles)
        running.jira.add_project(GOVERNANCE["jira"], "Governance", "gina", roles=dict.fromkeys(roles, "member"))
        # A review comes on Mondays: a day later is the same week then, and not the next one.
        running.clock.forward(days=(TUESDAY - running.clock().weekday()) % 7)
        yield Reviewed(running, site)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_review_appears_once_however_often_it_is_woken(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick(6)
    assert len(reviewed.reviews()) == 1
    title, text, closed = reviewed.reviews()[0]
    assert (title.startswith(TITLE), closed) == (True, False)
    assert "Omar" in text or "omar" in text


def test_nothing_open_makes_no_review(reviewed: Reviewed) -> None:
    reviewed.stage.settle()
    reviewed.tick(3)
    assert reviewed.reviews() == []


@pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "it was never made"])
def test_a_creation_of_which_nothing_came_back_is_found_or_made_and_never_twice(reviewed: Reviewed, lost: bool) -> None:
    reviewed.write_up()
    path = f"POST .*/{'issues' if reviewed.site == 'github' else 'issue'}$"
    if lost:
        reviewed.misbehave.lose_answer_next(1, match=path)
    else:
        reviewed.misbehave.fail_next(1, 502, match=path)
    reviewed.tick(2)
    reviewed.stage.clock.forward(minutes=10)
    reviewed.tick(4)
    assert len(reviewed.reviews()) == 1


def test_the_next_week_closes_the_last_review_with_its_outcome(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick()
    reviewed.stage.clock.forward(days=A_WEEK)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True, False]
    assert "over" in reviewed.comments(1)[-1]


def test_after_weeks_without_a_scheduler_only_the_present_review_is_made(reviewed: Reviewed) -> None:
    reviewed.write_up()
    reviewed.tick()
    reviewed.stage.clock.forward(days=4 * A_WEEK)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True, False]


def test_a_place_that_everybody_reads_gets_no_review() -> None:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site="github", name=GOVERNANCE["github"]))
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        running.github.add_repository(GOVERNANCE["github"], private=False, roles={**TEAM, "followthrough": "admin"})
        reviewed = Reviewed(running, "github")
        reviewed.write_up()
        reviewed.tick()
        assert reviewed.reviews() == []
        assert running.parts.engine.counts.read().of("alarm", "publishing_refused") >= 1
    shutil.rmtree(folder, ignore_errors=True)


def test_a_review_that_somebody_closed_is_left_closed(reviewed: Reviewed) -> None:
    told = reviewed.write_up()
    reviewed.tick()
    if reviewed.site == "github":
        reviewed.stage.github.as_person("gina").close(reviewed.place, 1)
    else:
        reviewed.stage.jira.as_person("gina").close_issue(f"{reviewed.place}-1")
    told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1")
    reviewed.stage.clock.forward(days=A_DAY)
    reviewed.tick()
    assert [closed for _, _, closed in reviewed.reviews()] == [True]
