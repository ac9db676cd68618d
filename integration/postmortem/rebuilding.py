"""What can be told again of a case that the ledger does not know: from its issues, comments and marks. Pure.

Marks are signed, so that nobody can forge what we said or opened. Decisions are another matter: what a comment grants was decided at its
time and is known to the ledger alone, so that a grant read again is *unconfirmed* and has no effect until somebody gives it anew (S9).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from integration.postmortem.assessment import Assessment, Governed
from integration.postmortem.decisions import Decision, Memory, RememberedAction
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import Case, Comment, CommentOrigin, Issue, IssueKey
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.planning.gates import reopening
from integration.postmortem.reading.locators import named_in
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.matching import match_rows
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Mode, Policy

STATUS, TICKET = "status", "ticket:"
LEEWAY = timedelta(minutes=2)
"""Between a closing and the look that let it stand, by the tracker's own clock."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Rebuilt:
    """A case told again. ``was_ours`` is true where we had taken it on, and ``began`` is when we first wrote there; of other issues only the facts
    are kept, and nothing is written there.
    """

    case: Case
    memory: Memory
    assessment: Assessment
    decisions: tuple[Decision, ...]
    was_ours: bool
    began: datetime | None = None


def tickets_told(case: Case) -> tuple[tuple[str, str], ...]:
    """Return (site, locator) of what our own status comment names: tickets that nothing in the tracker need link to their incident."""
    comment, have = _status(case.incident), {issue.ref.locator for issue in case.issues}
    named = named_in(comment.raw, case.incident.ref) if comment else ()
    return tuple((site, locator) for site, locator in named if locator not in have)


def is_of_action(ticket: Issue) -> bool:
    """Tell whether we opened this ticket for an action of the case, by its mark."""
    return (ticket.purpose or "").startswith(TICKET)


def remembered(case: Case, known: Memory, policy: Policy) -> Memory:
    """Return what our own comments and tickets tell, on top of what the ledger knows already."""
    ours = tuple(filter(is_of_action, case.tickets))
    have = {action.action_id for action in known.actions}
    actions = tuple(_action(ticket) for ticket in ours if (ticket.purpose or "").removeprefix(TICKET) not in have)
    issues = (case.incident, *ours)
    said = frozenset(
        comment.purpose
        for issue in issues
        for comment in issue.comments
        if comment.origin is CommentOrigin.OURS and comment.purpose and comment.purpose != STATUS
    )
    status = _status(case.incident)
    memory = replace(
        known,
        governed=known.governed or bool(ours),
        actions=(*known.actions, *sorted(actions, key=lambda each: each.action_id)),
        said=known.said | said,
        status_comment=known.status_comment or (status.id if status else None),
    )
    if status is not None:
        # We wrote here, so the project was governed then; whoever may take it on is judged as ever.
        memory = replace(memory, project=replace(memory.project, governed_since=LONG_AGO))
    return replace(memory, satisfied=known.satisfied | _let_stand(issues, status, memory))


def needed(case: Case, memory: Memory, policy: Policy) -> FactsNeeded:
    """Return what has to be looked up: of an issue that never was ours only the rights of those who gave commands, as nothing is made of it."""
    if memory.status_comment is not None or memory.governed:
        return facts_needed(case, memory, policy)
    wanted = facts_needed(case, replace(memory, governed=True), policy)
    return FactsNeeded(standings=wanted.standings)


def rebuild(
    case: Case, facts: Facts, memory: Memory, policy: Policy, now: datetime, *, mode: Mode, stamp: str
) -> Rebuilt:
    """Judge a case of which nothing is remembered but what :func:`remembered` told. Every grant that is found is unconfirmed."""
    memory = _agreed_as_they_are(case, facts, memory, policy)
    own = judge(case, facts, memory, policy, now, mode=mode, stamp=stamp)
    was_ours = memory.governed or (memory.status_comment is not None and own.governed is Governed.GOVERNED)
    taken_on = replace(memory, governed=True, adopted_digest=memory.adopted_digest or own.adopted_digest)
    first = judge(case, facts, taken_on, policy, now, mode=mode, stamp=stamp)
    decisions = tuple(replace(each, confirmed=each.confirmed and not each.accepted) for each in first.decisions)
    memory = replace(taken_on, governed=was_ours, decisions=(*memory.decisions, *decisions), looked_at=now)
    # Judged again with them, so that what is kept rests on nothing that is not confirmed.
    assessment = judge(case, facts, replace(memory, governed=True), policy, now, mode=mode, stamp=stamp)
    status = _status(case.incident)
    return Rebuilt(case, memory, assessment, decisions, was_ours, status.created_at if status else None)


def _status(incident: Issue) -> Comment | None:
    ours = (each for each in incident.comments if each.origin is CommentOrigin.OURS and each.purpose == STATUS)
    return next(ours, None)


def _action(ticket: Issue) -> RememberedAction:
    """Return an action as its ticket tells it, which holds its description first."""
    said, owner = _first_paragraph(ticket), ticket.assignees[0].id if ticket.assignees else None
    return RememberedAction(
        action_id=(ticket.purpose or "").removeprefix(TICKET),
        text=normalise(said),
        description=said,
        owner_id=owner,
        due=ticket.due,
        ticket=ticket.ref,
        row_owner_id=owner,
        row_due=ticket.due,
        owners=frozenset(person.id for person in ticket.assignees),
    )


def _agreed_as_they_are(case: Case, facts: Facts, memory: Memory, policy: Policy) -> Memory:
    """Take rows and tickets to agree as they are now: what each side says was said before the loss, and is nobody's change."""
    rows = {
        each.action_id: each.row
        for each in match_rows(read_postmortem(case.incident, policy).rows, memory.actions)
        if each.row is not None and each.remembered is not None
    }
    return replace(
        memory, actions=tuple(_as_row_says(each, rows.get(each.action_id), facts) for each in memory.actions)
    )


def _as_row_says(action: RememberedAction, row: ActionRow | None, facts: Facts) -> RememberedAction:
    if row is None:
        return action
    named = [person for person in facts.people.get(row.owner, ()) if person.active]
    return replace(
        action,
        text=normalise(row.description),
        description=row.description,
        row_owner_id=named[0].id if len(named) == 1 else action.row_owner_id,
        row_due=row.due or action.row_due,
    )


def _first_paragraph(ticket: Issue) -> str:
    """Return what our own ticket says first: the description of its action."""
    return next((line.strip() for line in ticket.body.splitlines() if line.strip()), ticket.title)[:500]


def _let_stand(issues: tuple[Issue, ...], status: Comment | None, memory: Memory) -> frozenset[IssueKey]:
    """Return closed issues that a look had let stand: our comment was brought up to date after the closing, and nothing was objected to."""
    if status is None:
        return frozenset()
    looked = status.updated_at + LEEWAY
    return frozenset(
        issue.ref.key
        for issue in issues
        if issue.closed
        and (issue.closed_at or issue.updated_at) <= looked
        and reopening(issue) not in memory.said
        and f"handover:{issue.ref.key.id}" not in memory.said
    )
