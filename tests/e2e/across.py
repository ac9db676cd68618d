"""A case on two trackers: the incident on one, tickets of its actions on the other, with the people of both known to be the same."""

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.work.sweeping import sweep_trackers
from tests.e2e.stage import TEAM, Stage, stage
from tests.e2e.story import ON, TITLE, Told

HOMES = ["jira", "github"]
OTHER = {"github": "jira", "jira": "github"}
THIRD = {"github": "acme/index", "jira": "INDEX"}
ELSEWHERE = {"github": "acme/search", "jira": "OPS"}
ROUTES = """
routes:
  search: {{to: "{site}:{name}", kinds: [technical]}}
"""
_DUE = re.compile(r"(?m)^(.*due.*?)(\d{4}-\d\d-\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """What people see of a ticket: an id of its own, its title, whether it is closed, its owner's short name, due date, text and comments."""

    name: str
    title: str
    closed: bool
    owner: str
    due: str
    body: str
    comments: tuple[str, ...]


@dataclass
class There:
    """The place elsewhere, in which people do to tickets what they do on that tracker; ``stage`` has the sandboxes of both."""

    stage: Any
    site: str
    place: str

    def tickets(self) -> list[Shown]:
        """Return the tickets there, the oldest first."""
        return [self.ticket(name) for name in self.names()]

    def names(self) -> list[str]:
        """Return numbers or keys, the oldest first."""
        if self.site == "github":
            return sorted((str(each["number"]) for each in self._github("gina").issues(self.place)), key=int)
        asked = {"jql": f"project = {self.place} ORDER BY created ASC, key ASC", "fields": "*all"}
        return [each["key"] for each in self._jira("gina").call("GET", "/search/jql", params=asked)["issues"]]

    def ticket(self, name: str) -> Shown:
        """Return one ticket as it is shown."""
        if self.site == "github":
            issue = self._github("gina").issue(self.place, int(name))
            said = tuple(each["body"] for each in self._github("gina").comments(self.place, int(name)))
            due = _DUE.search(issue["body"])
            owner = next((person["login"] for person in issue["assignees"]), "")
            return Shown(
                name, issue["title"], issue["state"] == "closed", owner, due[2] if due else "", issue["body"], said
            )
        fields = self._jira("gina").issue(name)["fields"]
        owner = (fields["assignee"] or {}).get("displayName", "").lower()
        closed = fields["status"]["statusCategory"]["key"] == "done"
        said = tuple(each["body"] for each in self._jira("gina").comments(name))
        return Shown(name, fields["summary"], closed, owner, fields["duedate"] or "", fields["description"], said)

    def open(self, who: str, title: str, label: str) -> str:
        """Open an issue that is no ticket of ours."""
        if self.site == "github":
            return str(self._github(who).open_issue(self.place, title, "It is.", labels=[label])["number"])
        return str(self._jira(who).open_issue(self.place, title, "It is.", labels=[label]))

    def say(self, who: str, name: str, text: str) -> None:
        """Comment on a ticket."""
        if self.site == "github":
            self._github(who).comment(self.place, int(name), text)
        else:
            self._jira(who).comment(name, text)

    def close(self, who: str, name: str) -> None:
        """Close a ticket."""
        if self.site == "github":
            self._github(who).close(self.place, int(name))
        else:
            self._jira(who).close_issue(name)

    def assign(self, who: str, name: str, to: str) -> None:
        """Give a ticket to somebody else."""
        if self.site == "github":
            self._github(who).edit(self.place, int(name), assignees=[to])
        else:
            self._jira(who).assign(name, self.stage.jira.site.people[to])

    def move_due(self, who: str, name: str, day: str) -> None:
        """Change the due date of a ticket."""
        if self.site == "github":
            body = _DUE.sub(rf"\g<1>{day}", self.ticket(name).body, count=1)
            self._github(who).edit(self.place, int(name), body=body)
        else:
            self._jira(who).edit(name, duedate=day)

    def rename(self, who: str, name: str, title: str) -> None:
        """Change the title of a ticket."""
        if self.site == "github":
            self._github(who).edit(self.place, int(name), title=title)
        else:
            self._jira(who).edit(name, summary=title)

    def move(self, who: str, name: str) -> str:
        """Move a ticket to a third place, and stay with it; returns its name there."""
        before, self.place = self.place, THIRD[self.site]
        if self.site == "github":
            return str(self.stage.github.transfer_issue(before, int(name), self.place, who))
        return self.stage.jira.move_issue(name, self.place)

    def delete(self, who: str, name: str) -> None:
        """Delete a ticket."""
        if self.site == "github":
            self.stage.github.delete_issue(self.place, int(name), who)
        else:
            self._jira(who).call("DELETE", f"/issue/{name}")

    def _github(self, who: str) -> Any:
        return self.stage.github.as_person(who)

    def _jira(self, who: str) -> Any:
        return self.stage.jira.as_person(who)


@dataclass
class Both:
    """A stage with an incident ``told`` on one tracker, and a place on the other, ``there``, for its tickets."""

    stage: Stage
    told: Told
    there: There

    def write_up(self) -> None:
        """Report the incident and write its post-mortem, with two actions of which the first belongs elsewhere."""
        self.told.report()
        self.stage.settle()
        self.told.say("dana", "/resolved")
        self.told.write_up()
        self.settle()

    def settle(self, times: int = 2) -> None:
        """Let everything that is outstanding be done, deferred looks as well."""
        for _ in range(times):
            self.stage.settle()
            self.stage.clock.forward(seconds=2)
        self.stage.settle()

    def wake(self) -> None:
        """Let somebody write on the incident, so that it is looked at."""
        self.told.say("dana", "Is there any news?")
        self.settle()

    def sweep(self) -> None:
        """Ask the trackers what changed."""
        sweep_trackers(self.stage.parts.engine, lambda: True)
        self.settle()

    def status(self) -> str:
        """Return our status comment on the incident."""
        (incident,) = [issue for issue in self.told.state() if issue[0] == TITLE]
        return next((text for _, text in incident[-1] if "| Part |" in text or "||Part||" in text), "")

    def status_text(self) -> str:
        """Return our status comment as it stands there, with its days."""
        if self.told.site == "github":
            said = self.stage.github.as_person("gina").comments(self.told.place, self.told.number)  # type: ignore[attr-defined]
        else:
            said = self.stage.jira.as_person("gina").comments(self.told.key)  # type: ignore[attr-defined]
        return next(str(each["body"]) for each in said if "| Part |" in each["body"] or "||Part||" in each["body"])

    def text(self) -> str:
        """Return the text of the incident."""
        if self.told.site == "github":
            return str(self.stage.github.as_person("gina").issue(self.told.place, self.told.number)["body"])  # type: ignore[attr-defined]
        return str(self.stage.jira.as_person("gina").issue(self.told.key)["fields"]["description"])  # type: ignore[attr-defined]

    def rewrite(self, old: str, new: str) -> None:
        """Change the text of the incident."""
        text = self.text().replace(old, new)
        if self.told.site == "github":
            self.stage.github.as_person("dana").edit(self.told.place, self.told.number, body=text)  # type: ignore[attr-defined]
        else:
            self.stage.jira.as_person("dana").edit(self.told.key, description=text)  # type: ignore[attr-defined]

    def mention(self, who: str) -> str:
        """Return how somebody is mentioned on the incident's tracker."""
        if self.told.site == "github":
            return f"@{who}"
        return f"[~accountid:{self.stage.jira.site.people[who].account_id}]"


@contextlib.contextmanager
def both(home: str, *, routes: str = ROUTES, known: tuple[str, ...] = tuple(TEAM), **more: Any) -> Iterator[Both]:
    """Run a service with a place on each tracker; ``known`` are the people whose accounts the mapping puts together."""
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    mappings = folder / "mappings"
    mappings.mkdir()
    environment = {"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings), **more.pop("environment", {})}
    try:
        with stage(folder / "data", environment=environment, **more) as running:
            there = places(running, home)
            mapped(running, mappings, home, routes=routes, known=known)
            running.parts.engine.policies.publish()
            yield Both(running, ON[home](running), there)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def places(running: Any, home: str) -> There:
    """Add two places for tickets to each tracker, and return the first one on the other than ``home``."""
    roles = {**TEAM, "followthrough": "admin"}
    members = {**dict.fromkeys(roles, "member"), "gina": "admin"}
    for names in (ELSEWHERE, THIRD):
        running.github.add_repository(names["github"], private=True, roles=roles)
        running.jira.add_project(names["jira"], names["jira"].title(), "gina", roles=members)
    return There(running, OTHER[home], ELSEWHERE[OTHER[home]])


def mapped(
    running: Any, mappings: Path, home: str, *, routes: str = ROUTES, known: tuple[str, ...] = tuple(TEAM)
) -> None:
    """Write the mappings: routes from ``home`` to the other tracker, and who is who."""
    elsewhere = OTHER[home]
    (mappings / "remediation.yaml").write_text(routes.format(site=elsewhere, name=ELSEWHERE[elsewhere]))
    lines = ["people:"] if known else ["people: {}"]
    for who in known:
        on_github, on_jira = running.github.site.people[who].id, running.jira.site.people[who].account_id
        lines.append(f'  {who}: {{name: {who.title()}, github: {who}, github_id: {on_github}, jira: "{on_jira}"}}')
    (mappings / "people.yaml").write_text("\n".join(lines) + "\n")
