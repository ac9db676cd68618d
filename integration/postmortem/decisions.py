"""What is remembered about a case: decisions, agreed values of actions, what was said already, and intents. Values only; the ledger keeps them."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person

NOT_INDEPENDENT = "not independent"
"""Ends the authority of whoever, in a team of one, decided about their own work."""


@dataclass(frozen=True)
class Decision:
    """A command that was judged once, when first seen (DESIGN 1.6).

    It is bound to the comment's id and digest and, where it decides about a text, to the digest of that text (``subject``). ``line`` tells
    several commands of one comment apart. ``authority`` says by what right ("write on acme/shop"), and is empty for strangers; ``reason`` is
    why it was refused, or the slug of what was granted. ``confirmed`` is false for grants that were rebuilt after the loss of the ledger (S9).
    """

    issue: IssueKey
    comment_id: str
    comment_digest: str
    line: int
    word: str
    args: str
    actor: Person
    accepted: bool
    authority: str
    reason: str
    subject: str
    policy: str
    at: datetime
    confirmed: bool = True

    @property
    def key(self) -> tuple[IssueKey, str, int]:
        """Return what makes a decision one: issue, comment, line. A later edit of the comment does not open it again (S8)."""
        return (self.issue, self.comment_id, self.line)

    @property
    def grants(self) -> bool:
        """Tell whether the decision has effect: accepted, and not merely rebuilt."""
        return self.accepted and self.confirmed

    @property
    def is_independent(self) -> bool:
        """Tell whether whoever decided was apart from what was decided; otherwise that is shown wherever the decision is."""
        return not self.authority.endswith(NOT_INDEPENDENT)

    @property
    def by(self) -> str:
        """Return who decided, as it is shown."""
        return self.actor.called if self.is_independent else f"{self.actor.called}, {NOT_INDEPENDENT}"


@dataclass(frozen=True)
class RememberedAction:
    """An action whose ticket exists or is about to: the row it came from and the values last agreed between row and ticket.

    ``action_id`` is ours and stable ("A1"); ``text`` the normalised description by which a row is recognised. The three-way merge has a base
    on each side: ``owner_id`` and ``due`` are what the ticket was last seen to say, ``row_owner_id`` and ``row_due`` what the row said then.
    ``owners`` are the ids of everybody who ever owned or was assigned the ticket (S10). ``title`` and ``row_title`` are the bases of the title:
    digests of the ticket's and of the row's words, empty where none is known. ``opened`` is the id that the ticket had when it was opened.
    """

    action_id: str
    text: str
    description: str
    owner_id: str | None
    due: date | None
    ticket: IssueRef | None
    row_owner_id: str | None = None
    row_due: date | None = None
    owners: frozenset[str] = frozenset()
    title: str = ""
    row_title: str = ""
    opened: str = ""


class IntentState(StrEnum):
    """What became of a creation."""

    OPEN = "open"  # asked for; the outcome is not known
    DONE = "done"  # the thing exists, ``created`` names it
    FAILED = "failed"  # the tracker said no; nothing was created


@dataclass(frozen=True)
class Intent:
    """A creation that was recorded before it was asked for (DESIGN 4.6), one per case and ``purpose``.

    ``purpose`` is what the marker says as well: ``status``, ``ticket:A1``, ``reply:reopen:…``. ``created`` is the comment id or issue locator.
    """

    purpose: str
    issue: IssueKey
    state: IntentState
    opened_at: datetime
    created: str = ""


@dataclass(frozen=True)
class ProjectMemory:
    """What is remembered about a repository or project. ``breaker`` is the reason for which writing was stopped, or empty."""

    site: str
    name: str
    governed_since: datetime
    paused: bool = False
    breaker: str = ""


@dataclass(frozen=True)
class Refusal:
    """A write that the tracker refused: shown as a finding, tried again from ``retry_at`` on."""

    purpose: str
    detail: str
    retry_at: datetime


@dataclass(frozen=True)
class Memory:
    """Everything remembered about one case, as values.

    ``governed`` is set once the case was taken on; ``adopted`` once a person with triage rights took on an issue that is older than the
    project's ``governed_since`` or by an outsider (S12), bound to ``adopted_digest``. ``said`` holds the purposes of one-time comments.
    ``reopened`` counts our reopenings per issue; ``satisfied`` names issues whose gate was once fully satisfied at a close: closing stays
    closed. ``status_comment`` is our status comment's id, ``status_digest`` the digest of what it says. ``severity`` and ``looked_at`` are
    those of the last look that was finished. ``taken_at`` is when the case was taken on; ``dates`` holds every due date that an action ever had,
    as pairs of action and day, in the order in which they were seen. ``mode`` is that of the last look. ``in_review_since`` is when nothing
    was asked of the authors any more, while only reviews are wanting. ``kind`` is what sort of case it was at the last look; ``offered`` are
    the lessons that a launch was told, each with the number that it keeps. ``is_erased`` says that its words were erased: it is left alone.
    ``woken`` counts how often other cases had reason to wake this one.
    """

    project: ProjectMemory
    governed: bool = False
    adopted_digest: str | None = None
    severity: str = ""
    looked_at: datetime | None = None
    decisions: tuple[Decision, ...] = ()
    actions: tuple[RememberedAction, ...] = ()
    intents: tuple[Intent, ...] = ()
    said: frozenset[str] = frozenset()
    reopened: dict[IssueKey, int] = field(default_factory=dict)
    satisfied: frozenset[IssueKey] = frozenset()
    status_comment: str | None = None
    status_digest: str = ""
    refusals: tuple[Refusal, ...] = ()
    taken_at: datetime | None = None
    dates: tuple[tuple[str, date], ...] = ()
    mode: str = ""
    in_review_since: datetime | None = None
    kind: str = ""
    offered: tuple[tuple[str, int], ...] = ()
    is_erased: bool = False
    woken: int = 0

    def decided(self, word: str, issue: IssueKey | None = None) -> tuple[Decision, ...]:
        """Return the granting decisions of that word in the order of time, on one issue or on the whole case."""
        return tuple(d for d in self.decisions if d.word == word and d.grants and issue in (None, d.issue))

    def intent(self, purpose: str) -> Intent | None:
        """Return the intent of that purpose, or ``None``."""
        return next((intent for intent in self.intents if intent.purpose == purpose), None)

    def trying_again(self, now: datetime) -> "Memory":
        """Return the memory without refusals that are old enough: that is tried again, and no longer told of until it is refused again."""
        return replace(self, refusals=tuple(refusal for refusal in self.refusals if refusal.retry_at > now))


def paused_by(decisions: tuple[Decision, ...]) -> str:
    """Return who asked us to rest on a case, or an empty string where nobody did or somebody asked us to go on."""
    last = next((d for d in reversed(decisions) if d.word in ("pause", "resume") and d.grants), None)
    return last.actor.called if last is not None and last.word == "pause" else ""
