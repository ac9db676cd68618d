"""Earlier incidents as a later case sees them: what they were about, what was learned, and what became of their actions. Values only."""

from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.kinship import CauseKind
from integration.postmortem.rules.evidence import ProofState
from mappings.models import Severity


@dataclass(frozen=True)
class Measure:
    """An action of an earlier incident that has its ticket, and how far its proof is."""

    action_id: str
    description: str
    outcome: str
    ticket: IssueRef | None = None

    @property
    def is_verified(self) -> bool:
        """Tell whether somebody independent confirmed that it works."""
        return self.outcome == ProofState.VERIFIED.value

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to do: verified, or its risk accepted."""
        return self.outcome in (ProofState.VERIFIED.value, ProofState.RISK_ACCEPTED.value)


@dataclass(frozen=True)
class Precedent:
    """One earlier incident. ``categories`` are those of its causes and ``kinds`` what sort they are, ``lessons`` as its post-mortem says them.

    ``resolved_at`` is when its timeline, or a command, says that it was over.

    ``shared`` counts the telling words that it has in common with the case that asks; ``row`` is its number in the ledger.
    What of this may be said where is decided in
    ``rules.crossing``: the value itself may name anybody.
    """

    ref: IssueRef
    title: str = ""
    severity: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    resolved_at: datetime | None = None
    client: str = ""
    confidential: bool = False
    categories: tuple[str, ...] = ()
    kinds: tuple[CauseKind, ...] = ()
    lessons: tuple[str, ...] = ()
    actions: tuple[Measure, ...] = ()
    shared: int = 0
    row: int = 0

    @property
    def key(self) -> IssueKey:
        """Return what identifies the incident."""
        return self.ref.key

    @property
    def graveness(self) -> Severity | None:
        """Return its severity, ``None`` where nobody has classified it."""
        return Severity(self.severity) if self.severity else None

    @property
    def is_proven(self) -> bool:
        """Tell whether there are actions, and all of them are verified."""
        return bool(self.actions) and all(action.is_verified for action in self.actions)

    def was_resolved_by(self, at: datetime) -> bool:
        """Tell whether it was called resolved, or closed, by that instant."""
        ends = [end for end in (self.resolved_at, self.closed_at) if end is not None]
        return bool(ends) and min(ends) <= at

    @property
    def text(self) -> str:
        """Return what is compared when one is looked for that resembles another."""
        return "\n".join((self.title, *(action.description for action in self.actions), *self.lessons))


@dataclass(frozen=True)
class Precedents:
    """What was found for one case: the nearest first. ``known`` counts all earlier incidents, ``names`` are of people who took part in any."""

    found: tuple[Precedent, ...] = ()
    known: int = 0
    names: frozenset[str] = frozenset()

    def of(self, key: str) -> Precedent | None:
        """Return the incident with this key as text, or ``None``."""
        return next((each for each in self.found if str(each.key) == key), None)


@dataclass(frozen=True)
class Recurred:
    """A later incident of which somebody with the right said that it is this one come back. ``at`` is when that was decided, ``by`` by whom."""

    later: Precedent
    at: datetime
    by: str


@dataclass(frozen=True)
class Learned:
    """What an incident leaves for later cases: its client, whether it is confidential, its lessons, further words by which it is found, and what it
    recommends to governance.
    """

    client: str = ""
    confidential: bool = False
    lessons: tuple[str, ...] = ()
    words: str = ""
    recommendations: tuple[str, ...] = ()
