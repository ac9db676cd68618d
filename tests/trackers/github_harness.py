"""What the tests of the GitHub adapter share: a stand-in GitHub with people, and our account connected to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from integration.clock import now
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.sandbox.github.model import App
from integration.sandbox.github.sandbox import GitHubSandbox
from integration.trackers.github.signin import AppAccess
from integration.trackers.github.tracker import GitHubTracker, connect
from mappings.loading import load_policy
from mappings.models import GithubDue, Policy

KEY = b"0123456789abcdef0123456789abcdef"
BOT = "followthrough-bot"
PROJECT = "acme/shop"
ROLES = {"dana": "triage", "omar": "write", "gina": "admin", "rita": "read", BOT: "write"}


@lru_cache
def shipped_policy() -> Policy:
    """Return the policy that ships."""
    return load_policy(Path(__file__).parents[2] / "mappings").policy


def a_policy(due: GithubDue = GithubDue.LINE) -> Policy:
    """Return the shipped policy with tickets that carry their due date in that form."""
    policy = shipped_policy()
    form = policy.remediation.ticket.github.model_copy(update={"due": due})
    ticket = policy.remediation.ticket.model_copy(update={"github": form})
    remediation = policy.remediation.model_copy(update={"ticket": ticket})
    return policy.model_copy(update={"remediation": remediation})


class Clock:
    """The present, that can be moved ahead."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return now() + self.ahead


class GitHubWorld:
    """One stand-in GitHub with the repository ``acme/shop``, and the adapter."""

    project = PROJECT

    @property
    def has_links(self) -> bool:
        """Return whether the stand-in server has sub-issues."""
        return "sub_issues" in self.sandbox.site.repository(PROJECT).features

    def __init__(self, sandbox: GitHubSandbox, clock: Clock, due: GithubDue = GithubDue.LINE) -> None:
        self.sandbox, self.clock, self.policy = sandbox, clock, a_policy(due)
        self.login = BOT
        self.tracker: GitHubTracker = connect(sandbox.url, KEY, token=sandbox.token_of(BOT), clock=clock)

    def sign_in_as_app(self) -> App:
        """Register an App of acme, install it on the repository, and go on as the App."""
        app = self.sandbox.add_app("followthrough", "acme")
        self.sandbox.install_app(app, "acme", [PROJECT])
        self.tracker.close()
        self.tracker = connect(self.sandbox.url, KEY, app=AppAccess(app.id, app.private_key), clock=self.clock)
        self.login = "followthrough[bot]"
        return app

    def ref(self, number: int, repo: str = PROJECT) -> IssueRef:
        """Return the reference of an issue by its number."""
        shown = self.sandbox.as_person("gina").issue(repo, number)
        return IssueRef(IssueKey("github", str(shown["id"])), f"{repo}#{number}", shown["html_url"])

    def open_issue(self, by: str, title: str, body: str = "", labels: tuple[str, ...] = ()) -> IssueRef:
        made = self.sandbox.as_person(by).open_issue(self.project, title, body)
        if labels:
            self.sandbox.as_person("omar").label(self.project, made["number"], *labels)
        return self.ref(made["number"])

    def comment(self, by: str, issue: IssueRef, text: str) -> str:
        return str(self.sandbox.as_person(by).comment(*where(issue), text)["id"])

    def edit_comment(self, by: str, issue: IssueRef, comment_id: str, text: str) -> None:
        self.sandbox.as_person(by).edit_comment(issue.project, int(comment_id), text)

    def delete_comment(self, by: str, issue: IssueRef, comment_id: str) -> None:
        self.sandbox.as_person(by).delete_comment(issue.project, int(comment_id))

    def label(self, by: str, issue: IssueRef, label: str) -> None:
        self.sandbox.as_person(by).label(*where(issue), label)

    def assign(self, by: str, issue: IssueRef, who: str | None) -> None:
        self.sandbox.as_person(by).edit(*where(issue), assignees=[who] if who else [])

    def set_due(self, by: str, issue: IssueRef, due: date) -> None:
        person = self.sandbox.as_person(by)
        body = person.issue(*where(issue))["body"]
        old = next(line for line in body.splitlines() if line.startswith("Due: "))
        person.edit(*where(issue), body=body.replace(old, f"Due: {due.isoformat()}"))

    def close(self, by: str, issue: IssueRef) -> None:
        self.sandbox.as_person(by).close(*where(issue))

    def delete_issue(self, issue: IssueRef) -> None:
        self.sandbox.delete_issue(*where(issue), by="gina")

    def unlink(self, by: str, case: IssueRef, ticket: IssueRef) -> None:
        repo, number = where(case)
        path = f"/repos/{repo}/issues/{number}/sub_issue"
        answer = self.sandbox.as_person(by).ask("DELETE", path, {"sub_issue_id": int(ticket.key.id)})
        answer.raise_for_status()

    def person(self, who: str) -> Person:
        login = self.login if who == "bot" else who
        return Person("github", str(self.sandbox.site.people[login].id), login)

    def written(self, who: str) -> str:
        return f"@{who}"

    def texts(self, issue: IssueRef) -> tuple[str, ...]:
        return tuple(each["body"] for each in self.sandbox.as_person("gina").comments(*where(issue)))

    def issues(self) -> int:
        return len(self.sandbox.site.repository(self.project).issues)

    def writes(self) -> int:
        return self.sandbox.calls.count(writes_only=True, account=self.login)

    def calls(self) -> list[str]:
        """Return what our account asked since the last reset, as ``METHOD /path status``."""
        return [f"{call.method} {call.path} {call.status}" for call in self.sandbox.calls.of(account=self.login)]

    def lose_next_answer(self, to: str) -> None:
        match = {"comment": r"^POST .*/comments$", "ticket": r"^POST .*/issues$"}[to]
        self.sandbox.misbehave.lose_answer_next(1, match)

    def fail_next(self, status: int, retry_after: int | None = None) -> None:
        if status == 429:
            self.sandbox.misbehave.rate_limit_next(1, retry_after)
        else:
            self.sandbox.misbehave.fail_next(1, status)

    def later(self) -> None:
        self.clock.ahead += timedelta(seconds=1)


def where(issue: IssueRef) -> tuple[str, int]:
    """Return repository and number."""
    return issue.project, int(issue.locator.rpartition("#")[2])


@contextmanager
def a_world(
    due: GithubDue = GithubDue.LINE, *, as_app: bool = False, enterprise: bool = False, **repository: Any
) -> Iterator[GitHubWorld]:
    """Run a stand-in GitHub: ``acme/shop`` is private, dana may triage, omar write, gina administer, rita read.

    ``as_app`` signs in as an App that is installed on it; ``enterprise`` is a server below ``/api/v3``.
    """
    clock = Clock()
    with GitHubSandbox(clock, enterprise=enterprise) as sandbox:
        sandbox.add_repository(PROJECT, roles=ROLES, **repository)
        sandbox.add_person("stranger")
        world = GitHubWorld(sandbox, clock, due)
        if as_app:
            world.sign_in_as_app()
        try:
            yield world
        finally:
            world.tracker.close()
