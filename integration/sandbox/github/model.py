"""What the stand-in GitHub remembers: people, repositories, issues and everything that hangs on an issue.

Mutable on purpose: this is a server's state, changed only under the site's lock by the modules named ``*_deeds``.
Instants are aware UTC with whole seconds, as GitHub keeps them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from integration.sandbox.deliveries import Hook

Json = dict[str, Any]
Kind = Literal["User", "Bot", "Organization"]

ROLES = ("read", "triage", "write", "maintain", "admin")
FEATURES = frozenset({"sub_issues", "issue_fields", "dependencies", "issue_types"})


@dataclass(slots=True, eq=False)
class App:
    """A GitHub App, shown as ``performed_via_github_app`` on what it writes."""

    id: int
    slug: str
    owner: "Person"
    created_at: datetime
    bot: "Person | None" = None
    private_key: str = field(default="", repr=False)
    public_key: str = ""
    hook: Hook | None = None


@dataclass(slots=True, eq=False)
class Installation:
    """An App's installation on one account, for some of its repositories, with what it was permitted there."""

    id: int
    app: App
    account: "Person"
    repositories: list["Repository"]
    permissions: dict[str, str]
    created_at: datetime
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A token of an installation, and what it is good for: repositories by their ids, permissions, until when."""

    token: str = field(repr=False)
    installation: Installation
    repositories: frozenset[int]
    permissions: dict[str, str]
    expires_at: datetime
    takes_all: bool


@dataclass(slots=True, eq=False)
class Person:
    """An account: a person, a bot, or an organisation (which has no use for its token)."""

    id: int
    login: str
    kind: Kind
    name: str | None
    token: str
    created_at: datetime
    app: App | None = None
    # What the token is good for with which an App's bot asks just now; set while its request is under way.
    grant: Grant | None = None


@dataclass(slots=True, eq=False)
class Label:
    """A label of a repository; names are unique regardless of case."""

    id: int
    name: str
    color: str
    description: str | None


@dataclass(slots=True, eq=False)
class Milestone:
    """A milestone; ``due_on`` is what GitHub has for a due date."""

    id: int
    number: int
    title: str
    description: str | None
    creator: Person
    created_at: datetime
    updated_at: datetime
    due_on: datetime | None = None
    closed_at: datetime | None = None
    open_issues: int = 0
    closed_issues: int = 0


@dataclass(slots=True, eq=False)
class Comment:
    """A comment. REST always names the author; only GraphQL tells the last editor."""

    id: int
    author: Person
    body: str
    created_at: datetime
    updated_at: datetime
    editor: Person | None = None
    edited_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Event:
    """One entry of an issue's timeline. ``about`` is the label, person, milestone, issue or comment concerned."""

    id: int
    kind: str
    actor: Person
    at: datetime
    about: Any = None


@dataclass(slots=True, eq=False)
class Pull:
    """What makes an issue a pull request."""

    id: int
    head: str
    base: str
    sha: str
    merged_at: datetime | None = None
    merged_by: Person | None = None
    merge_sha: str | None = None


@dataclass(slots=True, eq=False)
class Run:
    """A workflow run, as far as evidence reads it; ``is_of_fork`` where its code came from another repository."""

    id: int
    branch: str
    sha: str
    conclusion: str | None
    started_at: datetime
    is_of_fork: bool = False


@dataclass(slots=True, eq=False)
class IssueField:
    """An organisation's issue field; ``options`` are the names of a select."""

    id: int
    name: str
    data_type: str
    created_at: datetime
    options: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Issue:
    """An issue or a pull request."""

    id: int
    repository: "Repository"
    number: int
    author: Person
    title: str
    body: str | None
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "closed"] = "open"
    state_reason: str | None = None
    closed_at: datetime | None = None
    closed_by: Person | None = None
    labels: list[Label] = field(default_factory=list)
    assignees: list[Person] = field(default_factory=list)
    milestone: Milestone | None = None
    is_locked: bool = False
    lock_reason: str | None = None
    comments: dict[int, Comment] = field(default_factory=dict)
    timeline: list[Event] = field(default_factory=list)
    parent: "Issue | None" = None
    sub_issues: list["Issue"] = field(default_factory=list)
    blocked_by: list["Issue"] = field(default_factory=list)
    blocking: list["Issue"] = field(default_factory=list)
    field_values: dict[int, Any] = field(default_factory=dict)
    pull: Pull | None = None
    editor: Person | None = None
    edited_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Moved:
    """Where a transferred issue went."""

    repository: "Repository"
    number: int


@dataclass(slots=True, eq=False)
class Repository:
    """A repository. ``roles`` maps lower-case logins to role names; ``gone`` what became of issues no longer here, ``branches``
    the files of each branch by path."""

    id: int
    owner: Person
    name: str
    private: bool
    features: frozenset[str]
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    is_archived: bool = False
    roles: dict[str, str] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    gone: dict[int, Moved | None] = field(default_factory=dict)
    branches: dict[str, dict[str, bytes]] = field(default_factory=lambda: {"main": {"README.md": b"A repository.\n"}})
    runs: dict[int, Run] = field(default_factory=dict)
    last_number: int = 0
    last_milestone: int = 0
    # Raised by every change that an issue listing can show: it makes the listing's ETag without rendering the listing.
    version: int = 0
    listings: dict[tuple[str, ...], list[Issue]] = field(default_factory=dict)
    open_issues: int = 0

    @property
    def full_name(self) -> str:
        """Return ``owner/name``."""
        return f"{self.owner.login}/{self.name}"

    @property
    def belongs_to_organisation(self) -> bool:
        """Return whether an organisation owns it; issue fields exist only there."""
        return self.owner.kind == "Organization"

    def changed(self) -> None:
        """Note that what an issue listing shows has changed."""
        self.version += 1
        self.listings.clear()

    def count(self, issue: Issue, by: Literal[1, -1]) -> None:
        """Add an issue to the counts of the repository and its milestone, or take it out."""
        is_open = issue.state == "open"
        self.open_issues += by * is_open
        if issue.milestone is not None:
            issue.milestone.open_issues += by * is_open
            issue.milestone.closed_issues += by * (not is_open)

    @contextmanager
    def recounting(self, issue: Issue) -> Iterator[None]:
        """Keep the counts right while an issue's state or milestone changes; counting anew would be quadratic."""
        self.count(issue, -1)
        yield
        self.count(issue, 1)

    def role_of(self, person: Person | None) -> str | None:
        """Return the role name, ``read`` for anybody on a public repository, None where it cannot be seen."""
        if person is not None and person.grant is not None:
            if self.id in person.grant.repositories:
                return "write" if person.grant.permissions.get("issues") == "write" else "read"
        elif person is not None:
            if person is self.owner:
                return "admin"
            role = self.roles.get(person.login.lower())
            if role is not None:
                return role
        return None if self.private else "read"

    def allows(self, person: Person | None, role: str) -> bool:
        """Return whether this person has at least ``role`` here."""
        held = self.role_of(person)
        return held is not None and ROLES.index(held) >= ROLES.index(role)

    def permissions_of(self, person: Person | None) -> dict[str, bool]:
        """Return the five permissions that a role adds up to."""
        names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
        return {name: self.allows(person, role) for name, role in names.items()}
