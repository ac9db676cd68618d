"""What judging a case comes to: one value that planning and writing work from, and that the ledger records."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from integration.postmortem.decisions import Decision, RememberedAction
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Comment, Issue, IssueRef
from integration.postmortem.notices import Notices
from integration.postmortem.people import Person
from integration.postmortem.places import Place
from integration.postmortem.precedents import Learned
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.commands import Suggestion
from integration.postmortem.reading.spans import Spans
from integration.postmortem.reading.timeline import Timeline
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.came_back import CameBack
from integration.postmortem.rules.elsewhere import LinkedIncident
from integration.postmortem.rules.ending import Ended
from integration.postmortem.rules.evidence import Proof
from integration.postmortem.rules.lasting import NOTHING_TO_ASK, Lasting
from integration.postmortem.rules.lessons import Offer
from integration.postmortem.rules.recurring import NOTHING_ALIKE, RecurrenceView
from integration.postmortem.rules.roles import NO_ROLES, RolesView
from integration.postmortem.rules.severity import SeverityView
from mappings.models import Kind, Mode


class Governed(StrEnum):
    """Whether the service has anything to do with an issue."""

    NOT_AN_INCIDENT = "not an incident"
    LEFT_ALONE = "left alone"  # older than governed_since, ignored by label or mapping: read, never written to
    ASKED = "asked about"  # nobody says that it is an incident, and it may be one: one question, and nothing waits for the answer
    WAITING = "waiting for adoption"  # an outsider's report on which nothing is created until a person with triage adopts it (S12)
    GOVERNED = "governed"


class Phase(StrEnum):
    """Where a governed incident stands."""

    RESPONDING = "responding"
    WRITING = "writing"
    IN_REVIEW = "in review"
    REMEDIATING = "remediating"
    COMPLETE = "complete"
    ENDED = "ended"  # somebody with the right said that it is none, or which incident carries its work


@dataclass(frozen=True)
class ActionView:
    """One action as it stands: its row, what is remembered, its ticket, and what judging found.

    ``owner`` and ``due`` are the merged values that hold. ``agreed`` is what to remember, ``None`` while no ticket exists or is wanted.
    ``titled`` is the ticket's own title where it says something else than its row.
    ``place`` is where the ticket is or belongs, ``None`` where that is not known.
    ``wanted`` says that a ticket is to be created; ``write_owner``, ``write_due`` and ``write_title`` that the ticket has to follow its row.
    """

    action_id: str
    description: str
    row: ActionRow | None
    remembered: RememberedAction | None
    ticket: Issue | None
    owner: Person | None
    due: date | None
    kind: str
    criteria: str
    subject: str
    proof: Proof
    findings: tuple[Finding, ...] = ()
    agreed: RememberedAction | None = None
    wanted: bool = False
    write_owner: bool = False
    write_due: bool = False
    place: Place | None = None
    write_title: bool = False
    titled: str = ""


@dataclass(frozen=True)
class Gate:
    """Whether one issue may be closed, and what is missing if not."""

    issue: Issue
    missing: tuple[Finding, ...]

    @property
    def may_close(self) -> bool:
        """Tell whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True)
class PutBack:
    """What is put back on one issue now. ``purpose`` is that of the comment which says so, empty where nothing needs to be said; ``says`` is its text."""

    issue: IssueRef
    purpose: str
    says: str
    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LaunchView:
    """What is launched, in words, and what it is told; ``confidential`` counts incidents that match and are only counted (S28).

    ``is_silent`` says that nothing is told: everybody can read the issue (S27), or no earlier incident is known at all.
    """

    title: str
    offers: tuple[Offer, ...] = ()
    confidential: int = 0
    is_silent: bool = False


@dataclass(frozen=True)
class Assessment:
    """The whole judgement of one case at one instant.

    ``governed`` decides whether anything is written; ``why`` is its reason in words. ``decisions`` are those taken in this look, in order.
    ``paused_by`` names who asked us to rest with ``/pause``, or is empty.
    ``ask_reviewer`` says that nobody has classified it for so long that the governance reviewer is asked.
    ``adopted_digest`` is the digest of the text that somebody adopted, where it had to be. ``next_look`` is the earliest instant at which the
    assessment could change without an event (DESIGN 1.4).
    ``due_by_clock`` is the deadline as detection alone would give it, where the incident was recorded so late that more time is given.
    ``kept`` are labels that are put back now. ``ended`` says who ended it without its post-mortem, with a reason, where somebody did.
    ``notices`` are messages about deadlines; ``roles`` is who is asked in which role. ``timeline`` is as it is written and told in comments.
    ``system`` is the affected system or component as the form, a label or the mapping names it, empty where nobody said; a cause may name its own.
    ``not_applying`` is what the text says does not apply, with the reason, for those who approve.
    ``elsewhere`` are affected systems whose incident is to be opened, or was opened by us. ``launch`` is set of a launch, which is no incident.
    ``finished_at`` is since when nothing that blocks is asked of the authors, ``None`` while something is: reviews have a clock of their own.
    ``learned`` is what later cases are told of this one, ``None`` while its text is not to be trusted.
    ``recurrence`` are earlier incidents of the same kind; ``back`` later ones that are this one come back. ``names_kept`` are names of people
    that no text of another incident may carry here. ``lasting`` asks whether what was verified a while ago still holds.
    """

    case: IssueRef
    governed: Governed
    why: str
    mode: Mode
    severity: SeverityView
    kind: Kind
    phase: Phase
    due: datetime | None
    is_overdue: bool
    findings: tuple[Finding, ...] = ()
    actions: tuple[ActionView, ...] = ()
    gates: tuple[Gate, ...] = ()
    decisions: tuple[Decision, ...] = ()
    suggestions: tuple[tuple[IssueRef, Comment, Suggestion], ...] = ()
    paused_by: str = ""
    next_look: datetime | None = None
    ask_reviewer: bool = False
    adopted_digest: str | None = None
    elsewhere: tuple[LinkedIncident, ...] = ()
    timeline: Timeline = field(default_factory=Timeline)
    causes: tuple[Cause, ...] = ()
    system: str = ""
    not_applying: tuple[str, ...] = ()
    due_by_clock: datetime | None = None
    notices: Notices = field(default_factory=Notices)
    ended: Ended | None = None
    kept: tuple[PutBack, ...] = ()
    roles: RolesView = NO_ROLES
    launch: LaunchView | None = None
    learned: Learned | None = None
    finished_at: datetime | None = None
    recurrence: RecurrenceView = NOTHING_ALIKE
    back: tuple[CameBack, ...] = ()
    names_kept: frozenset[str] = frozenset()
    lasting: Lasting = NOTHING_TO_ASK

    @property
    def spans(self) -> Spans:
        """Return when it began, was detected and so on, and how long that took."""
        return Spans.of(self.timeline)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Return the incident's own findings that keep it from closing."""
        return blocking(self.findings)

    @property
    def everything(self) -> tuple[Finding, ...]:
        """Return the incident's own findings and those on its actions; while responding, the actions can wait."""
        rows = tuple(finding for view in self.actions for finding in view.findings)
        return (*self.findings, *(f.postponed() if self.phase is Phase.RESPONDING else f for f in rows))

    def gate(self, issue: IssueRef) -> Gate | None:
        """Return the gate of one issue of the case."""
        return next((gate for gate in self.gates if gate.issue.ref == issue), None)
