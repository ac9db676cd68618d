"""What evidence points at, as far as a tracker can show it: a pull request, a commit, a run, a file, an attachment. Values only."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ExhibitKind(StrEnum):
    """What sort of object it is, in a reader's words."""

    PULL_REQUEST = "pull request"
    COMMIT = "commit"
    RUN = "run"
    FILE = "file"
    ATTACHMENT = "attachment"


@dataclass(frozen=True)
class Exhibit:
    """One object as it is now (SECURITY.md S20).

    ``why`` says, as half a sentence after its kind, why it does not count; empty where it counts. ``found`` is false where nothing that we
    can see is there: missing and forbidden are alike (S18). ``pin`` changes when the object does. ``authors`` are the account ids of those
    whose work it is. ``at`` is when it came to be, which has to lie after the beginning of the incident.
    """

    kind: ExhibitKind
    why: str = ""
    found: bool = True
    pin: str = ""
    authors: frozenset[str] = field(default_factory=frozenset)
    at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Tell whether it shows anything as it is."""
        return self.found and not self.why

    @property
    def says(self) -> str:
        """Return why it does not count, as a sentence without a full stop; nothing that only readers of another place may know is in it."""
        return f"the {self.kind} {self.why}" if self.why else ""
