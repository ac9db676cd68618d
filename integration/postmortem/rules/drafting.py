"""Joins what is known of each action: its row, what is remembered of it, its ticket, and whom its owner's name means. Decides nothing about proof."""

from dataclasses import dataclass
from datetime import date

from integration.postmortem.decisions import Memory, RememberedAction
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Case, Fate, Issue
from integration.postmortem.people import Person
from integration.postmortem.places import Account, Place
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.identities import account_at, counterpart
from integration.postmortem.rules.matching import Matched, match_rows
from integration.postmortem.rules.merging import Merged, merge
from integration.postmortem.rules.routing import NOWHERE, Routed, route_action
from integration.postmortem.rules.titles import MergedTitle, merge_title
from integration.postmortem.rules.written import read_postmortem
from mappings.models import Policy


@dataclass(frozen=True)
class ActionDraft:
    """One action before its proof is judged. ``named`` are the accounts that the row's owner may mean; exactly one counts (S6).

    ``owner`` is an account on the ticket's own tracker; ``routed`` says where the ticket is or belongs.
    """

    matched: Matched
    ticket: Issue | None
    named: tuple[Person, ...]
    owner: Person | None
    due: date | None
    kind: str
    owner_merge: Merged[str] | None = None
    due_merge: Merged[date] | None = None
    routed: Routed = NOWHERE
    title_merge: MergedTitle | None = None

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

    def is_owned_by(self, account: str) -> bool:
        """Tell whether somebody owns the action or ever did, as far as any look saw: handing it on for a moment frees nobody (S10)."""
        past = self.remembered.owners if self.remembered else frozenset[str]()
        assigned = {person.id for person in self.ticket.assignees} if self.ticket else set()
        return account in past | assigned | ({self.owner.id} if self.owner else set())

    def has_lost_its_ticket(self, case: Case) -> bool:
        """Tell whether the action had a ticket that cannot be found any more."""
        had = self.remembered.ticket if self.remembered else None
        return had is not None and self.ticket is None and had.key in case.missing


def our_issues(case: Case, memory: Memory) -> tuple[Issue, ...]:
    """Return the incident and the tickets of its remembered actions. What else people linked to it is theirs, and may be of another client."""
    ours = {action.ticket.key for action in memory.actions if action.ticket is not None}
    return (case.incident, *(ticket for ticket in case.tickets if ticket.ref.key in ours))


def draft_actions(
    rows: tuple[ActionRow, ...], case: Case, facts: Facts, memory: Memory, policy: Policy
) -> tuple[ActionDraft, ...]:
    """Return every action of the case: those with a row in the order of rows, then those whose row is gone."""
    known = {(person.site, person.id): person for issue in case.issues for person in (*issue.assignees, issue.author)}
    known |= {(person.site, person.id): person for people in facts.people.values() for person in people}
    known |= facts.accounts
    return tuple(_draft(matched, case, facts, known, policy) for matched in match_rows(rows, memory.actions))


def _draft(
    matched: Matched, case: Case, facts: Facts, known: dict[tuple[str, str], Person], policy: Policy
) -> ActionDraft:
    row, remembered = matched.row, matched.remembered
    ticket = ticket_of(matched.action_id, remembered, case)
    named = facts.people.get(row.owner, ()) if row and row.owner else ()
    routed = route_action(row, remembered, case, facts, policy)
    row_owner = _owner_there(named, routed.place or case.incident.ref.place, policy, facts)
    kind = (row.kind.value if row and row.kind else "") or policy.remediation.default_kind
    if remembered is None or ticket is None:
        due = row.due if row else None
        return ActionDraft(matched, ticket, named, row_owner, due, kind, routed=routed)
    owners = merge(
        row_owner.id if row_owner else None,
        _ticket_owner(ticket, remembered),
        remembered.row_owner_id,
        remembered.owner_id,
    )
    dues = merge(row.due if row else None, ticket.due, remembered.row_due, remembered.due)
    owner = known.get((ticket.ref.key.site, owners.value)) if owners.value else None
    titles = merge_title(row.description if row else "", ticket.title, remembered.row_title, remembered.title)
    return ActionDraft(matched, ticket, named, owner, dues.value, kind, owners, dues, routed, titles)


def ticket_of(action_id: str, remembered: RememberedAction | None, case: Case) -> Issue | None:
    """Return the ticket of an action as it is seen; of one that was transferred, which has another id since, the one that bears its marker."""
    if remembered is None or remembered.ticket is None:
        return None
    there = case.ticket(remembered.ticket.key)
    if there is None and case.fates.get(remembered.ticket.key) is Fate.TRANSFERRED:
        there = next((ticket for ticket in case.tickets if ticket.purpose == f"ticket:{action_id}"), None)
    return there


def _owner_there(named: tuple[Person, ...], place: Place, policy: Policy, facts: Facts) -> Person | None:
    """Return the one active account that a name means, as the tracker of the ticket knows it; ``None`` for none or several (S6)."""
    active = tuple(person for person in named if person.active)
    return counterpart(active[0], place, policy.people, facts) if len(active) == 1 else None


def accounts_needed(case: Case, facts: Facts, memory: Memory, policy: Policy) -> frozenset[Account]:
    """Return the accounts of owners that have to be looked up on another tracker, once it is known whom the rows name."""
    home = case.incident.ref.key.site
    needed: set[Account] = set()
    if not policy.remediation.routes and all(a.ticket is None or a.ticket.key.site == home for a in memory.actions):
        return frozenset()
    for matched in match_rows(read_postmortem(case.incident, policy).rows, memory.actions):
        routed = route_action(matched.row, matched.remembered, case, facts, policy)
        if matched.row is None or routed.place is None or routed.place.site == home:
            continue
        for person in facts.people.get(matched.row.owner, ()):
            if person.active and (account := account_at(person, routed.place, policy.people)) is not None:
                needed.add(account)
    return frozenset(needed)


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
        or draft.title_merge is None
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
        draft.title_merge.ticket_base,
        draft.title_merge.row_base,
        old.opened,
    )
