"""Everything that is remembered about one case, read in a few queries. Nothing is created."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Integer, bindparam, select, union

from integration.ledger import intents as intent_rows
from integration.ledger.cases import ref_of
from integration.ledger.decisions import SELECT, decision_of
from integration.ledger.projects import known
from integration.ledger.tables import actions, cases, decisions, intents, marks, owners, people, refusals, tickets
from integration.postmortem.decisions import Memory, ProjectMemory, Refusal, RememberedAction
from integration.postmortem.incident import IssueKey, IssueRef

# A project that was never heard of is governed since the end of time: nothing in it may be written to.
NEVER = datetime.max.replace(tzinfo=UTC)

# Statements are built once: building them costs more than SQLite needs to answer.
_ROW = bindparam("row", type_=Integer())
_CASE = select(cases).where(cases.c.site == bindparam("site"), cases.c.issue_id == bindparam("issue"))
# A ticket may have come from another case; what was decided on it stays decided.
_DECISIONS = SELECT.where(
    decisions.c.id.in_(
        union(
            select(decisions.c.id).where(decisions.c.case_id == _ROW),
            select(decisions.c.id)
            .join(
                tickets,
                (tickets.c.site == decisions.c.issue_site) & (tickets.c.issue_id == decisions.c.issue_id),
            )
            .where(tickets.c.case_id == _ROW),
        )
    )
).order_by(decisions.c.id)
_owner = people.alias("owner")
_row_owner = people.alias("row_owner")
_ACTIONS = (
    select(actions, _owner.c.account_id.label("owner"), _row_owner.c.account_id.label("row_owner"))
    .outerjoin(_owner, actions.c.owner_id == _owner.c.id)
    .outerjoin(_row_owner, actions.c.row_owner_id == _row_owner.c.id)
    .where(actions.c.case_id == _ROW)
    .order_by(actions.c.id)
)
_OWNERS = (
    select(owners.c.action_id, people.c.account_id)
    .join(people, owners.c.person_id == people.c.id)
    .join(actions, owners.c.action_id == actions.c.id)
    .where(actions.c.case_id == _ROW)
)
_INTENTS = select(*intent_rows.COLUMNS).where(intents.c.case_id == _ROW).order_by(intents.c.id)
_MARKS = (
    select(marks.c.kind, marks.c.subject, marks.c.at)
    .where(marks.c.case_id == _ROW)
    .order_by(marks.c.at, marks.c.subject)
)
_REFUSALS = (
    select(refusals.c.purpose, refusals.c.detail, refusals.c.retry_at)
    .where(refusals.c.case_id == _ROW)
    .order_by(refusals.c.purpose)
)


def recall(connection: Connection, case: IssueRef) -> Memory:
    """Return the memory of a case; of a case never seen, an empty one."""
    site, name = case.key.site, case.project
    project = known(connection, site, name) or ProjectMemory(site, name, NEVER)
    row = connection.execute(_CASE, {"site": site, "issue": case.key.id}).one_or_none()
    if row is None:
        return Memory(project)
    this = {"row": row.id}
    marked = _marks(connection, row.id)
    return Memory(
        project=project,
        governed=row.governed,
        adopted_digest=row.adopted_digest,
        severity=row.severity,
        looked_at=row.looked_at,
        decisions=tuple(decision_of(found) for found in connection.execute(_DECISIONS, this).mappings()),
        actions=tuple(_actions(connection, row.id)),
        intents=tuple(intent_rows.intent_of(found) for found in connection.execute(_INTENTS, this)),
        said=frozenset(marked.said),
        reopened=dict(marked.reopened),
        satisfied=frozenset(marked.satisfied),
        taken_at=marked.taken_at,
        dates=tuple(marked.dates),
        mode=row.mode,
        in_review_since=marked.in_review_since,
        kind=row.kind,
        is_erased=marked.is_erased,
        woken=row.woken,
        offered=tuple(sorted(marked.offered, key=lambda pair: pair[1])),
        status_comment=row.status_comment,
        status_digest=row.status_digest,
        refusals=tuple(Refusal(*found) for found in connection.execute(_REFUSALS, this)),
    )


def _actions(connection: Connection, row: int) -> Iterator[RememberedAction]:
    found = connection.execute(_ACTIONS, {"row": row}).all()
    if not found:
        return
    owned: dict[int, set[str]] = {}
    for owner in connection.execute(_OWNERS, {"row": row}):
        owned.setdefault(owner.action_id, set()).add(owner.account_id)
    for action in found:
        ticket = None
        if action.ticket_id is not None:
            ticket = ref_of(action.ticket_site, action.ticket_id, action.ticket_locator, action.ticket_url)
        yield RememberedAction(
            action_id=action.action_id,
            text=action.text,
            description=action.description,
            owner_id=action.owner,
            due=action.due,
            ticket=ticket,
            row_owner_id=action.row_owner,
            row_due=action.row_due,
            owners=frozenset(owned.get(action.id, ())),
            title=action.title,
            row_title=action.row_title,
            opened=action.opened,
        )


@dataclass
class _Marked:
    """The marks of a case, sorted by kind."""

    said: set[str] = field(default_factory=set)
    reopened: Counter[IssueKey] = field(default_factory=Counter)
    satisfied: set[IssueKey] = field(default_factory=set)
    taken_at: datetime | None = None
    dates: list[tuple[str, date]] = field(default_factory=list)
    in_review_since: datetime | None = None
    offered: list[tuple[str, int]] = field(default_factory=list)
    is_erased: bool = False


def _marks(connection: Connection, row: int) -> _Marked:
    marked = _Marked()
    for kind, subject, at in connection.execute(_MARKS, {"row": row}):
        match kind:
            case "said":
                marked.said.add(subject)
            case "reopened":
                marked.reopened[_key(subject)] += 1
            case "satisfied":
                marked.satisfied.add(_key(subject))
            case "taken":
                marked.taken_at = at
            case "review":
                marked.in_review_since = at if subject == "begun" else None
            case "due":
                action, _, day = subject.rpartition(":")
                marked.dates.append((action, date.fromisoformat(day)))
            case "erased":
                marked.is_erased = True
            case "offered":
                number, _, key = subject.partition(":")
                marked.offered.append((key, int(number)))
    return marked


def _key(subject: str) -> IssueKey:
    site, _, issue = subject.partition(":")
    return IssueKey(site, issue)
