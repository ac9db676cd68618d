"""The one port through which the engine reaches a tracker. Adapters observe and act; they decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from integration.postmortem.commands import Command, FieldEdit, Outcome
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case, Fate, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.trackers.capabilities import Capabilities
from mappings.models import Policy

Spend = Callable[[IssueRef], None]
"""Called before every single writing request with the issue that it touches; raises ``RateLimited`` or ``LockLost`` instead of letting it go."""


@dataclass(frozen=True)
class Cursor:
    """How far a project was swept: the tracker's own time of the newest change seen (aware UTC), and the ETag of the last first page."""

    seen: datetime | None = None
    etag: str = ""


@dataclass(frozen=True)
class Changes:
    """Issues that changed since a cursor, newest first, and the cursor from which to go on. ``events`` are only hints for logs."""

    issues: tuple[IssueRef, ...]
    cursor: Cursor


@dataclass(frozen=True)
class Elsewhere:
    """Tickets of a case whose incident is on another tracker: those that are there, and the keys of those that cannot be found any more, with
    their fates where they are known.
    """

    tickets: tuple[Issue, ...] = ()
    missing: frozenset[IssueKey] = frozenset()
    fates: dict[IssueKey, Fate] = field(default_factory=dict)


class Tracker(Protocol):
    """What an adapter offers. Every method raises ``TrackerError`` subclasses and nothing else for what goes wrong outside."""

    site: str

    def service(self) -> Person:
        """Return our own account, read once per process."""
        ...

    def locate(self, site_id: str, locator: str) -> IssueRef:
        """Return the current reference of the issue with that immutable id; ``locator`` is a hint from a delivery, checked, never believed.

        With an empty id, as a person gives it on the command line, the issue is whichever the locator names.
        """
        ...

    def observe(self, case: IssueRef, tickets: tuple[IssueRef, ...], policy: Policy) -> Case:
        """Read the case with as few calls as the API allows; ``tickets`` are the remembered ones, linked ones are found besides."""
        ...

    def observe_tickets(self, case: IssueKey, tickets: tuple[IssueRef, ...], policy: Policy) -> Elsewhere:
        """Read tickets here of a case whose incident is on another tracker."""
        ...

    def look_up(self, case: IssueRef, needed: FactsNeeded, policy: Policy) -> Facts:
        """Answer what judging needs: standings are read afresh, names are resolved to accounts."""
        ...

    def apply(self, command: Command, policy: Policy, spend: Spend, *, seek_since: datetime | None = None) -> Outcome:
        """Bring about the wanted state. With ``seek_since``, a creation first looks for what an earlier, unanswered attempt may have made."""
        ...

    def changed_since(self, project: str, cursor: Cursor) -> Changes:
        """List what changed in a repository or project since the cursor, with an overlap, closed and unlabelled issues included."""
        ...

    def in_scope(self) -> frozenset[str]:
        """Return the repositories or projects that our account may govern where ``FOLLOWTHROUGH_SCOPE`` is not set."""
        ...

    def is_public(self, project: str) -> bool:
        """Tell whether everybody can read a repository or project, asked afresh (S27)."""
        ...

    def account(self, issue: IssueRef) -> str:
        """Name the account from whose budget a write to this issue is taken; empty where the site has one for all."""
        ...

    def probe(self, project: str, policy: Policy) -> Capabilities:
        """Find out, by reading only, what the server has at a repository or project and what is done instead."""
        ...


@runtime_checkable
class EditsTogether(Protocol):
    """A tracker that changes several fields of an issue with one request."""

    def apply_together(self, commands: tuple[FieldEdit, ...], policy: Policy, spend: Spend) -> tuple[Outcome, ...]:
        """Bring about the edits, all of one issue; an outcome for each, in their order."""
        ...


@runtime_checkable
class PointsElsewhere(Protocol):
    """A tracker that shows on an issue what it points at on another tracker."""

    def point_to(self, case: IssueRef, ticket: IssueRef, title: str, spend: Spend) -> Outcome:
        """Let the incident show a ticket on another tracker, once however often it is asked for; a refusal is told as a shortfall."""
        ...
