"""What adversaries do on the stage, in a few words each: an incident with tickets, commands, and what the service said."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integration.sandbox.github import issue_deeds
from tests.e2e.stage import PROJECT, REPOSITORY, Stage
from tests.e2e.texts import github_postmortem

SERVICE = "followthrough"
LINK = "https://ci.acme.example/runs/1"


def post_mortem(it: Stage) -> str:
    """Return a whole post-mortem with two actions, of @dana and of @omar."""
    today = it.clock().date()
    return github_postmortem(str(today + timedelta(days=2)), str(today + timedelta(days=20)))


@dataclass
class Attacked:
    """One incident of a repository and the people around it."""

    it: Stage
    number: int
    repository: str = REPOSITORY

    def as_(self, who: str) -> Any:
        """Return somebody to act as."""
        return self.it.github.as_person(who)

    def say(self, who: str, text: str, on: int | None = None) -> Any:
        """Comment and let the service work; returns the comment."""
        said = self.as_(who).comment(self.repository, on or self.number, text)
        self.it.settle()
        return said

    def ours(self, on: int | None = None) -> list[str]:
        """Return what the service said on an issue, oldest first."""
        comments = self.as_("gina").comments(self.repository, on or self.number)
        return [each["body"] for each in comments if each["user"]["login"] == SERVICE]

    def ticket(self, action: str) -> int:
        """Return the number of an action's ticket."""
        issues = self.as_("gina").issues(self.repository)
        return next(int(each["number"]) for each in issues if each["title"].startswith(f"{action}:"))

    def close(self, who: str, number: int | None = None) -> bool:
        """Close an issue and tell whether it stays closed once the service has looked."""
        self.as_(who).close(self.repository, number or self.number)
        self.it.settle()
        return self.is_closed(number)

    def is_closed(self, number: int | None = None) -> bool:
        """Tell whether an issue is closed."""
        return bool(self.as_("gina").issue(self.repository, number or self.number)["state"] == "closed")

    def rewrite(self, who: str, old: str, new: str) -> None:
        """Change words of the post-mortem and let the service work."""
        body = self.as_(who).issue(self.repository, self.number)["body"]
        assert old in body
        self.as_(who).edit(self.repository, self.number, body=body.replace(old, new))
        self.it.settle()


def incident(it: Stage, *labels: str, who: str = "gina", body: str | None = None, title: str = "It fails") -> Attacked:
    """Open an incident with a whole post-mortem, or ``body``, and let the service work."""
    text = post_mortem(it) if body is None else body
    opened = it.github.as_person(who).open_issue(REPOSITORY, title, text, labels=list(labels or ("incident", "sev1")))
    it.settle()
    return Attacked(it, int(opened["number"]))


def label_as(it: Stage, who: str, number: int, *names: str) -> None:
    """Put labels on an issue as somebody without the right to, as GitHub does for the author of an issue form."""
    site = it.github.site
    with site.lock:
        repository = site.repository(REPOSITORY)
        known = {label.name: label for label in repository.labels.values()}
        issue_deeds.label(site, repository.issues[number], site.people[who], [known[name] for name in names])


@dataclass
class AttackedJira:
    """One incident of a Jira project and the people around it."""

    it: Stage
    key: str

    def as_(self, who: str) -> Any:
        """Return somebody to act as."""
        return self.it.jira.as_person(who)

    def say(self, who: str, text: str, on: str = "") -> Any:
        """Comment and let the service work; returns the comment."""
        said = self.as_(who).comment(on or self.key, text)
        self.it.settle()
        return said

    def ours(self, on: str = "") -> list[str]:
        """Return what the service said on an issue, oldest first."""
        account = self.it.jira.site.people[SERVICE].account_id
        comments = self.as_("gina").comments(on or self.key)
        return [each["body"] for each in comments if each["author"]["accountId"] == account]

    def tickets(self) -> list[str]:
        """Return the keys of linked issues, oldest first."""
        links = self.as_("gina").issue(self.key)["fields"]["issuelinks"]
        keys = [(link.get("outwardIssue") or link["inwardIssue"])["key"] for link in links]
        return sorted(keys, key=lambda key: int(key.rpartition("-")[2]))

    def close(self, who: str, key: str = "") -> bool:
        """Close an issue and tell whether it stays closed once the service has looked."""
        self.as_(who).close_issue(key or self.key)
        self.it.settle()
        return self.is_closed(key)

    def is_closed(self, key: str = "") -> bool:
        """Tell whether an issue is done."""
        fields = self.as_("gina").issue(key or self.key)["fields"]
        return bool(fields["status"]["statusCategory"]["key"] == "done")


def jira_incident(it: Stage, body: str, *labels: str, who: str = "gina") -> AttackedJira:
    """Open an incident on Jira and let the service work."""
    key = it.jira.as_person(who).open_issue(PROJECT, "It fails", body, labels=list(labels or ("incident", "sev1")))
    it.settle()
    return AttackedJira(it, key)
