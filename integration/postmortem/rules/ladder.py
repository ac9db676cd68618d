"""Who is told of a deadline, and when: one reminder before it, and after it one message for each step of the ladder (issue 5, "Clocks").

Owner, then lead, then sponsor. Sponsors are told at the severities that the mapping names; gathering the others for them, once for a whole
project, is for a weekly review. What waits for others (verification, a decision on a risk) is nobody's lateness, and nobody is told that it is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.assessment import ActionView, Phase
from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.incident import Case, Issue
from integration.postmortem.notices import Notice, Notices, Step
from integration.postmortem.people import Person
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.moving import moves_of
from integration.postmortem.rules.roles import lead_named
from mappings.models import Policy, Severity

OWNERS_TURN = (ProofState.WANTED, ProofState.LAPSED, ProofState.REJECTED)


@dataclass(frozen=True)
class People:
    """Whom the steps of a case reach; ``lead`` is whoever leads, or else who reported it."""

    lead: Person
    sponsors: tuple[Person, ...]


@dataclass(frozen=True)
class _Thing:
    """Something with a deadline, and the instants of its steps, in order."""

    issue: Issue
    about: str
    due: datetime | date
    owner: Person
    action: ActionView | None
    steps: tuple[tuple[Step, datetime], ...]


def judge_notices(
    case: Case,
    actions: tuple[ActionView, ...],
    due: datetime | None,
    phase: Phase,
    severity: Severity | None,
    people: People,
    memory: Memory,
    policy: Policy,
    now: datetime,
) -> Notices:
    """Return what is to be said now: of every deadline the latest step that has come, unless it was said."""
    is_urgent = severity in policy.clocks.told_at_once
    things = [thing for view in actions if (thing := _of_action(view, is_urgent, policy)) is not None]
    if due is not None and phase is Phase.WRITING and not case.incident.closed:
        things.append(_of_postmortem(case.incident, due, severity, people, is_urgent, policy))
    said: list[Notice] = []
    later: list[datetime] = []
    for thing in things:
        steps = tuple((step, at) for step, at in thing.steps if _reaches(step, thing, people, is_urgent))
        later += [at for _, at in steps if at > now]
        if (notice := _now(thing, steps, people, memory, now)) is not None:
            said.append(notice)
    return Notices((*said, *_moved_often(actions, people, memory)), tuple(later))


def _now(
    thing: _Thing, steps: tuple[tuple[Step, datetime], ...], people: People, memory: Memory, now: datetime
) -> Notice | None:
    passed = [(step, at) for step, at in steps if at <= now]
    if not passed:
        return None
    step, at = passed[-1]
    # A reminder is only for those who could have been reminded: what is new, or was just moved, has been thought of just now.
    if step is Step.REMINDER and (memory.looked_at is None or memory.looked_at >= at):
        return None
    day = thing.due.date() if isinstance(thing.due, datetime) else thing.due
    purpose = f"due:{thing.issue.ref.key.id}:{day}:{step}"
    if purpose in memory.said:
        return None
    to = {Step.LEAD: (people.lead,), Step.SPONSOR: people.sponsors}.get(step, (thing.owner,))
    missing = thing.action.proof.missing if thing.action else ()
    return Notice(thing.issue.ref, purpose, step, to, thing.due, thing.about, missing)


def _reaches(step: Step, thing: _Thing, people: People, is_urgent: bool) -> bool:
    """Tell whether a step reaches somebody who was not told by the one before."""
    if step is Step.LEAD:
        return people.lead.id != thing.owner.id
    return step is not Step.SPONSOR or (is_urgent and bool(people.sponsors))


def _of_action(view: ActionView, is_urgent: bool, policy: Policy) -> _Thing | None:
    ticket = view.ticket
    if ticket is None or ticket.closed or view.due is None or view.owner is None:
        return None
    if view.proof.state not in OWNERS_TURN:
        return None
    clocks = policy.clocks
    told = clocks.told_after_days
    steps = (
        (Step.REMINDER, _start(clocks.working_day_before(view.due, clocks.remind_before_days), policy)),
        (Step.OWNER, _start(_days_after(view.due, told.owner, is_urgent, policy), policy)),
        (Step.LEAD, _start(_days_after(view.due, told.lead, is_urgent, policy), policy)),
        (Step.SPONSOR, _start(_days_after(view.due, told.sponsor, is_urgent, policy), policy)),
    )
    return _Thing(ticket, view.action_id, view.due, view.owner, view, steps)


def _of_postmortem(
    incident: Issue, due: datetime, severity: Severity | None, people: People, is_urgent: bool, policy: Policy
) -> _Thing:
    clocks = policy.clocks
    hours = policy.severity.of(severity or clocks.provisional_severity).due_hours or 0
    told, day = clocks.told_after_days, due.astimezone(ZoneInfo(clocks.zone)).date()

    def after(days: int) -> datetime:
        if is_urgent:
            return due + timedelta(days=days - 1)
        return _start(_days_after(day, days, is_urgent, policy), policy)

    steps = (
        (Step.REMINDER, due - timedelta(hours=min(clocks.remind_before_hours, hours / 2))),
        (Step.OWNER, after(told.owner)),
        (Step.SPONSOR, after(told.sponsor)),
    )
    return _Thing(incident, "", due, people.lead, None, steps)


def _days_after(day: date, days: int, is_urgent: bool, policy: Policy) -> date:
    return day + timedelta(days=days) if is_urgent else policy.clocks.working_day_after(day, days)


def _start(day: date, policy: Policy) -> datetime:
    return datetime.combine(day, time(policy.clocks.day_begins), ZoneInfo(policy.clocks.zone))


def _moved_often(actions: tuple[ActionView, ...], people: People, memory: Memory) -> tuple[Notice, ...]:
    """A date that was moved twice is told to whoever leads, once for each move from the second on."""
    found = []
    for view in actions:
        moves = moves_of(view.action_id, view.due, memory)
        if not moves.is_often or view.ticket is None or view.ticket.closed or view.proof.suffices:
            continue
        last = moves.later[-1]
        purpose = f"due:{view.ticket.ref.key.id}:{last}:{Step.MOVED}"
        if purpose not in memory.said:
            found.append(Notice(view.ticket.ref, purpose, Step.MOVED, (people.lead,), last, view.action_id))
    return tuple(found)


def lead_of(case: Case, decisions: tuple[Decision, ...], written: Person | None) -> Person:
    """Return who leads: as ``/lead`` named, or as the text or the mapping names, or else who reported the incident."""
    return lead_named(case, decisions) or written or case.incident.author
