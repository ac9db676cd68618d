"""What a tracker shows of many issues at once, for the look-back and for reading in what is there already. Values and a port; reading only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.writing.tree import Tree
from mappings.models import Policy


@dataclass(frozen=True)
class Listed:
    """One issue as a listing shows it: ``text`` is its body as it was typed."""

    ref: IssueRef
    title: str
    text: str
    created_at: datetime
    closed: bool
    labels: frozenset[str]
    issue_type: str = ""


@dataclass(frozen=True)
class Page:
    """Some issues of a project, and ``cursor``, with which the listing goes on after them; empty at the end."""

    issues: tuple[Listed, ...]
    cursor: str


class Lists(Protocol):
    """A tracker that lists the issues of a project. Every method raises ``TrackerError`` subclasses."""

    def latest(self, project: str, label: str = "") -> tuple[Listed, ...]:
        """Return the hundred issues opened last, with that label where one is given, the newest first: one call."""
        ...

    def everything(self, project: str, cursor: str = "") -> Iterator[Page]:
        """List all issues of a project, in the order in which they were opened, a hundred a call; ``cursor`` goes on where another run ended."""
        ...

    def calls(self) -> int:
        """Return how many requests this process has made so far."""
        ...

    def rest_until(self, reserve: float) -> datetime | None:
        """Return until when to rest, so that this part of what may be asked in an hour is left to others; ``None`` for not at all."""
        ...


@dataclass(frozen=True)
class Published:
    """An issue that we opened for people to read; ``is_new`` is false where it was there already."""

    ref: IssueRef
    is_new: bool


def place_key(site: str, project: str) -> IssueKey:
    """Return what the marker of such an issue is signed for: the place, since it belongs to no incident."""
    return IssueKey(site, f"place:{project}")


class Publishes(Protocol):
    """A tracker on which an issue of ours can be opened that belongs to no case."""

    site: str

    def is_public(self, project: str) -> bool:
        """Tell whether everybody can read the project, as it is now (S27)."""
        ...

    def publish(self, project: str, purpose: str, title: str, tree: Tree, policy: Policy) -> Published:
        """Open an issue of that purpose, unless our account has opened it already."""
        ...
