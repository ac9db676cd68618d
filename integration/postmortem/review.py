"""What a weekly review is about: open items, as the ledger knew them at one instant. Values only.

No figure is computed per person: names stand only beside an open item.
"""

from dataclasses import dataclass
from datetime import date

from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person


@dataclass(frozen=True)
class OpenAction:
    """An action that is not verified and not set aside. ``outcome`` is its proof in the words of ``ProofState``, empty where it was never judged."""

    incident: IssueRef
    title: str
    severity: str
    action_id: str
    description: str
    ticket: IssueRef | None
    owner: Person | None
    due: date | None
    outcome: str


@dataclass(frozen=True)
class ReviewFigures:
    """What the ledger knew at one instant of the projects that a review covers."""

    actions: tuple[OpenAction, ...] = ()
    audit_head: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to review."""
        return not self.actions
