"""What an approved post-mortem recommends to governance, and what became of it. Values only."""

from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.incident import IssueRef
from integration.postmortem.precedents import Precedent


@dataclass(frozen=True)
class Recommendation:
    """One recommendation of one incident, under a ``number`` that no other one of it ever gets.

    ``made_at`` is when it was first approved, ``withdrawn_at`` when it was found to stand in the text no more. ``ticket`` is where it is answered,
    ``closed_at`` when that was closed; ``answer`` (``adopt`` or ``decline``), ``args`` and ``answered_at`` are what was decided there, empty while nothing was.
    """

    source: Precedent
    number: int
    text: str
    made_at: datetime
    withdrawn_at: datetime | None = None
    ticket: IssueRef | None = None
    closed_at: datetime | None = None
    answer: str = ""
    args: str = ""
    answered_at: datetime | None = None

    @property
    def period(self) -> str:
        """Return under which name its ticket is published: once for each recommendation."""
        return f"{self.source.key}:{self.number}"

    @property
    def confidential(self) -> bool:
        """Tell whether it is only counted outside of its incident."""
        return self.source.confidential

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is to decide: it has a ticket, and nobody has answered there."""
        is_over = self.answer or self.withdrawn_at is not None or self.closed_at is not None or self.confidential
        return self.ticket is not None and not is_over


@dataclass(frozen=True)
class Nomination:
    """What somebody called worth telling on an incident, with ``/celebrate``."""

    source: Precedent
    text: str
    at: datetime
