"""The memory of the stand-in Jira, behind one lock. It finds and numbers things; its neighbours do the deeds."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from typing import Any, Literal

from integration.sandbox.jira.model import CustomField, Issue, Link, Person, Project
from integration.sandbox.jira.refusals import JiraRefusal, issue_missing

Deployment = Literal["Cloud", "Server"]


class Site:
    """One Jira site. Every reader and writer holds ``lock``; ``version`` grows with every change."""

    def __init__(self, clock: Callable[[], datetime], deployment: Deployment) -> None:
        self.lock = RLock()
        self.clock = clock
        self.deployment: Deployment = deployment
        self.base_url = "http://127.0.0.1"
        self.version = 0
        self.people: dict[str, Person] = {}
        # Whose tokens have scopes, and so are good behind the gateway only.
        self.scoped: set[str] = set()
        self.projects: dict[str, Project] = {}
        self.issues: dict[str, Issue] = {}
        self.keys: dict[str, str] = {}
        self.links: dict[str, Link] = {}
        self.fields: dict[str, CustomField] = {}
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.workflow_versions: dict[str, int] = {}
        self.refused_assignee: Callable[[str], bool] = lambda _name: False
        self.send_event: Callable[[str, dict[str, Any], Issue | None], None] = lambda _event, _payload, _issue: None
        self.search_lag = timedelta(0)
        self._numbers: dict[str, Iterator[int]] = {}

    @property
    def is_cloud(self) -> bool:
        """Whether people are account ids and search is ``/search/jql``."""
        return self.deployment == "Cloud"

    def next_id(self, kind: str) -> str:
        """Return the next id of this kind; each kind counts for itself, as Jira's do."""
        return str(next(self._numbers.setdefault(kind, itertools.count(10000))))

    def touch(self) -> None:
        """Note that something changed."""
        self.version += 1

    def admit(self, person: Person) -> None:
        """Remember an account, in place of one with the same name."""
        with self.lock:
            self.people[person.name] = person
            self.touch()

    def set_active(self, name: str, active: bool) -> None:
        """Deactivate or reactivate an account."""
        with self.lock:
            self.people[name] = replace(self.people[name], active=active)
            self.touch()

    def found(self, project: Project) -> None:
        """Remember a project."""
        with self.lock:
            self.projects[project.key] = project
            self.touch()

    def issue(self, id_or_key: str) -> Issue:
        """Return the issue, by immutable id or by key in any case; 404 when there is none."""
        found = self.issues.get(id_or_key) or self.issues.get(self.keys.get(id_or_key.upper(), ""))
        if found is None:
            raise issue_missing()
        return found

    def project(self, id_or_key: str) -> Project:
        """Return the project, by key or id; 404 when there is none."""
        for project in self.projects.values():
            if id_or_key in (project.key, project.id):
                return project
        raise JiraRefusal(404, f"No project could be found with key '{id_or_key}'.")

    def project_of(self, issue: Issue) -> Project:
        """Return the project that the issue is in."""
        return self.projects[issue.project]

    def person_by(self, ident: str) -> Person | None:
        """Return the account with this account id (Cloud) or this name or user key (Server)."""
        for person in self.people.values():
            if ident in ((person.account_id,) if self.is_cloud else (person.name, person.user_key)):
                return person
        return None

    def ident(self, name: str | None) -> str | None:
        """Return what identifies this person in changelogs and requests: account id or name."""
        if name is None:
            return None
        return self.people[name].account_id if self.is_cloud else name

    def links_of(self, issue: Issue) -> tuple[Link, ...]:
        """Return the links that touch the issue, oldest first."""
        return tuple(link for link in self.links.values() if issue.id in (link.inward, link.outward))

    def subtasks_of(self, issue: Issue) -> tuple[Issue, ...]:
        """Return the issues whose parent this is."""
        return tuple(child for child in self.issues.values() if child.parent == issue.id)
