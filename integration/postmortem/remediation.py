"""What a post-mortem promises to do: one remediation action as its row or list item says it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Horizon(StrEnum):
    """When an action is meant to be done: at once, soon, or as a change of the system that takes longer."""

    IMMEDIATE = "immediate"
    SHORT_TERM = "short-term"
    LONG_TERM = "long-term"


class ActionKind(StrEnum):
    """What sort of change an action is; the kind decides what counts as evidence."""

    PROCESS = "process"
    TECHNICAL = "technical"
    MONITORING = "monitoring"
    TRAINING = "training"


class Need(StrEnum):
    """What an action needs that its owner cannot give; a sponsor answers."""

    MONEY = "money"
    PEOPLE = "people"
    TOOL = "tool"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One remediation action as people wrote it.

    ``id`` is as written (``A1``), or ``None``. ``owner`` is as written: ``@dana``, ``[~accountid:…]`` or a name.
    ``due`` is set only when ``due_text`` names one day beyond doubt. ``ticket`` is the reference that people wrote, if
    any. ``fields`` are the columns that have no place here, as pairs of heading and cell. ``line`` is the 1-based
    source line where there is one. Missing cells are empty strings.
    """

    description: str
    id: str | None = None
    owner: str = ""
    due: date | None = None
    due_text: str = ""
    horizon: Horizon | None = None
    kind: ActionKind | None = None
    criteria: str = ""
    priority: str = ""
    ticket: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    line: int | None = None
    needs: Need | None = None


@dataclass(frozen=True, slots=True)
class EarlierAction:
    """An action that was verified on an earlier incident: its id there, what it said, its incident and ticket, and when it was settled."""

    action_id: str
    description: str
    incident: str
    ticket: str = ""
    settled_on: date | None = None
