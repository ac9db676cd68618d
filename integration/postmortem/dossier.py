"""Everything that the ledger holds of one incident, for an audit: what it was, who decided what by what right, what the chain vouches for. Values only."""

from dataclasses import dataclass
from datetime import date, datetime

from integration.postmortem.decisions import Decision, Intent
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.postmortem.reading.spans import Spans

EVIDENCE = frozenset({"evidence", "verify", "reject"})
WAIVERS = frozenset({"waive"})
RISKS = frozenset({"accept-risk"})
NO_SPANS = Spans()


@dataclass(frozen=True)
class StatedCause:
    """A root cause as the post-mortem said it at the latest look: its category and where it arose. Its words stay in the tracker."""

    category: str
    sub_category: str = ""
    phase: str = ""
    system: str = ""


@dataclass(frozen=True)
class KeptAction:
    """An action with the values last agreed between its row and its ticket.

    ``dates`` are the due dates that it ever had, in the order in which they were seen. ``outcome`` is its proof in the words of ``ProofState``,
    ``settled_at`` since when that is settled. ``owners`` are all who ever owned or were assigned its ticket.
    """

    action_id: str
    description: str
    ticket: IssueRef | None
    owner: Person | None
    due: date | None
    outcome: str
    settled_at: datetime | None
    until: date | None = None
    needs: str = ""
    answer: str = ""
    dates: tuple[date, ...] = ()
    owners: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A decision, where it was taken as people call that issue, and the entry of the chain that vouches for it."""

    decision: Decision
    where: str
    entry: int


@dataclass(frozen=True)
class Link:
    """One entry of the chain about this incident: ``at`` and ``body`` are the characters that are hashed; the body names nobody."""

    seq: int
    at: str
    kind: str
    body: str
    hash: str


@dataclass(frozen=True)
class Chain:
    """The incident's stretch of the audit chain, and what checking the whole chain came to. ``head`` is ``seq:hash``."""

    links: tuple[Link, ...]
    entries: int
    head: str
    problems: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing was found amiss."""
        return not self.problems


@dataclass(frozen=True)
class Hold:
    """A legal hold: since when and why, and, where it was released, when and why that was."""

    since: datetime
    reason: str
    released_at: datetime | None = None
    release_reason: str = ""

    @property
    def is_in_force(self) -> bool:
        """Tell whether nobody has released it."""
        return self.released_at is None


@dataclass(frozen=True)
class Dossier:
    """One incident. ``told`` are the purposes of what was said once, with when; ``made`` what was created, with what became of it.

    ``lost_since`` is set while the incident cannot be found in its tracker, ``erased_at`` once its words were erased here.
    """

    ref: IssueRef
    title: str
    kind: str
    severity: str
    phase: str
    mode: str
    policy: str
    is_governed: bool
    chain: Chain
    client: str = ""
    is_confidential: bool = False
    adopted_digest: str = ""
    spans: Spans = NO_SPANS
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None
    approved_at: datetime | None = None
    looked_at: datetime | None = None
    lost_since: datetime | None = None
    erased_at: datetime | None = None
    causes: tuple[StatedCause, ...] = ()
    lessons: tuple[str, ...] = ()
    recommendations: tuple[str, ...] = ()
    actions: tuple[KeptAction, ...] = ()
    decisions: tuple[Taken, ...] = ()
    made: tuple[Intent, ...] = ()
    told: tuple[tuple[str, datetime], ...] = ()
    holds: tuple[Hold, ...] = ()

    def taken(self, words: frozenset[str]) -> tuple[Taken, ...]:
        """Return the decisions of these words, refused ones as well, in the order in which they were taken."""
        return tuple(each for each in self.decisions if each.decision.word in words)

    @property
    def others(self) -> tuple[Taken, ...]:
        """Return the decisions that are neither evidence nor waivers nor accepted risks."""
        apart = EVIDENCE | WAIVERS | RISKS
        return tuple(each for each in self.decisions if each.decision.word not in apart)

    @property
    def not_independent(self) -> tuple[Taken, ...]:
        """Return the granted decisions that somebody took about their own work (``team: solo``)."""
        return tuple(each for each in self.decisions if each.decision.grants and not each.decision.is_independent)
