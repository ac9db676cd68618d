"""One look at one case: observe → judge → plan → act → record (DESIGN 1.4). The five steps stand here in that order; none decides about the domain."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from integration.errors import IssueNotFound, RateLimited, TrackerRefused
from integration.ledger.ledger import Ledger
from integration.postmortem.after import after
from integration.postmortem.assessment import Assessment, Governed
from integration.postmortem.commands import (
    Command,
    Creation,
    EnsureActionTicket,
    EnsureOpen,
    EnsureReply,
    EnsureStatusComment,
    FieldEdit,
    NewIssue,
    Outcome,
    Result,
    Share,
    name_of,
)
from integration.postmortem.decisions import IntentState, Memory, Refusal
from integration.postmortem.incident import Case, IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.rules.vouching import strange_comments, without_comment
from integration.postmortem.writing.replies import breaker_reply
from integration.trackers.base import EditsTogether, Spend, Tracker
from integration.work.breaker import Breaker
from integration.work.bundling import Bundle, bundled, paying
from integration.work.counting import Counts
from integration.work.looking_up import looked_up
from integration.work.recording import record_of
from integration.work.resembling import Library, with_precedents
from mappings.models import Mode, Policy

log = structlog.get_logger(__name__)
BEFORE_THE_FIRST = timedelta(
    minutes=10
)  # A project's first delivery tells of something that happened a little before it arrived.
LEEWAY = timedelta(
    minutes=5
)  # The tracker's clock and ours need not agree; what is looked for may seem a little older.
MOST_ROUNDS = 4  # Tickets first, then the status comment that lists them; more rounds than this would mean that we fight ourselves.


@dataclass(frozen=True)
class Look:
    """What a look may use. ``policy`` is pinned for the whole look under its hash ``stamp``; ``spend_for``
    takes from the write budget and checks the lock; ``heard_at`` is when the wake-up arrived, from which a new project is governed.
    """

    tracker: Tracker
    ledger: Ledger
    policy: Policy
    stamp: str
    mode: Mode
    spend_for: Callable[[Command], Spend]
    intent_grace: timedelta
    in_scope: Callable[[str, str], bool]
    counts: Counts
    now: datetime
    heard_at: datetime
    library: Library


@dataclass(frozen=True)
class Looked:
    """How a look ended. ``outcomes`` are what was done, in order; ``deferred_until`` is set where something has to wait."""

    assessment: Assessment | None
    outcomes: tuple[tuple[Command, Outcome], ...] = ()
    deferred_until: datetime | None = None

    @property
    def changed(self) -> bool:
        """Tell whether anything was written."""
        return any(outcome.result is Result.CHANGED for _, outcome in self.outcomes)


def look(case_ref: IssueRef, given: Look) -> Looked:
    """Look at one case once. Raises ``TrackerUnavailable``, ``RateLimited`` or ``LockLost`` where nothing could be observed, or the lock is gone."""
    tickets = given.ledger.tickets(case_ref)
    case = given.tracker.observe(case_ref, tickets, given.policy)
    if not given.in_scope(case.incident.ref.key.site, case.incident.ref.project):
        given.counts.alarm("out_of_scope")
        log.warning("out_of_scope", project=case.incident.ref.project)
        if given.ledger.note_lost(case.incident.ref, given.now):
            given.counts.alarm("incident_lost")
        return Looked(None)
    if given.ledger.follow_project(case.incident.ref, given.now):
        log.info("project_renamed", project=case.incident.ref.project)
    given.ledger.project(case.incident.ref.key.site, case.incident.ref.project, given.heard_at - BEFORE_THE_FIRST)
    memory = reconciled(given.ledger.recall(case.incident.ref), case)
    _watch_our_name(case, memory, given.counts)
    # What was refused long enough ago is tried again, and no longer told of until it is refused again.
    memory = replace(memory, refusals=tuple(each for each in memory.refusals if each.retry_at > given.now))
    policy = given.policy.for_project(case.incident.ref.key.site, case.incident.ref.project)
    facts = looked_up(case, memory, policy, given.tracker, given.ledger)
    facts = with_precedents(facts, case, memory, policy, given.library)

    def assess(case: Case, memory: Memory) -> Assessment:
        return judge(case, facts, memory, policy, given.now, mode=given.mode, stamp=given.stamp)

    assessment = assess(case, memory)
    if assessment.decisions and assessment.mode is not Mode.OBSERVE:
        taken = given.ledger.remember_decisions(case.incident.ref, assessment.decisions, given.now)
        memory = replace(memory, decisions=(*memory.decisions, *taken))
        if assessment.governed is Governed.ASKED:
            facts = looked_up(case, memory, policy, given.tracker, given.ledger)
        assessment = assess(case, memory)
    return _act(case, memory, assess, assessment, policy, given)


def _watch_our_name(case: Case, memory: Memory, counts: Counts) -> None:
    """Raise an alarm about comments by our account that the ledger does not know: somebody may be using our credentials (S25)."""
    if strange := strange_comments(case, memory):
        counts.alarm("unknown_comment_by_our_account")
        log.error("unknown_comment_by_our_account", comments=list(strange[:20]))


def _watch_grants(case: Case, memory: Memory, assessment: Assessment, counts: Counts) -> None:
    """Raise an alarm where an issue is closed and comments in which something was granted on it are not there any more (S25)."""
    missing = without_comment(case, memory)
    for gate in assessment.gates:
        issue = gate.issue
        gone = sorted(comment for key, comment in missing if key == issue.ref.key)
        if gone and issue.closed and issue.ref.key not in memory.satisfied:
            counts.alarm("grant_without_its_comment")
            log.error("grant_without_its_comment", issue=issue.ref.locator, comments=gone[:20])


def reconciled(memory: Memory, case: Case) -> Memory:
    """Return the memory with what intents know and the last look, killed in between, did not record; a status comment that is gone is forgotten.

    Recorded ids are tried first (DESIGN 4.6): only what neither is recorded nor seen is looked for by listing.
    """
    done = {intent.purpose: intent.created for intent in memory.intents if intent.state is IntentState.DONE}
    said = memory.said | {purpose for purpose in done if purpose != "status" and not purpose.startswith("ticket:")}
    seen = {comment.id for comment in case.incident.comments}
    comment = memory.status_comment or done.get("status")
    is_gone = comment is not None and comment not in seen and not case.incident.comments_capped
    return replace(memory, said=said, status_comment=None if is_gone else comment)


def _act(
    case: Case,
    memory: Memory,
    assess: Callable[[Case, Memory], Assessment],
    assessment: Assessment,
    policy: Policy,
    given: Look,
) -> Looked:
    """Carry out what the plan wants, judge again with what came of it, and record; stop early only where something has to wait."""
    done: list[tuple[Command, Outcome]] = []
    refused = {refusal.purpose: refusal for refusal in memory.refusals}
    waits: list[datetime] = []
    tried: set[Command] = set()
    breaker = Breaker(given.ledger, policy, case.incident.ref, given.now)
    for _ in range(MOST_ROUNDS):
        wanted = [
            c
            for c in plan(assessment, case, memory, policy, given.stamp)
            if c not in tried and name_of(c) not in refused
        ]
        if not wanted:
            break
        objection = breaker.objection(wanted)
        if objection:
            done += _stop_writing(objection, breaker, case, memory, policy, given)
            break
        unsaid: set[IssueKey] = set()
        for bundle in bundled(wanted, given.tracker):
            if isinstance(bundle[0], EnsureOpen) and bundle[0].issue.key in unsaid:
                continue  # The reason comes first (decision 5): once the issue is open, nothing would ask for it any more.
            tried.update(bundle)
            try:
                # Everything that is logged while commands are carried out names them, the adapters' own lines as well.
                with structlog.contextvars.bound_contextvars(command=", ".join(map(name_of, bundle))):
                    outcomes = _carry_out_together(bundle, case, memory, policy, given)
            except RateLimited as limited:
                waits.append(limited.until)
                break
            if isinstance(outcomes, datetime):
                waits.append(outcomes)
                unsaid |= {command.issue.key for command in bundle if isinstance(command, EnsureReply)}
                continue
            for command, outcome in zip(bundle, outcomes, strict=True):
                done.append((command, outcome))
                if outcome.result is Result.REFUSED:
                    retry = given.now + timedelta(hours=policy.clocks.look_again_hours)
                    refused[name_of(command)] = Refusal(name_of(command), outcome.detail[:300], retry)
                case, memory = after(case, memory, command, outcome)
        if waits:
            break
        memory = replace(memory, refusals=tuple(refused.values()))
        assessment = assess(case, memory)
    assessment = assess(case, replace(memory, refusals=tuple(refused.values())))
    _watch_grants(case, memory, assessment, given.counts)
    # While somebody asked us to rest, decisions are taken and not acted on: their effects are caught up with on `/resume`.
    finished = not waits and not assessment.paused_by
    _record(case, memory, assessment, done, tuple(refused.values()), given, finished=finished)
    return Looked(assessment, tuple(done), min(waits, default=None))


def _stop_writing(
    objection: str, breaker: Breaker, case: Case, memory: Memory, policy: Policy, given: Look
) -> list[tuple[Command, Outcome]]:
    """Open the circuit breaker and ask a person, once a day, on the case that tripped it; it opens even where nothing can be said."""
    ask = EnsureReply(case.incident.ref, f"breaker:{given.now.date()}", breaker_reply(objection), Share.GATE)
    try:
        outcome = None if ask.purpose in memory.said else _carry_out(ask, case, memory, policy, given)
    finally:
        breaker.open(objection)
        given.counts.alarm("breaker_opened")
    return [(ask, outcome)] if isinstance(outcome, Outcome) else []


def _carry_out_together(
    bundle: Bundle, case: Case, memory: Memory, policy: Policy, given: Look
) -> tuple[Outcome, ...] | datetime:
    """Do the commands of one bundle; several are edits of one issue, which are one request."""
    edits = tuple(command for command in bundle if isinstance(command, FieldEdit))
    if len(edits) < 2 or not isinstance(given.tracker, EditsTogether):
        outcome = _carry_out(bundle[0], case, memory, policy, given)
        return outcome if isinstance(outcome, datetime) else (outcome,)
    try:
        outcomes = given.tracker.apply_together(edits, policy, given.spend_for(paying(bundle)))
    except (TrackerRefused, IssueNotFound) as refusal:
        outcomes = tuple(Outcome(Result.REFUSED, detail=str(refusal)) for _ in edits)
    for command, told in zip(edits, outcomes, strict=True):
        given.counts.carried_out(command, told.result)
        log.info("command", command=name_of(command), outcome=told.result.value, writes=told.writes)
    return outcomes


def _carry_out(command: Command, case: Case, memory: Memory, policy: Policy, given: Look) -> Outcome | datetime:
    """Do one command. A creation is preceded by its intent and followed by its outcome; an unanswered one is looked for after a grace period.

    Returns the instant to wait for where an earlier attempt may still be under way.
    """
    spend = given.spend_for(command)
    if not isinstance(command, Creation) or (isinstance(command, EnsureStatusComment) and command.comment_id):
        return _apply(command, policy, given, spend, None)
    ref, issue = case.incident.ref, case.incident.ref if isinstance(command, NewIssue) else command.issue
    intent = memory.intent(command.purpose)
    # After a restore the ledger may not know what was made since its copy was taken.
    gap = given.ledger.restored
    seek_since = gap.known_until - LEEWAY if gap and intent is None and case.incident.created_at <= gap.at else None
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
    outcome = _apply(command, policy, given, spend, seek_since)
    if outcome.result is Result.REFUSED:
        given.ledger.settle_intent(ref, command.purpose, IntentState.FAILED, "", given.now)
    else:
        created = outcome.ticket.locator if outcome.ticket else outcome.created
        # The incident of another system is a case of its own: its deliveries do not wake this one.
        ticket = outcome.ticket if isinstance(command, EnsureActionTicket) else None
        given.ledger.settle_intent(ref, command.purpose, IntentState.DONE, created, given.now, ticket=ticket)
    return outcome


def _apply(command: Command, policy: Policy, given: Look, spend: Spend, seek_since: datetime | None) -> Outcome:
    try:
        outcome = given.tracker.apply(command, policy, spend, seek_since=seek_since)
    except (TrackerRefused, IssueNotFound) as refusal:
        outcome = Outcome(Result.REFUSED, detail=str(refusal))
    given.counts.carried_out(command, outcome.result)
    log.info("command", command=name_of(command), outcome=outcome.result.value, writes=outcome.writes)
    return outcome


def _record(
    case: Case,
    memory: Memory,
    assessment: Assessment,
    done: list[tuple[Command, Outcome]],
    refusals: tuple[Refusal, ...],
    given: Look,
    *,
    finished: bool,
) -> None:
    # What is known already is recorded all the same, or the daily round would come back to it again and again.
    if assessment.governed is Governed.NOT_AN_INCIDENT and not memory.governed and memory.looked_at is None:
        return
    record = record_of(case, memory, assessment, done, refusals, given.stamp, finished=finished)
    given.ledger.record_look(case.incident.ref, record, given.now)
