"""The state of the stand-in GitHub as a whole: accounts, repositories, identifiers, receivers of webhooks, one lock."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from threading import RLock

from integration.sandbox.deliveries import Hook, is_loopback_url
from integration.sandbox.faults import Misbehaviour
from integration.sandbox.github.model import (
    FEATURES,
    ROLES,
    App,
    Comment,
    Event,
    Grant,
    Installation,
    Issue,
    IssueField,
    Json,
    Kind,
    Label,
    Person,
    Repository,
)
from integration.sandbox.github.shapes import Shapes
from integration.sandbox.hooks import HookSender

# Every kind of id starts elsewhere, so that a number taken for an id, or one id for another, finds nothing.
_FIRST = {
    "person": 1_001,
    "app": 31_001,
    "repository": 700_000_001,
    "issue": 3_000_000_001,
    "comment": 4_000_000_001,
    "label": 9_000_000_001,
    "milestone": 12_000_001,
    "event": 20_000_000_001,
    "hook": 500_000_001,
    "field": 42_001,
    "pull": 2_500_000_001,
    "run": 11_000_000_001,
    "installation": 60_000_001,
}


class Site:
    """Everything that the stand-in GitHub knows. Hold ``lock`` to read or change any of it."""

    def __init__(self, clock: Callable[[], datetime], misbehave: Misbehaviour, api_url: Callable[[], str]) -> None:
        """Begin empty; ``api_url()`` is the base of the addresses that webhooks name."""
        self._clock = clock
        self._api_url = api_url
        self._numbers = {kind: count(first) for kind, first in _FIRST.items()}
        self.lock = RLock()
        self.misbehave = misbehave
        self.sender: HookSender | None = None
        self.people: dict[str, Person] = {}
        self.people_by_id: dict[int, Person] = {}
        self.by_token: dict[str, Person] = {}
        self.repositories: dict[str, Repository] = {}
        self.repositories_by_id: dict[int, Repository] = {}
        self.former_names: dict[str, Repository] = {}  # whoever asks by one is led to the present one
        self.issues_by_id: dict[int, Issue] = {}
        self.comments_by_id: dict[int, tuple[Issue, Comment]] = {}
        self.hooks: dict[int, Hook] = {}
        self.token_expires: datetime | None = None  # told with every answer to a person's token, where it is set
        self.hook_dates: dict[int, datetime] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.grants: dict[str, Grant] = {}
        self.fields: dict[str, list[IssueField]] = {}
        self._shapes: dict[str, Shapes] = {}

    def now(self) -> datetime:
        """Return the present instant in whole seconds, as GitHub keeps time."""
        return self._clock().astimezone(UTC).replace(microsecond=0)

    def new_id(self, kind: str) -> int:
        """Return the next identifier of its kind."""
        return next(self._numbers[kind])

    def shapes(self, api_url: str | None = None) -> Shapes:
        """Return what renders JSON with addresses under ``api_url``, or under the site's own."""
        base = api_url or self._api_url()
        if base not in self._shapes:
            self._shapes[base] = Shapes(base)
        return self._shapes[base]

    def add_person(self, login: str, kind: Kind = "User", name: str | None = None, app: str | None = None) -> Person:
        """Create an account, or return the one with that login; ``app`` is the slug of the App that it writes as."""
        known = self.people.get(login.lower())
        if known is not None:
            return known
        person = Person(self.new_id("person"), login, kind, name or login.title(), f"{login}-token", self.now())
        if app is not None:
            person.app = App(self.new_id("app"), app, person, self.now())
        self.people[login.lower()] = person
        self.people_by_id[person.id] = person
        if kind != "Organization":
            self.by_token[person.token] = person
        return person

    def add_repository(
        self,
        full_name: str,
        private: bool = True,
        roles: dict[str, str] | None = None,
        features: Iterable[str] = FEATURES,
        description: str | None = None,
    ) -> Repository:
        """Create ``owner/name``; an owner who is no known account becomes an organisation."""
        owner_login, name = full_name.split("/")
        unknown = set(features) - FEATURES | set((roles or {}).values()) - set(ROLES)
        if unknown or full_name.lower() in self.repositories:
            raise ValueError(f"cannot create {full_name}: it exists already, or unknown: {sorted(unknown)}")
        owner = self.people.get(owner_login.lower()) or self.add_person(owner_login, "Organization")
        now = self.now()
        repository = Repository(
            self.new_id("repository"), owner, name, private, frozenset(features), now, now, description
        )
        for login, role in (roles or {}).items():
            self.add_person(login)
            repository.roles[login.lower()] = role
        self.repositories[full_name.lower()] = repository
        self.repositories_by_id[repository.id] = repository
        self.former_names.pop(full_name.lower(), None)
        return repository

    def repository(self, full_name: str) -> Repository:
        """Return a repository by its name, or one that it had before; KeyError if there is none."""
        name = full_name.lower()
        return self.repositories.get(name) or self.former_names[name]

    def rename_repository(self, repository: Repository, full_name: str) -> None:
        """Give a repository another ``owner/name``; the former one leads on to it until another repository takes it."""
        former, (owner, name) = repository.full_name, full_name.split("/")
        self.former_names[former.lower()] = self.repositories.pop(former.lower())
        repository.owner = self.people.get(owner.lower()) or self.add_person(owner, "Organization")
        repository.name = name
        self.repositories[full_name.lower()] = repository
        self.former_names.pop(full_name.lower(), None)
        for hook in [each for each in self.hooks.values() if each.owner == former]:
            self.hooks[hook.id] = replace(hook, owner=repository.full_name)
        repository.changed()

    def add_hook(self, repository: Repository, url: str, secret: str | None, events: Iterable[str]) -> Hook:
        """Register a receiver and ping it; ValueError for an address that is not on this machine."""
        if not is_loopback_url(url):
            raise ValueError(f"the sandbox posts to loopback only, not to {url}")
        hook = Hook(self.new_id("hook"), url, secret, frozenset(events), repository.full_name)
        self.hooks[hook.id] = hook
        self.hook_dates[hook.id] = self.now()
        self.ping(hook)
        return hook

    def ping(self, hook: Hook) -> None:
        """Tell a receiver that it is registered."""
        if self.sender is not None:
            shapes = self.shapes()
            repository = self.repository(hook.owner)
            payload = {
                "zen": "Keep it logically awesome.",
                "hook_id": hook.id,
                "hook": shapes.hook(hook, repository, self.hook_dates[hook.id]),
                "repository": shapes.repository(repository),
                "sender": shapes.user(repository.owner),
            }
            self.sender.send(hook, "ping", None, payload)

    def hooks_of(self, repository: Repository) -> list[Hook]:
        """Return the receivers registered on a repository."""
        return [hook for hook in self.hooks.values() if hook.owner == repository.full_name]

    def announce(
        self, repository: Repository, event: str, action: str, actor: Person, build: Callable[[Shapes], Json]
    ) -> None:
        """Send a webhook to whoever subscribed; the payload is built, as things are now, only if somebody did."""
        wanting: list[tuple[Hook, Json]] = [(hook, {}) for hook in self.hooks_of(repository) if hook.wants(event)]
        wanting += [pair for pair in self._app_hooks(repository) if pair[0].wants(event)]
        if not wanting or self.sender is None:
            return
        shapes = self.shapes()
        payload = {"action": action, **build(shapes), "repository": shapes.repository(repository)}
        if repository.belongs_to_organisation:
            payload["organization"] = shapes.organisation(repository.owner)
        payload["sender"] = shapes.user(actor)
        for hook, more in wanting:
            self.sender.send(hook, event, action, {**payload, **more})

    def _app_hooks(self, repository: Repository) -> list[tuple[Hook, Json]]:
        """Return the hooks of the Apps that are installed here, with what their payloads say more."""
        return [
            (each.app.hook, {"installation": {"id": each.id, "node_id": f"MDIzOkludGVncmF0aW9u{each.id}"}})
            for each in self.installations.values()
            if each.app.hook is not None and repository in each.repositories and not each.is_suspended
        ]

    def note(self, issue: Issue, kind: str, actor: Person, about: object = None) -> Event:
        """Append to an issue's timeline, and count the issue as updated now."""
        event = Event(self.new_id("event"), kind, actor, self.now(), about)
        issue.timeline.append(event)
        self.touch(issue)
        return event

    def touch(self, issue: Issue) -> None:
        """Count an issue as updated now."""
        issue.updated_at = self.now()
        issue.repository.changed()

    def is_assignable(self, repository: Repository, login: str) -> bool:
        """Return whether an issue here can be assigned to this login: a collaborator who is not scripted as refused."""
        person = self.people.get(login.lower())
        if person is None or self.misbehave.refuses_assignee(login):
            return False
        return person is repository.owner or login.lower() in repository.roles

    def add_label(
        self, repository: Repository, name: str, actor: Person, color: str = "ededed", description: str | None = None
    ) -> Label:
        """Create a label and announce it."""
        label = Label(self.new_id("label"), name, color.lower().lstrip("#"), description)
        repository.labels[name.lower()] = label
        self.announce(repository, "label", "created", actor, lambda shapes: {"label": shapes.label(label, repository)})
        return label

    def etag_of_listing(self, repository: Repository, asked: str, viewer: Person | None) -> str:
        """Return the ETag of an issue listing, made without rendering it."""
        text = f"{repository.id} {repository.version} {asked} {viewer.id if viewer else 0}"
        return hashlib.sha256(text.encode()).hexdigest()
