"""What the page shows of either tracker, in one shape: places, rows of a list, one ticket with all its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Refused(Exception):
    """A tracker said no to what was asked on the page. ``status`` is its answer, the message its own words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Form:
    """What a new issue of a place begins with: its title, text and labels."""

    body: str
    title: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Label:
    """A label; ``color`` is six hex digits, empty where the tracker has none."""

    name: str
    color: str = ""


@dataclass(frozen=True)
class Place:
    """A repository or a project; ``path`` is where the page shows it."""

    tracker: str
    key: str
    name: str
    path: str
    is_private: bool


@dataclass(frozen=True)
class Row:
    """One issue in a list. ``state`` is open, progress or closed; ``status`` the tracker's own word for it."""

    ref: str
    title: str
    path: str
    state: str
    status: str
    labels: tuple[Label, ...]
    assignees: tuple[str, ...]
    due: str
    updated: str
    comments: int


@dataclass(frozen=True)
class Remark:
    """A comment (``html`` set), or a line of history (``line`` set). ``at`` is an ISO instant."""

    author: str
    at: str
    html: str = ""
    line: str = ""
    is_bot: bool = False
    editor: str = ""
    audience: str = ""
    id: str = ""


@dataclass(frozen=True)
class Linked:
    """A ticket that this one is linked to; ``relation`` reads "is blocked by"."""

    relation: str
    ref: str
    title: str
    path: str
    state: str


@dataclass(frozen=True)
class Move:
    """Something that changes the state: ``id`` goes back to the tracker, ``name`` is on the button."""

    id: str
    name: str


@dataclass(frozen=True)
class Ticket:
    """One issue in full. ``raw`` is its text as written, for the edit form."""

    row: Row
    place: Place
    author: str
    created: str
    html: str
    raw: str
    remarks: tuple[Remark, ...]
    linked: tuple[Linked, ...]
    moves: tuple[Move, ...]
    assignable: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


class TrackerDesk(Protocol):
    """One stand-in tracker, read and written over its REST API as one person (the name as in ``people``)."""

    tracker: str

    def people(self) -> tuple[str, ...]:
        """Return the names of those who can act."""

    def version(self) -> int:
        """Return a number that differs after every change."""

    def places(self, who: str) -> tuple[Place, ...]:
        """Return the places that this person sees."""

    def rows(self, who: str, place: Place) -> tuple[Row, ...]:
        """Return the issues of a place, the latest changed first."""

    def ticket(self, who: str, ref: str) -> Ticket:
        """Return one issue; Refused when this person may not see it."""

    def act(self, who: str, ref: str, deed: str, given: Mapping[str, str]) -> None:
        """Do what a form asks: comment, label, unlabel, edit, assign, move; Refused in the tracker's words."""

    def open(self, who: str, place: Place, given: Mapping[str, str]) -> str:
        """Open an issue with title, body and labels; returns its ref."""
