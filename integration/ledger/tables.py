"""The ledger's tables. Three sorts: the projection of cases (can be rebuilt from the trackers), what was decided and
agreed (cannot), and the audit chain over both. People stand in one table; everything else points to their row there, so
that one of them can be forgotten (S25)."""

from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
    false,
    or_,
)

from integration.ledger.columns import Instant, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class _Service(TypedColumns):
    """The one row about the installation: whether everything is paused."""

    id = Column(Integer, primary_key=True)
    paused: Named[bool]
    # The digest of the definitions by which the roll-ups are kept.
    counted_by: Named[str] = Column(Words(), server_default="", default="")


class _Projects(TypedColumns):
    """A repository or project; ``breaker`` is the reason for which writing was stopped, or empty."""

    id = Column(Integer, primary_key=True)
    site: Named[str] = Column(Words())
    name: Named[str] = Column(Words())
    governed_since: Named[datetime] = Column(Instant())
    paused: Named[bool]
    breaker: Named[str] = Column(Words())
    breaker_at: Named[datetime | None] = Column(Instant())


class _People(TypedColumns):
    """An account. ``digest`` is HMAC(salt, site and account id): what the audit chain says of the person.

    Forgetting a person empties the names, replaces the account id and throws the salt away; the digest then leads
    nowhere.
    """

    id = Column(Integer, primary_key=True)
    site: Named[str] = Column(Words())
    account_id: Named[str] = Column(Words())
    handle: Named[str] = Column(Words())
    name: Named[str] = Column(Words())
    kind: Named[str] = Column(Words())
    active: Named[bool]
    salt: Named[str | None] = Column(Words())
    digest: Named[str] = Column(Words())
    erased_at: Named[datetime | None] = Column(Instant())


class _Cases(TypedColumns):
    """The projection of a case as it was last looked at, and what is remembered once per case."""

    id = Column(Integer, primary_key=True)
    site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    locator: Named[str] = Column(Words())
    url: Named[str] = Column(Words())
    project_id: Named[int] = Column(ForeignKey("projects.id"), index=True)
    title: Named[str] = Column(Words())
    kind: Named[str] = Column(Words())
    severity: Named[str] = Column(Words())
    phase: Named[str] = Column(Words())
    mode: Named[str] = Column(Words())
    policy: Named[str] = Column(Words())
    governed: Named[bool]
    adopted_digest: Named[str | None] = Column(Words())
    opened_at: Named[datetime | None] = Column(Instant())
    closed_at: Named[datetime | None] = Column(Instant())
    began_at: Named[datetime | None] = Column(Instant())
    detected_at: Named[datetime | None] = Column(Instant())
    acknowledged_at: Named[datetime | None] = Column(Instant())
    mitigated_at: Named[datetime | None] = Column(Instant())
    resolved_at: Named[datetime | None] = Column(Instant())
    due_at: Named[datetime | None] = Column(Instant(), index=True)
    approved_at: Named[datetime | None] = Column(Instant())
    looked_at: Named[datetime | None] = Column(Instant())
    next_look: Named[datetime | None] = Column(Instant(), index=True)
    status_comment: Named[str | None] = Column(Words())
    status_digest: Named[str] = Column(Words())
    # Of an incident that was never ours: read for learning, and nothing is written to it.
    read_in: Named[bool] = Column(Boolean(), default=False, server_default=false())
    client: Named[str | None] = Column(Words())
    confidential: Named[bool | None]
    # Whether who leads the post-mortem is "apart" from the incident or "involved" in it; empty while that cannot be told.
    lead: Named[str] = Column(Words(), server_default="")
    # The affected system that the incident names, folded; causes have their own.
    system: Named[str] = Column(Words(), server_default="", default="")
    # The digest of what later cases are told of this one, and how often others had reason to wake it.
    told: Named[str] = Column(Words(), server_default="", default="")
    woken: Named[int] = Column(Integer(), server_default="0", default=0)


class _Tickets(TypedColumns):
    """An issue that belongs to a case: its action tickets and whatever else is linked as one."""

    id = Column(Integer, primary_key=True)
    case_id: Named[int] = Column(ForeignKey("cases.id"))
    site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    locator: Named[str] = Column(Words())
    url: Named[str] = Column(Words())


class _Actions(TypedColumns):
    """A remembered action and the values last agreed between its row and its ticket."""

    id = Column(Integer, primary_key=True)
    case_id: Named[int] = Column(ForeignKey("cases.id"))
    action_id: Named[str] = Column(Words())
    text: Named[str] = Column(Words())
    description: Named[str] = Column(Words())
    owner_id: Named[int | None] = Column(ForeignKey("people.id"))
    due: Named[date | None] = Column(Date())
    row_owner_id: Named[int | None] = Column(ForeignKey("people.id"))
    row_due: Named[date | None] = Column(Date())
    ticket_site: Named[str | None] = Column(Words())
    ticket_id: Named[str | None] = Column(Words())
    ticket_locator: Named[str | None] = Column(Words())
    ticket_url: Named[str | None] = Column(Words())
    outcome: Named[str | None] = Column(Words())
    settled_at: Named[datetime | None] = Column(Instant())
    news_at: Named[datetime | None] = Column(Instant())
    until: Named[date | None] = Column(Date())
    needs: Named[str] = Column(Words(), server_default="")
    answer: Named[str] = Column(Words(), server_default="")
    title: Named[str] = Column(Words(), server_default="")
    row_title: Named[str] = Column(Words(), server_default="")
    opened: Named[str] = Column(Words(), server_default="")


class _Causes(TypedColumns):
    """A root cause as the post-mortem says it: what trends count. Its words stay in the tracker.

    ``sub_category`` is the id of the mapping's sub-category of ``category``, empty where none is named. ``system`` is the affected system or
    component as the cause, or else the incident, names it, folded as ``normalise`` folds; empty where nobody said. ``ends`` is where its chain of
    whys ends (``chains.Ending``), empty where there is none.
    """

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    position: Named[int] = Column(primary_key=True, autoincrement=False)
    category: Named[str] = Column(Words())
    phase: Named[str] = Column(Words())
    sub_category: Named[str] = Column(Words(), server_default="")
    system: Named[str] = Column(Words(), server_default="")
    ends: Named[str] = Column(Words(), server_default="")


class _Recommendations(TypedColumns):
    """What an approved post-mortem recommends to governance. A number is never given twice; ``made_at`` is when it was first approved,
    ``withdrawn_at`` when it was found to stand in the text no more.
    """

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    number: Named[int] = Column(primary_key=True, autoincrement=False)
    text: Named[str] = Column(Words())
    made_at: Named[datetime] = Column(Instant(), index=True)
    withdrawn_at: Named[datetime | None] = Column(Instant())


class _Lessons(TypedColumns):
    """A lesson as the post-mortem says it. Where it may be told is judged when it is told."""

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    position: Named[int] = Column(primary_key=True, autoincrement=False)
    text: Named[str] = Column(Words())


class _Recollections(TypedColumns):
    """The words by which an incident is found again; it is never shown. ``version`` grows with each change of any of them, so that a process
    that holds an index reads only what is new.
    """

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    version: Named[int]
    text: Named[str] = Column(Words())


class _Rollups(TypedColumns):
    """How often something was counted in a project in a month (``2026-10``): ``what`` and ``name`` are those of ``rollups.definitions``."""

    what: Named[str] = Column(Words(), primary_key=True)
    name: Named[str] = Column(Words(), primary_key=True)
    month: Named[str] = Column(Words(), primary_key=True)
    project_id: Named[int] = Column(ForeignKey("projects.id"), primary_key=True)
    number: Named[int]


class _Contributions(TypedColumns):
    """What a case added to the roll-ups of its project, as JSON: a list of month, what, name, number."""

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    project_id: Named[int] = Column(ForeignKey("projects.id"), index=True)
    parts: Named[str] = Column(Words())


class _Owners(TypedColumns):
    """Everybody who ever owned or was assigned an action's ticket (S10)."""

    action_id: Named[int] = Column(ForeignKey("actions.id"), primary_key=True)
    person_id: Named[int] = Column(ForeignKey("people.id"), primary_key=True)


class _Marks(TypedColumns):
    """One-time facts about a case: what was ``said``, which issue we ``reopened`` when, whose gate was once
    ``satisfied``.

    ``subject`` is the purpose of what was said, or the issue's key as text.
    """

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    kind: Named[str] = Column(Words(), primary_key=True)
    subject: Named[str] = Column(Words(), primary_key=True)
    at: Named[datetime] = Column(Instant(), primary_key=True)


class _Generated(TypedColumns):
    """An issue that the service wrote itself, once for each period of its series (the row of ``cases``).

    ``digests`` are those of its pages as last written, with a space between; ``closed_at`` is when it was closed, or found closed or gone.
    """

    id = Column(Integer, primary_key=True)
    series_id: Named[int] = Column(ForeignKey("cases.id"))
    period: Named[str] = Column(Words())
    site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    locator: Named[str] = Column(Words())
    url: Named[str] = Column(Words())
    digests: Named[str] = Column(Words())
    made_at: Named[datetime] = Column(Instant())
    closed_at: Named[datetime | None] = Column(Instant())


class _Refusals(TypedColumns):
    """Writes that the tracker refused at the latest look."""

    case_id: Named[int] = Column(ForeignKey("cases.id"), primary_key=True)
    purpose: Named[str] = Column(Words(), primary_key=True)
    detail: Named[str] = Column(Words())
    retry_at: Named[datetime] = Column(Instant())


class _Intents(TypedColumns):
    """A creation, recorded before it is asked for."""

    id = Column(Integer, primary_key=True)
    case_id: Named[int] = Column(ForeignKey("cases.id"))
    purpose: Named[str] = Column(Words())
    issue_site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    state: Named[str] = Column(Words())
    opened_at: Named[datetime] = Column(Instant(), index=True)
    created: Named[str] = Column(Words())


class _Decisions(TypedColumns):
    """A command that was judged. ``audit_seq`` is the entry that vouches for the row; ``args_salt`` keeps its digest of
    free text unguessable.
    """

    id = Column(Integer, primary_key=True)
    case_id: Named[int] = Column(ForeignKey("cases.id"), index=True)
    issue_site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    comment_id: Named[str] = Column(Words())
    comment_digest: Named[str] = Column(Words())
    line: Named[int]
    word: Named[str] = Column(Words())
    args: Named[str] = Column(Words())
    args_salt: Named[str] = Column(Words())
    actor_id: Named[int] = Column(ForeignKey("people.id"), index=True)
    accepted: Named[bool]
    authority: Named[str] = Column(Words())
    reason: Named[str] = Column(Words())
    subject: Named[str] = Column(Words())
    policy: Named[str] = Column(Words())
    at: Named[datetime] = Column(Instant())
    confirmed: Named[bool]
    audit_seq: Named[int] = Column(unique=True)


class _Cursors(TypedColumns):
    """How far a project was swept."""

    project_id: Named[int] = Column(ForeignKey("projects.id"), primary_key=True)
    seen: Named[datetime | None] = Column(Instant())
    etag: Named[str] = Column(Words())


class _TicketPlaces(TypedColumns):
    """How far a place was swept in which only tickets stand: nothing there was ever heard of but what concerns them."""

    site: Named[str] = Column(Words(), primary_key=True)
    name: Named[str] = Column(Words(), primary_key=True)
    seen: Named[datetime | None] = Column(Instant())
    etag: Named[str] = Column(Words())


class _Backfills(TypedColumns):
    """How far the reading in of a project's issues is; ``done_at`` is set when it came to the end."""

    project_id: Named[int] = Column(ForeignKey("projects.id"), primary_key=True)
    cursor: Named[str] = Column(Words())
    done_at: Named[datetime | None] = Column(Instant())


class _PolicyFiles(TypedColumns):
    """The files of a policy that was once in force, under the hash of their content."""

    hash: Named[str] = Column(Words(), primary_key=True)
    name: Named[str] = Column(Words(), primary_key=True)
    text: Named[str] = Column(Words())


class _Publications(TypedColumns):
    """Which policy came into force when; the newest one is active."""

    id = Column(Integer, primary_key=True)
    hash: Named[str] = Column(Words())
    at: Named[datetime] = Column(Instant())


class _Rejections(TypedColumns):
    """A policy that was refused; ``settled_at`` is set when a good one is published, or the active one found in place
    again.
    """

    id = Column(Integer, primary_key=True)
    hash: Named[str] = Column(Words())
    errors: Named[str] = Column(Words())
    at: Named[datetime] = Column(Instant())
    settled_at: Named[datetime | None] = Column(Instant())


class _Parked(TypedColumns):
    """Work that keeps failing, set aside until somebody looks."""

    object: Named[str] = Column(Words(), primary_key=True)
    site: Named[str] = Column(Words())
    issue_id: Named[str] = Column(Words())
    locator: Named[str] = Column(Words())
    url: Named[str] = Column(Words())
    reason: Named[str] = Column(Words())
    detail: Named[str] = Column(Words())
    failures: Named[int]
    at: Named[datetime] = Column(Instant())


class _Audit(TypedColumns):
    """The chain: gapless, append-only (triggers refuse the rest). ``at`` is text, because its exact characters are
    hashed.
    """

    seq = Column(Integer, primary_key=True, autoincrement=False)
    at: Named[str] = Column(Words())
    kind: Named[str] = Column(Words())
    case_key: Named[str] = Column(Words(), index=True)
    body: Named[str] = Column(Words())
    previous: Named[str] = Column(Words())
    hash: Named[str] = Column(Words())


class _AuditHead(TypedColumns):
    """The one row that says where the chain ends. ``seal`` is keyed, so that a shortened chain cannot be passed off as
    the whole.
    """

    id = Column(Integer, primary_key=True)
    seq: Named[int]
    hash: Named[str] = Column(Words())
    seal: Named[str] = Column(Words())
    key_check: Named[str] = Column(Words())


service = Table("service", metadata, _Service)
projects = Table("projects", metadata, _Projects, UniqueConstraint("site", "name"))
people = Table("people", metadata, _People, UniqueConstraint("site", "account_id"))
cases = Table(
    "cases",
    metadata,
    _Cases,
    UniqueConstraint("site", "issue_id"),
    # What is counted over many incidents is read from here alone, not from rows that are ten times as long.
    Index(
        None,
        "opened_at",
        "kind",
        "phase",
        "governed",
        "read_in",
        "severity",
        "project_id",
        "lead",
        "confidential",
        "looked_at",
    ),
    Index(None, "kind", "opened_at"),
    Index(None, "system"),
)
tickets = Table(
    "tickets", metadata, _Tickets, UniqueConstraint("case_id", "site", "issue_id"), Index(None, "site", "issue_id")
)
actions = Table(
    "actions",
    metadata,
    _Actions,
    UniqueConstraint("case_id", "action_id"),
    Index(None, "due", "outcome", "settled_at"),
    Index(None, "outcome", "settled_at"),
)
causes = Table(
    "causes",
    metadata,
    _Causes,
    Index(None, "category", "sub_category"),
    Index(None, "system"),
    Index(None, "case_id", "category", "phase", "sub_category", "system", "ends"),
)
lessons = Table("lessons", metadata, _Lessons)
recommendations = Table("recommendations", metadata, _Recommendations)
recollections = Table("recollections", metadata, _Recollections, Index(None, "version", unique=True))
# Its rows lie in the order in which they are summed, and in nothing else.
rollups = Table("rollups", metadata, _Rollups, sqlite_with_rowid=False)
contributions = Table("contributions", metadata, _Contributions)
owners = Table("owners", metadata, _Owners)
marks = Table("marks", metadata, _Marks, Index(None, "kind", "at"))
generated = Table("generated", metadata, _Generated, UniqueConstraint("series_id", "period"))
refusals = Table("refusals", metadata, _Refusals)
intents = Table("intents", metadata, _Intents, UniqueConstraint("case_id", "purpose"))
decisions = Table(
    "decisions",
    metadata,
    _Decisions,
    UniqueConstraint("issue_site", "issue_id", "comment_id", "line"),
    Index(None, "word", "at"),
)
cursors = Table("cursors", metadata, _Cursors)
ticket_places = Table("ticket_places", metadata, _TicketPlaces)
backfills = Table("backfills", metadata, _Backfills)
policy_files = Table("policy_files", metadata, _PolicyFiles)
publications = Table("publications", metadata, _Publications)
rejections = Table("rejections", metadata, _Rejections)
parked = Table("parked", metadata, _Parked)
audit = Table("audit", metadata, _Audit)
audit_head = Table("audit_head", metadata, _AuditHead)

COUNTED = or_(cases.c.governed.is_(True), cases.c.read_in.is_(True))
"""Incidents from which something is learnt: those that are governed, and those that were read in."""
