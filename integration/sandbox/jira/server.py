"""The stand-in Jira: state, routes, webhooks and faults put together behind one loopback address."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from integration import clock as machine
from integration.sandbox.jira.app import create_app
from integration.sandbox.jira.events import EVENTS
from integration.sandbox.jira.gateway import GATEWAY
from integration.sandbox.jira.model import (
    ISSUE_TYPES,
    SIMPLE,
    Component,
    CustomField,
    IssueType,
    Person,
    Project,
    Workflow,
)
from integration.sandbox.jira.person import JiraPerson
from integration.sandbox.jira.state import Deployment, Site
from integration.sandbox.jira.webhooks import Webhooks, make_sender
from integration.sandbox.web import CallLog, Misbehaviour, Server, add_control

ISSUE_WRITES = 20  # In 2 s, on Cloud (TRACKERS.md 2.5).


class JiraSandbox:
    """A stand-in Jira site. Fill it with ``add_person``, ``add_project`` and ``add_field``, then ``start``.

    ``hook_url`` and ``hook_secret`` register one webhook for every event. A person's token is ``<name>-token``.
    ``cloud_id`` opens Atlassian's gateway as well, at ``gateway_url``; ``scope_token`` makes somebody's token good there only.
    ``limits_writes`` turns the per-issue write limit on; ``search_lag`` keeps new issues out of Cloud's search.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = machine.now,
        deployment: Deployment = "Cloud",
        hook_secret: str | None = None,
        hook_url: str | None = None,
        port: int = 0,
        retry_pause: float = 0.2,
        limits_writes: bool = False,
        cloud_id: str = "",
    ) -> None:
        self.site = Site(clock, deployment)
        self.misbehave, self.calls = Misbehaviour(), CallLog()
        self.limits_writes, self._cloud_id = limits_writes, cloud_id
        self.hooks = make_sender(self.site, self.misbehave, clock, retry_pause)
        self._webhooks = Webhooks(self.site, self.hooks)
        self.site.send_event = self._webhooks.send
        self.site.refused_assignee = self.misbehave.refuses_assignee
        app = create_app(self.site, self._webhooks, self.calls, self.misbehave, self._issue_writes, cloud_id)
        add_control(app, self.calls, self.misbehave, self.hooks)
        self._server = Server(app, port)
        self._people: list[JiraPerson] = []
        if hook_url:
            self.add_webhook(hook_url, hook_secret)

    @property
    def url(self) -> str:
        """The site's address; known once it has started."""
        return self._server.url

    @property
    def gateway_url(self) -> str:
        """The gateway's address of this site, as ``https://api.atlassian.com/ex/jira/{cloudId}`` is; links name the site."""
        return f"{self._server.url}{GATEWAY}/{self._cloud_id}"

    def scope_token(self, name: str) -> None:
        """Make somebody's token one with scopes, which the site itself does not take."""
        with self.site.lock:
            self.site.scoped.add(name)

    @property
    def version(self) -> int:
        """Grows with every change of anything; the page polls it."""
        return self.site.version

    @property
    def search_lag(self) -> timedelta:
        """How long a new issue stays unknown to Cloud's search."""
        return self.site.search_lag

    @search_lag.setter
    def search_lag(self, lag: timedelta) -> None:
        self.site.search_lag = lag

    def start(self) -> Self:
        """Listen on loopback and begin to send webhooks; returns self."""
        self._server.start()
        self.site.base_url = self._server.url
        self.hooks.start()
        return self

    def stop(self) -> None:
        """Stop listening and sending. State is kept; it can be started again on the same port."""
        for person in self._people:
            person.close()
        self._people.clear()
        self._server.stop()
        self.hooks.stop()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_raised: object) -> None:
        """Stop."""
        self.stop()

    def add_person(
        self,
        name: str,
        account_type: str = "atlassian",
        active: bool = True,
        *,
        groups: Iterable[str] = (),
        display_name: str = "",
        admin: bool = False,
    ) -> Person:
        """Add an account; ``admin`` makes it an administrator of the site. Calling again replaces it."""
        # Ids are made from the name, so that two runs agree.
        account_id = "5b10" + hashlib.sha256(name.encode()).hexdigest()[:20]
        person = Person(
            name=name,
            account_id=account_id,
            user_key=f"JIRAUSER{10100 + len(self.site.people)}",
            display_name=display_name or name.replace("-", " ").title(),
            account_type=account_type,
            active=active,
            groups=frozenset(groups),
            site_admin=admin,
        )
        self.site.admit(person)
        return person

    def deactivate(self, name: str) -> None:
        """Deactivate an account: it can no longer sign in nor be assigned, and is shown as inactive."""
        self.site.set_active(name, False)

    def add_project(
        self,
        key: str,
        name: str = "",
        lead: str = "",
        *,
        roles: Mapping[str, str] | None = None,
        issue_types: Iterable[IssueType] = (),
        workflow: Workflow | None = None,
        private: bool = False,
        type_key: str = "software",
    ) -> Project:
        """Add a project; ``roles`` maps names to "member" or "admin". A private one is unseen (404) by all others."""
        unknown = [each for each in (*(roles or {}), *([lead] if lead else [])) if each not in self.site.people]
        if unknown:
            raise ValueError(f"unknown people: {', '.join(unknown)}")
        project = Project(
            id=self.site.next_id("project"),
            key=key,
            name=name or key,
            lead=lead,
            roles=({lead: "admin"} if lead else {}) | dict(roles or {}),
            issue_types=tuple(issue_types) or ISSUE_TYPES,
            workflow=workflow or SIMPLE,
            private=private,
            type_key=type_key,
        )
        self.site.found(project)
        return project

    def add_component(self, project: str, name: str, lead: str | None = None) -> str:
        """Add a component to a project and return its id."""
        with self.site.lock:
            component = Component(self.site.next_id("component"), name, lead)
            self.site.projects[project].components[component.id] = component
            return component.id

    def put_in_components(self, key: str, *components: str) -> None:
        """Say in which components (ids) an issue is."""
        with self.site.lock:
            issue = self.site.issue(key)
            issue.components, issue.updated = components, self.site.clock()
            self.site.touch()

    def move_issue(self, key: str, to: str) -> str:
        """Move an issue to another project, as its mask does: the id stays, the key is new, and the old one leads there; returns the new key."""
        with self.site.lock:
            issue, project = self.site.issue(key), self.site.projects[to]
            project.counter += 1
            issue.project, issue.key = project.key, f"{project.key}-{project.counter}"
            self.site.keys[issue.key] = issue.id
            issue.status, issue.updated = project.workflow.statuses[0].id, self.site.clock()
            self.site.touch()
            return issue.key

    def add_field(
        self, id: str, name: str, type: str, *, options: Iterable[str] = (), on_screen: bool = True
    ) -> CustomField:
        """Add a custom field (``customfield_10050``); ``type`` as in TRACKERS.md 2.3, ``options`` for a select."""
        field = CustomField(id, name, type, tuple(options), on_screen)
        with self.site.lock:
            self.site.fields[id] = field
        return field

    def add_webhook(
        self, url: str, secret: str | None, events: Iterable[str] = tuple(sorted(EVENTS)), jql: str = ""
    ) -> dict[str, Any]:
        """Register a webhook, as an administrator would."""
        asked = {
            "name": "sandbox",
            "url": url,
            "secret": secret,
            "events": list(events),
            "filters": {"issue-related-events-section": jql},
        }
        with self.site.lock:
            return self._webhooks.register(asked, "admin")

    def as_person(self, name: str) -> JiraPerson:
        """Return this person, acting over HTTP. The sandbox must have been started."""
        person = JiraPerson(self.site.people[name], self.url, self.site.is_cloud)
        self._people.append(person)
        return person

    def _issue_writes(self) -> int | None:
        return ISSUE_WRITES if self.limits_writes else None
