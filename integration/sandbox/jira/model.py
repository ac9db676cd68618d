"""The nouns of the stand-in Jira: people, projects, workflows, issues and what hangs on them.

People are referred to by their short name and issues by their numeric id everywhere, so that renaming or deactivating
one changes what every later answer shows, as on the real thing.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Person:
    """An account. ``account_type`` is Cloud's: atlassian (a person), app, or customer (of a service desk)."""

    name: str
    account_id: str
    user_key: str
    display_name: str
    account_type: str = "atlassian"
    active: bool = True
    groups: frozenset[str] = frozenset()
    site_admin: bool = False

    @property
    def token(self) -> str:
        """The secret this person signs in with: ``<name>-token``."""
        return f"{self.name}-token"

    @property
    def email(self) -> str:
        """The address that Cloud's basic authentication uses as the user name."""
        return f"{self.name}@example.test"


@dataclass(frozen=True)
class Status:
    """A workflow status. ``category`` is new, indeterminate or done."""

    id: str
    name: str
    category: str


@dataclass(frozen=True)
class Transition:
    """A move to ``to`` (a status id), from any other status where ``start`` is empty; screen and conditions follow."""

    id: str
    name: str
    to: str
    start: frozenset[str] = frozenset()
    screen: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    only_roles: frozenset[str] = frozenset()
    only_when: tuple[str, str] | None = None  # (field id, value): Cloud's `system:check-field-value` condition.
    unless: tuple[str, str] | None = None  # The same with the comparator `!=`; an empty field differs from every value.
    default_resolution: str | None = None


@dataclass(frozen=True)
class Workflow:
    """Statuses, the first being where issues begin, and the transitions between them."""

    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]

    def status(self, status_id: str) -> Status:
        """Return the status with this id; KeyError when the workflow has none."""
        for status in self.statuses:
            if status.id == status_id:
                return status
        raise KeyError(status_id)


TO_DO, IN_PROGRESS, DONE = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "Done", "done"),
)
_TO_DONE = Transition("31", "Done", "10001", screen=("resolution", "comment"), default_resolution="10000")

# Jira's simplified workflow: every status is reachable from every other one.
SIMPLE = Workflow(
    (TO_DO, IN_PROGRESS, DONE),
    (Transition("11", "To Do", "10000"), Transition("21", "In Progress", "3"), _TO_DONE),
)
# A workflow that has no way back from Done.
ONE_WAY = Workflow(
    (TO_DO, IN_PROGRESS, DONE),
    (Transition("21", "In Progress", "3", start=frozenset({"10000"})), _TO_DONE),
)


@dataclass(frozen=True)
class Named:
    """A priority, resolution or other site-wide value that has an id and a name."""

    id: str
    name: str


@dataclass(frozen=True)
class IssueType:
    """An issue type; a sub-task type needs a parent."""

    id: str
    name: str
    subtask: bool = False


@dataclass(frozen=True)
class LinkType:
    """A kind of link: the inward issue "blocks" (``outward``) the other, which "is blocked by" (``inward``) it."""

    id: str
    name: str
    inward: str
    outward: str


PRIORITIES = tuple(Named(str(n), name) for n, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1))
RESOLUTIONS = (
    Named("10000", "Done"),
    Named("10001", "Won't Do"),
    Named("10002", "Duplicate"),
    Named("10003", "Cannot Reproduce"),
)
ISSUE_TYPES = (
    IssueType("10001", "Task"),
    IssueType("10002", "Bug"),
    IssueType("10003", "Incident"),
    IssueType("10004", "Sub-task", True),
)
LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
    LinkType("10004", "Problem/Incident", "is caused by", "causes"),
)


@dataclass(frozen=True)
class CustomField:
    """A custom field. ``kind`` is Jira's short type: textfield, textarea, select, datepicker, userpicker, float …"""

    id: str
    name: str
    kind: str
    options: tuple[str, ...] = ()
    on_screen: bool = True


@dataclass(frozen=True)
class Component:
    """A part of a project, and who leads it (a name, or nobody)."""

    id: str
    name: str
    lead: str | None = None


@dataclass
class Project:
    """A project. ``roles`` maps names to member or admin; a private one is unseen by everybody else."""

    id: str
    key: str
    name: str
    lead: str
    roles: dict[str, str]
    issue_types: tuple[IssueType, ...] = ISSUE_TYPES
    workflow: Workflow = SIMPLE
    private: bool = False
    is_on_the_web: bool = False
    """Whether "Browse projects" is given to anyone, signed in or not."""
    type_key: str = "software"
    counter: int = 0
    components: dict[str, Component] = field(default_factory=dict)


@dataclass
class Comment:
    """A comment; ``updated_by`` is who edited it last, whom Jira shows as ``updateAuthor``."""

    id: str
    author: str
    body: str
    created: datetime
    updated: datetime
    updated_by: str
    visibility: dict[str, str] | None = None
    properties: dict[str, Any] = field(default_factory=dict)

    @property
    def is_internal(self) -> bool:
        """Whether a service desk's customer may not see it (property ``sd.public.comment``)."""
        return bool(self.properties.get("sd.public.comment", {}).get("internal"))


@dataclass(frozen=True)
class ChangeItem:
    """One line of a changelog entry."""

    field: str
    field_id: str
    old: str | None
    old_text: str | None
    new: str | None
    new_text: str | None
    custom: bool = False


@dataclass(frozen=True)
class Change:
    """A changelog entry: who changed what, when."""

    id: str
    author: str
    at: datetime
    items: tuple[ChangeItem, ...]


@dataclass(frozen=True)
class Attachment:
    """A file on an issue."""

    id: str
    issue_id: str
    filename: str
    author: str
    created: datetime
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Link:
    """A link between two issues (ids). With type Blocks, ``inward`` blocks ``outward``."""

    id: str
    type: LinkType
    inward: str
    outward: str


@dataclass
class Issue:
    """An issue with everything that hangs on it. ``custom`` holds custom fields by id, in the shape REST shows."""

    id: str
    key: str
    project: str
    type: IssueType
    summary: str
    creator: str
    reporter: str | None
    created: datetime
    updated: datetime
    status: str
    status_since: datetime
    description: str | None = None
    priority: str = "3"
    labels: tuple[str, ...] = ()
    assignee: str | None = None
    duedate: date | None = None
    environment: str | None = None
    resolution: str | None = None
    resolved: datetime | None = None
    parent: str | None = None
    components: tuple[str, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    remote_links: dict[str, dict[str, Any]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    writes: list[datetime] = field(default_factory=list)
