"""A stage with a place where weekly reviews appear, on either tracker."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.sandbox.faults import Misbehaviour
from integration.work.scheduler import Scheduler
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import ON, steps

GOVERNANCE = {"github": "acme/governance", "jira": "GOV"}
TITLE = "Weekly review"
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
        """Return the place of the reviews."""
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
        return reviews(self.stage, self.site)

    def comments(self, number: int) -> list[str]:
        """Return the comments on the ``number``-th issue of the place, the first is 1."""
        if self.site == "github":
            return [str(c["body"]) for c in self.stage.github.as_person("gina").comments(self.place, number)]
        return [str(c["body"]) for c in self.stage.jira.as_person("gina").comments(f"{self.place}-{number}")]

    @property
    def misbehave(self) -> Misbehaviour:
        """Return what lets the tracker of the place misbehave."""
        return self.stage.github.misbehave if self.site == "github" else self.stage.jira.misbehave


def reviews(service: Any, site: str) -> list[tuple[str, str, bool]]:
    """Return title, text and whether it is closed, of every review of a service, in the order in which they were opened."""
    if site == "github":
        found = service.github.as_person("gina").issues(GOVERNANCE[site])
        issues = sorted(found, key=lambda issue: int(issue["number"]))
        told = [(i["title"], i["body"], i["state"] == "closed") for i in issues]
    else:
        gina = service.jira.as_person("gina")
        asked = {"jql": f"project = {GOVERNANCE[site]} ORDER BY created ASC, key ASC", "fields": "*all"}
        fields = [each["fields"] for each in gina.call("GET", "/search/jql", params=asked)["issues"]]
        told = [(f["summary"], f["description"] or "", f["status"]["statusCategory"]["key"] == "done") for f in fields]
    return [each for each in told if each[0].startswith(TITLE)]


def publishes(folder: Path, site: str) -> dict[str, str]:
    """Write mappings that name a place for reviews; return the variables that lead to them."""
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "destinations.yaml").write_text(DESTINATIONS.format(site=site, name=GOVERNANCE[site]))
    return {"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}


def add_places(service: Any) -> None:
    """Add the places of reviews to both trackers."""
    roles = {**TEAM, "followthrough": "admin"}
    service.github.add_repository(GOVERNANCE["github"], private=True, roles=roles)
    service.jira.add_project(GOVERNANCE["jira"], "Governance", "gina", roles=dict.fromkeys(roles, "member"))


@contextlib.contextmanager
def reviewing(site: str) -> Iterator[Reviewed]:
    """Run a stage with a place for reviews on one tracker."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    try:
        with stage(folder / "data", environment=publishes(folder, site)) as running:
            add_places(running)
            # A review comes on Mondays: a day later is the same week then, and not the next one.
            running.clock.forward(days=(TUESDAY - running.clock().weekday()) % 7)
            yield Reviewed(running, site)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
