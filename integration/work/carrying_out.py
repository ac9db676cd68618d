"""Carries out what is wanted, a bundle at a time: within the write budget, counted, logged, and a creation between its intent and its outcome."""

from datetime import datetime, timedelta

import structlog

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import (
    Command,
    Creation,
    EnsureActionTicket,
    EnsureStatusComment,
    FieldEdit,
    NewIssue,
    Outcome,
    Result,
    name_of,
)
from integration.postmortem.decisions import IntentState, Memory
from integration.postmortem.incident import Case
from integration.trackers.base import EditsTogether
from integration.work.bundling import Bundle, paying
from integration.work.look import Look
from mappings.models import Policy

log = structlog.get_logger(__name__)
# The tracker's clock and ours need not agree; what is looked for may seem a little older.
LEEWAY = timedelta(minutes=5)


def carry_out_together(
    bundle: Bundle, case: Case, memory: Memory, policy: Policy, given: Look
) -> tuple[Outcome, ...] | datetime:
    """Do the commands of one bundle; several are edits of one issue, which are one request."""
    edits = tuple(command for command in bundle if isinstance(command, FieldEdit))
    if len(edits) < 2 or not isinstance(given.tracker, EditsTogether):
        outcome = carry_out(bundle[0], case, memory, policy, given)
        return outcome if isinstance(outcome, datetime) else (outcome,)
    try:
        outcomes = given.tracker.apply_together(edits, policy, given.spend_for(paying(bundle)))
    except (TrackerRefused, IssueNotFound) as refusal:
        outcomes = tuple(Outcome(Result.REFUSED, detail=str(refusal)) for _ in edits)
    for command, told in zip(edits, outcomes, strict=True):
        _tell(command, told, given)
    return outcomes


def carry_out(command: Command, case: Case, memory: Memory, policy: Policy, given: Look) -> Outcome | datetime:
    """Do one command. A creation is preceded by its intent and followed by its outcome; an unanswered one is looked for after a grace period.

    Returns the instant to wait for where an earlier attempt may still be under way.
    """
    if not isinstance(command, Creation) or (isinstance(command, EnsureStatusComment) and command.comment_id):
        return attempt(command, policy, given, None)
    ref, issue = case.incident.ref, case.incident.ref if isinstance(command, NewIssue) else command.issue
    intent = memory.intent(command.purpose)
    seek_since = _since_a_copy(case, given) if intent is None else None
    if intent is not None and intent.state is IntentState.OPEN:
        ripe = intent.opened_at + given.intent_grace
        if given.now < ripe:
            return ripe
        seek_since = intent.opened_at - LEEWAY
    elif intent is not None and intent.state is IntentState.DONE:
        # What was made is gone, or was never recorded with the case: look for it before making it again.
        given.ledger.settle_intent(ref, command.purpose, IntentState.FAILED, "", given.now)
        seek_since = intent.opened_at - LEEWAY
    given.ledger.open_intent(ref, command.purpose, issue.key, given.now)
    outcome = attempt(command, policy, given, seek_since)
    if outcome.result is Result.REFUSED:
        given.ledger.settle_intent(ref, command.purpose, IntentState.FAILED, "", given.now)
    else:
        created = outcome.ticket.locator if outcome.ticket else outcome.created
        # The incident of another system is a case of its own: its deliveries do not wake this one.
        ticket = outcome.ticket if isinstance(command, EnsureActionTicket) else None
        given.ledger.settle_intent(ref, command.purpose, IntentState.DONE, created, given.now, ticket=ticket)
    return outcome


def _since_a_copy(case: Case, given: Look) -> datetime | None:
    """After a restore, return since when things may have been made that the ledger does not know; ``None`` for incidents that came later."""
    gap = given.ledger.restored
    # The restore has the time of its machine, the incident that of the tracker.
    if gap is None or case.incident.created_at > gap.at + LEEWAY:
        return None
    return gap.known_until - LEEWAY


def attempt(command: Command, policy: Policy, given: Look, seek_since: datetime | None) -> Outcome:
    """Do one command without any memory of it. What the tracker says no to is an outcome; what is only away is raised.

    ``seek_since`` is since when a creation may have been made already, ``None`` where it cannot have been.
    """
    try:
        outcome = given.tracker.apply(command, policy, given.spend_for(command), seek_since=seek_since)
    except (TrackerRefused, IssueNotFound) as refusal:
        outcome = Outcome(Result.REFUSED, detail=str(refusal))
    _tell(command, outcome, given)
    return outcome


def _tell(command: Command, outcome: Outcome, given: Look) -> None:
    given.counts.carried_out(command, outcome.result)
    log.info("command", command=name_of(command), outcome=outcome.result.value, writes=outcome.writes)
