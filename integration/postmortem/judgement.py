"""All rules over one case: (what is there, what is remembered, policy, now) → Assessment. Pure; the order of the steps is the order of reading.

What judging needs to know beyond the case (rights, whom a name means) is asked for by :func:`facts_needed` and looked up in the same look.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.assessment import ActionView, Assessment, Governed, Phase
from integration.postmortem.decisions import Decision, Memory, paused_by
from integration.postmortem.findings import Finding, blocking
from integration.postmortem.incident import Case, Facts, FactsNeeded, IssueRef
from integration.postmortem.launching import judge_launch
from integration.postmortem.notices import Notices
from integration.postmortem.rules.asked import answers, asking, facts_of_answers, may_be_incident
from integration.postmortem.rules.came_back import came_back, lapsed
from integration.postmortem.rules.causes import causes_of
from integration.postmortem.rules.classifying import judge_asking
from integration.postmortem.rules.closure import judge_approvals, judge_gates, judge_phase
from integration.postmortem.rules.content import judge_content
from integration.postmortem.rules.deadlines import Deadline, judge_deadline
from integration.postmortem.rules.deciding import (
    Decided,
    decide,
    decides_in_commands,
    links_in_commands,
    names_in_commands,
    people_who_command,
)
from integration.postmortem.rules.dimensions import not_applying
from integration.postmortem.rules.drafting import ActionDraft, draft_actions, our_issues
from integration.postmortem.rules.elsewhere import judge_elsewhere
from integration.postmortem.rules.ended import as_ended
from integration.postmortem.rules.ending import declared, ended
from integration.postmortem.rules.evidence import Proof, ProofState, given_evidence, judge_proof, subject_of
from integration.postmortem.rules.exhibits import links_given, show, since
from integration.postmortem.rules.incident import judge_incident, late, not_adopted
from integration.postmortem.rules.keeping import judge_labels
from integration.postmortem.rules.ladder import People, judge_notices, lead_of
from integration.postmortem.rules.lasting import NOTHING_TO_ASK, Check, Lasting, check_of, held_no_longer, judge_lasting
from integration.postmortem.rules.leadership import judge_leader
from integration.postmortem.rules.learned import learned_from
from integration.postmortem.rules.lessons import is_launch
from integration.postmortem.rules.news import judge_silence
from integration.postmortem.rules.notes import read_beginning, read_notes
from integration.postmortem.rules.recurring import NOTHING_ALIKE, RecurrenceView, judge_recurrence, system_of
from integration.postmortem.rules.remediation import count_finding, judge_action
from integration.postmortem.rules.reviewing import Review, judge_review, review_of, turns_of
from integration.postmortem.rules.roles import RolesView, judge_lead, roles_of
from integration.postmortem.rules.routing import places_needed
from integration.postmortem.rules.severity import SeverityView, judge_severity
from integration.postmortem.rules.standing import GovernedView, is_marked, judge_standing
from integration.postmortem.rules.suggesting import wants_advisers
from integration.postmortem.rules.together import judge_together
from integration.postmortem.rules.vouching import held_by, judge_comments, of_all
from integration.postmortem.rules.waiving import waive
from integration.postmortem.rules.written import PostMortem, read_postmortem
from mappings.models import Kind, Mode, Policy, PublicText

BEYOND = (Governed.NOT_AN_INCIDENT, Governed.LEFT_ALONE)


def facts_needed(case: Case, memory: Memory, policy: Policy) -> FactsNeeded:
    """Return what :func:`judge` wants looked up, as little as will do: nothing for an issue that is no incident of ours."""
    incident = case.incident
    if memory.is_erased:
        return FactsNeeded()
    is_meant = is_marked(incident, policy)
    if not (memory.governed or is_meant or declared(memory.decisions, incident.ref.key)):
        return facts_of_answers(case, memory, policy)
    standings = set(people_who_command(case, memory))
    if not memory.governed:
        standings.add((incident.ref.project, incident.author))
    adopting = not memory.governed and policy.severity.is_adopted(incident.labels)
    labellers = frozenset({policy.severity.incident.adopt_label}) if adopting else frozenset[str]()
    changed_since_adoption = memory.adopted_digest not in (None, incident.body_digest)
    written = read_postmortem(incident, policy)
    names = {row.owner for row in written.rows if row.owner} | written.answers.people | written.roles.names
    names |= names_in_commands(case, memory)
    decides = decides_in_commands(case, memory)
    editor = changed_since_adoption or (decides and written.roles.reviewers_named)
    # On a Jira site whose rights are not mapped, the project's lead decides.
    is_unmapped = decides and not policy.people.jira.is_mapped
    on_jira = (issue.ref.project for issue in our_issues(case, memory) if issue.ref.key.site == "jira")
    heads = frozenset(on_jira) if is_unmapped else frozenset[str]()
    links = links_given(memory) | links_in_commands(case, memory)
    return FactsNeeded(
        frozenset(standings),
        frozenset(names),
        labellers,
        editor,
        links,
        earlier=bool(written.rows),
        heads=heads,
        advisers=wants_advisers(incident, written, memory, policy),
        places=places_needed(case, memory, policy),
        beside=_beside(case, memory),
    )


def _beside(case: Case, memory: Memory) -> frozenset[IssueRef]:
    """Return our tickets that stand in another repository or project than their incident."""
    home = case.incident.ref.place
    return frozenset(issue.ref for issue in our_issues(case, memory) if not issue.ref.place.is_same(home))


def judge(
    case: Case,
    facts: Facts,
    memory: Memory,
    policy: Policy,
    now: datetime,
    *,
    mode: Mode = Mode.ENFORCE,
    stamp: str = "",
) -> Assessment:
    """Judge one case. ``mode`` is the installation's, ``stamp`` the content hash of the policy, recorded with each decision."""
    ours = case.incident.author.id == case.service.id and case.incident.origin is not None
    standing = judge_standing(case.incident, facts, memory, policy, mode, ours=ours)
    if standing.governed is Governed.NOT_AN_INCIDENT and may_be_incident(case, memory, policy):
        return _asked(case, facts, memory, policy, now, standing, stamp)
    if standing.governed in BEYOND:
        return _beyond(case, standing, policy)
    if is_launch(case.incident, memory, policy):
        return judge_launch(case, facts, memory, policy, now, standing, stamp)
    postmortem = read_postmortem(case.incident, policy)
    drafts = draft_actions(postmortem.rows, case, facts, memory, policy)
    beginning = read_beginning(postmortem.answers.began, case.incident.created_at, ZoneInfo(policy.clocks.zone))
    if facts.exhibits:
        noted = postmortem.with_notes((*beginning, *read_notes(memory.decisions)), case.incident.created_at)
        facts = replace(facts, exhibits=since(facts.exhibits, noted.told.began))
    decided = decide(case, facts, memory, drafts, policy, stamp, now)
    notes = (*beginning, *read_notes((*memory.decisions, *decided.decisions)))
    told = postmortem.with_notes(notes, case.incident.created_at)
    return _assess(_Bench(case, facts, memory, policy, now, standing, told, drafts, decided))


def _asked(
    case: Case, facts: Facts, memory: Memory, policy: Policy, now: datetime, standing: GovernedView, stamp: str
) -> Assessment:
    """Judge an issue that may be an incident: nothing but the answers to the question is looked at."""
    resting = memory.project.paused or memory.project.breaker
    asked = replace(
        standing,
        governed=Governed.ASKED,
        why=asking(case.incident, memory, policy),
        mode=Mode.OBSERVE if resting else standing.mode,
    )
    decided = decide(case, facts, memory, (), policy, stamp, now, among=answers(case, memory))
    return replace(_beyond(case, asked, policy), decisions=decided.decisions, suggestions=decided.suggestions)


@dataclass(frozen=True)
class _Bench:
    case: Case
    facts: Facts
    memory: Memory
    policy: Policy
    now: datetime
    standing: GovernedView
    postmortem: PostMortem
    drafts: tuple[ActionDraft, ...]
    decided: Decided

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Return the decisions of earlier looks and of this one, oldest first."""
        return (*self.memory.decisions, *self.decided.decisions)


def _writes(bench: _Bench) -> bool:
    """Tell whether new issues may come from this text: governed, adopted, open, not in public, and not only observed (S12, S27)."""
    return (
        bench.standing.governed is Governed.GOVERNED
        and bench.standing.mode is not Mode.OBSERVE
        and not bench.case.incident.closed
        and bench.standing.is_trusted
        and not _is_public(bench)
    )


def _beyond(case: Case, standing: GovernedView, policy: Policy) -> Assessment:
    kind = policy.kind(None)
    return Assessment(
        case.incident.ref,
        standing.governed,
        standing.why,
        standing.mode,
        SeverityView(None, ""),
        kind,
        Phase.RESPONDING,
        None,
        is_overdue=False,
    )


def _assess(bench: _Bench) -> Assessment:
    case, policy, standing = bench.case, bench.policy, bench.standing
    severity = judge_severity(case.incident, bench.memory, bench.decided.decisions, policy, bench.postmortem)
    kind = policy.kind(severity.severity)
    actions = _actions(bench, severity)
    roles = roles_of(case, bench.postmortem, bench.decisions, bench.facts, policy, bench.now)
    lead = roles.lead_written
    about = judge_incident(case, bench.memory, bench.decisions, bench.postmortem, severity.severity, policy, lead)
    too_many = count_finding(len(bench.drafts), severity.severity, policy)
    elsewhere, linked = judge_elsewhere(
        bench.postmortem, case, bench.memory, severity.severity, policy, may_create=_writes(bench)
    )
    content = (
        *judge_content(bench.postmortem, case.incident, kind, severity.severity, policy, elsewhere),
        *judge_together(bench.drafts, bench.postmortem, severity.severity, policy),
    )
    labels = judge_labels(case, bench.memory, bench.decisions, severity.severity, policy)
    holds = standing.mode is Mode.ENFORCE
    comments = judge_comments(case, bench.facts, bench.memory, bench.decisions, severity.severity, policy, holds=holds)
    untrusted = () if standing.is_trusted else (not_adopted(severity.severity, policy),)
    own = (
        *severity.findings,
        *labels.findings,
        *about.findings,
        *judge_lead(roles, severity.severity, policy),
        *judge_leader(bench.postmortem, roles, case.incident.ref.key.site, severity.severity, policy),
        *of_all(comments),
        *untrusted,
        *content,
    )
    again, recurrence = _recurrence(bench, severity)
    asked = waive((*own, *again, *((too_many,) if too_many else ())), bench.decisions)
    is_over = about.is_over or kind is Kind.REVIEW or case.incident.closed
    rows = tuple(f for view in actions for f in view.findings if f.check.startswith("action."))
    since = (bench.memory.in_review_since or bench.now) if is_over and not blocking((*asked, *rows)) else None
    approvals = waive(
        judge_approvals(
            case,
            bench.postmortem,
            bench.decisions,
            kind,
            severity.severity,
            roles,
            since,
            policy,
            bench.now,
            bench.facts,
        ),
        bench.decisions,
    )
    findings = (*asked, *approvals)
    gates = judge_gates(case, findings, actions, kind, severity.severity, policy, tickets_made=not _is_public(bench))
    gates = held_by(gates, comments, bench.decisions)
    phase = judge_phase((*findings, *rows), gates, is_over=is_over)
    if phase is Phase.RESPONDING:
        findings = tuple(f if f.check in about.asked_now else f.postponed() for f in findings)
    deadline = _deadline(bench, severity)
    due = deadline.due
    asking = judge_asking(case.incident, severity.severity, bench.memory, policy, bench.now)
    is_overdue = due is not None and bench.now >= due and phase in (Phase.RESPONDING, Phase.WRITING)
    if is_overdue:
        reminder = late(severity.severity, policy, deadline)
        findings = (*findings, reminder if phase is Phase.WRITING else reminder.postponed())
    review = review_of(since, approvals, roles) if phase is Phase.IN_REVIEW else None
    notices = _notices(bench, severity, actions, deadline, phase, roles, review)
    lasting = _lasting(bench, severity, actions, roles)
    turns = (
        due,
        asking.at,
        *notices.later,
        *lasting.later,
        *turns_of(review, severity.severity, policy),
        roles.turns_at,
    )
    assessment = Assessment(
        case=case.incident.ref,
        governed=standing.governed,
        why=standing.why,
        mode=standing.mode,
        severity=severity,
        kind=kind,
        phase=phase,
        due=due,
        is_overdue=is_overdue,
        findings=findings,
        actions=actions,
        gates=gates,
        decisions=bench.decided.decisions,
        suggestions=bench.decided.suggestions,
        paused_by=paused_by(bench.decisions),
        next_look=_next_look(bench, turns, actions),
        ask_reviewer=asking.now,
        adopted_digest=standing.adopted_digest,
        timeline=bench.postmortem.told,
        elsewhere=linked,
        causes=causes_of(bench.postmortem),
        system=system_of(case.incident, bench.postmortem, policy),
        not_applying=not_applying(bench.postmortem, kind, policy),
        due_by_clock=deadline.by_clock if deadline.is_eased else None,
        notices=notices,
        kept=labels.back,
        roles=roles,
        finished_at=since,
        learned=learned_from(case.incident, bench.postmortem, about.client, policy) if standing.is_trusted else None,
        recurrence=recurrence,
        lasting=lasting,
        back=came_back(case.incident, bench.facts.recurred, policy),
        names_kept=bench.facts.precedents.names if bench.facts.precedents else frozenset(),
    )
    over = ended(bench.decisions, case.incident.ref.key)
    return assessment if over is None else as_ended(assessment, over, waive(of_all(comments), bench.decisions))


def _recurrence(bench: _Bench, severity: SeverityView) -> tuple[tuple[Finding, ...], RecurrenceView]:
    """Nothing is compared with a text that nobody of the team has taken on (S12)."""
    if not bench.standing.is_trusted:
        return (), NOTHING_ALIKE
    incident, precedents = bench.case.incident, bench.facts.precedents
    return judge_recurrence(
        incident, bench.postmortem, precedents, bench.memory, bench.decisions, severity.severity, bench.policy
    )


def _actions(bench: _Bench, severity: SeverityView) -> tuple[ActionView, ...]:
    policy, writes = bench.policy, _writes(bench)
    views = []
    for index, draft in enumerate(bench.drafts):
        subject, proof = _proof(draft, severity, bench)
        may_create = writes and index < policy.remediation.ticket.max_per_incident
        views.append(
            judge_action(
                draft,
                proof,
                subject,
                bench.case,
                bench.memory,
                severity.severity,
                policy,
                may_create=may_create,
                decisions=bench.decisions,
                earlier=bench.facts.earlier,
            )
        )
    return tuple(views)


def _is_public(bench: _Bench) -> bool:
    """In a place that everybody can read, only checks are said, and no tickets are made, unless the mapping says otherwise (S27)."""
    return bench.case.incident.public and bench.policy.service.public_issues is PublicText.CHECKS


def _proof(draft: ActionDraft, severity: SeverityView, bench: _Bench) -> tuple[str, Proof]:
    key = draft.remembered.ticket.key if draft.remembered and draft.remembered.ticket else None
    kind = bench.policy.remediation.kind(draft.kind)
    decisions = tuple(decision for decision in bench.decisions if key is not None and decision.issue == key)
    owner = draft.owner.id if draft.owner else None
    given = given_evidence(decisions)
    subject = subject_of(owner, kind.id, draft.criteria, draft.description, given)
    shown = show(given, draft.ticket, bench.facts.exhibits)
    proof = judge_proof(decisions, kind, subject, draft.description, bench.policy, bench.now, shown)
    proof = lapsed(proof, decisions, bench.facts.recurred, bench.policy)
    return subject, held_no_longer(proof, _check(draft, severity, bench))


def _check(draft: ActionDraft, severity: SeverityView, bench: _Bench) -> Check | None:
    if draft.ticket is None or draft.remembered is None:
        return None
    name, key = draft.remembered.action_id, draft.ticket.ref.key
    return check_of(name, draft.kind, key, bench.decisions, severity.severity, bench.policy)


def _lasting(bench: _Bench, severity: SeverityView, actions: tuple[ActionView, ...], roles: RolesView) -> Lasting:
    """Ask whether what was verified still holds; in public nobody is named beside a deadline (S27)."""
    if _is_public(bench) or bench.standing.governed is not Governed.GOVERNED:
        return NOTHING_TO_ASK
    held = {view.action_id for view in actions if view.proof.state is ProofState.VERIFIED}
    checks = (_check(draft, severity, bench) for draft in bench.drafts)
    known = tuple(check for check in checks if check is not None and check.action_id in held)
    lead = lead_of(bench.case, bench.decisions, roles.lead_written)
    return judge_lasting(known, lead, bench.memory, bench.policy, bench.now)


def _deadline(bench: _Bench, severity: SeverityView) -> Deadline:
    detected = bench.postmortem.detected_at(bench.case.incident)
    return judge_deadline(detected, severity.severity, bench.memory, bench.policy, bench.now)


def _notices(
    bench: _Bench,
    severity: SeverityView,
    actions: tuple[ActionView, ...],
    deadline: Deadline,
    phase: Phase,
    roles: RolesView,
    review: Review | None,
) -> Notices:
    """In a place that everybody can read, nobody is named beside a deadline (S27)."""
    if _is_public(bench) or bench.standing.governed is not Governed.GOVERNED:
        return Notices()
    case, policy = bench.case, bench.policy
    people = People(lead_of(case, bench.decisions, roles.lead_written), roles.sponsors_apart)
    due = judge_notices(case, actions, deadline.due, phase, severity.severity, people, bench.memory, policy, bench.now)
    quiet = judge_silence(actions, bench.memory, policy, bench.now)
    told = Notices((*due.now, *quiet.now), (*due.later, *quiet.later))
    if review is None:
        return told
    asked = judge_review(review, case.incident, severity.severity, people.lead, bench.memory, policy, bench.now)
    return Notices((*told.now, *asked.now), (*told.later, *asked.later))


def _next_look(
    bench: _Bench, instants: tuple[datetime | None, ...], actions: tuple[ActionView, ...]
) -> datetime | None:
    """The earliest later instant at which something turns: the deadline, the question to the reviewer, dues, ends of accepted risks, retries."""
    zone = ZoneInfo(bench.policy.clocks.zone)
    turns = [instant for instant in instants if instant]
    for view in actions:
        if view.due and not view.proof.suffices:
            turns.append(datetime.combine(view.due + timedelta(days=1), time(), zone))
        if view.proof.state is ProofState.RISK_ACCEPTED and view.proof.until:
            turns.append(datetime.combine(view.proof.until + timedelta(days=1), time(), ZoneInfo("UTC")))
    turns += [refusal.retry_at for refusal in bench.memory.refusals]
    turns += _read_again(bench, actions)
    return min((turn for turn in turns if turn > bench.now), default=None)


def _read_again(bench: _Bench, actions: tuple[ActionView, ...]) -> list[datetime]:
    """Not every change of an object is told by a webhook, and nobody looks at closed incidents daily: their evidence is read again for a while."""
    incident, evidence = bench.case.incident, bench.policy.remediation.evidence
    seen = any(each.exhibit is not None for view in actions for each in view.proof.shown)
    again = bench.now + timedelta(days=evidence.reread_days)
    if not seen or not incident.closed or incident.closed_at is None:
        return []
    return [again] if again <= incident.closed_at + timedelta(days=evidence.watch_days) else []
