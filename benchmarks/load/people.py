"""What people do in the load: the same issues and the same deeds in every run with the same seed, done to the sandboxes in their own process.

Issues are spread over repositories and projects. A few are incidents; everybody talks, relabels and edits in between, which says
nothing to the service but wakes it each time.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from integration.sandbox.demo.texts import Dates, postmortem, written
from integration.sandbox.github import comment_deeds, issue_deeds
from integration.sandbox.github.model import Issue as GitHubIssue
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.commenting import add_comment
from integration.sandbox.jira.edits import Desk
from integration.sandbox.jira.events import Events
from integration.sandbox.jira.model import Issue as JiraIssue
from integration.sandbox.jira.model import Person as JiraPersonOfSite
from integration.sandbox.jira.server import JiraSandbox

PLACES = 10  # repositories, and as many projects
WAVES = 5  # open, commands, write-ups, closings, talk alone; a quiet run settles after each
TALK = ("Looking into it.", "Seen again this morning.", "Not by me.", "Who has the logs?", "Thanks!")
Kind = Literal["other", "incident", "written", "closed"]


class Hands(Protocol):
    """One issue on one tracker, as people handle it."""

    def open(self, title: str, labels: tuple[str, ...]) -> None:
        """Open the issue."""

    def say(self, text: str) -> None:
        """Comment on it; ``@tom`` stands for Tom in either tracker."""

    def write(self, text: str | None) -> None:
        """Write its description; None stands for the whole post-mortem."""

    def turn_label(self) -> None:
        """Put a label on that means nothing, or take it off."""

    def close(self) -> None:
        """Close it."""


@dataclass
class OnGitHub:
    """An issue in a repository."""

    github: GitHubSandbox
    place: str
    issue: GitHubIssue | None = None

    def open(self, title: str, labels: tuple[str, ...]) -> None:
        """Open the issue."""
        site = self.github.site
        with site.lock:
            repository, dana = site.repository(self.place), site.people["dana"]
            known = tuple(repository.labels.get(name) or site.add_label(repository, name, dana) for name in labels)
            self.issue = issue_deeds.open_issue(site, repository, dana, title, "It does.", labels=known)

    def say(self, text: str) -> None:
        """Comment on it."""
        site, issue = self.github.site, self._there()
        with site.lock:
            comment_deeds.write(site, issue, site.people["dana"], text)

    def write(self, text: str | None) -> None:
        """Write its body."""
        site, issue = self.github.site, self._there()
        text = text or written(postmortem(Dates(site.now()), lambda name: f"@{name}", complete=True), "markdown")
        with site.lock:
            issue_deeds.rewrite(site, issue, site.people["dana"], None, text)

    def turn_label(self) -> None:
        """Put a label on, or take it off."""
        site, issue = self.github.site, self._there()
        with site.lock:
            dana, repository = site.people["dana"], issue.repository
            label = repository.labels.get("area-search") or site.add_label(repository, "area-search", dana)
            turn = issue_deeds.unlabel if label in issue.labels else issue_deeds.label
            turn(site, issue, dana, [label])

    def close(self) -> None:
        """Close it."""
        site, issue = self.github.site, self._there()
        with site.lock:
            issue_deeds.set_state(site, issue, site.people["dana"], "closed")

    def _there(self) -> GitHubIssue:
        assert self.issue is not None  # It is opened in the first wave.
        return self.issue


@dataclass
class OnJira:
    """An issue in a project."""

    jira: JiraSandbox
    place: str
    issue: JiraIssue | None = None

    def open(self, title: str, labels: tuple[str, ...]) -> None:
        """Open the issue."""
        with self.jira.site.lock:
            project = self.jira.site.project(self.place)
            kind = next(each for each in project.issue_types if each.name == "Task")
            values = {"issuetype": kind, "summary": title, "description": "It does.", "labels": labels}
            self.issue = self._desk.create(self._dana, project, values)

    def say(self, text: str) -> None:
        """Comment on it."""
        text = text.replace("@tom", self._mention("tom"))
        with self.jira.site.lock:
            add_comment(self._desk, self._dana, self._there(), {"body": text})

    def write(self, text: str | None) -> None:
        """Write its description."""
        text = text or written(postmortem(Dates(self.jira.site.clock()), self._mention, complete=True), "wiki")
        with self.jira.site.lock:
            self._desk.edit(self._dana, self._there(), {"description": text})

    def turn_label(self) -> None:
        """Put a label on, or take it off."""
        with self.jira.site.lock:
            issue = self._there()
            without = tuple(name for name in issue.labels if name != "area-search")
            labels = without if len(without) < len(issue.labels) else (*without, "area-search")
            self._desk.edit(self._dana, issue, {"labels": labels})

    def close(self) -> None:
        """Close it."""
        with self.jira.site.lock:
            issue = self._there()
            workflow = self.jira.site.project_of(issue).workflow
            done = next(each for each in workflow.transitions if workflow.status(each.to).category == "done")
            self._desk.move(self._dana, issue, done, {})

    @property
    def _desk(self) -> Desk:
        return Desk(self.jira.site, Events(self.jira.site))

    @property
    def _dana(self) -> JiraPersonOfSite:
        return self.jira.site.people["dana"]

    def _mention(self, name: str) -> str:
        return f"[~accountid:{self.jira.site.people[name].account_id}]"

    def _there(self) -> JiraIssue:
        assert self.issue is not None  # It is opened in the first wave.
        return self.issue


@dataclass(frozen=True)
class Size:
    """How large the load is: deliveries that people cause, issues, and how many of these are incidents on each tracker."""

    deliveries: int
    issues: int
    on_github: int
    on_jira: int

    @classmethod
    def of(cls, deliveries: int, issues: int) -> "Size":
        """Return a size. GitHub lets an account write 500 times an hour, which bounds how many incidents it can care for at once."""
        return cls(deliveries, issues, on_github=min(40, max(4, issues // 20)), on_jira=max(4, issues * 3 // 20))

    def kind(self, site: str, number: int) -> Kind:
        """Return what the issue with this number (from 0) on a tracker is: of three incidents one is written up and one closed too early."""
        count = self.on_github if site == "github" else self.on_jira
        return ("incident", "written", "closed")[number % 3] if number < count else "other"  # type: ignore[return-value]


def deeds(size: Size, github: GitHubSandbox, jira: JiraSandbox, seed: int) -> tuple[list[Callable[[], None]], ...]:
    """Return what people do, wave by wave, in an order that is shuffled by the seed; on one issue the order is kept from wave to wave."""
    chance = random.Random(seed)
    waves: tuple[list[Callable[[], None]], ...] = tuple([] for _ in range(WAVES))
    half = size.issues // 2
    for site, number in ((site, number) for number in range(half) for site in ("github", "jira")):
        place = place_of(site, number % PLACES)
        hands: Hands = OnGitHub(github, place) if site == "github" else OnJira(jira, place)
        kind = size.kind(site, number)
        known = list(_story(hands, kind, f"Issue {number}"))
        for wave, deed in known:
            waves[wave].append(deed)
        for turn in range(size.deliveries // size.issues - len(known)):
            waves[1 + turn % (WAVES - 1)].append(_talk(hands, kind, chance, turn))
    for wave in waves:
        chance.shuffle(wave)
    return waves


def place_of(site: str, number: int) -> str:
    """Return the name of a repository or the key of a project; ``number`` from 0."""
    return f"acme/shop-{number + 1}" if site == "github" else f"SHOP{number + 1}"


def _story(hands: Hands, kind: Kind, title: str) -> Iterable[tuple[int, Callable[[], None]]]:
    labels = () if kind == "other" else ("incident", "sev2")
    yield 0, lambda: hands.open(title, labels)
    if kind == "other":
        return
    yield 1, lambda: hands.say("/lead @tom")
    yield 1, lambda: hands.say("/resolved")
    if kind == "written":
        yield 2, lambda: hands.write(None)
    if kind == "closed":
        yield 3, hands.close


def _talk(hands: Hands, kind: Kind, chance: random.Random, turn: int) -> Callable[[], None]:
    drawn = chance.random()
    if drawn < 0.25:
        text = chance.choice(TALK)
        return lambda: hands.say(text)
    if kind == "other" and drawn < 0.6:
        return lambda: hands.write(f"It does. Seen {turn} times.")
    return hands.turn_label
