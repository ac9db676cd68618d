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
WAVES = 3  # open; commands; write-ups and closings, with talk in the last two; a quiet run settles after each
AT_A_DESK = (
    20  # issues that people handle at the same time, each for a while: what happens to one comes in quick succession
)
MOST_ON_GITHUB, MOST_ON_JIRA = 24, 76  # incidents
TALK = ("Looking into it.", "Seen again this morning.", "Not by me.", "Who has the logs?", "Thanks!")
Kind = Literal["other", "incident", "written", "closed"]
Deed = Callable[[], None]


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
    """How large the load is: deliveries that people cause, issues (every third on GitHub), and how many of these are incidents where."""

    deliveries: int
    issues: int
    on_github: int
    on_jira: int

    @classmethod
    def of(cls, deliveries: int, issues: int) -> "Size":
        """Return a size. GitHub lets an account write 500 times an hour, of which comments may use 300: that bounds how many incidents
        it can care for at once. Jira's share is what a company with 2,000 open issues may have.
        """
        on_github, on_jira = min(MOST_ON_GITHUB, issues // 20), min(MOST_ON_JIRA, issues * 3 // 20)
        return cls(deliveries, issues, on_github=max(4, on_github), on_jira=max(4, on_jira))

    def numbered(self) -> Iterable[tuple[str, int]]:
        """Return every issue as the name of its tracker and its number there (from 0)."""
        there = {"github": self.issues // 3, "jira": self.issues - self.issues // 3}
        return ((site, number) for site, count in there.items() for number in range(count))

    def kind(self, site: str, number: int) -> Kind:
        """Return what the issue with this number (from 0) on a tracker is: of three incidents one is written up and one closed too early."""
        count = self.on_github if site == "github" else self.on_jira
        return ("incident", "written", "closed")[number % 3] if number < count else "other"  # type: ignore[return-value]


def deeds(size: Size, github: GitHubSandbox, jira: JiraSandbox, seed: int) -> tuple[list[Deed], ...]:
    """Return what people do, wave by wave, in an order that is shuffled by the seed; on one issue the order is kept from wave to wave."""
    chance = random.Random(seed)
    waves: tuple[list[list[Deed]], ...] = tuple([] for _ in range(WAVES))
    for site, number in size.numbered():
        place = place_of(site, number % PLACES)
        hands: Hands = OnGitHub(github, place) if site == "github" else OnJira(jira, place)
        kind = size.kind(site, number)
        known = list(_story(hands, kind, f"Issue {number}"))
        own: tuple[list[Deed], ...] = tuple([] for _ in range(WAVES))
        for wave, deed in known:
            own[wave].append(deed)
        for turn in range(size.deliveries // size.issues - len(known)):
            own[1 + turn % (WAVES - 1)].append(_talk(hands, kind, chance, turn))
        for wave, deeds_of_one in zip(waves, own, strict=True):
            wave.append(deeds_of_one)
    return tuple(_desk_by_desk(wave, chance) for wave in waves)


def _desk_by_desk(wave: list[list[Deed]], chance: random.Random) -> list[Deed]:
    """Return the deeds of a wave, given by issue, so that people handle some issues at the same time, and then the next ones."""
    chance.shuffle(wave)
    done: list[Deed] = []
    for start in range(0, len(wave), AT_A_DESK):
        at_once = [deed for deeds_of_one in wave[start : start + AT_A_DESK] for deed in deeds_of_one]
        chance.shuffle(at_once)
        done += at_once
    return done


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
        yield 2, hands.close


def _talk(hands: Hands, kind: Kind, chance: random.Random, turn: int) -> Callable[[], None]:
    drawn = chance.random()
    if drawn < 0.25:
        text = chance.choice(TALK)
        return lambda: hands.say(text)
    if kind == "other" and drawn < 0.6:
        return lambda: hands.write(f"It does. Seen {turn} times.")
    return hands.turn_label
