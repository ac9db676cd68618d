"""One story told on either tracker by the same words, so that tests can compare how it ends: what people do, and what stands there afterwards."""

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from integration.sandbox.demo.texts import Dates, postmortem, written
from tests.e2e.stage import PROJECT, REPOSITORY, TEAM, Stage

TITLE = "The shop assistant recommends recalled products"
_NUMBERS = itertools.count(1)


class Told(Protocol):
    """One incident and what people do with it; tickets are named by their action."""

    stage: Stage
    place: str

    @property
    def site(self) -> str: ...
    def report(self) -> None: ...
    def say(self, who: str, text: str, on: str = "") -> None: ...
    def write_up(self) -> None: ...
    def close(self, who: str, on: str = "") -> None: ...
    def state(self) -> tuple[Any, ...]: ...


@dataclass
class OnGitHub:
    """The story in a repository."""

    stage: Stage
    place: str = REPOSITORY
    number: int = 0
    site: str = "github"

    def report(self) -> None:
        """Open the incident."""
        dana = self.stage.github.as_person("dana")
        self.number = dana.open_issue(self.place, TITLE, "It does.", labels=["incident", "sev1"])["number"]

    def say(self, who: str, text: str, on: str = "") -> None:
        """Comment on the incident, or on the ticket of an action."""
        self.stage.github.as_person(who).comment(self.place, self._number(on), text)

    def write_up(self) -> None:
        """Write the whole post-mortem, with two actions."""
        parts = postmortem(Dates(self.stage.clock()), lambda name: f"@{name}", complete=True)
        self.stage.github.as_person("dana").edit(self.place, self.number, body=written(parts, "markdown"))

    def close(self, who: str, on: str = "") -> None:
        """Close the incident, or the ticket of an action."""
        self.stage.github.as_person(who).close(self.place, self._number(on))

    def state(self) -> tuple[Any, ...]:
        """Return what people see, without numbers, instants and the order of tickets."""
        gina = self.stage.github.as_person("gina")
        issues = sorted(gina.issues(self.place), key=lambda issue: str(issue["title"]))
        names = {f"#{issue['number']}": issue["title"].split(":")[0] for issue in issues}
        return tuple(
            (
                issue["title"],
                issue["state"],
                sorted(label["name"] for label in issue["labels"]),
                sorted(person["login"] for person in issue["assignees"]),
                [
                    (each["user"]["login"], plain(each["body"], names))
                    for each in _status_first(gina.comments(self.place, issue["number"]), "user", "login")
                ],
            )
            for issue in issues
        )

    def _number(self, on: str) -> int:
        if not on:
            return self.number
        issues = self.stage.github.as_person("gina").issues(self.place)
        return next(int(issue["number"]) for issue in issues if issue["title"].startswith(f"{on}:"))


@dataclass
class OnJira:
    """The story in a Jira project."""

    stage: Stage
    place: str = PROJECT
    key: str = ""
    site: str = "jira"

    def report(self) -> None:
        """Open the incident."""
        self.key = self.stage.jira.as_person("dana").open_issue(
            self.place, TITLE, "It does.", labels=["incident", "sev1"]
        )

    def say(self, who: str, text: str, on: str = "") -> None:
        """Comment on the incident, or on the ticket of an action."""
        self.stage.jira.as_person(who).comment(self._key(on), text)

    def write_up(self) -> None:
        """Write the whole post-mortem, with two actions."""
        people = self.stage.jira.site.people
        parts = postmortem(
            Dates(self.stage.clock()), lambda name: f"[~accountid:{people[name].account_id}]", complete=True
        )
        self.stage.jira.as_person("dana").edit(self.key, description=written(parts, "wiki"))

    def close(self, who: str, on: str = "") -> None:
        """Close the incident, or the ticket of an action."""
        self.stage.jira.as_person(who).close_issue(self._key(on))

    def state(self) -> tuple[Any, ...]:
        """Return what people see, without keys, instants and the order of tickets."""
        gina = self.stage.jira.as_person("gina")
        issues = sorted(self._issues(), key=lambda issue: str(issue["fields"]["summary"]))
        names = {issue["key"]: issue["fields"]["summary"].split(":")[0] for issue in issues}
        return tuple(
            (
                issue["fields"]["summary"],
                issue["fields"]["status"]["statusCategory"]["key"] == "done",
                sorted(issue["fields"]["labels"]),
                (issue["fields"]["assignee"] or {}).get("displayName"),
                bool(issue["fields"]["duedate"]),
                [
                    (each["author"]["displayName"], plain(each["body"], names))
                    for each in _status_first(gina.comments(issue["key"]), "author", "displayName")
                ],
            )
            for issue in issues
        )

    def _issues(self) -> list[dict[str, Any]]:
        gina = self.stage.jira.as_person("gina")
        found = gina.call("GET", "/search/jql", params={"jql": f"project = {self.place}", "fields": "*all"})
        return list(found["issues"])

    def _key(self, on: str) -> str:
        if not on:
            return self.key
        return next(str(issue["key"]) for issue in self._issues() if issue["fields"]["summary"].startswith(f"{on}:"))


ON = {"github": OnGitHub, "jira": OnJira}


def steps(told: Told) -> list[Callable[[], None]]:
    """Return what people do, in order: too early a closing, evidence by one, verification by another, and the end."""
    return [
        told.report,
        lambda: told.say("omar", "/lead @tom" if isinstance(told, OnGitHub) else f"/lead {_mention(told, 'tom')}"),
        lambda: told.say("dana", "/client Nordlicht"),
        lambda: told.say("dana", "/resolved"),
        told.write_up,
        lambda: told.close("dana", "A1"),
        lambda: told.say("dana", "/evidence tested https://example.org/run/1 replayed 1,000 questions", "A1"),
        lambda: told.say("vic", "/verify read the replay", "A1"),
        lambda: told.close("dana", "A1"),
        lambda: told.close("dana"),
    ]


def tell(told: Told) -> None:
    """Tell the story quietly: every step has settled before the next."""
    for step in steps(told):
        step()
        told.stage.settle()


def plain(text: str, names: dict[str, str]) -> str:
    """Return a text without what differs from run to run: instants, numbers of issues and comments, signatures."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^~?Followthrough ·.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"```mermaid\n.*?```", _drawn, text, flags=re.DOTALL)
    text = re.sub(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?(?: UTC|Z)?)?", "(when)", text)
    text = re.sub(r"https?://127\.0\.0\.1:\d+\S*?(?=[)|\]\s]|$)", "(address)", text)
    # A reference within a text that was somebody else's stands there escaped: shop-1\#&#8203;5, SHOP1\-5.
    text = re.sub(r"(?:acme/shop-\d+)?\\#&#8203;(\d+)", r"#\1", text)
    text = re.sub(r"(SHOP\d*)\\-(\d+)", r"\1-\2", text)
    for number, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(number, f"({name})")
    return text.strip()


def _drawn(picture: re.Match[str]) -> str:
    """Return the words of a timeline's picture, without its days and clock times, in which figures stand for signs."""
    words = (entry.partition(" : ")[2] for entry in picture[0].splitlines())
    return "\n".join(re.sub(r"#(\d+);", lambda sign: chr(int(sign[1])), each) for each in words if each)


def _status_first(comments: list[dict[str, Any]], author: str, name: str) -> list[dict[str, Any]]:
    """Return comments in an order that does not depend on when a look came about: by author, then by text."""
    return sorted(comments, key=lambda each: (str(each[author][name]), plain(each["body"], {})))


def _mention(told: Told, name: str) -> str:
    return f"[~accountid:{told.stage.jira.site.people[name].account_id}]"


def a_place(stage: Stage, site: str) -> str:
    """Add a repository or project of its own to a running stage, and let the service hear of it; return its name."""
    taken = next(_NUMBERS)
    roles = {**TEAM, "followthrough": "admin"}
    if site == "github":
        place = f"acme/shop-{taken}"
        stage.github.add_repository(place, private=True, roles=roles)
        stage.github.as_person("dana").open_issue(place, "Hello", "No incident.")
    else:
        place = f"SHOP{taken}"
        stage.jira.add_project(place, place, "gina", roles=dict.fromkeys(roles, "member"))
        stage.jira.as_person("dana").open_issue(place, "Hello", "No incident.")
    stage.settle()
    return place
