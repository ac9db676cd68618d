"""The nouns of an observation: issues, comments, and the case that holds them. What a tracker shows at one instant, nothing remembered."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from integration.postmortem.document import Document
from integration.postmortem.people import Person
from integration.postmortem.places import Place


@dataclass(frozen=True, order=True)
class IssueKey:
    """What identifies an issue for ever: ``site`` (``github`` or ``jira``) and the tracker's immutable id as text."""

    site: str
    id: str

    def __str__(self) -> str:
        return f"{self.site}:{self.id}"


@dataclass(frozen=True)
class IssueRef:
    """An issue and how people call it: ``locator`` is ``owner/repo#12`` or ``KEY-12``; ``url`` is for reading."""

    key: IssueKey
    locator: str
    url: str = ""

    @property
    def project(self) -> str:
        """Return the repository (``owner/repo``) or project key that the locator names."""
        return self.locator.rpartition("#")[0] or self.locator.rpartition("-")[0]

    @property
    def place(self) -> Place:
        """Return the repository or project together with its tracker."""
        return Place(self.key.site, self.project)

    @property
    def short(self) -> str:
        """Return the reference as people write it inside the same project: ``#12`` or ``KEY-12``."""
        return "#" + self.locator.rpartition("#")[2] if "#" in self.locator else self.locator


class CommentOrigin(StrEnum):
    """Whose words a comment holds."""

    PERSON = "person"  # its author's own, unedited by anybody else
    REWRITTEN = "rewritten"  # somebody other than the author may have changed it, so it grants nothing (S8)
    APP = "app"  # posted through an app or by automation
    OURS = "ours"  # the service's own


@dataclass(frozen=True)
class Comment:
    """One comment. ``raw`` is what was typed; ``purpose`` is set only on our own comments whose signed marker is sound (S15, DESIGN 4.7)."""

    id: str
    author: Person
    created_at: datetime
    updated_at: datetime
    raw: str
    origin: CommentOrigin = CommentOrigin.PERSON
    purpose: str | None = None
    url: str = ""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the raw text as hex: what a decision on this comment is bound to."""
        return hashlib.sha256(self.raw.encode()).hexdigest()


@dataclass(frozen=True)
class Attachment:
    """A file on an issue, as far as evidence needs it. ``size`` in bytes."""

    id: str
    name: str
    author: Person
    created_at: datetime
    size: int = 0


@dataclass(frozen=True)
class GateField:
    """What the field shows that Jira's own workflow asks before closing: ``value``, empty where nothing was written yet.

    ``changed_by_others`` counts the changes in the changelog that were not ours (S14).
    """

    value: str = ""
    changed_by_others: int = 0


@dataclass(frozen=True)
class Issue:
    """One tracker issue as people see it now.

    ``closed`` means status category done on Jira. ``due`` is the tracker's own due date in the form that the mapping names. ``purpose`` is
    the verified marker of a ticket that we created. ``fields`` holds the mapped custom fields, as pairs of policy name and visible text.
    ``severity_shown`` is the visible value of the severity field or priority that the mapping names, on Jira.
    ``gate_field`` is the gate field of Jira's workflow, ``None`` where the site or the issue has none.
    ``origin`` is the incident of which we opened this one for another system, by its verified marker.
    ``under_way`` is how the workflow calls the status while somebody works on it, empty before and after, and where the tracker does not tell.
    ``components`` are Jira's. ``former_type`` is the issue type from before it was first changed, as far back as the tracker's history was read,
    and ``parent`` the issue whose sub-task it is; both are Jira's.
    ``reopen_with`` names the way back that the workflow offers our account now (a transition id on Jira, ``"open"`` on GitHub), or ``None``.
    """

    ref: IssueRef
    title: str
    body: str
    document: Document
    author: Person
    created_at: datetime
    updated_at: datetime
    closed: bool = False
    closed_at: datetime | None = None
    closed_by: Person | None = None
    state_reason: str = ""
    status_name: str = ""
    under_way: str = ""
    labels: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    issue_type: str = ""
    former_type: str = ""
    parent: IssueRef | None = None
    priority: str = ""
    severity_shown: str = ""
    gate_field: GateField | None = None
    assignees: tuple[Person, ...] = ()
    due: date | None = None
    fields: tuple[tuple[str, str], ...] = ()
    comments: tuple[Comment, ...] = ()
    comments_capped: bool = False
    attachments: tuple[Attachment, ...] = ()
    public: bool = False
    locked: bool = False
    purpose: str | None = None
    origin: IssueKey | None = None
    linked: bool = False
    reopen_with: str | None = "open"

    @property
    def body_digest(self) -> str:
        """Return the SHA-256 of title and body as hex."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


class Fate(StrEnum):
    """What became of a ticket that is not where it was. What was forbidden to us reads like what is missing (S18)."""

    DELETED = "was deleted"
    LOST = "cannot be found any more: it was deleted, moved, or made private"
    TRANSFERRED = "was transferred"
    CONVERTED = "was converted into a discussion"


@dataclass(frozen=True)
class Case:
    """A case as observed: the incident, its action tickets (those remembered and those linked), and tickets that could not be found again.

    ``fates`` says of missing ones what became of them, where the tracker tells. One that was transferred is among the tickets under its new
    reference, as long as it is still ours by its marker.
    ``can_link`` is false where the server has nothing to tie a ticket to its incident with; our own comment does it there.
    """

    incident: Issue
    service: Person
    tickets: tuple[Issue, ...] = ()
    missing: frozenset[IssueKey] = frozenset()
    can_link: bool = True
    fates: dict[IssueKey, Fate] = field(default_factory=dict)

    def ticket(self, key: IssueKey | None) -> Issue | None:
        """Return the observed ticket of that key, or ``None``."""
        return next((ticket for ticket in self.tickets if ticket.ref.key == key), None)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Return the incident and its tickets, in that order."""
        return (self.incident, *self.tickets)
