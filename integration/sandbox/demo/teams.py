"""The team of the story at work on either tracker, over real HTTP with each person's own account, in the words of the story."""

import re
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Protocol

from integration.sandbox.demo.texts import Markup
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page import rendering

SERVICE = "followthrough"
PEOPLE = {
    "tom": "triage",  # support, reports the incident
    "rita": "write",  # leads the post-mortem; was not involved
    "dana": "write",  # search, owns the fix
    "omar": "write",  # monitoring, owns the alert
    "vic": "write",  # reviews the technical part
    "gina": "admin",  # reviews for governance
}
READER = "gina"
LABELS = ("incident", "sev1")
LAUNCH_LABELS = ("launch", "new-client")
_TAG = re.compile(r"<[^>]+>")
_DUE = re.compile(r"^Due: (\d{4}-\d{2}-\d{2})$", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """A comment: who wrote it, and what people read."""

    author: str
    text: str


@dataclass(frozen=True)
class Seen:
    """An issue as people see it. ``body`` is as typed; ``owner`` is a name of :data:`PEOPLE`, or empty."""

    is_closed: bool
    body: str
    owner: str
    due: date | None
    labels: frozenset[str]
    said: tuple[Said, ...]

    @property
    def ours(self) -> tuple[str, ...]:
        """Return what the service said, oldest first; on an incident, the first one is the status comment."""
        return tuple(each.text for each in self.said if each.author == SERVICE)

    @property
    def status(self) -> str:
        """Return the status comment, or an empty text."""
        return self.ours[0] if self.ours else ""


class Team(Protocol):
    """What the people of the story do. ``ref`` is an issue as its tracker names it."""

    name: str
    markup: Markup

    def mention(self, who: str) -> str:
        """Return how this tracker writes a mention."""
        ...

    def path(self, ref: str) -> str:
        """Return where the page shows an issue."""
        ...

    def open(self, who: str, title: str, body: str) -> str:
        """Open an issue with the labels of an incident; returns its ref."""
        ...

    def open_launch(self, who: str, title: str, body: str) -> str:
        """Open an issue with the labels of a launch; returns its ref."""
        ...

    def rewrite(self, who: str, ref: str, body: str) -> None:
        """Change an issue's text."""
        ...

    def say(self, who: str, ref: str, text: str) -> None:
        """Comment."""
        ...

    def close(self, who: str, ref: str) -> None:
        """Close an issue."""
        ...

    def move_due(self, who: str, ref: str, day: date) -> None:
        """Change a ticket's due date on the ticket itself."""
        ...

    def see(self, ref: str) -> Seen:
        """Return an issue as it is now."""
        ...

    def tickets(self, ref: str) -> tuple[str, ...]:
        """Return the issues that are linked to this one, oldest first."""
        ...


class GitHubTeam:
    """The team on the stand-in GitHub; a ref is ``owner/repo#12``."""

    name = "GitHub"
    markup: Markup = "markdown"

    def __init__(self, github: GitHubSandbox, repository: str) -> None:
        """Work in one repository."""
        self._repository = repository
        self._people = {who: github.as_person(who) for who in PEOPLE}

    def mention(self, who: str) -> str:
        """Return ``@who``."""
        return f"@{who}"

    def path(self, ref: str) -> str:
        """Return the page's path."""
        return f"/github/{self._repository}/{_number(ref)}"

    def open(self, who: str, title: str, body: str) -> str:
        """Open an incident."""
        issue = self._people[who].open_issue(self._repository, title, body, labels=list(LABELS))
        return f"{self._repository}#{issue['number']}"

    def open_launch(self, who: str, title: str, body: str) -> str:
        """Open a launch."""
        issue = self._people[who].open_issue(self._repository, title, body, labels=list(LAUNCH_LABELS))
        return f"{self._repository}#{issue['number']}"

    def rewrite(self, who: str, ref: str, body: str) -> None:
        """Edit the issue's text."""
        self._people[who].edit(self._repository, _number(ref), body=body)

    def say(self, who: str, ref: str, text: str) -> None:
        """Comment."""
        self._people[who].comment(self._repository, _number(ref), text)

    def close(self, who: str, ref: str) -> None:
        """Close as completed."""
        self._people[who].close(self._repository, _number(ref))

    def move_due(self, who: str, ref: str, day: date) -> None:
        """Edit the line that carries the due date."""
        body = self._people[who].issue(self._repository, _number(ref))["body"]
        self.rewrite(who, ref, _DUE.sub(f"Due: {day.isoformat()}", body))

    def see(self, ref: str) -> Seen:
        """Read the issue and its comments."""
        reader = self._people[READER]
        issue, comments = reader.issue(self._repository, _number(ref)), reader.comments(self._repository, _number(ref))
        body = issue["body"] or ""
        found = _DUE.search(body)
        return Seen(
            issue["state"] == "closed",
            body,
            next((each["login"] for each in issue["assignees"]), ""),
            date.fromisoformat(found[1]) if found else None,
            frozenset(each["name"] for each in issue["labels"]),
            tuple(Said(each["user"]["login"], _plain(rendering.markdown(each["body"], _nowhere))) for each in comments),
        )

    def tickets(self, ref: str) -> tuple[str, ...]:
        """Read the sub-issues."""
        answer = self._people[READER].ask("GET", f"/repos/{self._repository}/issues/{_number(ref)}/sub_issues")
        answer.raise_for_status()
        return tuple(f"{self._repository}#{number}" for number in sorted(each["number"] for each in answer.json()))


class JiraTeam:
    """The team on the stand-in Jira; a ref is an issue key."""

    name = "Jira"
    markup: Markup = "wiki"

    def __init__(self, jira: JiraSandbox, project: str) -> None:
        """Work in one project."""
        self._project = project
        self._people = {who: jira.as_person(who) for who in PEOPLE}
        self._names = {jira.site.people[who].account_id: who for who in (*PEOPLE, SERVICE)}

    def mention(self, who: str) -> str:
        """Return a mention by account id, as Cloud keeps it."""
        return f"[~accountid:{self._people[who].person.account_id}]"

    def path(self, ref: str) -> str:
        """Return the page's path."""
        return f"/jira/{ref}"

    def open(self, who: str, title: str, body: str) -> str:
        """Open an incident."""
        return self._people[who].open_issue(self._project, title, body, labels=list(LABELS))

    def open_launch(self, who: str, title: str, body: str) -> str:
        """Open a launch."""
        return self._people[who].open_issue(self._project, title, body, labels=list(LAUNCH_LABELS))

    def rewrite(self, who: str, ref: str, body: str) -> None:
        """Edit the description."""
        self._people[who].edit(ref, description=body)

    def say(self, who: str, ref: str, text: str) -> None:
        """Comment."""
        self._people[who].comment(ref, text)

    def close(self, who: str, ref: str) -> None:
        """Move to a status of the category done."""
        self._people[who].close_issue(ref)

    def move_due(self, who: str, ref: str, day: date) -> None:
        """Set the field."""
        self._people[who].edit(ref, duedate=day.isoformat())

    def see(self, ref: str) -> Seen:
        """Read the issue and its comments."""
        reader = self._people[READER]
        fields, comments = reader.issue(ref)["fields"], reader.comments(ref)
        assignee = fields["assignee"]
        return Seen(
            fields["status"]["statusCategory"]["key"] == "done",
            fields["description"] or "",
            self._names[assignee["accountId"]] if assignee else "",
            date.fromisoformat(fields["duedate"]) if fields["duedate"] else None,
            frozenset(fields["labels"]),
            tuple(Said(self._names[each["author"]["accountId"]], _plain(each["renderedBody"])) for each in comments),
        )

    def tickets(self, ref: str) -> tuple[str, ...]:
        """Read the links."""
        links = self._people[READER].issue(ref)["fields"]["issuelinks"]
        keys = [(link.get("outwardIssue") or link["inwardIssue"])["key"] for link in links]
        return tuple(sorted(keys, key=lambda key: int(key.rpartition("-")[2])))


def _number(ref: str) -> int:
    return int(ref.rpartition("#")[2])


def _nowhere(_word: str) -> None:
    return None


def _plain(html: str) -> str:
    """Return what people read, on one line."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())
