"""The rules over one governed incident, in the order of reading: what is asked of its authors, what of its reviewers, and what hangs on time. Pure."""

from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.assessment import ActionView, Assessment, Gate, Phase
from integration.postmortem.decisions import paused_by
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.hearing import Hearing
from integration.postmortem.incident import IssueKey
from integration.postmortem.notices import Notices
from integration.postmortem.precedents import Learned
from integration.postmortem.proving import judge_actions, judge_holding
from integration.postmortem.rules.came_back import came_back
from integration.postmortem.rules.causes import causes_of
from integration.postmortem.rules.classifying import judge_asking
from integration.postmortem.rules.closure import judge_approvals, judge_gates, judge_phase
from integration.postmortem.rules.content import judge_content
from integration.postmortem.rules.deadlines import Deadline
from integration.postmortem.rules.dimensions import not_applying
from integration.postmortem.rules.elsewhere import LinkedIncident, judge_elsewhere
from integration.postmortem.rules.ended import as_ended
from integration.postmortem.rules.ending import ended
from integration.postmortem.rules.incident import About, judge_incident, late, not_adopted
from integration.postmortem.rules.keeping import Kept, judge_labels
from integration.postmortem.rules.lasting import Lasting
from integration.postmortem.rules.leadership import judge_leader
from integration.postmortem.rules.learned import learned_from
from integration.postmortem.rules.recurring import NOTHING_ALIKE, RecurrenceView, judge_recurrence, system_of
from integration.postmortem.rules.remediation import count_finding
from integration.postmortem.rules.reviewing import Review, review_of, turns_of
from integration.postmortem.rules.roles import RolesView, judge_lead, roles_of
from integration.postmortem.rules.severity import SeverityView, judge_severity
from integration.postmortem.rules.together import judge_together
from integration.postmortem.rules.vouching import held_by, judge_comments, of_all
from integration.postmortem.rules.waiving import waive
from integration.postmortem.turning import deadline_of, next_look, notices_of
from mappings.models import Kind, Mode


@dataclass(frozen=True)
class _Seen:
    """What every later step asks about: how severe it is, what that asks for, how its actions stand, and who has which role."""

    severity: SeverityView
    kind: Kind
    actions: tuple[ActionView, ...]
    roles: RolesView

    @property
    def rows(self) -> tuple[Finding, ...]:
        """Return what is asked of the rows of the table of actions."""
        return tuple(f for view in self.actions for f in view.findings if f.check.startswith("action."))


@dataclass(frozen=True)
class _Asked:
    """What is asked of the authors, and what was found on the way."""

    findings: tuple[Finding, ...]
    about: About
    comments: dict[IssueKey, tuple[Finding, ...]]
    linked: tuple[LinkedIncident, ...]
    kept: Kept
    recurrence: RecurrenceView


@dataclass(frozen=True)
class _Reviewed:
    """What is asked of anybody, and what that comes to. ``since`` is when nothing was asked of the authors any more, ``review`` what reviewers owe."""

    findings: tuple[Finding, ...]
    gates: tuple[Gate, ...]
    phase: Phase
    since: datetime | None
    review: Review | None


@dataclass(frozen=True)
class _Timed:
    """What hangs on time: the deadline and whether it has passed, whom to tell or to ask, and when something turns without an event."""

    deadline: Deadline
    reminder: tuple[Finding, ...]
    asks_reviewer: bool
    notices: Notices
    lasting: Lasting
    next_look: datetime | None


def assess(hearing: Hearing) -> Assessment:
    """Judge one governed incident."""
    seen = _seen(hearing)
    asked = _asked(hearing, seen)
    reviewed = _reviewed(hearing, seen, asked)
    assessment = _assessment(hearing, seen, asked, reviewed, _timed(hearing, seen, reviewed))
    over = ended(hearing.decisions, hearing.case.incident.ref.key)
    if over is None:
        return assessment
    return as_ended(assessment, over, waive(of_all(asked.comments), hearing.decisions))


def _seen(hearing: Hearing) -> _Seen:
    case, policy = hearing.case, hearing.policy
    severity = judge_severity(case.incident, hearing.memory, hearing.decided.decisions, policy, hearing.postmortem)
    actions = judge_actions(hearing, severity)
    roles = roles_of(case, hearing.postmortem, hearing.decisions, hearing.facts, policy, hearing.now)
    return _Seen(severity, policy.kind(severity.severity), actions, roles)


def _asked(hearing: Hearing, seen: _Seen) -> _Asked:
    case, policy, standing, decisions = hearing.case, hearing.policy, hearing.standing, hearing.decisions
    severity, postmortem, memory = seen.severity.severity, hearing.postmortem, hearing.memory
    about = judge_incident(case, memory, decisions, postmortem, severity, policy, seen.roles.lead_written)
    elsewhere, linked = judge_elsewhere(postmortem, case, memory, severity, policy, may_create=hearing.writes)
    labels = judge_labels(case, memory, decisions, severity, policy)
    holds = standing.mode is Mode.ENFORCE
    comments = judge_comments(case, hearing.facts, memory, decisions, severity, policy, holds=holds)
    again, recurrence = _recurrence(hearing, seen.severity)
    too_many = count_finding(len(hearing.drafts), severity, policy)
    findings = (
        *seen.severity.findings,
        *labels.findings,
        *about.findings,
        *judge_lead(seen.roles, severity, policy),
        *judge_leader(postmortem, seen.roles, case.incident.ref.key.site, severity, policy),
        *of_all(comments),
        *(() if standing.is_trusted else (not_adopted(severity, policy),)),
        *judge_content(postmortem, case.incident, seen.kind, severity, policy, elsewhere),
        *judge_together(hearing.drafts, postmortem, severity, policy),
        *again,
        *((too_many,) if too_many else ()),
    )
    return _Asked(waive(findings, decisions), about, comments, linked, labels, recurrence)


def _recurrence(hearing: Hearing, severity: SeverityView) -> tuple[tuple[Finding, ...], RecurrenceView]:
    """Nothing is compared with a text that nobody of the team has taken on (S12)."""
    if not hearing.standing.is_trusted:
        return (), NOTHING_ALIKE
    incident, precedents = hearing.case.incident, hearing.facts.precedents
    return judge_recurrence(
        incident, hearing.postmortem, precedents, hearing.memory, hearing.decisions, severity.severity, hearing.policy
    )


def _reviewed(hearing: Hearing, seen: _Seen, asked: _Asked) -> _Reviewed:
    case, policy, decisions, severity = hearing.case, hearing.policy, hearing.decisions, seen.severity.severity
    is_over = asked.about.is_over or seen.kind is Kind.REVIEW or case.incident.closed
    is_finished = is_over and not blocking((*asked.findings, *seen.rows))
    since = (hearing.memory.in_review_since or hearing.now) if is_finished else None
    wanted = judge_approvals(
        case, hearing.postmortem, decisions, seen.kind, severity, seen.roles, since, policy, hearing.now, hearing.facts
    )
    approvals = waive(wanted, decisions)
    findings = (*asked.findings, *approvals)
    gates = judge_gates(case, findings, seen.actions, seen.kind, severity, policy, tickets_made=not hearing.is_public)
    gates = held_by(gates, asked.comments, decisions)
    phase = judge_phase((*findings, *seen.rows), gates, is_over=is_over)
    if phase is Phase.RESPONDING:
        findings = tuple(f if f.check in asked.about.asked_now else f.postponed() for f in findings)
    review = review_of(since, approvals, seen.roles) if phase is Phase.IN_REVIEW else None
    return _Reviewed(findings, gates, phase, since, review)


def _reminder(deadline: Deadline, phase: Phase, hearing: Hearing, seen: _Seen) -> tuple[Finding, ...]:
    """Return the finding that the post-mortem is late, where it is; while people are responding it can wait."""
    is_awaited = phase in (Phase.RESPONDING, Phase.WRITING)
    if deadline.due is None or hearing.now < deadline.due or not is_awaited:
        return ()
    reminder = late(seen.severity.severity, hearing.policy, deadline)
    return (reminder if phase is Phase.WRITING else reminder.postponed(),)


def _timed(hearing: Hearing, seen: _Seen, reviewed: _Reviewed) -> _Timed:
    severity, phase, roles = seen.severity.severity, reviewed.phase, seen.roles
    deadline = deadline_of(hearing, seen.severity)
    asking = judge_asking(hearing.case.incident, severity, hearing.memory, hearing.policy, hearing.now)
    notices = notices_of(hearing, seen.severity, seen.actions, deadline, phase, roles, reviewed.review)
    lasting = judge_holding(hearing, seen.severity, seen.actions, roles)
    turns = (
        deadline.due,
        asking.at,
        *notices.later,
        *lasting.later,
        *turns_of(reviewed.review, severity, hearing.policy),
        roles.turns_at,
    )
    reminder = _reminder(deadline, phase, hearing, seen)
    return _Timed(deadline, reminder, asking.now, notices, lasting, next_look(hearing, turns, seen.actions))


def _assessment(hearing: Hearing, seen: _Seen, asked: _Asked, reviewed: _Reviewed, timed: _Timed) -> Assessment:
    case, policy, standing, deadline = hearing.case, hearing.policy, hearing.standing, timed.deadline
    precedents = hearing.facts.precedents
    return Assessment(
        case=case.incident.ref,
        governed=standing.governed,
        why=standing.why,
        mode=standing.mode,
        severity=seen.severity,
        kind=seen.kind,
        phase=reviewed.phase,
        due=deadline.due,
        is_overdue=bool(timed.reminder),
        findings=(*reviewed.findings, *timed.reminder),
        actions=seen.actions,
        gates=reviewed.gates,
        decisions=hearing.decided.decisions,
        suggestions=hearing.decided.suggestions,
        paused_by=paused_by(hearing.decisions),
        next_look=timed.next_look,
        ask_reviewer=timed.asks_reviewer,
        adopted_digest=standing.adopted_digest,
        timeline=hearing.postmortem.told,
        elsewhere=asked.linked,
        causes=causes_of(hearing.postmortem),
        system=system_of(case.incident, hearing.postmortem, policy),
        not_applying=not_applying(hearing.postmortem, seen.kind, policy),
        due_by_clock=deadline.by_clock if deadline.is_eased else None,
        notices=timed.notices,
        kept=asked.kept.back,
        roles=seen.roles,
        finished_at=reviewed.since,
        learned=_learned(hearing, asked.about),
        recurrence=asked.recurrence,
        lasting=timed.lasting,
        back=came_back(case.incident, hearing.facts.recurred, policy),
        names_kept=precedents.names if precedents else frozenset(),
    )


def _learned(hearing: Hearing, about: About) -> Learned | None:
    """Return what later cases are told; of a text that nobody of the team has taken on, nothing (S12)."""
    if not hearing.standing.is_trusted:
        return None
    return learned_from(hearing.case.incident, hearing.postmortem, about.client, hearing.policy)
