"""What goes into the ledger and comes out of it beyond a case's memory, as plain frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from integration.postmortem.decisions import Refusal, RememberedAction
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.precedents import Learned
from integration.postmortem.reading.spans import Spans

NO_SPANS = Spans()


@dataclass(frozen=True)
class KeptCause:
    """What trends count of one root cause: its category, the phase of the lifecycle in which it arose, the mapping's sub-category (its id), and
    the affected system, folded; empty where not said. ``ends`` is where its chain of whys ends, empty without one."""

    category: str
    phase: str
    sub_category: str = ""
    system: str = ""
    ends: str = ""


@dataclass(frozen=True)
class KeptOutcome:
    """How far the proof of a remembered action is, in the words of ``ProofState``, and since when it is settled, if it is.

    ``news_at`` is when somebody last wrote on its ticket, ``until`` the day to which its risk is accepted. ``needs`` is what its row asks for
    (``money``, ``people``, ``tool``), and ``answer`` what a sponsor said to that (``fund``, ``decline``); both are empty where there is nothing.
    """

    action_id: str
    outcome: str
    settled_at: datetime | None
    news_at: datetime | None = None
    until: date | None = None
    needs: str = ""
    answer: str = ""


@dataclass(frozen=True)
class LookRecord:
    """What one look found and did. Everything has a default, so that a look records only what it knows.

    Replaced by each look: the single values (the projection), ``tickets`` and ``refusals``. ``None``
    in ``adopted_digest``, ``opened_at``, ``status_comment`` or ``status_digest`` means "as before"; an empty
    ``status_comment`` means that there is none any more. Added up over looks: ``governed`` (never withdrawn), ``said``,
    ``satisfied``, the owners of ``actions``, and ``reopened``, which lists the issues that this very look has reopened.
    Actions are updated by their id and never dropped.

    ``spans`` are the instants that the timeline says, for lengths of time over many incidents; ``due_at`` and ``approved_at`` the deadline of
    the post-mortem and the last approval that it needed, ``finished_at`` since when nothing was asked of its authors, of which the first is
    kept; ``causes`` and ``outcomes`` what else trends count; ``system`` is the affected system that the incident names, folded.
    ``in_review`` says that nothing is asked of the authors any more, and a review is wanting: since when is remembered.
    ``learned`` is what later cases are told of this one (``None`` means "as before"), ``words`` the text by which it is found; ``offered`` are the
    lessons that a launch was told, with their numbers. ``woken`` is how often other cases had woken this one when the look began: if they did
    so again since, it is due at once. ``any_system`` says whether incidents are alike by category and sub-category alone.
    ``checks`` are the actions of which it was asked whether they still hold, each with the day (``A1:2026-12-30``).
    ``tickets`` are all issues of the case but the incident; the tickets of remembered actions belong to it in any case.
    ``lead`` says whether who leads was ``apart`` or ``involved``, empty where that cannot be told. ``recommendations`` are those to governance of a
    post-mortem that is approved; ``None`` means "as before".
    ``finished`` is false for a look of which something has to wait: then ``looked_at`` and ``severity`` stay as they
    were, so that commands which it could not act on are acted on by the next one. ``people`` are accounts whose handle
    and name may be kept for showing; nothing else here may name anybody.
    """

    title: str = ""
    kind: str = ""
    severity: str = ""
    phase: str = ""
    mode: str = ""
    policy: str = ""
    governed: bool = False
    adopted_digest: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    spans: Spans = NO_SPANS
    due_at: datetime | None = None
    approved_at: datetime | None = None
    finished_at: datetime | None = None
    causes: tuple[KeptCause, ...] = ()
    system: str = ""
    outcomes: tuple[KeptOutcome, ...] = ()
    next_look: datetime | None = None
    in_review: bool = False
    status_comment: str | None = None
    status_digest: str | None = None
    tickets: tuple[IssueRef, ...] = ()
    actions: tuple[RememberedAction, ...] = ()
    said: frozenset[str] = frozenset()
    reopened: tuple[IssueKey, ...] = ()
    satisfied: frozenset[IssueKey] = frozenset()
    refusals: tuple[Refusal, ...] = ()
    learned: Learned | None = None
    words: str = ""
    offered: tuple[tuple[str, int], ...] = ()
    lead: str = ""
    recommendations: tuple[str, ...] | None = None
    woken: int | None = None
    any_system: bool = False
    checks: frozenset[str] = frozenset()
    people: tuple[Person, ...] = ()
    finished: bool = True


@dataclass(frozen=True)
class Parked:
    """Work that kept failing. ``object`` is the wake-up's key, ``reason`` a slug, ``detail`` one line, ``failures`` how
    often it failed.
    """

    object: str
    ref: IssueRef
    reason: str
    detail: str
    failures: int
    at: datetime


@dataclass(frozen=True)
class Rejection:
    """A policy that was refused while the last good one stays in force; each error names file, line, key and remedy."""

    hash: str
    errors: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Publication:
    """A policy that came into force, or an edit of its files that left every value as it was (``kind`` says which).

    ``by`` is the name that somebody gave, or the part of the service that was used; ``files`` are those that were written.
    ``kept`` tells whether the texts are there still: only then can somebody go back to it.
    """

    kind: str
    at: datetime
    policy: str
    by: str
    weakenings: tuple[str, ...]
    files: tuple[str, ...]
    kept: bool


@dataclass(frozen=True)
class AuditEntry:
    """One entry of the audit chain. ``case`` is the issue's key as text, or empty; ``body`` canonical JSON that names
    nobody.
    """

    seq: int
    at: str
    kind: str
    case: str
    body: str
    hash: str


@dataclass(frozen=True)
class AuditReport:
    """What checking the chain came to. ``head`` (``seq:hash``) is what to post outside; ``problems`` are sentences,
    empty when all is well.
    """

    entries: int
    head: str
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether nothing was found."""
        return not self.problems
