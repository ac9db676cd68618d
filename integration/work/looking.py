"""One look at one case: observe → judge → plan → act → record (DESIGN 1.4). The five steps stand here in that order; none decides about the domain."""

from dataclasses import replace
from datetime import timedelta

import structlog

from integration.postmortem.assessment import Assessment, Governed
from integration.postmortem.decisions import IntentState, Memory
from integration.postmortem.incident import Case, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.rules.vouching import strange_comments, without_comment
from integration.work.acting import Acting, Assess
from integration.work.counting import Counts
from integration.work.look import Look, Looked
from integration.work.looking_up import looked_up
from integration.work.recording import record_of
from integration.work.resembling import with_precedents
from mappings.models import Mode

log = structlog.get_logger(__name__)
# A project's first delivery tells of something that happened a little before it arrived.
BEFORE_THE_FIRST = timedelta(minutes=10)


def look(case_ref: IssueRef, given: Look) -> Looked:
    """Look at one case once. Raises ``TrackerUnavailable``, ``RateLimited`` or ``LockLost`` where nothing could be observed, or the lock is gone."""
    case = _observe(case_ref, given)
    if case is None:
        return Looked(None)
    memory = reconciled(given.ledger.recall(case.incident.ref), case).trying_again(given.now)
    _watch_our_name(case, memory, given.counts)
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
    return _act(Acting(case, memory, policy, given), assess, assessment)


def _observe(case_ref: IssueRef, given: Look) -> Case | None:
    """Return the case as it is now, ``None`` where it is outside of what may be governed; its project is known to the ledger from here on."""
    case = given.tracker.observe(case_ref, given.ledger.tickets(case_ref), given.policy)
    if not given.in_scope(case.incident.ref.key.site, case.incident.ref.project):
        given.counts.alarm("out_of_scope")
        log.warning("out_of_scope", project=case.incident.ref.project)
        if given.ledger.note_lost(case.incident.ref, given.now):
            given.counts.alarm("incident_lost")
        return None
    if given.ledger.follow_project(case.incident.ref, given.now):
        log.info("project_renamed", project=case.incident.ref.project)
    given.ledger.project(case.incident.ref.key.site, case.incident.ref.project, given.heard_at - BEFORE_THE_FIRST)
    return case


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


def _act(acting: Acting, assess: Assess, assessment: Assessment) -> Looked:
    """Act on what was found, and record what came of it."""
    assessment = acting.act(assess, assessment)
    case, memory, given = acting.case, acting.memory, acting.given
    _watch_grants(case, memory, assessment, given.counts)
    # What is known already is recorded all the same, or the daily round would come back to it again and again.
    if assessment.governed is not Governed.NOT_AN_INCIDENT or memory.governed or memory.looked_at is not None:
        # While somebody asked us to rest, decisions are taken and not acted on: their effects are caught up with on `/resume`.
        finished = not acting.waits and not assessment.paused_by
        record = record_of(case, memory, assessment, acting.done, memory.refusals, given.stamp, finished=finished)
        given.ledger.record_look(case.incident.ref, record, given.now)
    return Looked(assessment, tuple(acting.done), min(acting.waits, default=None))
