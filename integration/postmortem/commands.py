"""What the service may do, as values that each name a wanted state (DESIGN 1.5): doing one twice is harmless. Nothing here is done here."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.places import Place
from integration.postmortem.writing.tree import Tree


class Share(StrEnum):
    """Which part of the write budget a command may use (DESIGN 4.5): gates all of it, tickets 80 %, comments 60 %, generated issues 40 %."""

    GATE = "gate"
    TICKET = "ticket"
    COMMENT = "comment"
    GENERATED = "generated"


@dataclass(frozen=True)
class EnsureLabels:
    """The issue carries all of ``add`` and none of ``remove``; other labels are people's."""

    issue: IssueRef
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    share: Share = Share.COMMENT


@dataclass(frozen=True)
class EnsureSeverityShown:
    """The tracker's own severity field or priority, where the mapping names one, says ``severity`` (``SEV1`` … ``SEV4``), as ``value``."""

    issue: IssueRef
    severity: str
    share: Share = Share.COMMENT
    value: str = ""


class GateValue(StrEnum):
    """What the gate field of Jira's workflow says; the workflow's rule lets nobody close what is held."""

    HELD = "held until verified"
    MAY_CLOSE = "may close"


@dataclass(frozen=True)
class EnsureGateField:
    """The field that Jira's own workflow asks before closing says ``value``."""

    issue: IssueRef
    value: GateValue
    share: Share = Share.GATE


@dataclass(frozen=True)
class EnsureStatusComment:
    """The one comment that we keep up to date says ``tree``. ``comment_id`` is the comment to edit, or ``None`` to create it.

    ``named`` is its purpose: ``status`` on an incident; further pages of a generated issue have names of their own.
    """

    issue: IssueRef
    comment_id: str | None
    tree: Tree
    share: Share = Share.COMMENT
    named: str = "status"

    @property
    def purpose(self) -> str:
        """Return what the marker of the comment says."""
        return self.named


@dataclass(frozen=True)
class EnsureReply:
    """A comment of this ``purpose`` stands on the issue; said once and never edited."""

    issue: IssueRef
    purpose: str
    tree: Tree
    share: Share = Share.COMMENT


@dataclass(frozen=True)
class EnsureOpen:
    """The issue is open. ``way`` is what the observation offered: ``"open"`` on GitHub, a transition id on Jira."""

    issue: IssueRef
    way: str
    share: Share = Share.GATE


@dataclass(frozen=True)
class EnsureActionTicket:
    """A ticket for this action exists and is linked to its incident. ``project`` is the repository or project that it belongs in, on the
    tracker ``site``; empty: the incident's own.

    ``text`` and ``description`` are what is remembered of the row that it came from. ``gate`` is what its gate field says from the start,
    ``None`` where the incident shows none.
    """

    case: IssueRef
    action_id: str
    text: str
    description: str
    project: str
    title: str
    tree: Tree
    owner: Person
    due: date
    labels: frozenset[str]
    share: Share = Share.TICKET
    gate: GateValue | None = None
    site: str = ""

    @property
    def purpose(self) -> str:
        """Return what the marker of the ticket says; it is signed over the case as well."""
        return f"ticket:{self.action_id}"

    @property
    def place(self) -> Place:
        """Return where the ticket belongs."""
        return Place(self.site or self.case.key.site, self.project)


@dataclass(frozen=True)
class EnsureLinkedIncident:
    """An incident of its own exists for an affected ``system``, linked to the incident from which it is known.

    ``purpose`` is what its marker says, once per system; ``issue_type`` is that of the incident it comes from, where the tracker has types.
    """

    case: IssueRef
    system: str
    purpose: str
    project: str
    title: str
    tree: Tree
    labels: frozenset[str]
    issue_type: str = ""
    share: Share = Share.TICKET


@dataclass(frozen=True)
class EnsureGeneratedIssue:
    """An issue that the service writes itself is there and says ``tree`` under ``title``; ``there`` is the one to edit, or ``None`` to create it.

    ``case`` is its series, for which its marker of this ``purpose`` is signed; ``issue_type`` is for trackers that have types. ``owner`` and
    ``due`` are set when it is created, as far as the tracker has fields for them, and left to people after that.
    """

    case: IssueRef
    purpose: str
    project: str
    title: str
    tree: Tree
    labels: frozenset[str]
    issue_type: str = ""
    there: IssueRef | None = None
    share: Share = Share.GENERATED
    owner: Person | None = None
    due: date | None = None


@dataclass(frozen=True)
class EnsureClosed:
    """A generated issue is closed, as done."""

    issue: IssueRef
    share: Share = Share.GENERATED


@dataclass(frozen=True)
class EnsureLinked:
    """The ticket is linked to its incident: sub-issue on GitHub, the mapped link or parent on Jira."""

    case: IssueRef
    ticket: IssueRef
    share: Share = Share.TICKET


@dataclass(frozen=True)
class EnsureAgreed:
    """The ticket's owner, due date and title are these; ``None``, or an empty title, leaves that one alone."""

    ticket: IssueRef
    owner: Person | None = None
    due: date | None = None
    share: Share = Share.TICKET
    title: str = ""


Command = (
    EnsureLabels
    | EnsureSeverityShown
    | EnsureGateField
    | EnsureStatusComment
    | EnsureReply
    | EnsureOpen
    | EnsureActionTicket
    | EnsureLinkedIncident
    | EnsureGeneratedIssue
    | EnsureClosed
    | EnsureLinked
    | EnsureAgreed
)
NewIssue = EnsureActionTicket | EnsureLinkedIncident


def opened_at(command: NewIssue) -> IssueRef:
    """Return what the opening touches, for whom the budget and the scope have to allow it: the incident where the new issue stands beside it,
    else the place itself, which is written as a reference without an issue.
    """
    place = command.place if isinstance(command, EnsureActionTicket) else command.case.place
    if place.is_same(command.case.place):
        return command.case
    mark = "#" if "/" in place.project else "-"
    return IssueRef(IssueKey(place.site, place.project), f"{place.project}{mark}0")


Creation = EnsureStatusComment | EnsureReply | NewIssue
FieldEdit = EnsureLabels | EnsureSeverityShown | EnsureGateField | EnsureAgreed
"""What changes fields of an issue that is there: several of them are one request on a tracker that can do so."""


def place_of(command: Command) -> Place:
    """Return the repository or project that the command writes to."""
    match command:
        case EnsureActionTicket():
            return command.place
        case EnsureLinkedIncident() | EnsureLinked():
            return command.case.place
        case EnsureGeneratedIssue():
            return Place(command.case.key.site, command.project)
        case EnsureAgreed():
            return command.ticket.place
        case _:
            return command.issue.place


def edited(command: FieldEdit) -> IssueRef:
    """Return the issue whose fields the command changes."""
    return command.ticket if isinstance(command, EnsureAgreed) else command.issue


def name_of(command: Command) -> str:
    """Return the name under which a refusal of this command is remembered: its kind, and its purpose or issue."""
    match command:
        case EnsureActionTicket() | EnsureLinkedIncident() | EnsureGeneratedIssue() | EnsureReply():
            about = command.purpose
        case EnsureLinked() | EnsureAgreed():
            about = command.ticket.locator
        case _:
            about = command.issue.locator
    return f"{type(command).__name__}:{about}"


class Result(StrEnum):
    """How a command ended."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"  # it was so already
    REFUSED = "refused"  # the tracker said no; ``detail`` says what it said


@dataclass(frozen=True)
class Outcome:
    """What came of one command. ``created`` is the comment id of a comment; ``ticket`` the reference of a ticket.

    ``writes`` counts the writing requests that were made. ``shortfall`` lists what the tracker dropped silently (an assignee, a label).
    """

    result: Result
    created: str = ""
    ticket: IssueRef | None = None
    detail: str = ""
    writes: int = 0
    shortfall: tuple[str, ...] = ()
