"""Joins what is known of each action: its row, what is remembered of it, its ticket, and whom its owner's name means. Decides nothing about proof."""

from dataclasses import dataclass
from datetime import date

from integration.postmortem.decisions import Memory, RememberedAction
from integration.postmortem.incident import Case, Facts, Issue
from integration.postmortem.people import Person
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.matching import Matched, match_rows
from integration.postmortem.rules.merging import Merged, merge
from mappings.models import Policy


@dataclass(frozen=True)
class ActionDraft:
    """One action before its proof is judged. ``named`` are the accounts that the row's owner may mean; exactly one counts (S6)."""

    matched: Matched
    ticket: Issue | None
    named: tuple[Person, ...]
    owner: Person | None
    due: date | None
    kind: str
    owner_merge: Merged[str] | None = None
    due_merge: Merged[date] | None = None

    @property
    def row(self) -> ActionRow | None:
        """Return the row, if there is one now."""
        return self.matched.row

    @property
    def remembered(self) -> RememberedAction | None:
        """Return what is remembered, if this action was seen before."""
        return self.matched.remembered

    @property
    def description(self) -> str:
        """Return the description as the row says it now, else as it was when it was last seen."""
        if self.row is not None:
            return self.row.description
        return self.remembered.description if self.remembered else ""

    @property
    def criteria(self) -> str:
        """Return the verification criteria of the row, or an empty string."""
        return self.row.criteria if self.row else ""


def our_issues(case: Case, memory: Memory) -> tuple[Issue, ...]:
    """Return the incident and the tickets of its remembered actions. What else people linked to it is theirs, and may be of another client."""
    ours = {action.ticket.key for action in memory.actions if action.ticket is not None}
    return (case.incident, *(ticket for ticket in case.tickets if ticket.ref.key in ours))


def draft_actions(
    rows: tuple[ActionRow, ...], case: Case, facts: Facts, memory: Memory, policy: Policy
) -> tuple[ActionDraft, ...]:
    """Return every action of the case: those with a row in the order of rows, then those whose row is gone."""
    known = {person.id: person for issue in case.issues for person in (*issue.assignees, issue.author)}
    known |= {person.id: person for people in facts.people.values() for person in people}
    return tuple(_draft(matched, case, facts, known, policy) for matched in match_rows(rows, memory.actions))


def _draft(matched: Matched, case: Case, facts: Facts, known: dict[str, Person], policy: Policy) -> ActionDraft:
    row, remembered = matched.row, matched.remembered
    ticket = case.ticket(remembered.ticket.key) if remembered and remembered.ticket else None
    named = facts.people.get(row.owner, ()) if row and row.owner else ()
    active = tuple(person for person in named if person.active)
    row_owner = active[0] if len(active) == 1 else None
    kind = (row.kind.value if row and row.kind else "") or policy.remediation.default_kind
    if remembered is None or ticket is None:
        due = row.due if row else None
        return ActionDraft(matched, ticket, named, row_owner, due, kind)
    owners = merge(
        row_owner.id if row_owner else None,
        _ticket_owner(ticket, remembered),
        remembered.row_owner_id,
        remembered.owner_id,
    )
    dues = merge(row.due if row else None, ticket.due, remembered.row_due, remembered.due)
    owner = known.get(owners.value) if owners.value else None
    return ActionDraft(matched, ticket, named, owner, dues.value, kind, owners, dues)


def _ticket_owner(ticket: Issue, remembered: RememberedAction) -> str | None:
    """Several assignees: the agreed owner, while among them, is still the owner; otherwise the first named."""
    ids = [person.id for person in ticket.assignees]
    if remembered.owner_id in ids:
        return remembered.owner_id
    return ids[0] if ids else None


def remember(draft: ActionDraft) -> RememberedAction | None:
    """Return what to remember of an action whose ticket exists, with the bases of the merge moved on; ``None`` where there is no ticket."""
    old = draft.remembered
    if (
        old is None
        or old.ticket is None
        or draft.ticket is None
        or draft.owner_merge is None
        or draft.due_merge is None
    ):
        return old
    owners = (
        old.owners | {person.id for person in draft.ticket.assignees} | ({draft.owner.id} if draft.owner else set())
    )
    return RememberedAction(
        old.action_id,
        normalise(draft.description),
        draft.description,
        draft.owner_merge.ticket_base,
        draft.due_merge.ticket_base,
        draft.ticket.ref,
        draft.owner_merge.row_base,
        draft.due_merge.row_base,
        owners,
    )
